"""How fast pages answer with 100,000 leads and a million touches: a lived demo company, copied many times into one database.

    .venv/bin/python scripts/bench_pages.py --build DEMO_HOME
    .venv/bin/python scripts/bench_pages.py DEMO_HOME WORK_DIR [--copies 84] [--requests 40]
    .venv/bin/python scripts/bench_pages.py DEMO_HOME WORK_DIR --million [--requests 40]

With --million the company's database stands beside a lake of 1,000,000 leads and 10,000,000 touches (`bench_numbers`): pages of figures
alone are opened then, which read nothing else.
DEMO_HOME holds the database of `treaty demo`; WORK_DIR is made if it is not there. Every lake is exported by a process of its own,
as the keeper does it. Prints, per page, the first answer after a new lake, then the median and the 95th percentile of
the next ones with the processor's time, and how many queries one takes; in the end, the memory of a real web process
that opened every page once.
"""

# ruff: noqa: S310, S603 a measurement, not the product

import argparse
import html
import os
import re
import resource
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from treaty.cli.demo import prepare
from treaty.cli.household import Voice

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
BOSS = "sam.okafor@halden.example"
MOST_PAGES = 150


def figures() -> tuple[str, ...]:
    """The pages of figures."""
    from treaty.web.ahead import PAGES

    return PAGES


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
    parser.add_argument("work", type=Path, nargs="?")
    parser.add_argument("--build", action="store_true", help="make the company of DEMO_HOME, 1,200 leads, about three minutes")
    parser.add_argument("--copies", type=int, default=84)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--million", action="store_true")
    given = parser.parse_args()
    if given.build:
        os.environ["TREATY_HOME"] = str(given.demo)
        prepare(given.demo, leads=1200, seed=1, fresh=False, voice=Voice())
        return
    os.environ.update(TREATY_HOME=str(given.work), DJANGO_SETTINGS_MODULE=os.environ.get("DJANGO_SETTINGS_MODULE", "treaty.settings"))
    if given.million:
        million(given.demo, given.work, given.requests)
        return
    if not (given.work / "treaty.db").exists():
        copy(given.demo, given.work, given.copies)
    subprocess.run([sys.executable, "-m", "treaty.jobs", "migrate"], check=True)
    measure(given.requests)
    memory(given.work)


def copy(demo: Path, work: Path, copies: int) -> None:
    work.mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(f"file:{demo / 'treaty.db'}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(work / "treaty.db")) as new,
    ):
        old.backup(new)
    multiply(work / "treaty.db", copies)


def million(demo: Path, work: Path, requests: int) -> None:
    """The pages of figures over a large made lake: opened ahead twice, as the keeper does, then looked at."""
    import django

    django.setup()
    from bench_numbers import make

    from treaty.engine.lake import open_lake
    from treaty.jobs.ahead import ask

    if not (work / "lake" / "manifest.json").exists():
        copy(demo, work, 1)
        make(work / "lake", 1_000_000, 10_000_000, datetime.now(UTC))
    for when in ("at first", "with all statements written"):
        begun, used = time.perf_counter(), time.process_time()
        ask(open_lake(work), datetime.now(UTC))
        print(f"pages opened ahead {when}: {time.perf_counter() - begun:.1f} s, {time.process_time() - used:.1f} s processor", flush=True)
    client = signed_in()
    for page in figures():
        _measure_page(client, page, requests)
    for page in ("/attribution/?instead=linear", "/attribution/?instead=markov", "/funnel/?by=channel", "/economics/?by=campaign"):
        print(f"not asked ahead: {page:32} {_ms(client, page)[0]:.0f} ms")


def signed_in() -> Any:
    from django.test import Client

    from treaty.team.models import Member

    client = Client()
    client.force_login(Member.objects.get(email=BOSS), backend="django.contrib.auth.backends.ModelBackend")
    client.get("/healthz")
    return client


REFRESH = """
import django; django.setup()
from treaty.jobs.ahead import Asker
from treaty.jobs.clock import now
from treaty.jobs.lake import refresh
refresh(at=now(), ask=Asker())
"""


def export() -> None:
    begun, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", REFRESH], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    print(f"export of the lake with the figures ahead: {time.perf_counter() - begun:.1f} s, {spent:.1f} s processor")


def measure(requests: int) -> None:
    import django

    django.setup()
    from treaty.processes import rarely_collect
    from treaty.truth.models import Lead, Touch

    rarely_collect()  # as the web process does
    latest = Touch.objects.order_by("-id").values_list("occurred_at", flat=True)[0]
    print(f"{Lead.objects.count():,} leads, {Touch.objects.count():,} touches, until {latest:%-d %B %Y}")
    export()
    client = signed_in()
    for again in (False, True):
        if again:
            Lead.objects.filter(pk=Lead.objects.order_by("pk").values("pk")[:1]).update(fit=1)
            print("after the next export:")
            export()
        for page in (*figures(), "/queue/"):
            _measure_page(client, page, requests if again else 3)


def _measure_page(client: Any, page: str, requests: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    first, _ = _ms(client, page)
    times = [_ms(client, page) for _ in range(requests)]
    later, spent = sorted(wall for wall, _ in times), sum(cpu for _, cpu in times) / len(times)
    with CaptureQueriesContext(connection) as captured:
        client.get(page)
    p95, median = later[min(int(len(later) * 0.95), len(later) - 1)], later[len(later) // 2]
    said = f"first {first:6.0f} ms, then median {median:5.0f} ms, p95 {p95:5.0f} ms ({spent:4.0f} ms processor)"
    print(f"{page:14} {said}, {len(captured)} queries", flush=True)


def memory(home: Path) -> None:
    """Every page and list of the company, opened once in a real web process: its memory then."""
    sys.path.insert(0, str(Path(__file__).parent / "clients"))
    from serving import server

    cookie = session()
    with server(home) as url:
        before, grown = rss_of(url), pages(url, cookie)
    largest = sorted(grown.items(), key=lambda pair: -pair[1])[:8]
    print(f"web process: {before} MB at first, {before + sum(grown.values())} MB after {len(grown)} kinds of pages were opened once")
    print("it grew most with " + ", ".join(f"{page} {more} MB" for page, more in largest))


def session() -> str:
    """The cookie of somebody who signed in."""
    return str(signed_in().cookies["sessionid"].value)


def pages(url: str, cookie: str) -> dict[str, int]:
    """Follow the links from Home: one address of each kind (keys, numbers and questions told apart no further); MB it grew by."""
    seen: dict[str, int] = {}
    at = rss_of(url)
    waiting = [*figures(), "/queue/", "/leads/", "/opportunities/", "/agreement/", "/sources/", "/settings/", "/team/"]
    while waiting:
        address = waiting.pop(0)
        kind = re.sub(r"\?.*", "?", re.sub(r"/(\d+|(?=[a-z]*\d)[a-z0-9]{10,}(?:-\d+)?)/", "/…/", address))
        if kind in seen or len(seen) >= MOST_PAGES:
            continue
        asked = urllib.request.Request(url + address, headers={"Cookie": f"sessionid={cookie}"})
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                body = answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as refused:
            print(f"{address} answered {refused.code}")
            body = ""
        seen[kind] = rss_of(url) - at
        at += seen[kind]
        waiting += [html.unescape(link) for link in re.findall(r'href="(/[^"#]*)"', body) if not link.startswith("/static/")]
    return seen


def rss_of(url: str) -> int:
    """Resident memory of the process that listens there and of its children, in MB."""
    port = int(url.rpartition(":")[2])
    listening = f"0100007F:{port:04X}"
    inodes = {line.split()[9] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if line.split()[1] == listening}
    return max(_rss(process) for process in Path("/proc").glob("[0-9]*") if _holds(process, inodes))


def _holds(process: Path, inodes: set[str]) -> bool:
    try:
        return any(os.readlink(handle) in {f"socket:[{inode}]" for inode in inodes} for handle in (process / "fd").iterdir())
    except OSError:
        return False


def _rss(process: Path) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", (process / "status").read_text())
    return int(found[1]) // 1024 if found else 0


def _ms(client: Any, path: str) -> tuple[float, float]:
    """(wall, processor) milliseconds of one answer."""
    begun, spent = time.perf_counter(), time.process_time()
    response = client.get(path)
    taken = (time.perf_counter() - begun) * 1000, (time.process_time() - spent) * 1000
    if response.status_code != 200:
        raise SystemExit(f"{path} answered {response.status_code}")
    return taken


if __name__ == "__main__":
    print(f"# {datetime.now().astimezone():%Y-%m-%d %H:%M}, load {os.getloadavg()}")
    main()
    print(f"load {os.getloadavg()}")
