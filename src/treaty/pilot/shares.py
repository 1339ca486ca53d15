"""How good a definition was at finding what it should: shares with the range their true value lies in. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from treaty.shares import wilson


@dataclass(frozen=True, slots=True)
class Share:
    """k of n, between low and high 95 of 100 times. share: None of nothing."""

    k: float
    n: float
    low: float
    high: float

    @property
    def share(self) -> float | None:
        return self.k / self.n if self.n else None


def share(k: int, n: int) -> Share:
    return Share(k, n, *wilson(k, n))


def money_share(found: float, total: float, squares: float) -> Share:
    """The part of an amount that was found, of deals that weigh what they are worth. (0, 1) of nothing.

    squares: the sum of all squared amounts. A few large deals speak for few: the range is that of as many equal deals as say as much.
    Source: the effective sample size of Kish 1965, 11.7, in Wilson's interval.
    """
    if total <= 0 or squares <= 0:
        return Share(0, 0, 0.0, 1.0)
    alike = total * total / squares
    return Share(found, total, *wilson(found / total * alike, alike))


@dataclass(frozen=True, slots=True)
class Lift:
    """How many times as often as among all whose outcome is known; None where nothing is known of either."""

    lift: float | None
    low: float | None
    high: float | None


def lift(precision: Share, all_known: Share) -> Lift:
    """The range is that of the precision: how often it happens among all is taken as it was counted."""
    if not precision.n or not all_known.k or all_known.share is None or precision.share is None:
        return Lift(None, None, None)
    return Lift(precision.share / all_known.share, precision.low / all_known.share, precision.high / all_known.share)


Key = tuple[str, str, bool, bool, bool]
Counts = Mapping[Key, int]
"""How many people by (answer, deal, is_returned, is_worked, is_before), see `outcomes.judged`."""


@dataclass(frozen=True, slots=True)
class Became:
    """What became of those a definition found. Each is `before`, `unworked`, `waiting`, or closed: a deal won or lost, or given back.

    people: all of them · accepted: of those sales answered · won: of those that are closed · before: sales was there already
    unworked: nobody in sales ever answered, reached out or had a deal with them, so what would have become is unknown
    waiting: worked, without a result so far
    """

    people: int
    accepted: Share
    won: Share
    unworked: int
    before: int
    waiting: int


def became(counts: Counts) -> Became:
    """Shares are of those found before sales was there."""
    ahead = [(key, n) for key, n in counts.items() if not key[4]]
    answers = [(key[0], n) for key, n in ahead if key[0]]
    closed = [(key[1], n) for key, n in ahead if _is_closed(key)]
    people, unworked = sum(counts.values()), sum(n for key, n in ahead if not key[3])
    return Became(
        people=people,
        accepted=share(sum(n for answer, n in answers if answer == "accepted"), sum(n for _, n in answers)),
        won=share(sum(n for deal, n in closed if deal == "won"), sum(n for _, n in closed)),
        unworked=unworked,
        before=people - sum(n for _, n in ahead),
        waiting=sum(n for _, n in ahead) - sum(n for _, n in closed) - unworked,
    )


def _is_closed(key: Key) -> bool:
    _, deal, is_returned, _, _ = key
    return deal in ("won", "lost") or (is_returned and not deal)


def added(one: Counts, other: Counts) -> Counts:
    return {key: one.get(key, 0) + other.get(key, 0) for key in {*one, *other}}
