"""The rep's queue: a query here, for it is ordered by the clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Avg, Prefetch, QuerySet

from treaty.feedback.models import Disposition
from treaty.handoff.models import Handoff
from treaty.sla.models import SlaClock
from treaty.sla.rules import Standing, standing
from treaty.team.models import Member, Role
from treaty.truth.models import Opportunity

ORDER = ("first_contact", "disposition", "contact_attempts")
FAR = 1 << 62


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


def queue(member: Member, *, at: datetime, owner: Member | None = None) -> list[Waiting]:
    """What waits for a rep, by the clock that runs out first, then by value. Four queries, whatever its length.

    owner: whose queue, default the member's own; another's is shown to those who may see it, else it is empty.
    """
    rows = handoffs(member).filter(owner=owner or member, ended_at=None, lead__closed_at=None)
    clocks = SlaClock.objects.filter(ended="")
    answers = Disposition.objects.filter(withdrawn_at=None)
    found = rows.prefetch_related(
        Prefetch("clocks", clocks, to_attr="running"), Prefetch("dispositions", answers, to_attr="answers")
    )  # fmt: skip
    worth = expected_worth()
    waiting = [_waiting(handoff, worth, at) for handoff in found]
    return sorted((w for w in waiting if w.clock is not None or not w.is_accepted or _is_worked(w)), key=_order)


def _is_worked(waiting: Waiting) -> bool:
    """An accepted lead stays in the queue until it becomes an opportunity."""
    return waiting.handoff.lead.stage not in ("opportunity", "customer")


def _waiting(handoff: Handoff, worth: dict[str, Decimal], at: datetime) -> Waiting:
    running: list[SlaClock] = handoff.running  # type: ignore[attr-defined]
    answers: list[Disposition] = handoff.answers  # type: ignore[attr-defined]
    clock = next_clock(running)
    state = standing(clock.due_at, None, at=at, warn_at=clock.warn_at) if clock else Standing.RUNNING
    value = worth.get(handoff.lead.segment) or worth.get("")
    return Waiting(handoff, clock, state, value, bool(answers) and answers[0].outcome == "accepted")


def next_clock(running: Iterable[SlaClock]) -> SlaClock | None:
    """The clock that runs out first; of those due together, the one that starts the work."""
    return min(running, key=lambda c: (c.due_at is None, c.due_at, c.promise), default=None)


def _order(waiting: Waiting) -> tuple[bool, datetime, Decimal]:
    due = waiting.clock.due_at if waiting.clock else None
    return due is None, due or waiting.handoff.made_at, -(waiting.worth or Decimal(0))


def expected_worth() -> dict[str, Decimal]:
    """What a deal is worth when it opens, on average of those won, per segment; under the empty name for all."""
    won = Opportunity.objects.filter(outcome="won", amount__isnull=False)
    found = {row["lead__segment"] or "": row["mean"] for row in won.values("lead__segment").annotate(mean=Avg("amount"))}
    total = won.aggregate(mean=Avg("amount"))["mean"]
    return {**{k: v for k, v in found.items() if v is not None}, **({"": total} if total is not None else {})}
