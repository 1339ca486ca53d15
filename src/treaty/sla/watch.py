"""What the worker looks after: clocks whose moment has come, and leads of those who are away."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from treaty.agreement.queries import signed_of
from treaty.batches import together_or_alone
from treaty.bulk import update
from treaty.feedback.models import Disposition
from treaty.handoff import seats
from treaty.handoff.actions import Leaving, lock, reroute_all
from treaty.handoff.models import Handoff
from treaty.journal.actions import Said, record_all
from treaty.prepared import Read, prepared
from treaty.qualification.asking import route_rules_holding
from treaty.sla import rules
from treaty.sla.actions import nurtured_all, start_all
from treaty.sla.evidence import evidence_of
from treaty.sla.models import SlaClock
from treaty.team.queries import absences
from treaty.truth.models import Lead

logger = logging.getLogger("treaty.sla")
AT_ONCE = 200
"""How many are looked at in one go at most."""
AGAIN = timedelta(minutes=1)
"""After how long a clock is looked at again that could not be."""

Holds = Mapping[int, frozenset[int]]
"""By lead, the positions of the route's rules whose condition holds."""
Moments = Mapping[int, datetime]
"""By clock, the moment as of which it is looked at."""


class Due(NamedTuple):
    """A clock to be looked at as of a moment: its row, its lead's and its handoff's (marketing's have none)."""

    clock: int
    lead: int
    handoff: int | None
    at: datetime


def tick(*, at: datetime) -> int:
    """Warn and declare breaches whose moment has passed; each is written once. Returns how many clocks were looked at.

    Of a lead one clock at a time, the earliest first: what follows from it may end the others.
    """
    looked_at, is_more = 0, True
    while is_more and looked_at < AT_ONCE:
        rows = waiting(at, most=AT_ONCE)
        due = first_of_each(one._replace(at=at) for one in rows)
        together_or_alone(due, look, _put_off)
        looked_at, is_more = looked_at + len(due), len(due) < len(rows)
    return looked_at


def waiting(before: datetime, *, most: int | None = None) -> list[Due]:
    """Clocks whose moment to be looked at comes before another, in order, each with its own."""
    rows = _waiting(most)(before)
    return [Due(clock, lead, handoff, next_at or before) for clock, lead, handoff, next_at in rows]


@cache
def _waiting(most: int | None) -> Read[[datetime], tuple[int, int, int | None, datetime | None]]:
    @prepared
    def waiting(before: datetime) -> QuerySet[SlaClock, tuple[int, int, int | None, datetime | None]]:
        rows = SlaClock.objects.filter(ended="", next_at__lt=before, lead__joined_to=None).order_by("next_at", "pk")
        return rows.values_list("pk", "lead", "handoff", "next_at")[:most]

    return waiting


def first_of_each(due: Iterable[Due]) -> list[Due]:
    """The first clock of each lead."""
    first: dict[int, Due] = {}
    for one in due:
        first.setdefault(one.lead, one)
    return list(first.values())


def _put_off(due: Due) -> None:
    logger.exception("a clock cannot be looked at, and is put off")
    SlaClock.objects.filter(pk=due.clock).update(next_at=due.at + AGAIN)


def look(due: Sequence[Due]) -> None:
    """Say what there is to be said of clocks at the moments beside them, a lead's one at a time, and let follow what follows."""
    if not due:
        return
    holds = _rules_holding(due)  # asked while nobody waits for us
    with transaction.atomic():
        _look(due, holds)


def _rules_holding(due: Sequence[Due]) -> Holds:
    """Of the leads that will go on if nobody has tried: which conditions of the route hold."""
    moments = {one.clock: one.at for one in due}
    by_moment: dict[datetime, list[Lead]] = defaultdict(list)
    for clock in _late(list(moments), max(moments.values())):
        if clock.handoff and _reroutes(clock, clock.handoff):
            by_moment[moments[clock.pk]].append(clock.lead)
    return {lead: holds for at, leads in by_moment.items() for lead, holds in route_rules_holding(leads, at=at).items()}


@prepared
def _late(clocks: Collection[int], at: datetime) -> QuerySet[SlaClock]:
    late = SlaClock.objects.filter(pk__among=clocks, due_at__lt=at, breached_at=None, handoff__ended_at=None)
    return late.exclude(handoff=None).select_related("handoff", "lead__version", "version")


def _look(due: Sequence[Due], holds: Holds) -> None:
    lock(*{one.lead for one in due})
    if returned := [one.lead for one in due if one.handoff is None]:
        nurtured_all(returned)  # an e-mail is no entry of the journal, so it is looked for when the time is near
    moments = {one.clock: one.at for one in due}
    clocks = [clock for clock in _running(list(moments)) if _is_due(clock, moments)]
    said = [entry for clock in clocks if (entry := _declare(clock, moments[clock.pk])) is not None]
    update(clocks, ("warned_at", "breached_at", "next_at"))
    _after_breaches([clock for clock in clocks if clock.breached_at is not None], holds, moments)  # seats come before the journal
    record_all(said)


@prepared
def _running(clocks: Collection[int]) -> QuerySet[SlaClock]:
    rows = SlaClock.objects.select_for_update(of=("self",)).select_related("handoff__lead__version", "lead", "owner", "version")
    return rows.filter(pk__among=clocks, ended="").order_by("next_at", "pk")


def _is_due(clock: SlaClock, moments: Moments) -> bool:
    return clock.next_at is not None and clock.next_at < moments[clock.pk]


def _declare(clock: SlaClock, at: datetime) -> Said | None:
    """Set what is to be said of a clock now, and when to look again. Returns the entry, None if there is nothing to say."""
    verb, codes = _said(clock, at)
    clock.next_at = rules.next_look(clock.warn_at, clock.due_at, clock.warned_at, clock.breached_at)
    return Said(verb, clock.lead, at, agreement=clock.version.hash, codes=codes) if verb else None


def _said(clock: SlaClock, at: datetime) -> tuple[str, dict[str, str]]:
    codes = {"promise": clock.promise, "lead": str(clock.lead.key), "owner": str(clock.owner.key)}
    if clock.due_at is None or clock.breached_at is not None:
        return "", codes
    if clock.due_at < at:
        clock.breached_at = clock.due_at
        return "clock.breached", {**codes, "due_at": clock.due_at.isoformat()}
    if clock.warned_at is None and clock.warn_at is not None:
        clock.warned_at = at
        return "clock.warned", codes
    return "", codes


def _after_breaches(clocks: Sequence[SlaClock], holds: Holds, moments: Moments) -> None:
    """What the agreement says happens then. Only a handoff nobody has answered or tried is given to another."""
    late = {clock.handoff.pk: (clock, clock.handoff) for clock in clocks if clock.handoff is not None and _reroutes(clock, clock.handoff)}
    if not late:
        return
    known = evidence_of([handoff for _, handoff in late.values()])
    going = [clock_and_handoff for pk, clock_and_handoff in late.items() if not known[pk].contacts and known[pk].decided_at is None]
    _on_to_others([(handoff, _ran_out(clock), moments[clock.pk]) for clock, handoff in going], holds)


def _ran_out(clock: SlaClock) -> str:
    return f"{clock.promise.replace('-', ' ')}: the time ran out"


def _reroutes(clock: SlaClock, handoff: Handoff) -> bool:
    return "reroute" in signed_of(clock.version).terms.promise(clock.promise).on_breach and handoff.ended_at is None


def may_go_on(before: datetime) -> list[tuple[int, datetime]]:
    """Handoffs, by row, that will be given to another before a moment if nobody tries or answers, each with when, in order."""
    late = [(clock, clock.handoff, clock.due_at) for clock in _unbreached(before)]
    return [(handoff.pk, due_at) for clock, handoff, due_at in late if handoff and due_at and _reroutes(clock, handoff)]


@prepared
def _unbreached(before: datetime) -> QuerySet[SlaClock]:
    late = SlaClock.objects.filter(ended="", breached_at=None, due_at__lt=before, handoff__ended_at=None).exclude(handoff=None)
    return late.select_related("handoff", "version").order_by("due_at", "pk")


def _on_to_others(going: Sequence[tuple[Handoff, str, datetime]], holds: Holds) -> None:
    """Handoffs with the reason they go on, and when, by the route as it stands then, its conditions asked anew."""
    opened = reroute_all([Leaving(handoff.pk, at, reason, holds.get(handoff.lead_id, frozenset())) for handoff, reason, at in going])
    start_all([handoff for before, handoff in opened.items() if handoff.pk != before])


def reroute_absent(*, at: datetime) -> int:
    """Give unanswered handoffs of those who are away or left to the next in turn; returns how many went.

    Which of them is drawn by lot, so that those who can go to nobody do not keep the others waiting for ever.
    """
    away = Q(owner__is_active=False) | Q(owner__in=_absent(at))
    answered = Disposition.objects.filter(handoff=OuterRef("pk"), withdrawn_at=None)
    waiting = (
        Handoff.objects.filter(away, ~Exists(answered), ended_at=None).order_by("?").select_related("owner", "version", "lead__version")
    )
    going = [handoff for handoff in waiting[:AT_ONCE] if signed_of(handoff.version).terms.handoff.absent.skip]
    together_or_alone(going, lambda some: _go_on(some, at), lambda _: logger.exception("a lead of somebody who is away cannot go on"))
    return Handoff.objects.filter(pk__in=[handoff.pk for handoff in going], ended_how="moved").count()


def _go_on(going: Sequence[Handoff], at: datetime) -> None:
    holds = route_rules_holding([handoff.lead for handoff in going], at=at)
    why = seats.away({handoff.owner for handoff in going}, at)
    with transaction.atomic():
        _on_to_others([(one, f"{one.owner.name} is {why.get(one.owner.email, 'away')}", at) for one in going], holds)


def _absent(at: datetime) -> Iterable[int]:
    return absences(at).filter(kind="absent").values_list("member", flat=True)
