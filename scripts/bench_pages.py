"""How fast pages answer with 100,000 leads and a million touches: a lived demo company, copied many times into one database.

    .venv/bin/python scripts/bench_pages.py DEMO_HOME WORK_DIR [--copies 84] [--requests 40]

DEMO_HOME holds the database of `treaty demo`; WORK_DIR is made anew. Prints, per page, the first answer after a new
lake, then the median and the 95th percentile of the next ones, and how many queries one takes.
"""

import argparse
import os
import shutil
import sqlite3
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

OWN = {  # table: its columns that hold row numbers of copied tables, or must differ in each copy
    "truth_account": {"id"},
    "truth_person": {"id", "account_id", "merged_into_id"},
    "truth_touch": {"id", "person_id", "seen_as_id"},
    "truth_lead": {"id", "person_id", "made_by_touch_id"},
    "truth_stagemove": {"id", "lead_id"},
    "truth_assignment": {"id", "lead_id", "turn"},
    "truth_opportunity": {"id", "account_id", "lead_id"},
    "truth_opportunitychange": {"id", "opportunity_id"},
    "truth_activity": {"id", "person_id", "lead_id", "opportunity_id"},
    "truth_objection": {"id", "person_id", "lead_id", "opportunity_id"},
    "handoff_handoff": {"id", "lead_id", "assignment_id"},
    "feedback_disposition": {"id", "handoff_id"},
    "sla_slaclock": {"id", "lead_id", "handoff_id"},
}
TEXTS = {"key", "message_id", "external_id", "email"}
STEP = 1_000_000
PAGES = ("/", "/promises/", "/week/", "/rejections/", "/fairness/", "/queue/")


def multiply(database: Path, copies: int) -> None:
    """Every copied row with shifted numbers and its own keys."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("pragma foreign_keys = off")
        connection.execute("begin")
        for copy in range(1, copies):
            for table, shifted in OWN.items():
                names = [row[1] for row in connection.execute(f"pragma table_info({table})")]
                values = [_value(name, shifted, copy) for name in names]
                columns = ", ".join(f'"{name}"' for name in names)
                copied = f"insert into {table} ({columns}) select {', '.join(values)} from {table} where id < {STEP}"  # noqa: S608 - our own names
                connection.execute(copied)
        connection.execute("commit")


def _value(name: str, shifted: set[str], copy: int) -> str:
    if name in shifted:
        return f'"{name}" + {copy * STEP}'
    return f"\"{name}\" || case when \"{name}\" = '' then '' else '-{copy}' end" if name in TEXTS else f'"{name}"'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("demo", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--copies", type=int, default=84)
    parser.add_argument("--requests", type=int, default=40)
    given = parser.parse_args()
    shutil.rmtree(given.work, ignore_errors=True)
    given.work.mkdir(parents=True)
    with (
        closing(sqlite3.connect(f"file:{given.demo / 'treaty.db'}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(given.work / "treaty.db")) as new,
    ):
        old.backup(new)
    multiply(given.work / "treaty.db", given.copies)
    os.environ.update(TREATY_HOME=str(given.work), DJANGO_SETTINGS_MODULE=os.environ.get("DJANGO_SETTINGS_MODULE", "treaty.settings"))
    measure(given.requests)


def measure(requests: int) -> None:
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from treaty.jobs.lake import refresh
    from treaty.moments import from_us
    from treaty.team.models import Member
    from treaty.truth.models import Lead, Touch

    latest = Touch.objects.order_by("-id").values_list("occurred_at", flat=True)[0]
    print(f"{Lead.objects.count():,} leads, {Touch.objects.count():,} touches, until {latest:%-d %B %Y}")
    begun = time.perf_counter()
    refresh(at=from_us(int(time.time() * 1e6)))
    print(f"first export of the lake: {time.perf_counter() - begun:.1f} s")
    client = Client()
    client.force_login(Member.objects.get(email="sam.okafor@halden.example"), backend="django.contrib.auth.backends.ModelBackend")
    client.get("/healthz")
    for again in (False, True):
        if again:
            print("after the next export (statements are written, figures are new):")
            Lead.objects.filter(pk=Lead.objects.order_by("pk").values("pk")[:1]).update(fit=1)
            refresh(at=from_us(int(time.time() * 1e6)))
        for path in PAGES:
            first = _ms(client, path)
            later = sorted(_ms(client, path) for _ in range(requests if again else 3))
            with CaptureQueriesContext(connection) as captured:
                client.get(path)
            p95 = later[int(len(later) * 0.95)] if len(later) > 1 else later[0]
            print(
                f"{path:14} first {first:6.0f} ms, then median {later[len(later) // 2]:5.0f} ms, p95 {p95:5.0f} ms, {len(captured)} queries"
            )


def _ms(client: object, path: str) -> float:
    begun = time.perf_counter()
    response = client.get(path)  # type: ignore[attr-defined]
    taken = (time.perf_counter() - begun) * 1000
    if response.status_code != 200:
        raise SystemExit(f"{path} answered {response.status_code}")
    return taken


if __name__ == "__main__":
    print(f"# {datetime.now().astimezone():%Y-%m-%d %H:%M}")
    main()
