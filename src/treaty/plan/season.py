"""How a period usually fills: the share that has come by each working day, and what is still to come, from periods gone by. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from statistics import fmean, stdev
from typing import Literal

LEAST = 4
"""Fewer periods gone by than these say nothing of how one ends."""
SMOOTH = 0.05
"""Part of a period on either side over which the usual shares are smoothed."""
Source = Literal["year before", "last periods", "straight"]
Curve = Sequence[Decimal]
"""What had come by each of the evenly spaced points of a period, from 0 to its total."""

T_80 = (1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356)
T_50 = (0.765, 0.741, 0.727, 0.718, 0.711, 0.706, 0.703, 0.700, 0.697, 0.695)
"""Student's t for 8 and 5 of 10 cases, of 3 to 12 degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Season:
    """shares: of a period's total by the end of working day 0, 1, 2 …; from 0 to 1 and never falling. periods: how many it rests on."""

    source: Source
    shares: Sequence[float]
    periods: int = 0


def season(year_before: Sequence[Curve], last: Sequence[Curve], days: int) -> Season:
    """How such a period usually fills: by the same period of years before where there is one, else by the last ones where there are
    LEAST of them, else evenly by working day. Periods in which nothing came say nothing."""
    of_years, of_last = ([curve for curve in curves if curve[-1] > 0] for curves in (year_before, last))
    if of_years:
        return Season("year before", usual(of_years, days), len(of_years))
    if len(of_last) >= LEAST:
        return Season("last periods", usual(of_last, days), len(of_last))
    return Season("straight", [day / days if days else 1.0 for day in range(days + 1)])


def usual(curves: Sequence[Curve], days: int) -> list[float]:
    """The pooled share by the end of each day: what all had brought by then of what they brought in all, drawn towards the straight
    line as if one more period had filled evenly, and smoothed over SMOOTH of the period on either side."""
    total = sum((curve[-1] for curve in curves), Decimal(0))
    rough = []
    for day in range(days + 1):
        gone = day / days if days else 1.0
        pooled = sum(by(curve, gone) for curve in curves) / float(total)
        rough.append((len(curves) * pooled + gone) / (len(curves) + 1))
    return _smooth(rough, round(days * SMOOTH))


def by(curve: Curve, gone: float) -> float:
    """What had come when so much of a period was gone, in proportion between two points."""
    place = gone * (len(curve) - 1)
    low = min(int(place), len(curve) - 1)
    high = min(low + 1, len(curve) - 1)
    return float(curve[low]) + (place - low) * (float(curve[high]) - float(curve[low]))


def _smooth(values: Sequence[float], reach: int) -> list[float]:
    """Averages of neighbours. Beyond its ends the line goes on turned about them, so that the ends stay and what never falls still
    never falls."""
    last = len(values) - 1

    def there(place: int) -> float:
        if place < 0:
            return 2 * values[0] - values[-place]
        return values[place] if place <= last else 2 * values[last] - values[2 * last - place]

    return [min(1.0, max(0.0, fmean(there(place + step) for step in range(-reach, reach + 1)))) for place in range(len(values))]


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where a period ends: in the middle, and the ends of 8 in 10 and of 5 in 10 cases. periods: how many it rests on."""

    middle: Decimal
    low_80: Decimal
    high_80: Decimal
    low_50: Decimal
    high_50: Decimal
    periods: int


def forecast(now: Decimal, last: Sequence[Curve], gone: float) -> Forecast | None:
    """What there is, and what periods gone by still brought from this point on; None of fewer than LEAST.

    The rest of a period is taken as drawn like those of the last ones, without trend. Sums of a few deals are skewed, so the
    interval is Student's prediction interval of the next value on the scale of square roots; nothing is ever taken away again.
    """
    roots = [sqrt(max(0.0, float(curve[-1]) - by(curve, gone))) for curve in last]
    n = len(roots)
    if n < LEAST:
        return None
    middle, spread = fmean(roots), stdev(roots) * sqrt(1 + 1 / n)
    place = min(n - LEAST, len(T_80) - 1)

    def end(times: float) -> Decimal:
        return now + Decimal(round(max(0.0, middle + times * spread) ** 2))

    return Forecast(end(0), end(-T_80[place]), end(T_80[place]), end(-T_50[place]), end(T_50[place]), n)
