"""Prove the evaluator: random definitions on random histories, live against replayed against a slow model.

    .venv/bin/python scripts/proof_evaluator.py --histories 10000 --seed 7 --workers 1

Every history is judged three ways: replayed (`measures.holds`, in both forms where the tree allows both), live
(`live.Judge`, asked only when a row arrives and at the moments it announced) and by tests/qualification/slow_model.py,
which shares no code with them. They must agree for every person at every second. Exit 1 and the seed on a mismatch.
"""

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treaty.settings")

from tests.qualification import histories, replay  # noqa: E402 - the path above must come first
from treaty.engine import duck  # noqa: E402
from treaty.qualification.intervals import conjunction  # noqa: E402

PER_DEFINITION = 40


def main() -> int:
    asked = arguments()
    seeds = range(asked.seed, asked.seed + -(-asked.histories // PER_DEFINITION))
    total: Counter[str] = Counter()
    began = time.monotonic()
    for number, (seed, found, faults) in enumerate(outcomes(seeds, asked.workers), 1):
        total.update(found)
        for fault in faults:
            print(f"MISMATCH seed {seed}: {fault}\nreplay it: scripts/proof_evaluator.py --histories 1 --seed {seed}", flush=True)
        if faults:
            return 1
        if number % 10 == 0 or number == len(seeds):
            print(f"{number * PER_DEFINITION:6d} histories, {time.monotonic() - began:5.0f} s: {told(total)}", flush=True)
    print("no mismatch")
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--histories", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=1)
    return parser.parse_args()


def outcomes(seeds: range, workers: int) -> Iterator[tuple[int, Counter[str], list[str]]]:
    if workers == 1:
        yield from map(outcome, seeds)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(outcome, seeds)


def outcome(seed: int) -> tuple[int, Counter[str], list[str]]:
    """One definition with its histories, judged three ways: what was compared, and the disagreements."""
    case = histories.case(random.Random(seed), PER_DEFINITION)  # noqa: S311 - repeatable, not secret
    connection = duck.connect(threads=1)
    found = replay.replayed(case, connection.cursor())
    is_conjunction = conjunction(case.condition) is not None
    faults = []
    if is_conjunction and found != replay.replayed(case, connection.cursor(), "sweep"):
        faults.append("the two forms differ")
    judge = replay.judge_for(case, connection)
    verdicts = replay.lived(case, judge)
    faults += replay.disagreements(case, found, verdicts)
    judge.close()
    return seed, compared(case, found, verdicts, is_conjunction), faults


def compared(case: histories.Case, found: dict, verdicts: dict, is_conjunction: bool) -> Counter[str]:
    people = [person for history in case.histories for person in history.people]
    kinds = {kind for node in case.condition.walk() for kind in ("touches", "person", "account", "answer", "score") if getattr(node, kind)}
    seconds = sum(len(replay.seconds(case, found.get(person, []))) for person in people)
    arrivals = [{row["known_us"] for row in history.touches + history.facts} for history in case.histories]
    quiet = sum(at not in arrivals[person // 10] for person, said in verdicts.items() for at, _ in said)
    spans = sum(map(len, found.values()))
    counts = {"definitions": 1, "intersected": is_conjunction, "nested": case.condition.depth > 2, "people": len(people)}
    counts |= {
        "seconds compared": seconds,
        "spans": spans,
        "live verdicts": sum(map(len, verdicts.values())),
        "verdicts at announced moments at which nothing arrived": quiet,
    }
    return Counter(counts) + Counter(f"definitions with {kind}" for kind in kinds)


def told(total: Counter[str]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in total.items())


if __name__ == "__main__":
    sys.exit(main())
