"""Local days inside expressions, on engines that know no zones: days since 1970 as plain numbers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import ibis

from treaty.moments import from_us, to_us

DAY_US = 86_400_000_000
YEARS = (1990, 2060)
"""Changes of a zone's clocks between these are known; before and after, what held then holds on."""
_STEP_US = 10 * DAY_US
"""No zone has changed its clocks and back within so few days."""


def local_day(column: Any, zone: str) -> Any:
    """The local date of a moment, as days since 1970. The changes of the zone's clocks stand in the expression itself."""
    first, changes = offsets(zone)
    ahead = ibis.cases(*((column >= at, by) for at, by in reversed(changes)), else_=first) if changes else first
    return (column + ahead) // DAY_US


def day_number(column: Any) -> Any:
    """A date as days since 1970, by the Gregorian calendar: engines do not agree on how to subtract dates."""
    month = (column.month().cast("int64") + 9) % 12
    year = column.year().cast("int64") - (month >= 10).cast("int64")
    return year * 365 + year // 4 - year // 100 + year // 400 + (month * 153 + 2) // 5 + column.day().cast("int64") - 719_469


def month_of(day: Any) -> Any:
    """Months since the year 0 (`year * 12 + month - 1`) of a day counted since 1970, by the Gregorian calendar: `day_number` back.

    Years are counted from March, so that the leap day ends one. The day stands in the expression three times, not thirty.
    """
    quarters = (day + 719_468) * 4 + 3
    of_century = quarters % 146_097 // 4 * 4 + 3
    month = (of_century % 1461 // 4 * 5 + 2) // 153
    return (quarters // 146_097 * 100 + of_century // 1461) * 12 + month + 2


@lru_cache(maxsize=64)
def offsets(zone: str) -> tuple[int, tuple[tuple[int, int], ...]]:
    """(microseconds by which the zone is ahead of UTC at first, [(moment, by how much from then on)])."""
    place = ZoneInfo(zone)

    def ahead(us: int) -> int:
        return (from_us(us).astimezone(place).utcoffset() or timedelta()) // timedelta(microseconds=1)

    at, last = (to_us(datetime(year, 1, 1, tzinfo=UTC)) for year in YEARS)
    first = now = ahead(at)
    found = []
    while at < last:
        then = at + _STEP_US
        if ahead(then) != now:
            then = _change(at, then, now, ahead)
            now = ahead(then)
            found.append((then, now))
        at = then
    return first, tuple(found)


def _change(early: int, late: int, now: int, ahead: Callable[[int], int]) -> int:
    """The first whole second of (early, late] at which the clocks no longer show what they do now."""
    while late - early > 1_000_000:
        middle = (early + late) // 2_000_000 * 1_000_000
        early, late = (middle, late) if ahead(middle) == now else (early, middle)
    return late
