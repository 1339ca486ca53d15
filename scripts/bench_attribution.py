"""Attribution of made-up journeys, end to end from Parquet, beside the packages an analyst would pick.

    .venv/bin/python scripts/bench_attribution.py [--rows 1000000,10000000] [--reps 3] [--keep FOLDER] [--ours-only]

Each contender is a process of its own, one after the other in turns. Ours is `treaty.attribution.library.attribute` on the two
files; SQL is what one would write by hand for DuckDB, without look-back or repeated conversions: `sql_rules` without an order of touches
of one moment, `sql_placed` with it, as ours. Before its clock starts, a process imports and warms up on a few rows; what is asked a
second time is `warm`. Paths, which ChannelAttribution and mta read, are made by DuckDB (`prepare`) and counted in.
The peers run in an environment of their own, made in the folder on first use.
"""

# ruff: noqa: S603 a measurement, not the product

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench_house import load
from bench_journeys import make

HERE = Path(__file__).parent
PEERS = (
    "ChannelAttribution==2.2.5", "marketing-attribution-models==2.1.1", "mta==0.0.9", "duckdb==1.5.6", "polars==2.1.0", "pandas==3.1.1",
    "matplotlib", "pyarrow",
)  # fmt: skip
"""The last two are what these need besides."""
OURS = ("scan", "ours_rules", "sql_rules", "sql_placed", "ours_markov", "sql_markov", "ours_shapley", "sql_shapley", "ours_all")
THEIRS = ("prepare", "ca_rules", "ca_markov", "mam_rules", "mam_markov", "mta_shapley")
PATIENCE = 900
Runs = dict[str, list[dict[str, float]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default="1000000,10000000")
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="where data and the peers' environment stay")
    parser.add_argument("--ours-only", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-attribution-") as name:
        folder = given.keep or Path(name)
        peers = None if given.ours_only else environment(folder / "peers")
        found = {}
        for rows in map(int, given.rows.split(",")):
            make(folder / str(rows), rows)
            found[rows] = turns(folder / str(rows), given.reps, peers)
            table(rows, found[rows])
        if len(found) > 1:
            growth(found)


def environment(folder: Path) -> Path:
    """The peers' interpreter."""
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS], check=True)
        (folder / "ready").touch()
    return python


def turns(folder: Path, reps: int, peers: Path | None) -> Runs:
    runs: Runs = {}
    for _ in range(reps):
        for case in (*OURS, *(THEIRS if peers else ())):
            python, script = (peers, "bench_peers.py") if peers and case in THEIRS else (sys.executable, "bench_contender.py")
            ran = one([str(python), str(HERE / script), case, str(folder)])
            runs.setdefault(case, []).append(ran)
            print(f"  {case:14}", " ".join(f"{name} {value:.3g}" for name, value in ran.items()), flush=True)
    return runs


def one(command: list[str]) -> dict[str, float]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def middle(runs: list[dict[str, float]], what: str) -> float:
    return statistics.median(run[what] for run in runs)


def table(rows: int, runs: Runs) -> None:
    print(f"\n{rows:,} touches, medians of {len(runs['scan'])}; {load()}")
    print(f"{'':14}{'s wall':>9}{'s cpu':>9}{'MB':>7}{'x scan':>8}{'by cpu':>8}")
    for case, ran in runs.items():
        wall, cpu, held = (middle(ran, what) for what in ("wall", "cpu", "mb"))
        ratio = [wall / middle(runs["scan"], "wall"), cpu / middle(runs["scan"], "cpu")]
        print(f"{case:14}{wall:9.3f}{cpu:9.3f}{held:7.0f}{ratio[0]:8.1f}{ratio[1]:8.1f}")
    for kind, by_hand in (("rules", "rules"), ("rules", "placed"), ("markov", "markov"), ("shapley", "shapley")):
        first, again = (told(runs, [f"ours_{kind}"], [f"sql_{by_hand}"], what) for what in (FIRST, WARM))
        print(f"ours / sql_{by_hand}: {again} warm (target: at most 1.2), {first} at first")
    if "prepare" in runs:
        for kind, peer, target in VERSUS:
            before = ["prepare"] if not peer.startswith("mam") else []
            print(f"{peer} / ours, end to end: {told(runs, [*before, peer], [f'ours_{kind}'])} (target: {target})")
        share = middle(runs["ours_rules"], "mb") / middle(runs["mam_rules"], "mb")
        print(f"memory of ours_rules / mam_rules: {share:.3f} (target: at most 0.1)")


VERSUS = (
    ("rules", "ca_rules", 10), ("rules", "mam_rules", 30), ("markov", "mam_markov", 10), ("markov", "ca_markov", 5),
    ("shapley", "mta_shapley", 50),
)  # fmt: skip


FIRST, WARM = ("wall", "cpu"), ("warm", "warm_cpu")


def told(runs: Runs, over: list[str], under: list[str], times: tuple[str, str] = FIRST) -> str:
    wall, cpu = (sum(middle(runs[case], what) for case in over) / sum(middle(runs[case], what) for case in under) for what in times)
    return f"{wall:.2f} by wall, {cpu:.2f} by cpu"


def growth(found: dict[int, Runs]) -> None:
    """How time grows with the rows: 1 is in proportion."""
    few, many = min(found), max(found)
    print(f"\nexponent from {few:,} to {many:,} touches (target: at most 1.1), by wall and by cpu")
    for case in found[few]:
        said = [math.log(middle(found[many][case], what) / middle(found[few][case], what), many / few) for what in ("wall", "cpu")]
        print(f"{case:14}{said[0]:6.2f}{said[1]:6.2f}")


if __name__ == "__main__":
    main()
