"""Is this installation well? Each check says one sentence, and what to do when something is not right."""

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from django.db import connection

from treaty import locks
from treaty.agreement.queries import damaged
from treaty.books.exported import TABLES
from treaty.config import home
from treaty.connectors.models import Event, Parcel
from treaty.diagnosis.say import count
from treaty.engine import rows, verify
from treaty.engine.export import AlreadyExporting, alone, export
from treaty.engine.lake import LakeDamaged, LakeMissing, folder
from treaty.engine.manifest import load
from treaty.jobs import beats, stuck
from treaty.jobs.models import Beat, Job
from treaty.journal.models import Outgoing
from treaty.moments import from_us
from treaty.notify.models import Transport

FREE_LITTLE, FREE_ENOUGH = 200_000_000, 2_000_000_000
BEHIND = timedelta(minutes=1)
LONG_LOG = 256_000_000
UNSENT = timedelta(minutes=10)


class Standing(StrEnum):
    FINE = "fine"
    NOTE = "note"
    """Works, and somebody should know."""
    FAULT = "fault"


@dataclass(frozen=True)
class Check:
    name: str
    standing: Standing
    says: str


Found = Iterator[tuple[Standing, str]]


def checks(*, at: datetime, deep: bool = False) -> list[Check]:
    """All checks in order. deep: also read the whole database and compare every row of the lake with it."""
    groups = {
        "sqlite": sqlite(),
        "settings": settings(),
        "disk": disk(),
        "processes": processes(),
        "worker": worker(at),
        "work": work(),
        "notices": notices(at),
        "writes": writes(),
        "agreement": agreement(),
        "lake": as_of(at),
    }
    found = [Check(name, *result) for name, results in groups.items() for result in results]
    if deep:
        found += [Check("database", *result) for result in integrity()] + [Check("lake", *result) for result in compared(at)]
    return found


def has_wal_reset_fault(version: tuple[int, ...]) -> bool:
    """Versions in which two connections that commit and checkpoint at once can lose commits. Source: reliability facts 1.1."""
    if (3, 44, 6) <= version < (3, 45) or (3, 50, 7) <= version < (3, 51):
        return False
    return (3, 7, 0) <= version <= (3, 51, 2)


def sqlite() -> Found:
    if connection.vendor != "sqlite":
        yield Standing.FINE, f"PostgreSQL {connection.pg_version // 10000}"  # type: ignore[attr-defined]
    elif has_wal_reset_fault(sqlite3.sqlite_version_info):
        yield Standing.NOTE, f"SQLite {sqlite3.sqlite_version} has the WAL-reset fault: the web process alone checkpoints, which avoids it"
    else:
        yield Standing.FINE, f"SQLite {sqlite3.sqlite_version}"


def settings() -> Found:
    """Asked of a live connection: a setting in the wrong place is silent."""
    if connection.vendor != "sqlite":
        return
    wanted = {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 20_000, "foreign_keys": 1}
    with connection.cursor() as cursor:
        found = {name: cursor.execute(f"pragma {name}").fetchone()[0] for name in wanted}
    wrong = [f"{name} is {found[name]}, not {value}" for name, value in wanted.items() if found[name] != value]
    yield (Standing.FAULT, "; ".join(wrong) + ": see DATABASES in settings") if wrong else (Standing.FINE, "durable: WAL, FULL, 20 s")


def disk() -> Found:
    free = shutil.disk_usage(home()).free
    standing = Standing.FAULT if free < FREE_LITTLE else Standing.NOTE if free < FREE_ENOUGH else Standing.FINE
    yield standing, f"{free / 1e9:.1f} GB free at {home()}" + ("" if standing is Standing.FINE else ": make room, or move TREATY_HOME")
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    if connection.vendor == "sqlite" and log.exists() and log.stat().st_size > LONG_LOG:
        yield Standing.NOTE, f"{log} is {log.stat().st_size / 1e6:.0f} MB long: restart `treaty serve`, something reads for very long"


def processes() -> Found:
    if connection.vendor != "sqlite":
        return
    for name in ("web", "worker"):
        pid = _running(home() / f"{name}.lock")
        yield (
            (Standing.FINE, f"{name} is running (process {pid})")
            if pid
            else (Standing.NOTE, f"{name} is not running: `treaty serve` starts it")
        )


def _running(path: Path) -> int:
    """The process that holds the lock, 0 if nobody does."""
    if not path.exists():
        return 0
    return locks.holder(path) if locks.is_held(path) else 0


def worker(at: datetime) -> Found:
    beat = Beat.objects.order_by("-at").first()
    if beat is None or at - beat.at > timedelta(seconds=30):
        yield Standing.NOTE, "no worker has given a sign of life in 30 seconds: events are kept, nothing is judged"
        return
    lag = beats.lag(at)
    standing = Standing.FINE if lag < timedelta(seconds=2) else Standing.NOTE
    yield standing, f"the worker lives (process {beat.pid}) and is {lag.total_seconds():.1f} s behind"


def work() -> Found:
    parked, refused = Job.objects.filter(state=Job.State.PARKED), Event.objects.filter(state=Event.State.QUARANTINED).count()
    for job in parked.order_by("-ended_at")[:3]:
        yield Standing.FAULT, f"job {job.pk} ({job.kind}) was given up: {job.problem[:200]}"
    if torn := Parcel.objects.exclude(problem="").count():
        yield Standing.FAULT, f"{torn} accepted requests cannot be unpacked: they are kept, and the log of the worker says why"
    yield (Standing.NOTE, f"{refused} events wait in quarantine: see Sources") if refused else (Standing.FINE, "no event in quarantine")


def notices(at: datetime) -> Found:
    """Of what both teams are told: what could not be delivered, and whether anybody delivers."""
    for one in stuck.messages():
        yield Standing.NOTE, f"{count(one.n, one.noun)} could not be delivered by {one.name}: {one.look} says why, and tries again"
    late = Outgoing.objects.filter(door__in=Transport.values, state=Outgoing.State.WAITING, attempts=0, due_at__lt=at - UNSENT)
    if waits := late.count():
        yield (
            Standing.NOTE,
            f"{count(waits, 'notice')} should have gone {UNSENT.seconds // 60} minutes ago: `treaty serve` sends them",
        )


def writes() -> Found:
    """Of what goes into connected systems: what could not be written."""
    for one in stuck.writes():
        yield Standing.NOTE, f"{count(one.n, one.noun)} into {one.name} failed: {one.look} says why; try again there, or leave them"


def agreement() -> Found:
    faults = damaged()
    yield from ((Standing.FAULT, fault) for fault in faults)
    if not faults:
        yield Standing.FINE, "every version is what was proposed and signed"


def as_of(at: datetime) -> Found:
    try:
        behind = at - from_us(load(folder(home())).as_of_us)
    except (LakeMissing, LakeDamaged) as told:
        yield (Standing.FAULT if isinstance(told, LakeDamaged) else Standing.NOTE), str(told)
        return
    is_late = behind > BEHIND and bool(_running(home() / "worker.lock"))
    yield (Standing.FAULT if is_late else Standing.FINE), f"the lake is {behind.total_seconds():.0f} s behind the database"


def integrity() -> Found:
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        said = [row[0] for row in cursor.execute("pragma integrity_check").fetchall()]
    yield (Standing.FINE, "every page of the database is sound") if said == ["ok"] else (Standing.FAULT, "; ".join(said[:3]))


def compared(at: datetime) -> Found:
    """Export once more and compare with the same snapshot: nothing may be missing, doubled or different."""
    place = folder(home())
    try:
        with alone(place, wait=60), rows.snapshot() as snapshot:
            export(TABLES, snapshot, place, at=at)
            found = list(verify.faults(TABLES, snapshot, place))
    except AlreadyExporting as told:
        yield Standing.NOTE, f"not compared: {told}"
        return
    yield from ((Standing.FAULT, f"{fault}: remove {place} and the worker makes it again") for fault in found)
    if not found:
        yield Standing.FINE, "every row of the lake is what the database says"
