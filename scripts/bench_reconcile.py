"""What it takes to compare two systems of 1,000,000 people, accounts and deals each: sums by every measure and the records that differ.

    .venv/bin/python scripts/bench_reconcile.py [--records 1000000] [--keep FOLDER]

One in fifty differs. Each measure is asked once: seconds on the clock, of processor, and how many records differ.
"""

# ruff: noqa: S608 statements of our own names

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

from bench_numbers import NOW, write_lake

DAY_US = 86_400_000_000


def statement(records: int, now_us: int) -> str:
    """So many people, accounts and deals of either system."""
    old = now_us - 40 * DAY_US
    return f"""
        select row_number() over () as record_id, s as source_id, k as kind, i + 1 as opportunity_id, i + 1 as told_of_id,
          i + 1 as account_id,
          case when s = 2 and i % 100 = 1 then 'negotiation' else ['proposal', 'talks', 'offer'][1 + i % 3] end as stage,
          case when i % 4 = 0 then 'won' else 'open' end as outcome, case when i % 9 = 0 then 'USD' else 'EUR' end as currency,
          (1000 + i % 90000 + case when s = 2 and i % 200 = 2 then 1 else 0 end)::decimal(18, 4) as amount,
          {old} + (i % 365) * {DAY_US} as at_us, {old} as changed_us,
          case when s = 2 and i % 400 = 3 then {old} else null end as gone_us, false as is_merged
        from range({records}) t(i), (values (1), (2)) u(s), (values ('person'), ('account'), ('opportunity')) v(k)
        where not (s = 2 and i % 400 = 4)"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000, help="of each kind, in each of the two systems")
    parser.add_argument("--keep", type=Path, help="where the lake is, or is made")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treaty.settings")
    import django

    django.setup()
    with tempfile.TemporaryDirectory() as work:
        home = asked.keep or Path(work)
        if not (home / "lake" / "manifest.json").exists():
            from treaty.moments import to_us

            write_lake(home / "lake", {"system_records": statement(asked.records, to_us(NOW))}, NOW)
        report(home)


def report(home: Path) -> None:
    from treaty.engine.lake import open_lake
    from treaty.moments import to_us
    from treaty.truth import comparing
    from treaty.truth.comparing import WHATS, Comparison, Side

    lake, hour = open_lake(home), 3_600_000_000
    lake.fetch(lake.table("system_records").count())
    for what in WHATS:
        comparison = Comparison(Side(1, hour), Side(2, hour), what, to_us(NOW), "Europe/Berlin")
        began, worked = time.perf_counter(), time.process_time()
        sums = lake.fetch(comparing.totals(lake, comparison), seconds=600).num_rows
        records = lake.fetch(comparing.differing(lake, comparison), seconds=600).num_rows
        clock, processor = time.perf_counter() - began, time.process_time() - worked
        print(f"{what:18} {clock:6.1f} s {processor:6.1f} s of processor · {sums} sums, {records:,} records differ", flush=True)
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
