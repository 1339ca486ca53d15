"""The export of touches to the lake beside what one would write by hand: sqlite3, PyArrow, Parquet.

    .venv/bin/python scripts/bench_export.py [--touches 2000000] [--reps 3]

Both read the same statement of a founded company's database; each run is a process of its own and begins with no lake. Ours also
sorts what it writes, hashes it, syncs it to the disk and puts a manifest in force. A second export with 20,000 touches more follows.
Then the same touches are asked for, as files sorted each alone and merged into runs: one person's, those of six people, all.
"""

# ruff: noqa: S101, S603 a measurement, not the product

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench_house import load

BATCH = 100_000
SOURCE = """
insert into truth_source (id, key, name, kind, write_key, origins, settings, is_active, made_at)
values (1, 'website', 'Website', 'server', '', '[]', '{}', 1, 0)
"""
PEOPLE = """
with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)
insert into truth_person (id, key, email, name, title, seniority, phone, country, language, lead_source, made_at)
select i, 'p' || i, '', '', '', '', '', '', '', '', 0 from n
"""
FILL = """
with recursive n(i) as (select {first} union all select i + 1 from n where i < {last})
insert into truth_touch (source_id, message_id, person_id, seen_as_id, kind, occurred_at, known_at, received_at, path, host, title,
  channel, campaign, content, form)
select 1, 'message-' || i, 1 + i * 7919 % 100000, 1 + i * 7919 % 100000,
  substr('page_view content_download', 1 + i % 2 * 10, 9 + i % 2 * 7),
  1700000000000000 + i * 1000003, 1700000000000000 + i * 1000003, 1700000000100000 + i * 1000003,
  '/docs/page-' || i % 500, 'www.acme.example', 'A page ' || i % 500,
  substr('email  webinarorganic', 1 + i % 3 * 7, 7), 'campaign-' || i % 60, 'content-' || i % 90, ''
from n
"""
ONE = """
import json, resource, sys, time
{before}
begun, spent = time.perf_counter(), time.process_time()
{run}
wall, spent = time.perf_counter() - begun, time.process_time() - spent
print(json.dumps([wall, spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024]))
"""
PLAIN = (
    """
import sqlite3
import pyarrow as pa, pyarrow.parquet as pq
import django; django.setup()
from treaty.truth.schemas import TOUCHES
sql, schema = TOUCHES.select(), TOUCHES.schema
""",
    f"""
writer = pq.ParquetWriter(sys.argv[2], schema, compression="zstd", compression_level=1)
cursor = sqlite3.connect(sys.argv[1]).execute(sql)
while rows := cursor.fetchmany({BATCH}):
    columns = [pa.array(values, kind) for values, kind in zip(zip(*rows), schema.types)]
    writer.write_table(pa.table(columns, schema=schema))
writer.close()
""",
)
OURS = (
    "import django; django.setup()\nfrom datetime import UTC, datetime\nfrom treaty.jobs import lake",
    "lake.refresh(at=datetime(2026, 3, 1, tzinfo=UTC))",
)
ASKED = """
import json, statistics, time
import django; django.setup()
from datetime import UTC, datetime
from treaty.config import home
from treaty.engine import runs
from treaty.engine.lake import open_lake
from treaty.jobs import lake

AT, sizes = datetime(2026, 3, 1, tzinfo=UTC), (runs.MOST_SMALL, runs.TOGETHER)

def questions(seen):
    t = seen.table("touches")
    few = seen.table("people").filter(lambda p: p.person_id.isin([4_711, 17_000, 33_333, 50_000, 61_803, 99_999])).select("person_id")
    yield "one person", t.filter(t.person_id == 61_803).select("touch_id", "occurred_us", "channel", "campaign", "content")
    yield "six people", t.inner_join(few, "person_id").select("touch_id", "person_id", "occurred_us", "channel", "campaign", "content")
    yield "all", t.agg(people=t.person_id.sum(), last=t.occurred_us.max(), channels=t.channel.count())

def timed(seen, expression):
    statement, took = seen.engine.write(expression), []
    for _ in range(9):
        begun, spent = time.perf_counter(), time.process_time()
        seen.engine.ask(statement)
        took.append((time.perf_counter() - begun, time.process_time() - spent))
    return [statistics.median(one) * 1000 for one in zip(*took)]

def ask(name):
    seen = open_lake(home())
    for about, expression in questions(seen):
        print(json.dumps([name, len(runs.of(seen.manifest.tables["touches"].files)), about, *timed(seen, expression)]))

runs.MOST_SMALL = runs.TOGETHER = 10**9
lake.refresh(at=AT)
ask("each alone")
runs.MOST_SMALL, runs.TOGETHER = sizes
longest, before, step = 0, None, None
while before is None or step.tables["touches"].merging or step.names != before.names:
    before, begun = step, time.perf_counter()
    step = lake.refresh(at=AT)
    longest = max(longest, time.perf_counter() - begun)
ask("merged")
print(json.dumps(longest))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--touches", type=int, default=2_000_000)
    parser.add_argument("--reps", type=int, default=3)
    given = parser.parse_args()
    from tests.kills.homes import fresh

    with tempfile.TemporaryDirectory(prefix="bench-export-") as name, fresh(Path(name) / "home") as env:
        home = Path(name) / "home"
        fill(home / "treaty.db", 1, given.touches)
        found: dict[str, list[list[float]]] = {"plain": [], "ours": []}
        for _ in range(given.reps):
            found["plain"].append(one(env, PLAIN, str(home / "treaty.db"), f"{name}/plain.parquet"))
            shutil.rmtree(home / "lake", ignore_errors=True)
            found["ours"].append(one(env, OURS))
        fill(home / "treaty.db", given.touches + 1, given.touches + 20_000)
        found["20,000 more"] = [one(env, OURS)]
        shutil.rmtree(home / "lake")
        *asked, longest = map(json.loads, run(env, ASKED).splitlines())
    wall, spent, held = ({name: statistics.median(run[i] for run in runs) for name, runs in found.items()} for i in range(3))
    for name in found:
        print(f"{name:12}  {wall[name]:6.2f} s wall  {spent[name]:6.2f} s processor  {held[name]:5.0f} MB")
    said = f"{wall['plain'] / wall['ours']:.2f} by wall, {spent['plain'] / spent['ours']:.2f} by processor"
    print(f"{given.touches:,} touches: plain / ours {said} (target: 2); {load()}")
    for name, runs, about, clock, processor in asked:
        print(f"touches of {about:10}  {name:10} ({runs:2} runs)  {clock:7.1f} ms wall  {processor:7.1f} ms processor")
    print(f"the longest export with a step of the merge: {longest:.1f} s wall")


def fill(database: Path, first: int, last: int) -> None:
    with sqlite3.connect(database) as link:
        if first == 1:
            link.execute(SOURCE)
            link.execute(PEOPLE)
        link.execute(FILL.format(first=first, last=last))
    link.close()


def one(env: dict[str, str], code: tuple[str, str], *args: str) -> list[float]:
    """[wall, processor seconds, MB] of one run."""
    said = run(env, ONE.format(before=code[0], run=code[1]), *args)
    print(code[1].strip().splitlines()[0][:40], said.strip(), flush=True)
    found: list[float] = json.loads(said)
    return found


def run(env: dict[str, str], code: str, *args: str) -> str:
    """What a process of its own says."""
    done = subprocess.run([sys.executable, "-c", code, *args], env={**os.environ, **env}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


if __name__ == "__main__":
    main()
