"""Proof: kill -9 of web, worker and their parents under load (issue 2; reliability facts G1, F1).

Usage: proof_kills.py [--kills 100] [--points 20]. Prints what it did and found; exit 1 if anything acknowledged was
lost, anything doubled, or two wrote at once.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.kills import homes  # noqa: E402
from tests.kills.trial import Trial, is_clean  # noqa: E402

POINTS = {
    "unpacked-before-the-parcel-is-gone": ("worker", 40),
    "inbox-after-commit-before-answer": ("web", 40),
    "events-absorbed-before-anybody-is-judged": ("worker", 8),
    "reactions-done-before-place-is-kept": ("worker", 4),
}
"""Crash points, the process that passes them, and after how many passages it dies there."""
SLOWEST = 5.0


def main() -> int:
    options = read_options()
    began, results = time.monotonic(), []
    print(f"{os.cpu_count()} processors, load of the machine before: {os.getloadavg()[0]:.1f}\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="treaty-proof-") as place:
        results.append(one_trial(Path(place) / "random", options, lambda trial: trial.run(options.kills, rate=options.rate)))
        for point, (role, passages) in POINTS.items() if options.points else ():
            results.append(at_point(Path(place) / point, options, point, role, passages))
    print(f"load of the machine after: {os.getloadavg()[0]:.1f}; {time.monotonic() - began:.0f} s in all")
    print("PASSED" if all(results) else "FAILED")
    return 0 if all(results) else 1


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--points", type=int, default=20, help="deaths at each crash point; 0 leaves them out")
    parser.add_argument("--rate", type=float, default=30, help="batches a second")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    return parser.parse_args()


def at_point(home: Path, options: argparse.Namespace, point: str, role: str, passages: int) -> bool:
    return one_trial(home, options, lambda trial: trial.run_point(point, options.points, role=role, passages=passages))


def one_trial(home: Path, options: argparse.Namespace, run: object) -> bool:
    env, key = homes.founded(home)
    trial = Trial(home, env, key, seed=options.seed)
    began = time.monotonic()
    try:
        report = run(trial)  # type: ignore[operator]
    finally:
        trial.clean_up()
    tell(report, trial, time.monotonic() - began, options.seed)
    return is_clean(report)


def tell(report: dict, trial: Trial, seconds: float, seed: int) -> None:  # type: ignore[type-arg]
    deaths = ", ".join(f"{name} {count}" for name, count in sorted(report["kills"].items()))
    print(f"{sum(report['kills'].values())} deaths in {seconds:.0f} s (seed {seed}): {deaths}")
    print("  " + ", ".join(f"{count} {name}" for name, count in report["seen"].items()))
    for name, waits in sorted(trial.ready_after.items()):
        print(f"  {name:16} {ready(sorted(waits))}")
    writers = report["writers one after another"]
    print(f"  {writers['web']} web and {writers['worker']} worker processes wrote, seen in {report['looks at the writers']} looks")
    print(f"  two writers at once: {report['two writers at once'] or 'never'}")
    for name, count in report["wrong"].items():
        print(f"  {name}: {count}")
    print(f"  doctor --deep (lake = database, row by row): {report['faults the doctor finds'] or 'no fault'}\n", flush=True)


def ready(waits: list[float]) -> str:
    late = sum(wait > SLOWEST for wait in waits)
    return f"ready again: median {waits[len(waits) // 2]:.2f} s, slowest {waits[-1]:.2f} s, {late} of {len(waits)} over {SLOWEST:g} s"


if __name__ == "__main__":
    sys.exit(main())
