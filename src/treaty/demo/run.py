"""Let the demo company live: one batch a day through the product's own doors, on a clock of its own."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Min

from treaty.demo import carry
from treaty.demo.company import Company
from treaty.demo.founding import found
from treaty.demo.steps import HandoffSeen, Step
from treaty.feedback.contact import Logged, log_all
from treaty.handoff.models import Handoff
from treaty.jobs.follow import follow
from treaty.jobs.models import Cursor
from treaty.journal.queries import after, head
from treaty.processes import rarely_collect
from treaty.qualification.actions import judge_due
from treaty.sla import actions as sla
from treaty.sla import watch
from treaty.sla.models import SlaClock
from treaty.team.models import Member
from treaty.truth.actions import absorb
from treaty.truth.models import Source, StageMove
from treaty.truth.records import AccountRecord, PersonRecord, Record, TouchRecord

DAYS = 182
TAKES = timedelta(seconds=3)
"""How long the product takes from the qualifying touch to the handoff, in the demo's history."""
CHUNK = 400

LOADED = ("lead__person__account", "lead__version", "owner", "version", "assignment")
ENDS = ("handoff.moved", "handoff.rejected", "handoff.recycled")
CAUSES = ("lead.moved", "handoff.moved")
"""Entries whose following writes entries of its own."""

Progress = Callable[[int, int, str], None]


@dataclass
class Life:
    """The company, the product, and what is still to happen, in order of time."""

    company: Company
    source: Source
    at: datetime
    seq: int = 0
    order: Iterator[int] = field(default_factory=itertools.count)
    todo: list[tuple[datetime, int, Handoff, Step]] = field(default_factory=list)
    logged: list[tuple[Handoff, Logged]] = field(default_factory=list)
    """Contacts made but not yet written: they go in together, before anything looks at them."""
    members: dict[str, Member] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)
    """Handoffs, by key, that are in other hands by now."""
    rings_at: datetime | None = None
    """When the next clock rings, None for none. Asked again after anything that may have changed it."""
    is_asked: bool = False


def build(*, leads: int, seed: int, today: date, progress: Progress, days: int = DAYS, zone: str = "Europe/Berlin") -> None:
    """Six months of history up to this morning. today: the local date on which the demo is looked at."""
    start_on = today - timedelta(days=days)
    company = Company(seed, leads=leads, start_on=start_on, days=days, zone=zone)
    source = found(company, start_on)
    life = Life(company, source, midnight(start_on, zone), seq=head().seq, members={m.email: m for m in Member.objects.all()})
    rarely_collect()
    for day in range(days):
        progress(day, days, f"{start_on + timedelta(days=day):%-d %B}")
        with transaction.atomic():
            _live_one_day(life, day, midnight(start_on + timedelta(days=day + 1), zone))
    for reaction in Cursor.objects.values_list("reaction", flat=True):
        Cursor.objects.filter(reaction=reaction).update(seq=head().seq)
    progress(days, days, "today")


def midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _live_one_day(life: Life, day: int, ends_at: datetime) -> None:
    """The day's records, whatever qualifies, and everything people do until midnight."""
    touched: set[int] = set()
    accounts: set[int] = set()
    records = [_received_when_known(record) for record in life.company.records_of(day)]
    for start in range(0, len(records), CHUNK):
        done = absorb(records[start : start + CHUNK], source=life.source, received_at=ends_at)
        touched |= done.person_ids
        accounts |= done.account_ids
    judge_due(at=ends_at, also=touched, account_ids=accounts)
    StageMove.objects.filter(received_at=ends_at).update(received_at=F("at"))  # as it was on that day, not at its end
    _react(life)
    while life.todo and life.todo[0][0] < ends_at:
        at, _, handoff, step = heapq.heappop(life.todo)
        _clocks_until(life, at)
        life.at = at
        _do(life, step, handoff)
    _clocks_until(life, ends_at)
    _write_logged(life)
    life.at = ends_at


def _do(life: Life, step: Step, handoff: Handoff) -> None:
    by = life.members[step.by]
    contact = carry.contact_of(step, handoff, by)
    if contact is not None:
        if handoff.key not in life.over:
            life.logged.append((handoff, contact))
        return
    if any(waiting.pk == handoff.pk for waiting, _ in life.logged):
        _write_logged(life)
    carry.out(step, handoff, by)
    _react(life)


def _write_logged(life: Life) -> None:
    """Write the contacts made since, and judge their clocks by them."""
    if life.logged:
        log_all([contact for _, contact in life.logged])
        sla.refresh_all(list({handoff.pk: handoff for handoff, _ in life.logged}.values()))
        life.logged, life.is_asked = [], False
        life.seq = head().seq


def _received_when_known(record: Record) -> Record:
    """The batch stands for a day of live intake: each record was received when the sender knew it."""
    if not isinstance(record, AccountRecord | PersonRecord | TouchRecord):
        return record
    return replace(record, received_at=record.known_at or record.occurred_at)


def _react(life: Life) -> None:
    """Follow the journal; every new handoff is given to the rep who will work it."""
    entries = after(life.seq)
    while entries:
        life.is_asked = False
        follow([(entry, entry.at + TAKES if entry.verb == "lead.moved" else entry.at) for entry in entries])
        life.seq = entries[-1].seq
        life.over |= {entry.subject_key for entry in entries if entry.verb in ENDS}
        made = [entry.subject_key for entry in entries if entry.verb == "handoff.made"]
        for handoff in Handoff.objects.filter(key__in=made).select_related(*LOADED).order_by("pk"):
            _plan(life, handoff)
        entries = after(life.seq) if any(entry.verb in CAUSES for entry in entries) else []


def _plan(life: Life, handoff: Handoff) -> None:
    seen = HandoffSeen(
        handoff_key=handoff.key,
        person_email=handoff.lead.person.email,
        owner_email=handoff.owner.email,
        made_at=handoff.made_at,
        pass_number=handoff.lead.number,
        route=handoff.assignment.rule,
    )
    for step in life.company.answer(seen):
        heapq.heappush(life.todo, (step.at, next(life.order), handoff, step))


def _clocks_until(life: Life, at: datetime) -> None:
    """Let every clock ring at its own moment, and leads of the absent move on."""
    while (rings_at := _next_ring(life)) is not None and rings_at < at:
        if life.logged:
            _write_logged(life)  # it may have been answered already
            continue
        watch.tick(at=rings_at + timedelta(seconds=1))
        life.is_asked = False
        _react(life)


def _next_ring(life: Life) -> datetime | None:
    if not life.is_asked:
        life.rings_at, life.is_asked = SlaClock.objects.aggregate(first=Min("next_at"))["first"], True
    return life.rings_at
