"""The turns of several leads, one after another: what decides them is read once, and what they change is written once."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from treaty.agreement.queries import signed_of
from treaty.agreement.terms import Terms
from treaty.agreement.terms_handoff import Rule
from treaty.bulk import insert, update
from treaty.handoff import rules, seats
from treaty.handoff.models import Seat
from treaty.prepared import prepared
from treaty.team.models import Member
from treaty.team.queries import reps
from treaty.truth.models import Assignment, Lead


class Turns:
    """The pools as each turn finds them.

    Made inside the transaction and after the leads are held: from then on nobody else takes a turn of these pools.
    `route` decides one turn, `take` uses it, `keep` writes all of them.
    """

    def __init__(self, leads: Sequence[Lead], moments: Sequence[datetime]) -> None:
        self._terms: dict[int, Terms] = {lead.version_id: signed_of(lead.version).terms for lead in leads}
        self._named = {version: seats.members_named(terms) for version, terms in self._terms.items()}
        owners = [owner for lead in leads if (owner := account_owner(lead)) is not None]
        everyone = {m.pk: m for named in [*(self._named.values()), {m.email: m for m in owners}] for m in named.values()}
        self._everyone = {member.email: member for member in everyone.values()}
        self._absences = seats.absences_within(everyone.values(), min(moments), max(moments))
        self._takers = set(reps().filter(pk__in=[m.pk for m in owners]).values_list("email", flat=True)) if owners else set()
        self._seats = seats.held({pool for terms in self._terms.values() for pool in terms.pools})
        self._holding = seats.open_leads(everyone.values())  # counted when nobody else can take a turn any more
        self._away: dict[datetime, dict[str, str]] = {}
        self._turn: dict[str, int] = {}
        self._new: list[Seat] = []
        self._changed: dict[int, Seat] = {}

    def route(self, lead: Lead, at: datetime, holds: frozenset[int], excluded: frozenset[str] = frozenset()) -> rules.Route:
        """Who is to have it. holds: positions of the route's rules whose `when` holds for the lead. Raises rules.NobodyLeft."""
        terms, owner = self._terms[lead.version_id], account_owner(lead)
        reasons = self._away_at(at)
        holding = {id(rule) for position, rule in enumerate(terms.routes) if position in holds}
        situation = rules.Situation(
            segment=lead.segment,
            account_owner=owner.email if owner else "",
            pools={name: self._candidates(name, lead.version_id, reasons, at) for name in terms.pools},
            away={**(self._unable(owner) if owner else {}), **reasons},
            holds=lambda rule: _holds(rule, holding),
            excluded=excluded,
        )
        return rules.route(terms.routes, situation)

    def take(self, lead: Lead, found: rules.Route) -> tuple[Member, int | None]:
        """(the next owner, the number of the turn in its pool): the lead is theirs for every turn after this one."""
        owner = self._everyone[found.email]
        for member, more in ((lead.owner_id, -1), (owner.pk, 1)):
            self._holding[member] = self._holding.get(member, 0) + more
        if found.rule != "pool":
            return owner, None
        seat = self._seats[found.pool][owner.pk]
        seat.taken += 1
        self._note(seat)
        return owner, self._next_turn(found.pool)

    def keep(self) -> None:
        """Write the seats as the turns left them."""
        insert(self._new)
        update(self._changed.values(), ["taken", "was_away"])

    def _away_at(self, at: datetime) -> dict[str, str]:
        if at not in self._away:
            self._away[at] = seats.away_by(self._everyone.values(), self._absences, at)
        return self._away[at]

    def _unable(self, owner: Member) -> dict[str, str]:
        """Why the owner of an account takes no lead even while they are here: not their work, or no room."""
        if owner.email not in self._takers:
            return {owner.email: "nobody who takes leads"}
        full = seats.has_no_room(owner, self._holding)
        return {owner.email: f"full: {owner.max_open} open leads are the most"} if full else {}

    def _candidates(self, pool: str, version: int, reasons: dict[str, str], at: datetime) -> list[rules.Candidate]:
        """Everybody of a pool, in their seats; newcomers and those back from absence level with whoever is furthest behind."""
        named, there = self._named[version], self._seats[pool]
        found = seats.candidates(seats.members_of(self._terms[version], pool, named), there, reasons, self._holding)
        for one in found:
            member, is_away = named[one.email], bool(one.away)
            seat = there.get(member.pk)
            if seat is None:
                seat = there[member.pk] = Seat(pool=pool, member=member, taken=one.taken, was_away=is_away, joined_at=at)
                self._new.append(seat)
            elif (seat.taken, seat.was_away) != (one.taken, is_away):
                seat.taken, seat.was_away = one.taken, is_away
                self._note(seat)
        return found

    def _note(self, seat: Seat) -> None:
        if seat.pk is not None:  # a new one is written as it is in the end
            self._changed[seat.pk] = seat

    def _next_turn(self, pool: str) -> int:
        if pool not in self._turn:
            self._turn[pool] = next(iter(_last_turn(pool)), None) or 0
        self._turn[pool] += 1
        return self._turn[pool]


@prepared
def _last_turn(pool: str) -> QuerySet[Assignment, int | None]:
    return Assignment.objects.filter(pool=pool, turn__isnull=False).order_by("-turn").values_list("turn", flat=True)[:1]


def account_owner(lead: Lead) -> Member | None:
    """Who owns the account of the lead's person."""
    return lead.person.account.owner if lead.person.account else None


def _holds(rule: Rule, holding: set[int]) -> bool:
    return id(rule) in holding
