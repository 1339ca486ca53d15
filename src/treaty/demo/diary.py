"""When somebody works: local hours, public holidays, absences. Enough for a simulator; promises are judged by `sla`."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import cast
from zoneinfo import ZoneInfo

from treaty.demo.steps import AbsenceSeen

SHIFTS = ((time(9), time(12, 30)), (time(13, 30), time(17, 30)))
"""Monday to Friday, as the agreement's calendar says: seven and a half hours a day."""
Span = tuple[datetime, datetime]
_FAR = 400


@lru_cache(maxsize=256)
def is_holiday(country: str, region: str, on: date) -> bool:
    return on in _holidays(country, region, on.year)


@lru_cache(maxsize=64)
def _holidays(country: str, region: str, year: int) -> frozenset[date]:
    import holidays

    return frozenset(cast("dict[date, str]", holidays.country_holidays(country, subdiv=region or None, years=year)))


@lru_cache(maxsize=4096)
def open_spans(zone: str, country: str, region: str, on: date) -> tuple[Span, ...]:
    """The shifts of one local day, in UTC; none on week-ends and holidays."""
    if on.weekday() > 4 or is_holiday(country, region, on):
        return ()
    local = ZoneInfo(zone)
    return tuple(
        (datetime.combine(on, start, local).astimezone(UTC), datetime.combine(on, end, local).astimezone(UTC)) for start, end in SHIFTS
    )


class Diary:
    """One member's working time."""

    def __init__(self, zone: str, country: str, region: str, absences: tuple[AbsenceSeen, ...] = ()) -> None:
        self.zone, self.country, self.region, self.absences = zone, country, region, absences
        self._local = ZoneInfo(zone)

    def after(self, at: datetime, minutes: float) -> datetime:
        """The moment that many working minutes after `at`; never outside of working time."""
        left = timedelta(minutes=max(minutes, 0.5))
        for start, end in self._spans_from(at):
            if end - start >= left:
                return start + left
            left -= end - start
        raise ValueError(f"no working time within {_FAR} days after {at.isoformat()}")

    def on_day(self, at: datetime, days: int, minutes: float) -> datetime:
        """So many calendar days later, then the first working moment at least `minutes` into that working day."""
        on = (at.astimezone(self._local) + timedelta(days)).date()
        return self.after(datetime.combine(on, time(8), self._local).astimezone(UTC), minutes)

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self._local)

    def _spans_from(self, at: datetime) -> Iterator[Span]:
        first = at.astimezone(self._local).date()
        for on in (first + timedelta(n) for n in range(_FAR)):
            for start, end in self.spans_of(on):
                if end > at:
                    yield max(start, at), end

    def spans_of(self, on: date) -> list[Span]:
        found = list(open_spans(self.zone, self.country, self.region, on))
        for absence in self.absences:
            found = [part for span in found for part in _without(span, absence)]
        return found


def _without(span: Span, absence: AbsenceSeen) -> list[Span]:
    start, end = span
    parts = [(start, min(end, absence.starts_at)), (max(start, absence.ends_at), end)]
    return [(first, last) for first, last in parts if first < last]
