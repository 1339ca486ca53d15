"""`treaty audit` of 100,000 made-up rows, start-up included.

    .venv/bin/python scripts/bench_audit.py [--reps 3]

70,000 leads of 15 columns and 30,000 deals of 9, the same as in docs/proof/audit.sh.
"""

# ruff: noqa: S311, S603 a measurement, not the product

import argparse
import csv
import random
import resource
import statistics
import subprocess
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from bench_house import TREATY, load

START = datetime(2024, 1, 1)  # noqa: DTZ001 - as exports write it
LEAD = "lead_id email first_name last_name company country industry source campaign owner status created first_response_at score note"
DEAL = "deal_id lead_id stage amount create_date close_date owner product lost_reason"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reps", type=int, default=3)
    given = parser.parse_args()
    random.seed(1)
    with tempfile.TemporaryDirectory(prefix="bench-audit-") as name:
        folder = Path(name)
        written(folder / "leads.csv", LEAD, (lead(i) for i in range(70_000)))
        written(folder / "deals.csv", DEAL, (deal(i) for i in range(30_000)))
        walls, spent = zip(*(audit(folder) for _ in range(given.reps)), strict=True)
    print(f"median {statistics.median(walls):.1f} s wall, {statistics.median(spent):.1f} s processor (target: 10 s); {load()}")


def written(path: Path, head: str, rows: object) -> None:
    with path.open("w", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(head.split())
        out.writerows(rows)  # type: ignore[arg-type]


def lead(i: int) -> list[object]:
    at = START + timedelta(minutes=7 * i)
    answered = (at + timedelta(hours=60 * random.random())).isoformat(" ") if random.random() < 0.7 else ""
    who = [f"L{i}", f"p{i % 68000}@c{i % 9000}.example", f"First{i % 500}", f"Last{i % 3000}", f"Company {i % 9000}"]
    firm = [random.choice(["DE", "FR", "US", ""]), random.choice(["retail", "software"]), random.choice(["web", "fair", "unknown", ""])]
    state = [f"c{i % 40}", random.choice(["sam", "sol", "kim", ""]), random.choice(["Working", "New", "Unqualified"])]
    return [*who, *firm, *state, at.isoformat(" "), answered, i % 100, "a note of some words"]


def deal(i: int) -> list[object]:
    at, stage = START + timedelta(minutes=16 * i), random.choice(["Closed Won", "Closed Lost", "Proposal", "Demo"])
    closed = (at + timedelta(days=random.randrange(90))).date() if stage.startswith("Closed") else ""
    what = [f"D{i}", f"L{random.randrange(70000)}", stage, random.randrange(1000, 9000), at.date(), closed]
    return [*what, random.choice(["sam", "sol", "kim"]), random.choice("ABC"), "price" if stage == "Closed Lost" else ""]


def audit(folder: Path) -> tuple[float, float]:
    """(wall, processor) seconds of one run."""
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([*TREATY, "audit", str(folder), "--json"], stdout=subprocess.DEVNULL, check=False)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{wall:6.2f} s wall, {spent:5.2f} s processor, {after.ru_maxrss / 1024:4.0f} MB, exit {done.returncode}", flush=True)
    return wall, spent


if __name__ == "__main__":
    main()
