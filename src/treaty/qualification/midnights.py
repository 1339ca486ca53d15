"""The local midnights of a zone: the only moments at which a score decays."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from treaty.moments import from_us, to_us

_FIRST = date(1970, 1, 1)


def between(zone: str, first_us: int, last_us: int) -> list[tuple[int, int]]:
    """(day, at_us) of every local midnight from the last one at or before `first_us` to the first after `last_us`.

    day: days since 1970-01-01 in the zone's calendar. A midnight that clocks jump over is the moment of the
    jump; one that happens twice is its first. A date the zone left out starts and ends at the same moment.
    Raises ZoneInfoNotFoundError for a zone that does not exist.
    """
    local = ZoneInfo(zone)
    day, last = (from_us(us).astimezone(local).date() for us in (first_us, last_us))
    days = range((day - _FIRST).days - 1, (last - _FIRST).days + 2)  # a day more: a zone may have stepped back over a midnight
    found = [(number, _starts_us(zone, number)) for number in days]
    return found[1:] if found[1][1] <= first_us else found


@lru_cache(maxsize=100_000)
def _starts_us(zone: str, day: int) -> int:
    """`fold=0`: a midnight that happens twice is read as the first, a skipped one with the offset before the jump."""
    return to_us(datetime.combine(_FIRST + timedelta(days=day), time(), tzinfo=ZoneInfo(zone)).astimezone(UTC))
