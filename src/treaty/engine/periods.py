"""Periods of the agreement: months, quarters, weeks in its zone and fiscal year. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from treaty.moments import from_us, to_us

Per = Literal["day", "week", "month", "quarter", "year"]
MONTHS = {"month": 1, "quarter": 3, "year": 12}
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Local dates [first_on, end_on) in a zone; as moments half-open too."""

    per: Per
    first_on: date
    end_on: date
    zone: str

    @property
    def starts_at(self) -> datetime:
        return midnight(self.first_on, self.zone)

    @property
    def ends_at(self) -> datetime:
        return midnight(self.end_on, self.zone)

    @property
    def us(self) -> tuple[int, int]:
        """[start, end) in microseconds, as measures take it."""
        return to_us(self.starts_at), to_us(self.ends_at)

    @property
    def last_on(self) -> date:
        return self.end_on - ONE_DAY

    def days(self) -> Iterator[date]:
        day = self.first_on
        while day < self.end_on:
            yield day
            day += ONE_DAY

    def before(self, fiscal_start: tuple[int, int] = (1, 1)) -> "Period":
        """The period just before this one."""
        return containing(self.first_on - ONE_DAY, self.per, self.zone, fiscal_start)


def midnight(day: date, zone: str) -> datetime:
    """The first moment of a local date, UTC."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local_date(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


@lru_cache(maxsize=1024)
def containing(day: date, per: Per, zone: str, fiscal_start: tuple[int, int] = (1, 1)) -> Period:
    """The period in which a local date lies. Weeks begin on Monday; quarters and years with the fiscal year.

    fiscal_start: (month, day) on which the fiscal year begins.
    """
    if per == "day":
        return Period(per, day, day + ONE_DAY, zone)
    if per == "week":
        first = day - timedelta(days=day.weekday())
        return Period(per, first, first + timedelta(days=7), zone)
    starts = _starts(day, MONTHS[per], (1, 1) if per == "month" else fiscal_start)
    first = max(start for start in starts if start <= day)
    return Period(per, first, min(start for start in starts if start > first), zone)


def weeks_within(span: tuple[int, int], zone: str) -> list[Period]:
    """Every week that has a part of a span, in order; the first and the last may be cut. span: in microseconds."""
    period, last = (containing(local_date(from_us(us), zone), "week", zone) for us in span)
    found = [period]
    while found[-1].end_on <= last.first_on:
        found.append(containing(found[-1].end_on, "week", zone))
    return found


def _starts(day: date, months: int, fiscal_start: tuple[int, int]) -> list[date]:
    """First days of the periods around a date."""
    month, on = fiscal_start
    starts = []
    for year in (day.year - 2, day.year - 1, day.year, day.year + 1):
        for step in range(0, 12, months):
            index = month - 1 + step
            starts.append(_day(year + index // 12, index % 12 + 1, on))
    return sorted(set(starts))


def _day(year: int, month: int, day: int) -> date:
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1
