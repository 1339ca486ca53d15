"""The rep's queue: a query here, for it is ordered by the clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)

from treaty.agreement.models import InForce, Version
from treaty.agreement.queries import signed_of
from treaty.currencies import rounded
from treaty.feedback.models import Disposition
from treaty.handoff.models import Handoff
from treaty.sla.models import SlaClock
from treaty.sla.rules import Standing, standing
from treaty.team.models import Member, Role
from treaty.truth.models import Opportunity

ORDER = ("first_contact", "disposition", "contact_attempts")
DEALS = ("opportunity", "customer")
"""Stages in which a lead is worked as a deal and no longer in the queue."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One lead of the queue: what is asked next, by when, and what it may be worth."""

    handoff: Handoff
    clock: SlaClock | None
    standing: Standing
    worth: Decimal | None
    is_accepted: bool


def handoffs(member: Member) -> QuerySet[Handoff]:
    """Handoffs this member may look at: a rep's own, a manager's and everybody else's all."""
    rows = Handoff.objects.select_related("lead__person__account", "lead__version", "owner", "version", "assignment")
    return rows.filter(owner=member) if member.role == Role.SALES_REP else rows


_RUNNING = SlaClock.objects.filter(handoff=OuterRef("pk"), ended="")
_ACCEPTED = Disposition.objects.filter(handoff=OuterRef("pk"), withdrawn_at=None, outcome="accepted")


def queued(member: Member, *, owner: Member | None = None, search: str = "") -> QuerySet[Handoff]:
    """Handoffs that wait for a rep, to be counted; `queue` puts them in order.

    owner: whose queue, default the member's own; another's is shown to those who may see it, else it is empty. An
    accepted lead waits until it becomes an opportunity, and whatever its owner left behind until somebody takes it over.
    """
    rows = handoffs(member).filter(owner=owner or member, ended_at=None, lead__closed_at=None)
    rows = rows.filter(~Q(lead__stage__in=DEALS) | Exists(_RUNNING) | ~Exists(_ACCEPTED) | Q(owner__is_active=False))
    if search:
        person = "lead__person__"
        names = (f"{person}name", f"{person}email", f"{person}title", f"{person}account__name")
        rows = rows.filter(reduce(or_, (Q(**{f"{name}__icontains": search}) for name in names)))
    return rows


def _in_order(rows: QuerySet[Handoff]) -> QuerySet[Handoff]:
    """The one whose clock runs out first at the head, then by worth; one without a running clock comes after those with
    one, and one that has just arrived, whose clocks are not started yet, before all."""
    first_due = _RUNNING.filter(due_at__isnull=False).order_by("due_at").values("due_at")[:1]
    arrived = ExpressionWrapper(~Exists(_RUNNING) & ~Exists(_ACCEPTED), BooleanField())
    rows = rows.annotate(next_due=Subquery(first_due), is_new=arrived, worth=_worth())
    return rows.order_by("-is_new", F("next_due").asc(nulls_last=True), F("worth").desc(nulls_last=True), "made_at", "pk")


def queue(member: Member, *, at: datetime, owner: Member | None = None, search: str = "", part: slice = slice(None)) -> list[Waiting]:
    """What waits for a rep, by the clock that runs out first, then by value. Eight queries, whatever its length.

    part: which of them, in the order of the clock; a rep with a thousand leads needs the first fifty.
    """
    rows: Any = _in_order(queued(member, owner=owner, search=search)).select_related(None)
    worth = dict(rows.values_list("pk", "worth")[part])
    whole = Handoff.objects.filter(pk__in=worth).select_related("lead__person__account", "owner", "assignment")
    found = whole.prefetch_related(
        "version",
        "lead__version",
        Prefetch("clocks", SlaClock.objects.filter(ended=""), to_attr="running"),
        Prefetch("dispositions", Disposition.objects.filter(withdrawn_at=None), to_attr="answers"),
    )
    handoffs_by = {handoff.pk: handoff for handoff in found}
    return [_waiting(handoffs_by[pk], worth[pk], at) for pk in worth if pk in handoffs_by]


def _waiting(handoff: Handoff, worth: Decimal | None, at: datetime) -> Waiting:
    running: list[SlaClock] = handoff.running  # type: ignore[attr-defined]
    answers: list[Disposition] = handoff.answers  # type: ignore[attr-defined]
    clock = next_clock(running)
    state = standing(clock.due_at, None, at=at, warn_at=clock.warn_at) if clock else Standing.RUNNING
    return Waiting(handoff, clock, state, worth, bool(answers) and answers[0].outcome == "accepted")


def running_clocks(member: Member) -> QuerySet[SlaClock]:
    """Every clock that runs in a rep's own queue."""
    return SlaClock.objects.filter(ended="", owner=member, handoff__owner=member, handoff__ended_at=None, lead__closed_at=None)


BY_DUE = (F("due_at").asc(nulls_last=True), "promise", "pk")
"""As `next_clock` chooses."""


def next_clocks(member: Member, *, most: int) -> list[SlaClock]:
    """What a rep's queue asks next, one clock per handoff, by the clock that runs out first. One query."""
    numbers = running_clocks(member).order_by(*BY_DUE).values("pk")[:most]
    found: dict[int | None, SlaClock] = {}
    for clock in SlaClock.objects.filter(pk__in=numbers).select_related("lead__person__account", "version", "handoff").order_by(*BY_DUE):
        found.setdefault(clock.handoff_id, clock)
    return list(found.values())


def next_clock(running: Iterable[SlaClock]) -> SlaClock | None:
    """The clock that runs out first; of those due together, the one that starts the work."""
    return min(running, key=lambda c: (c.due_at is None, c.due_at, c.promise), default=None)


def _worth() -> Case:
    """What a lead of its segment is worth in its agreement's currency, in the database: the queue is put in order there."""
    amount = DecimalField(max_digits=18, decimal_places=2)
    worth, versions = expected_worth(), versions_by_currency()
    known = [(currency, segment, mean) for (currency, segment), mean in worth.items() if currency in versions]
    known.sort(key=lambda one: not one[1])  # the mean of all stands last, for leads of a segment without one
    cases = [
        When(Q(version__in=versions[currency]) & (Q(lead__segment=segment) if segment else Q()), then=Value(mean, amount))
        for currency, segment, mean in known
    ]
    return Case(*cases, default=Value(None, amount), output_field=amount)


def versions_by_currency() -> dict[str, list[int]]:
    """The versions under which leads may wait, by number of their row, under the currency they reckon in."""
    found: dict[str, list[int]] = {}
    for version in Version.objects.filter(pk__in=InForce.objects.values("version")):
        found.setdefault(signed_of(version).terms.currency, []).append(version.pk)
    return found


def worth_of(handoff: Handoff) -> Decimal | None:
    """What one lead may be worth, in the currency of its agreement."""
    worth, currency = expected_worth(), signed_of(handoff.version).terms.currency
    return worth.get((currency, handoff.lead.segment), worth.get((currency, "")))


def expected_worth() -> dict[tuple[str, str], Decimal]:
    """What a won deal was worth on average, by currency and segment; under the empty segment for all of that currency.

    Amounts are not converted: a deal in another currency than an agreement's says nothing of its leads.
    """
    sums: dict[tuple[str, str], tuple[Decimal, int]] = {}
    won = Opportunity.objects.filter(outcome="won", amount__isnull=False, gone_at=None)
    for row in won.values("currency", "lead__segment").annotate(total=Sum("amount"), count=Count("pk")):
        for key in {(row["currency"], row["lead__segment"] or ""), (row["currency"], "")}:
            total, count = sums.get(key, (Decimal(), 0))
            sums[key] = (total + row["total"], count + row["count"])
    return {key: rounded(total / count, key[0]) for key, (total, count) in sums.items()}
