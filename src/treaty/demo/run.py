"""Let the demo company live: one batch a day through the product's own doors, on a clock of its own."""

import heapq
import itertools
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, QuerySet

from treaty.demo import carry
from treaty.demo.carry import Act
from treaty.demo.company import Company
from treaty.demo.founding import found
from treaty.demo.promises import write
from treaty.demo.steps import Accept, Contact, HandoffSeen, Meeting, Recycle, Reject
from treaty.handoff.models import Handoff
from treaty.jobs.follow import follow
from treaty.jobs.models import Cursor
from treaty.journal.actions import in_order_of_moments
from treaty.journal.models import Entry
from treaty.journal.queries import after, head
from treaty.prepared import prepared
from treaty.processes import rarely_collect
from treaty.qualification.actions import judge_due
from treaty.qualification.settling import unsettle
from treaty.sla import actions as sla
from treaty.sla import watch
from treaty.sla.watch import Due
from treaty.team.models import Member
from treaty.truth.actions import absorb
from treaty.truth.models import Source, StageMove
from treaty.truth.records import AccountRecord, PersonRecord, Record, TouchRecord

DAYS = 182
TAKES = timedelta(seconds=3)
"""How long the product takes from the qualifying touch to the handoff, in the demo's history."""
CHUNK = 400
READ = 500
"""Entries of the journal that are followed in one go."""

LOADED = ("lead__person__account", "lead__version", "owner", "version", "assignment")
REACHES = (Contact, Meeting, Accept, Reject, Recycle)
"""Steps after which a handoff is given to nobody else: somebody tried, or answered."""
TICK = timedelta(seconds=1)
"""How long after its moment a clock is looked at."""
INSTANT = timedelta(microseconds=1)

Progress = Callable[[int, int, str], None]
Lanes = dict[int, deque[Act]]
"""By lead, what is still to be done about it, in order of time."""


@dataclass
class Life:
    """The company, the product, and what is still to happen, in order of time."""

    company: Company
    source: Source
    seq: int = 0
    order: Iterator[int] = field(default_factory=itertools.count)
    todo: list[tuple[datetime, int, Act]] = field(default_factory=list)
    members: dict[str, Member] = field(default_factory=dict)


Cut = Callable[[Life, datetime], datetime]
"""Until when what is to happen may be done in one go, at most until a moment."""


def until_one_goes_on(life: Life, ends_at: datetime) -> datetime:
    """Leads are worked apart from each other, but for the turns of pools: those are taken one by one, when a time has run out."""
    going = watch.may_go_on(ends_at)
    reached: dict[int, datetime] = {}
    for at, _, act in life.todo if going else ():
        if isinstance(act.step, REACHES):
            reached[act.handoff.pk] = min(at, reached.get(act.handoff.pk, at))
    return next((at + INSTANT for handoff, at in going if reached.get(handoff, ends_at) > at), ends_at)


def build(
    *,
    leads: int,
    seed: int,
    today: date,
    progress: Progress,
    days: int = DAYS,
    zone: str = "Europe/Berlin",
    cut: Cut = until_one_goes_on,
) -> None:
    """Six months of history up to this morning. today: the local date on which the demo is looked at."""
    start_on = today - timedelta(days=days)
    company = Company(seed, leads=leads, start_on=start_on, days=days, zone=zone)
    source = found(company, start_on)
    life = Life(company, source, seq=head().seq, members={m.email: m for m in Member.objects.all()})
    rarely_collect()
    for day in range(days):
        progress(day, days, f"{start_on + timedelta(days=day):%-d %B}")
        with transaction.atomic():
            _live_one_day(life, day, midnight(start_on + timedelta(days=day + 1), zone), cut)
    for reaction in Cursor.objects.values_list("reaction", flat=True):
        Cursor.objects.filter(reaction=reaction).update(seq=head().seq)
    progress(days, days, "today")


def midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _live_one_day(life: Life, day: int, ends_at: datetime, cut: Cut) -> None:
    """The day's records, whatever qualifies, and everything people do until midnight."""
    touched: set[int] = set()
    accounts: set[int] = set()
    records = [_received_when_known(record) for record in life.company.records_of(day)]
    for start in range(0, len(records), CHUNK):
        done = absorb(records[start : start + CHUNK], source=life.source, received_at=ends_at)
        touched |= done.person_ids
        accounts |= done.account_ids | unsettle(done)
    judge_due(at=ends_at, also=touched, account_ids=accounts)
    StageMove.objects.filter(received_at=ends_at).update(received_at=F("at"))  # as it was on that day, not at its end
    write(life.company.world, day)
    _react(life)
    until = None
    while until != ends_at:
        until = cut(life, ends_at)
        _live_until(life, until)


def _live_until(life: Life, until: datetime) -> None:
    """All that is done and all clocks that ring before a moment: of each lead in order of time, of all of them together."""
    lanes = _lanes(life, until)
    with in_order_of_moments():
        while (rings := watch.first_of_each(watch.waiting(until))) or lanes:
            first = {due.lead: due.at for due in rings}
            watch.look([due._replace(at=due.at + TICK) for due in rings if _is_next(due, lanes)])
            done = {lead: _before(lane, first.get(lead, until)) for lead, lane in lanes.items()}
            carry.out(done.values())
            sla.refresh_all(_handoffs(act for lead in first for act in done.get(lead, ())))  # before more of these ring
            lanes = {lead: lane for lead, lane in lanes.items() if lane}
    _react(life)


def _handoffs(acts: Iterable[Act]) -> list[Handoff]:
    return list({act.handoff.pk: act.handoff for act in acts}.values())


def _lanes(life: Life, until: datetime) -> Lanes:
    lanes: Lanes = defaultdict(deque)
    while life.todo and life.todo[0][0] < until:
        _, _, act = heapq.heappop(life.todo)
        lanes[act.handoff.lead_id].append(act)
    return lanes


def _is_next(due: Due, lanes: Mapping[int, deque[Act]]) -> bool:
    """What is done in the moment in which a clock would ring is done first."""
    lane = lanes.get(due.lead)
    return not lane or lane[0].step.at > due.at


def _before(lane: deque[Act], rings_at: datetime) -> list[Act]:
    """Takes from a lane what is done before its clock rings."""
    taken = []
    while lane and lane[0].step.at <= rings_at:
        taken.append(lane.popleft())
    return taken


def _received_when_known(record: Record) -> Record:
    """The batch stands for a day of live intake: each record was received when the sender knew it."""
    if not isinstance(record, AccountRecord | PersonRecord | TouchRecord):
        return record
    return replace(record, received_at=record.known_at or record.occurred_at)


def _react(life: Life) -> None:
    """Follow the journal; every new handoff is given to the rep who will work it."""
    while entries := after(life.seq, READ):
        follow([(entry, entry.at + TAKES if entry.verb == "lead.moved" else entry.at) for entry in entries])
        life.seq = entries[-1].seq
        made = [entry.subject_key for entry in entries if entry.verb == "handoff.made"]
        for handoff in _made(made) if made else ():
            _plan(life, handoff)
        if len(entries) < READ and not any(map(_causes, entries)):
            return


@prepared
def _made(keys: Collection[str]) -> QuerySet[Handoff]:
    return Handoff.objects.filter(key__among=keys).select_related(*LOADED).order_by("pk")


def _causes(entry: Entry) -> bool:
    """Whether its following writes entries of its own."""
    return bool(entry.codes.get("hands_over"))


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
        heapq.heappush(life.todo, (step.at, next(life.order), Act(step, handoff, life.members[step.by])))
