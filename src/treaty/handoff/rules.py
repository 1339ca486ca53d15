"""Who takes a lead, and why: the route of the agreement, decided from values anyone can check again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from treaty.agreement.terms_handoff import Rule


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of a pool at the moment of the turn.

    weight: how many leads they take while a colleague of weight 1 takes one. taken: turns taken since the
    pool's count began. away: why they take no handoff now, empty if they do. room: how many more open leads
    they may hold, None without a limit.
    """

    email: str
    weight: int
    taken: int
    away: str = ""
    room: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The decision: who, by which rule of the agreement, from which pool, and why in plain words."""

    email: str
    rule: str
    pool: str
    reasons: tuple[str, ...]
    candidates: tuple[Candidate, ...] = ()

    def ledger(self) -> dict[str, Any]:
        """All that decided the turn, so that anyone can decide it again."""
        return {"pool": self.pool, "candidates": [asdict(c) for c in self.candidates]}


@dataclass(frozen=True, slots=True)
class Situation:
    """What the route looks at.

    segment: the lead's. account_owner: e-mail, empty if none. holds: does a rule's condition hold for the lead.
    pools: candidates by pool. away: why a named member takes no lead now, by e-mail. excluded: members who just
    had the lead and let the time run out.
    """

    segment: str
    account_owner: str
    pools: Mapping[str, Sequence[Candidate]]
    away: Mapping[str, str]
    holds: Callable[[Rule], bool]
    excluded: frozenset[str] = frozenset()


class NobodyLeft(Exception):
    """No rule of the route gives the lead an owner; `check` refuses such an agreement before it is signed."""


def route(rules: Sequence[Rule], situation: Situation) -> Route:
    """Try the rules in order; the first that names somebody decides. Raises NobodyLeft.

    Source: agreement, "handoff.route" (R22).
    """
    tried = _Tried()
    for rule in rules:
        found = _try(rule, situation, tried)
        if found is not None:
            return found
    raise NobodyLeft("no rule of the route gives this lead an owner: add `rule: fallback` as the last one")


@dataclass(slots=True)
class _Tried:
    """What was tried before the rule that decides, in words. Why somebody takes nothing now is said once, where it first matters."""

    lines: list[str] = field(default_factory=list)
    told_of: set[str] = field(default_factory=set)

    def say(self, line: str, of: str = "") -> None:
        """of: whose absence the line is about; empty for nobody's."""
        if of not in self.told_of:
            self.lines.append(line)
        if of:
            self.told_of.add(of)


def _try(rule: Rule, situation: Situation, tried: _Tried) -> Route | None:
    if rule.segment is not None and rule.segment != situation.segment:
        return None
    if rule.when is not None and not situation.holds(rule):
        return None
    if rule.rule == "account_owner":
        return _account_owner(situation, tried)
    if rule.rule == "pool":
        return _from_pool(rule, situation, tried)
    return Route(rule.to or "", "fallback", "", (*tried.lines, "fallback: nobody is left without an owner"))


def _account_owner(situation: Situation, tried: _Tried) -> Route | None:
    owner = situation.account_owner
    if not owner:
        tried.say("the account has no owner")
        return None
    if owner in situation.excluded:
        tried.say(f"{owner} owns the account but is the one it is taken from")
        return None
    if away := situation.away.get(owner):
        tried.say(f"{owner} owns the account but is {away}", of=owner)
        return None
    return Route(owner, "account_owner", "", (*tried.lines, f"{owner} owns the account"))


def _from_pool(rule: Rule, situation: Situation, tried: _Tried) -> Route | None:
    """Of those who had the lead already it was said why it left them: whether they are away does not matter here."""
    pool = rule.pool or ""
    everyone = tuple(situation.pools.get(pool, ()))
    asked = [c for c in everyone if c.email not in situation.excluded]
    chosen = next_in_turn(asked, equal=rule.weight != "capacity")
    for one in asked:
        if one.away:
            tried.say(f"{one.email} is {one.away}", of=one.email)
    if chosen is None:
        tried.say(f"nobody in {pool} can take a lead now")
        return None
    where = f"segment {rule.segment}: " if rule.segment else ""
    return Route(chosen.email, "pool", pool, (*tried.lines, f"{where}next in turn in {pool}"), everyone)


def next_in_turn(candidates: Sequence[Candidate], *, equal: bool = False) -> Candidate | None:
    """The present member with room whose turns are furthest behind their weight; ties go by e-mail, never by age.

    (taken + 1) / weight is where each would stand after this turn; the smallest is next, among those who would
    not thereby pass their share. With equal weights this is plain round robin; while the same people are
    present nobody is ever a whole turn from their share. Source: the quota method of Balinski and Young.
    """
    present = [(c, 1 if equal else c.weight) for c in candidates if not c.away and (c.room is None or c.room > 0)]
    if not present:
        return None
    share = Fraction(1 + sum(c.taken for c, _ in present), sum(weight for _, weight in present))
    behind = [(c, weight) for c, weight in present if c.taken < weight * share]
    return min(behind, key=lambda row: (Fraction(row[0].taken + 1, row[1]), row[0].email))[0]


def recompute(ledger: Mapping[str, Any], excluded: frozenset[str] = frozenset(), *, equal: bool = False) -> str:
    """Who was next, from the ledger row alone: what the fairness page shows beside what happened."""
    candidates = [Candidate(**c) for c in ledger["candidates"]]
    chosen = next_in_turn([c for c in candidates if c.email not in excluded], equal=equal)
    return chosen.email if chosen else ""


def calibrated(taken: int, weight: int, others: Sequence[tuple[int, int]]) -> int:
    """The count with which a newcomer or returner starts, so that they are not flooded.

    others: (taken, weight) of those present. They begin level with the one furthest behind, never below
    what they already had.
    """
    if not others:
        return taken
    level = min(Fraction(t, w) for t, w in others)
    return max(taken, int(level * weight))
