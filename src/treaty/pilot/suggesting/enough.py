"""How many leads are enough to tell a signal from chance. Pure."""

from dataclasses import dataclass
from math import ceil
from statistics import NormalDist

LEAST_WON = 30
"""Won leads, and as many that were not, below which nothing is looked for."""
_POWER = 0.8
_CERTAIN = 0.05
_EARLIER = 0.7
"""The part of the leads in which signals are found; the others check them."""
LIFT, HAVING = 2.0, 0.25
"""What is asked: to find 8 times of 10 a signal that a quarter of the leads have, and that are won twice as often with it."""


@dataclass(frozen=True, slots=True)
class Enough:
    """won, closed: how many there are · won_needed, closed_needed: how many would be enough at the same share."""

    won: int
    closed: int
    won_needed: int
    closed_needed: int

    @property
    def is_enough(self) -> bool:
        return self.won >= self.won_needed


def enough(won: int, closed: int, questions: int) -> Enough:
    """questions: how many are asked at once; the first of them must pass Holm's correction, the strictest. Where most are won the others
    count: those that are not."""
    share = min(max(won / closed, 0.001), 0.999) if closed else 0.1
    rate = min(share, 1 - share, 0.45)
    needed = ceil(leads_needed(rate, LIFT, HAVING, _CERTAIN / max(questions, 1)) / _EARLIER)
    return Enough(won, closed, max(LEAST_WON, ceil(needed * share)), max(ceil(LEAST_WON / rate), needed))


def leads_needed(rate: float, lift: float, having: float, certain: float) -> int:
    """Leads, of which the share `rate` is won, by which two sides are told apart: the part `having`, won `lift` times as often as the rest.

    Source: Fleiss, Levin and Paik 2003, 4.3, for unequal parts, without its correction for continuity.
    """
    lacking = rate / (having * lift + 1 - having)
    more = min(lift * lacking, 0.999)
    spread = more * (1 - more) / having + lacking * (1 - lacking) / (1 - having)
    reach = NormalDist().inv_cdf(1 - certain / 2) + NormalDist().inv_cdf(_POWER)
    return ceil(reach * reach * spread / (more - lacking) ** 2)
