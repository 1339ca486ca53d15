"""What the worker looks after: clocks whose moment has come, and leads of those who are away."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from treaty.agreement.queries import signed_of
from treaty.batches import together_or_alone
from treaty.bulk import update
from treaty.feedback.models import Disposition
from treaty.handoff.actions import Leaving, lock, reroute_all
from treaty.handoff.models import Handoff
from treaty.journal.actions import Said, record_all
from treaty.qualification.asking import route_rules_holding
from treaty.sla import rules
from treaty.sla.actions import nurtured_all, start_all
from treaty.sla.evidence import evidence_of
from treaty.sla.models import SlaClock
from treaty.team.queries import absences

logger = logging.getLogger("treaty.sla")
AT_ONCE = 200
"""How many are looked at in one go at most."""
AGAIN = timedelta(minutes=1)
"""After how long a clock is looked at again that could not be."""

Holds = Mapping[int, frozenset[int]]
"""By lead, the positions of the route's rules whose condition holds."""
Due = tuple[int, int, int | None]
"""The rows of a clock, of its lead and of its handoff; marketing's have none."""


def tick(*, at: datetime) -> int:
    """Warn and declare breaches whose moment has passed; each is written once. Returns how many clocks were looked at.

    Of a lead one clock at a time, the earliest first: what follows from it may end the others.
    """
    looked_at, is_more = 0, True
    while is_more and looked_at < AT_ONCE:
        due, is_more = _due(at)
        together_or_alone(due, lambda clocks: _look_all(clocks, at), lambda clock: _put_off(clock, at))
        looked_at += len(due)
    return looked_at


def _due(at: datetime) -> tuple[list[Due], bool]:
    """(the first clock of each lead, are there more?)"""
    due = SlaClock.objects.filter(ended="", next_at__lt=at).order_by("next_at", "pk").values_list("pk", "lead", "handoff")
    first: dict[int, Due] = {}
    rows = list(due[:AT_ONCE])
    for pk, lead, handoff in rows:
        first.setdefault(lead, (pk, lead, handoff))
    return list(first.values()), len(first) < len(rows)


def _put_off(due: Due, at: datetime) -> None:
    logger.exception("a clock cannot be looked at, and is put off")
    SlaClock.objects.filter(pk=due[0]).update(next_at=at + AGAIN)


def _look_all(due: Sequence[Due], at: datetime) -> None:
    holds = _rules_holding(due, at)  # asked while nobody waits for us
    with transaction.atomic():
        _look(due, holds, at)


def _rules_holding(due: Sequence[Due], at: datetime) -> Holds:
    """Of the leads that will go on if nobody has tried: which conditions of the route hold."""
    late = SlaClock.objects.filter(pk__in=[pk for pk, _, _ in due], due_at__lt=at, breached_at=None, handoff__ended_at=None)
    clocks = late.exclude(handoff=None).select_related("handoff", "lead__version", "version")
    return route_rules_holding([clock.lead for clock in clocks if clock.handoff and _reroutes(clock, clock.handoff)], at=at)


def _look(due: Sequence[Due], holds: Holds, at: datetime) -> None:
    lock(*{lead for _, lead, _ in due})
    if returned := [lead for _, lead, handoff in due if handoff is None]:
        nurtured_all(returned)  # an e-mail is no entry of the journal, so it is looked for when the time is near
    rows = SlaClock.objects.select_for_update(of=("self",)).select_related("handoff__lead__version", "lead", "owner", "version")
    clocks = list(rows.filter(pk__in=[pk for pk, _, _ in due], ended="", next_at__lt=at).order_by("next_at", "pk"))
    said = [entry for clock in clocks if (entry := _declare(clock, at)) is not None]
    update(clocks, ("warned_at", "breached_at", "next_at"))
    _after_breaches([clock for clock in clocks if clock.breached_at is not None], holds, at)  # it takes seats: they come before the journal
    record_all(said)


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


def _after_breaches(clocks: Sequence[SlaClock], holds: Holds, at: datetime) -> None:
    """What the agreement says happens then. Only a handoff nobody has answered or tried is given to another."""
    late = {clock.handoff.pk: (clock, clock.handoff) for clock in clocks if clock.handoff is not None and _reroutes(clock, clock.handoff)}
    if not late:
        return
    known = evidence_of([handoff for _, handoff in late.values()])
    going = [late[pk] for pk, found in known.items() if not found.contacts and found.decided_at is None]
    _on_to_others([(handoff, f"{clock.promise.replace('-', ' ')}: the time ran out") for clock, handoff in going], holds, at)


def _reroutes(clock: SlaClock, handoff: Handoff) -> bool:
    return "reroute" in signed_of(clock.version).terms.promise(clock.promise).on_breach and handoff.ended_at is None


def _on_to_others(going: Sequence[tuple[Handoff, str]], holds: Holds, at: datetime) -> None:
    """Handoffs with the reason they go on, by the route as it stands now, its conditions asked anew."""
    opened = reroute_all([Leaving(handoff.pk, at, reason, holds.get(handoff.lead_id, frozenset())) for handoff, reason in going])
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
    with transaction.atomic():
        _on_to_others([(handoff, f"{handoff.owner.name} is away") for handoff in going], holds, at)


def _absent(at: datetime) -> Iterable[int]:
    return absences(at).filter(kind="absent").values_list("member", flat=True)
