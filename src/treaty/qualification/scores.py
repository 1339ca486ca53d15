"""Scores as the evaluator reads them: rules that add up to whole points, counted in milli-points.

A rule whose `when` is one clause on the person's own touches (`at_least: 1`) gives its points at each touch
that counts; with a half-life they shrink in one step at each midnight of the agreement's zone. Any other
rule gives its points while its condition holds, and does not shrink. `cap` bounds what a rule gives in all,
after decay; for a rule that takes points away it bounds what it takes.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Any

from treaty.agreement.conditions import Condition

MILLI = 1000
LONGEST_HALF_LIFE = 3650
_EXACT = Context(prec=40, rounding=ROUND_HALF_UP)  # where a float is too near a half to be the same on every machine

Curve = tuple[int, Decimal]
"""What decides how a touch's points shrink: its points and the half-life in days."""


@dataclass(frozen=True)
class Rule:
    when: Condition
    points: int
    cap: int | None = None

    @property
    def is_per_touch(self) -> bool:
        touches = self.when.touches
        alone = touches is not None and Condition(touches=touches) == self.when
        return alone and touches is not None and (touches.at_least, touches.people, touches.by) == (1, None, "person")


@dataclass(frozen=True)
class Score:
    """half_life: in days; None: points of touches never shrink."""

    rules: tuple[Rule, ...]
    half_life: Decimal | None = None

    def __post_init__(self) -> None:
        if self.half_life is not None and not 0 < self.half_life <= LONGEST_HALF_LIFE:
            raise ValueError(f"a half-life of {self.half_life} days: it must be more than 0 and at most {LONGEST_HALF_LIFE} days")
        for rule in self.rules:
            if any(node.score for node in rule.when.walk()):
                raise ValueError("a rule of a score cannot ask for a score: write the clauses themselves")

    def curve(self, rule: Rule) -> Curve | None:
        """How the rule's points shrink; None when they do not."""
        return (rule.points, self.half_life) if self.half_life is not None and rule.is_per_touch else None


Scores = Mapping[str, Score]


def from_terms(terms: Mapping[str, Any]) -> dict[str, Score]:
    """The scores of the signed terms: each has `points` (rules with `when`, `points`, `cap`) and `half_life`.

    Raises ValueError for a half-life without a fixed length or out of bounds, and for scores that ask for scores.
    """
    return {name: Score(tuple(Rule(r.when, r.points, r.cap) for r in term.points), _days(term.half_life)) for name, term in terms.items()}


def _days(half_life: Any) -> Decimal | None:
    if half_life is None:
        return None
    if half_life.is_working:
        raise ValueError(f"{half_life}: a half-life is calendar time, say `days` or `weeks`")
    return Decimal(half_life.span.days) + Decimal(half_life.span.seconds) / 86_400


def curves(scores: Scores) -> tuple[Curve, ...]:
    """Every curve the scores use, in one order; a curve's place is its number in the table `decay`."""
    found = {score.curve(rule) for score in scores.values() for rule in score.rules}
    return tuple(sorted(curve for curve in found if curve is not None))


def decay_steps(scores: Scores) -> list[tuple[int, int, int]]:
    """The rows (curve, day, step) of the table `decay`: what a touch adds `day` midnights after it occurred.

    Computed once, in whole milli-points, so every engine adds the same integers. A day without a change has no row.
    """
    return [(number, day, step) for number, curve in enumerate(curves(scores)) for day, step in _steps(curve)]


def longest_decay(scores: Scores) -> int:
    """After so many midnights no touch gives a point: how far `midnights` must reach beyond the last moment."""
    return max((day for _, day, _ in decay_steps(scores)), default=0)


def milli_after(days: int, points: int, half_life: Decimal) -> int:
    """Milli-points of one touch, so many midnights old: halves in `half_life` days, rounded half up (half away from 0)."""
    rough = abs(points) * MILLI * 2.0 ** (-days / float(half_life))
    if abs(rough % 1 - 0.5) > 1e-6:
        return int(math.copysign(math.floor(rough + 0.5), points))
    left = _EXACT.power(Decimal(2), _EXACT.divide(Decimal(-days), half_life))
    return int(_EXACT.multiply(Decimal(points * MILLI), left).quantize(Decimal(1), context=_EXACT))


@lru_cache(maxsize=1000)
def _steps(curve: Curve) -> tuple[tuple[int, int], ...]:
    return tuple((day, step) for day, step in _changes(*curve) if step)


def _changes(points: int, half_life: Decimal) -> Iterable[tuple[int, int]]:
    milli = points * MILLI
    yield 0, milli
    day = 0
    while milli:
        day += 1
        left = milli_after(day, points, half_life)
        yield day, left - milli
        milli = left
