"""Who would get it? The route of a document that nobody has signed yet, asked about a lead somebody imagines. Nothing is taken or kept."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from treaty.agreement.terms import Terms
from treaty.agreement.terms_handoff import Rule
from treaty.handoff import rules, seats


@dataclass(frozen=True, slots=True, kw_only=True)
class Imagined:
    """A lead. account_owner: e-mail, empty for none; holds: positions of the rules whose condition holds for it; away: who else is away."""

    segment: str
    account_owner: str = ""
    holds: frozenset[int] = frozenset()
    away: frozenset[str] = frozenset()


@transaction.atomic
def tried(terms: Terms, imagined: Imagined, *, at: datetime, turns: int = 3) -> list[rules.Route]:
    """Who would get it and each of the next like it, from the turns taken so far. Empty when no rule names anybody.

    Pools of the same name go on from their turns, as they will when the document is signed; new ones begin level.
    """
    named = seats.members_named(terms)
    reasons = seats.away(named.values(), at) | dict.fromkeys(imagined.away, "away, as imagined")
    there, holding = seats.held(terms.pools), seats.open_leads(named.values())
    pools = {pool: seats.candidates(seats.members_of(terms, pool, named), there[pool], reasons, holding) for pool in terms.pools}
    found: list[rules.Route] = []
    for _ in range(turns):
        situation = rules.Situation(
            segment=imagined.segment, account_owner=imagined.account_owner, pools=pools, away=reasons,
            holds=lambda rule: _position(rule, terms.routes) in imagined.holds,
        )  # fmt: skip
        try:
            route = rules.route(terms.routes, situation)
        except rules.NobodyLeft:
            return found
        found.append(route)
        if route.pool:
            pools[route.pool] = [_with_turn(one) if one.email == route.email else one for one in pools[route.pool]]
    return found


def _position(rule: Rule, routes: Iterable[Rule]) -> int:
    return next(i for i, one in enumerate(routes) if one is rule)


def _with_turn(one: rules.Candidate) -> rules.Candidate:
    return replace(one, taken=one.taken + 1, room=None if one.room is None else one.room - 1)
