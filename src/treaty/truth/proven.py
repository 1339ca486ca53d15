"""From which probability on pairs may be merged unasked: only where the answers of this house prove that they are right. Pure.

A threshold is proven when the lower end of the range of its precision (`shares.wilson`, 95 of 100 times) is at least `SURE`.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from treaty.shares import wilson

SURE = 0.99
STEPS = (0.999, 0.995, 0.99, 0.98, 0.95, 0.9)
"""Thresholds that are offered, the most careful first."""
_MANY = 10_000_000


@dataclass(frozen=True, slots=True)
class Proof:
    """How the pairs of at least this probability were answered: right, they were one person; wrong, they were two.

    lower: the lower end of the range of the precision; missing: how many more right answers in a row would prove it.
    """

    probability: float
    right: int
    wrong: int

    @property
    def lower(self) -> float:
        return wilson(self.right, self.right + self.wrong)[0]

    @property
    def missing(self) -> int:
        return missing(self.right, self.wrong)

    @property
    def is_proven(self) -> bool:
        return self.lower >= SURE


def proofs(answers: Iterable[tuple[float, bool]], steps: Iterable[float] = STEPS) -> list[Proof]:
    """answers: (probability, were they one person) of every answered pair. One proof a step, in their order."""
    told = list(answers)
    return [
        Proof(step, sum(p >= step and is_one for p, is_one in told), sum(p >= step and not is_one for p, is_one in told)) for step in steps
    ]


def missing(right: int, wrong: int) -> int:
    """381 right answers prove it where none was wrong: 381 / (381 + 1.96²) is 0.990."""
    return bisect_left(range(_MANY), True, key=lambda more: wilson(right + more, right + more + wrong)[0] >= SURE)
