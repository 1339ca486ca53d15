"""Is the routing fair? Who stands where in each pool, who is next and why, and whether past turns can be decided again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from treaty.agreement.terms import Terms
from treaty.handoff import rules, seats
from treaty.handoff.models import Handoff, Seat
from treaty.team.models import Member
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
    for name, pool in terms.pools.items():
        people = [members[email] for email in pool.members if email in members]
        candidates = _candidates(people, {m.pk: held[name, m.pk] for m in people if (name, m.pk) in held}, reasons, holding)
        equal = not any(rule.pool == name and rule.weight == "capacity" for rule in terms.routes)
        chosen = rules.next_in_turn(candidates, equal=equal)
        found.append(Standing(name, candidates, equal, chosen.email if chosen else ""))
    return found


def _candidates(
    people: Sequence[Member], held: Mapping[int, Seat], reasons: Mapping[str, str], holding: Mapping[int, int]
) -> list[rules.Candidate]:
    """As `seats.pools` would make them, newcomers and those back from absence level with whoever is furthest behind."""
    present = [(held[m.pk].taken, m.capacity) for m in people if m.pk in held and m.email not in reasons and not held[m.pk].was_away]
    return [
        rules.Candidate(
            email=member.email,
            weight=member.capacity,
            taken=_taken(member, held.get(member.pk), reasons, present),
            away=reasons.get(member.email, ""),
            room=seats.room_of(member, holding),
        )
        for member in sorted(people, key=lambda one: one.email)
    ]


def _taken(member: Member, seat: Seat | None, reasons: Mapping[str, str], present: Sequence[tuple[int, int]]) -> int:
    taken = seat.taken if seat else 0
    if member.email in reasons or (seat is not None and not seat.was_away):
        return taken
    return rules.calibrated(taken, member.capacity, present)


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of the ledger. again: who it would be, decided from its row alone; empty when the row does not hold enough."""

    assignment: Assignment
    again: str

    @property
    def agrees(self) -> bool:
        return self.again == self.assignment.owner.email


def turns(terms: Terms, most: int = 50) -> list[Turn]:
    """The latest turns, each decided once more from its ledger row. Three queries."""
    rows = list(pool_turns()[:most])
    had = _had(rows)
    equal = {name: not any(rule.pool == name and rule.weight == "capacity" for rule in terms.routes) for name in terms.pools}
    return [Turn(row, _again(row, had.get(row.pk, frozenset()), equal.get(row.pool, False))) for row in rows]


def pool_turns() -> QuerySet[Assignment]:
    rows = Assignment.objects.filter(rule="pool").select_related("owner", "lead__person__account", "handoff")
    return rows.order_by("-starts_at", "-id")


def _again(row: Assignment, excluded: frozenset[str], equal: bool) -> str:
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
