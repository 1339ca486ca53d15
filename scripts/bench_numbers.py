"""What the numbers cost over a large lake: 1,000,000 leads and 10,000,000 touches, made by statements straight into Parquet.

    .venv/bin/python scripts/bench_numbers.py [--leads 1000000] [--touches 10000000] [--reps 3] [--keep FOLDER]

Prints, per number of the catalogue, how long it takes to answer when nothing is kept, the median of some, beside a plain scan of the
columns it reads, and the ratio.
"""

# ruff: noqa: S608 statements of our own names

import argparse
import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
STAGES = ("engaged", "marketing_qualified", "sales_accepted", "sales_qualified", "opportunity", "customer")
DAY_US = 86_400_000_000
YEARS_US = 730 * DAY_US


def statements(leads: int, touches: int, now_us: int) -> dict[str, str]:
    """Of each table the statement that makes it. Every tenth lead has a deal; moves come in order, half as many at each stage."""
    start = now_us - YEARS_US
    pick = "['email', 'paid_search', 'organic_search', 'webinar', 'fair', 'direct']"
    opened = f"({start} + (hash(i) % {YEARS_US})::bigint)"

    def some(seed: int, most: int, of: str = "i") -> str:
        return f"(hash({of}, {seed}) % {most})::bigint"

    return {
        "leads": f"""
            select i as lead_id, i as person_id, i // 5 as account_id, {opened} as opened_us, {opened} as stage_since_us,
              {pick}[1 + i % 6] as channel, 'campaign-' || (i % 60) as campaign, 'dach' as segment, 'web' as source,
              'engaged' as stage, 'A1' as grade, 1 + i % 20 as owner_id, 1 as version_id
            from range({leads}) t(i)""",
        "stage_moves": f"""
            select row_number() over () as move_id, i as lead_id, {list(STAGES)}[k] as to_stage, 'definition' as how,
              case when k = 1 then '' else {list(STAGES)}[k - 1] end as from_stage,
              {opened} + (k - 1) * {some(5, 20 * DAY_US)} as at_us
            from range({leads}) t(i), range(1, 7) s(k) where k = 1 or hash(i) % power(2, k - 1)::bigint = 0""",
        "opportunities": f"""
            select i // 10 as opportunity_id, i // 5 as account_id, i as lead_id, 1 + i % 20 as owner_id, 'EUR' as currency,
              (1000 + {some(6, 90000)})::decimal(18, 4) as amount, 'proposal' as stage, {opened} as opened_us,
              case i % 30 when 0 then 'open' when 10 then 'won' else 'lost' end as outcome,
              case when i % 30 = 0 then null else {opened} + {some(7, 90 * DAY_US)} end as closed_us
            from range(0, {leads}, 10) t(i)""",
        "opportunity_changes": f"""
            select row_number() over () as change_id, i // 10 as opportunity_id, f as field, {opened} as at_us,
              case f when 'amount' then (1000 + {some(6, 90000)})::varchar else 'proposal' end as value
            from range(0, {leads}, 10) t(i), (values ('amount'), ('stage')) s(f)""",
        "people": f"select i as person_id, i // 5 as account_id, 'DE' as country from range({leads}) t(i)",
        "accounts": f"select i as account_id, 'DE' as country from range({leads // 5 + 1}) t(i)",
        "touches": f"""
            select i as touch_id, {some(8, leads)} as seen_as_id, 'page_view' as kind, {pick}[1 + {some(1, 6)}] as channel,
              'campaign-' || {some(2, 60)} as campaign, 'page-' || {some(3, 90)} as content,
              {start} + {some(4, YEARS_US)} as occurred_us
            from range({touches}) t(i) order by 2, 7""",
    }


def make(folder: Path, leads: int, touches: int, now: datetime = NOW) -> None:
    """A lake of these tables, of the two years before `now`; all others are empty."""
    from treaty.moments import to_us

    write_lake(folder, statements(leads, touches, to_us(now)), now)


def write_lake(folder: Path, made: dict[str, str], now: datetime) -> None:
    """A lake of the tables these statements make; all others are empty."""
    from treaty.books.exported import TABLES
    from treaty.engine.manifest import Exported, File, Manifest, save, sha256
    from treaty.moments import to_us

    folder.mkdir(parents=True, exist_ok=True)
    con, exported = duckdb.connect(), {}
    for table in TABLES:
        kept: tuple[File, ...] = ()
        if table.name in made:
            path = folder / f"{table.name}-{hashlib.sha256(table.name.encode()).hexdigest()[:16]}.parquet"
            reader = con.execute(made[table.name]).to_arrow_reader(100_000)
            writer, rows = pq.ParquetWriter(path, table.schema, compression="zstd", compression_level=1), 0
            for batch in reader:
                rows += batch.num_rows
                writer.write_table(_whole(batch, table.schema))
            writer.close()
            kept = (File(path.name, rows, path.stat().st_size, sha256(path), 0, rows),)
        exported[table.name] = Exported(table.shape, {name: one.kind for name, one in table.columns.items()}, kept, follow=table.follow)
    save(folder, Manifest(1, to_us(now), exported))


def _whole(batch: pa.RecordBatch, schema: pa.Schema) -> pa.Table:
    """With every column of the table; those nobody makes are null."""
    columns = [
        batch.column(name).cast(kind) if name in batch.schema.names else pa.nulls(batch.num_rows, kind)
        for name, kind in zip(schema.names, schema.types, strict=True)
    ]
    return pa.table(columns, schema=schema)


def frame_over(home: Path) -> object:
    """Halden's agreement, in force for three years, over the lake."""
    from treaty.agreement.binding import Bindings, needed
    from treaty.agreement.canonical import hash_of, signed_bytes
    from treaty.agreement.document import load
    from treaty.agreement.models import InForce, Version
    from treaty.engine.lake import open_lake
    from treaty.funnel.frame import Frame

    terms = load((files("treaty.agreement") / "examples/halden.yaml").read_text()).terms
    wanted = needed(terms)
    bound = Bindings(
        lists={name: [] for name in wanted.lists},
        files={name: hash_of(name.encode()) for name in wanted.files},
        holidays={name: [] for name in wanted.holidays},
    )
    raw = signed_bytes(terms, bound)
    version = Version(number=1, signed_bytes=raw, hash=hash_of(raw))
    return Frame(open_lake(home), [InForce(version=version, starts_at=datetime(2023, 1, 1, tzinfo=UTC), ends_at=None)], NOW)


SCANS = {
    "lead": "select sum(lead_id), sum(at_us), max(to_stage), count(withdrawn_us) from {space}.stage_moves",
    "opportunity": "select sum(opportunity_id), sum(opened_us), sum(closed_us), sum(amount), count(outcome) from {space}.opportunities",
    "touches": "select sum(seen_as_id), sum(occurred_us), count(channel) from {space}.touches",
}


def timed(ask: Callable[[], object], reps: int) -> tuple[float, float]:
    """Medians of seconds on the clock and of seconds of processor."""
    from treaty.engine.measuring import forget

    took = []
    for _ in range(reps):
        forget()
        began, worked = time.perf_counter(), time.process_time()
        ask()
        took.append((time.perf_counter() - began, time.process_time() - worked))
    return tuple(statistics.median(each) for each in zip(*took, strict=True))  # type: ignore[return-value]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--touches", type=int, default=10_000_000)
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="where the lake is, or is made")
    asked = parser.parse_args()
    import django
    from django.conf import settings

    if not settings.configured:
        import os

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treaty.settings")
    django.setup()
    with tempfile.TemporaryDirectory() as work:
        home = asked.keep or Path(work)
        if not (home / "lake" / "manifest.json").exists():
            make(home / "lake", asked.leads, asked.touches)
        report(frame_over(home), asked.reps)


def report(frame: object, reps: int) -> None:
    from treaty.engine import duck
    from treaty.funnel import catalogue
    from treaty.funnel.catalogue import CATALOGUE, Measure

    lake = frame.lake  # type: ignore[attr-defined]
    space, on = lake.manifest.space, duck.cursor(lake.folder)
    scans = {name: timed(lambda text=text: on.execute(text.format(space=space)).fetchall(), reps) for name, text in SCANS.items()}
    print("scan of what is read, ms on the clock and of processor:", {n: [round(one * 1000) for one in took] for n, took in scans.items()})
    periods = frame.last("quarter", 4)  # type: ignore[attr-defined]
    print(f"{'number':26} {'quarter':>8} {'by one':>10} {'4 quarters':>10}   ms; quarter / scan, by clock and by processor")
    for name, number in CATALOGUE.items():
        by = next((one for one in ("channel", *catalogue.dimensions_of(number)) if one in catalogue.dimensions_of(number)), "")
        ways = [
            lambda name=name: catalogue.ask(frame, name, periods[-1]),
            lambda name=name, by=by: catalogue.ask(frame, name, periods[-1], by),
            lambda name=name: catalogue.series(frame, name, periods),
        ]
        catalogue.ask(frame, name, periods[-1])  # the statement is written once per process
        took = [timed(way, reps) for way in ways]
        subject = number.subject if isinstance(number, Measure) else "opportunity"
        ratios = " ".join(f"{ours / scan:6.1f}" for ours, scan in zip(took[0], scans.get(subject, scans["touches"]), strict=True))
        print(f"{name:26} {took[0][0] * 1000:8.0f} {took[1][0] * 1000:10.0f} {took[2][0] * 1000:10.0f}   {ratios}", flush=True)


if __name__ == "__main__":
    main()
