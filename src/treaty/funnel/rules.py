"""What may be said of counts: how long things take while some have not ended, when a change is one. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from treaty.shares import SURE


@dataclass(frozen=True, slots=True)
class Step:
    """From `took` on, this share is still there; it lies between low and high, 95 of 100 times."""

    took: int
    staying: float
    low: float
    high: float


def kaplan_meier(ends: Iterable[tuple[int, int, int]]) -> list[Step]:
    """How many are still there after so long, counting those who have not left yet for as long as they were seen.

    ends: (took, left, still): how many left after exactly so long, and how many had been there so long when last seen; any
    order, each length once. Those last seen at a length were still there when others left at it.
    Source: Kaplan and Meier 1958; the range by Greenwood 1926.
    """
    counted = sorted(ends)
    there, staying, spread, steps = sum(left + still for _, left, still in counted), 1.0, 0.0, []
    for took, left, still in counted:
        if left:
            staying *= 1 - left / there
            spread += left / (there * (there - left)) if there > left else 0.0
            half = SURE * staying * sqrt(spread)
            steps.append(Step(took, staying, max(0.0, staying - half), min(1.0, staying + half)))
        there -= left + still
    return steps


def until(steps: Sequence[Step], share: float) -> int | None:
    """The length after which this share has left; None when too many have not left yet to say."""
    return next((step.took for step in steps if step.staying <= 1 - share + 1e-12), None)
