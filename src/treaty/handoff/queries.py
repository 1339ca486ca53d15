"""Is the routing fair? Who stands where in each pool, who is next and why, and whether past turns can be decided again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from treaty.agreement.queries import signed_of
from treaty.agreement.terms import Terms
from treaty.handoff import rules, seats
from treaty.handoff.models import Handoff, Seat
from treaty.truth.models import Assignment


@dataclass(frozen=True, slots=True)
class Standing:
    """A pool at a moment, as the next turn would find it. equal: the agreement gives everyone the same weight."""

    pool: str
    candidates: Sequence[rules.Candidate]
    equal: bool
    next: str

    def share(self, candidate: rules.Candidate) -> float:
        """The part of the turns that falls to somebody by weight, among all of the pool."""
        weights = [1 if self.equal else one.weight for one in self.candidates]
        return (1 if self.equal else candidate.weight) / sum(weights)


def standings(terms: Terms, at: datetime) -> list[Standing]:
    """Every pool of the agreement. Reads only: nobody's count changes by being looked at. About five queries."""
    members = seats.members_named(terms)
    reasons = seats.away(members.values(), at)
    held = {(seat.pool, seat.member_id): seat for seat in Seat.objects.filter(pool__in=terms.pools)}
    holding = seats.open_leads(members.values())
    found = []
    for name in terms.pools:
        people = seats.members_of(terms, name, members)
        candidates = seats.candidates(people, {m.pk: held[name, m.pk] for m in people if (name, m.pk) in held}, reasons, holding)
        chosen = rules.next_in_turn(candidates, equal=is_equal(terms, name))
        found.append(Standing(name, candidates, is_equal(terms, name), chosen.email if chosen else ""))
    return found


def is_equal(terms: Terms, pool: str) -> bool:
    """Whether every turn of a pool weighs the same, whatever its members can take on."""
    return not any(rule.pool == pool and rule.weight == "capacity" for rule in terms.routes)


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of the ledger. again: who it would be, decided from its row alone; empty when the row does not hold enough."""

    assignment: Assignment
    again: str

    @property
    def agrees(self) -> bool:
        return self.again == self.assignment.owner.email


def turns(most: int = 50) -> list[Turn]:
    """The latest turns, each decided once more from its ledger row, by the version it was taken under. Four queries."""
    rows = list(pool_turns().prefetch_related("version")[:most])
    had = _had(rows)
    return [Turn(row, _again(row, had.get(row.pk, frozenset()))) for row in rows]


def pool_turns() -> QuerySet[Assignment]:
    rows = Assignment.objects.filter(rule="pool").select_related("owner", "lead__person__account", "handoff")
    return rows.order_by("-starts_at", "-id")


def _again(row: Assignment, excluded: frozenset[str]) -> str:
    equal = is_equal(signed_of(row.version).terms, row.pool)
    return rules.recompute(row.ledger, excluded, equal=equal) if row.ledger.get("candidates") else ""


def _had(rows: Sequence[Assignment]) -> dict[int, frozenset[str]]:
    """Per turn, who had had the lead since it was qualified: they were passed over, as `actions.reroute` does."""
    handed = list(
        Handoff.objects.filter(lead__in=[row.lead_id for row in rows]).values_list("lead", "qualified_at", "made_at", "owner__email")
    )
    found = {}
    for row in rows:
        handoff = getattr(row, "handoff", None)
        if handoff is not None:
            same = (
                email for lead, at, made, email in handed if (lead, at) == (row.lead_id, handoff.qualified_at) and made < handoff.made_at
            )
            found[row.pk] = frozenset(same)
    return found
