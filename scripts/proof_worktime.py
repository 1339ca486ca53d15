"""Compare `treaty worktime` with the independent model on random cases.

Run: .venv/bin/python scripts/proof_worktime.py --cases 100000 --seed 7
Ends with 1 on any mismatch, which is printed with the number of its window: the same seed gives it again.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.sla import brute, cases
from treaty.cli.worktime import answer
from treaty.sla.calendars import read_calendar

ROWS = 100
"""Cases per window; reading the clocks of a window takes as long as judging some forty of them."""


def seconds_near_a_change(rng):
    """A window of days around a change of the clocks, judged second by second."""
    tz = rng.choice(cases.ZONES)
    window = cases.window_near(rng, tz)
    book = cases.book(rng, window, (tz, tz, tz, rng.choice(cases.ZONES)))
    return window, book, [cases.row(rng, window, book) for _ in range(ROWS)]


def years_almost_without_hours(rng):
    """A window of three years and calendars that open about once a year, judged in quarters of an hour."""
    window = cases.sparse_window(rng)
    book = cases.sparse_book(rng, window, rng.choice(cases.QUARTERS))
    return window, book, [cases.sparse_row(rng, window) for _ in range(ROWS)]


def judge(number, seed):
    """The kinds of answer in one window, and its mismatches."""
    rng = Random(f"{seed}/{number}")  # noqa: S311  (cases, no secrets)
    window, book, rows = (years_almost_without_hours if number % 20 == 19 else seconds_near_a_change)(rng)
    calendars = {name: read_calendar(value) for name, value in book.items()}
    kinds, wrong = Counter(), []
    for row in rows:
        said, expected = answer(row, calendars), brute.answer(window, row, book)
        kinds[(row["kind"], expected if expected in ("NONE", brute.BEYOND) else "exact")] += 1
        if not brute.agree(window, said, expected):
            wrong.append({"window": number, "said": said, "model": expected, "row": row, "calendars": book})
    return kinds, wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    asked, began, kinds, wrong, number = parser.parse_args(), time.process_time(), Counter(), [], 0
    while sum(kinds.values()) - beyond(kinds) < asked.cases:
        found, more = judge(number, asked.seed)
        kinds, wrong, number = kinds + found, wrong + more, number + 1
        for mismatch in more[:3]:
            print(json.dumps(mismatch), flush=True)
    report(asked, kinds, wrong, number, time.process_time() - began)
    sys.exit(1 if wrong else 0)


def beyond(kinds):
    return sum(count for (_, result), count in kinds.items() if result == brute.BEYOND)


def report(asked, kinds, wrong, windows, seconds):
    print(f"seed {asked.seed}, TZ {os.environ.get('TZ', 'of the server')}, {seconds:.0f} s of one core")
    print(f"{windows} windows of {ROWS} cases in {len(cases.ZONES)} zones, every twentieth with days almost without hours")
    for (kind, result), count in sorted(kinds.items()):
        print(f"  {kind:9} {result:7} {count:7}")
    print(f"compared to the second: {sum(kinds.values()) - beyond(kinds)}, only known to lie beyond the window: {beyond(kinds)}")
    print(f"mismatches: {len(wrong)}")


if __name__ == "__main__":
    main()
