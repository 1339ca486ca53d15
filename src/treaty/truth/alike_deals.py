"""Deals of two systems that may be one: rules with points over plain values. Values in, pairs out; a member decides.

At least `ENOUGH` points of at most 11 make a pair. Each rule gives the first that fits, and says nothing where a value is missing:

    company   one account 3 · one buyer 3 · companies called alike, or of one domain 2 · else no pair
    amount    the same 3 · at most 5% apart 2 · at most 20% apart 1 · further apart −2 · in different currencies nothing
    close     at most 3 days apart 2 · at most 31 days 1 · more than 180 days −2
    name      the same words 3 · at least half of them 1, without the company's
    outcome   one won and one lost −3

Of the pairs of a deal those with the most points stand, if they have the most for the other deal too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from treaty.truth.identity import normal_company
from treaty.truth.matching.normal import plain

ENOUGH = 6
MOST = 400
"""Deals of one company that are compared with each other: among more, near amounts and days say little."""


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal as it is compared.

    systems: the numbers of those that tell of it · domain: what somebody registered, or empty · buyers: numbers of people
    closes_on: when it closed or is to close · outcome: open, won or lost
    """

    number: int
    systems: frozenset[int]
    account: int | None = None
    company: str = ""
    domain: str = ""
    buyers: frozenset[int] = frozenset()
    name: str = ""
    amount: Decimal | None = None
    currency: str = ""
    closes_on: date | None = None
    outcome: str = "open"


class Line(NamedTuple):
    """One rule that says something of a pair: which, what was found, its points."""

    rule: str
    found: str
    points: int


class Pair(NamedTuple):
    """Two deals that may be one, the lower number first, and what speaks for it and against."""

    one: int
    other: int
    lines: tuple[Line, ...]

    @property
    def points(self) -> int:
        return sum(line.points for line in self.lines)


def pairs(deals: Iterable[Deal]) -> list[Pair]:
    """Every pair that stands, by number."""
    found = [pair for pair in _candidates(deals) if pair.points >= ENOUGH]
    best: dict[int, int] = defaultdict(int)
    for pair in found:
        for number in (pair.one, pair.other):
            best[number] = max(best[number], pair.points)
    return sorted(pair for pair in found if pair.points == best[pair.one] == best[pair.other])


def lines(one: Deal, other: Deal) -> tuple[Line, ...]:
    """What the rules say of two deals; nothing where they are of no common company."""
    company = _company(one, other)
    if company is None:
        return ()
    said = (_amount(one, other), _close(one, other), _name(one, other), _outcome(one, other))
    return (company, *(line for line in said if line is not None))


def _candidates(deals: Iterable[Deal]) -> Iterator[Pair]:
    """Every two of one company of which no system tells of both."""
    by: dict[tuple[str, object], list[Deal]] = defaultdict(list)
    for deal in deals:
        for key in _keys(deal):
            by[key].append(deal)
    seen = set()
    for some in by.values():
        for pair in combinations(some, 2) if len(some) <= MOST else ():
            one, other = sorted(pair, key=lambda deal: deal.number)
            if (one.number, other.number) not in seen and not one.systems & other.systems:
                seen.add((one.number, other.number))
                yield Pair(one.number, other.number, lines(one, other))


def _keys(deal: Deal) -> Iterator[tuple[str, object]]:
    named = (("account", deal.account), ("company", normal_company(deal.company)), ("domain", deal.domain))
    yield from ((kind, value) for kind, value in named if value)
    yield from (("buyer", person) for person in deal.buyers)


def _company(one: Deal, other: Deal) -> Line | None:
    if one.account is not None and one.account == other.account:
        return Line("company", f"both are of {one.company or one.domain or 'one account'}", 3)
    if one.buyers & other.buyers:
        return Line("company", "somebody buys in both", 3)
    if one.domain and one.domain == other.domain:
        return Line("company", f"both companies are at {one.domain}", 2)
    if (name := normal_company(one.company)) and name == normal_company(other.company):
        return Line("company", f"{one.company} and {other.company} are called alike", 2)
    return None


def _amount(one: Deal, other: Deal) -> Line | None:
    if one.amount is None or other.amount is None or one.currency != other.currency:
        return None
    if one.amount == other.amount:
        return Line("amount", f"both are worth {_money(one)}", 3)
    most = max(abs(one.amount), abs(other.amount))
    apart = abs(one.amount - other.amount) / most
    points = next((points for limit, points in ((Decimal("0.05"), 2), (Decimal("0.2"), 1)) if apart <= limit), -2)
    return Line("amount", f"{_money(one)} and {_money(other)}", points)


def _close(one: Deal, other: Deal) -> Line | None:
    if one.closes_on is None or other.closes_on is None:
        return None
    days = abs((one.closes_on - other.closes_on).days)
    points = 2 if days <= 3 else 1 if days <= 31 else -2 if days > 180 else 0
    if not days:
        return Line("close", f"both close on {_day(one.closes_on)}", points)
    apart = f"{days} day{'' if days == 1 else 's'} apart"
    return Line("close", f"{_day(one.closes_on)} and {_day(other.closes_on)}, {apart}", points) if points else None


def _name(one: Deal, other: Deal) -> Line | None:
    mine, theirs = (_words(deal) for deal in (one, other))
    if not mine or not theirs:
        return None
    if mine == theirs:
        return Line("name", f"both are called {one.name}", 3)
    shared = len(mine & theirs)
    return Line("name", f"{one.name} and {other.name} share words", 1) if 2 * shared >= max(len(mine), len(theirs)) else None


def _words(deal: Deal) -> frozenset[str]:
    """The words of a name without those of the company, unless it has no others."""
    every = frozenset(plain(deal.name).split())
    return every - frozenset(plain(deal.company).split()) or every


def _outcome(one: Deal, other: Deal) -> Line | None:
    return Line("outcome", "one was won and the other lost", -3) if {one.outcome, other.outcome} == {"won", "lost"} else None


def _money(deal: Deal) -> str:
    return f"{deal.amount:,.2f} {deal.currency}".strip()


def _day(on: date) -> str:
    return f"{on:%-d %B %Y}"


def is_news(now: Sequence[Line], then: Sequence[Line]) -> bool:
    """Whether more speaks for a pair than did when somebody answered that they are two."""
    before = {line.rule: line.points for line in then}
    return any(line.points > max(before.get(line.rule, 0), 0) for line in now)
