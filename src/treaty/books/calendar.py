"""The periods of the books: their names, when their grace ends, where each stands. Pure but for the holidays of a place."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum

from treaty.agreement.canonical import Signed
from treaty.engine.periods import Period, containing
from treaty.sla.calendars import Calendar, Shift
from treaty.sla.whose import holidays_at
from treaty.sla.worktime import always, due_after_days

GRACE_DAYS = 5
"""Working days after a period's end in which what is late still counts. Source: restatement policy (R33)."""
MOST_DAYS = 60
_NAME = re.compile(r"(\d{4})-(?:Q([1-4])|(0[1-9]|1[0-2]))")
USUAL = tuple((Shift(9 * 60, 17 * 60),) if day < 5 else () for day in range(7))


class Stands(StrEnum):
    """running: not over. grace: over, what is late still counts. due: to be closed. unsigned: its figures are made, and wait
    for a side. closed: both have signed. taken: over, and some of its days are in figures made of other periods."""

    RUNNING = "running"
    GRACE = "grace"
    DUE = "due"
    UNSIGNED = "unsigned"
    CLOSED = "closed"
    TAKEN = "taken"


class NoSuchPeriod(LookupError):
    """Not the name of a month or quarter."""


def fiscal_start(signed: Signed) -> tuple[int, int]:
    """(month, day) on which the fiscal year begins."""
    month, day = signed.terms.fiscal_year.starts.split("-")
    return int(month), int(day)


def name_of(period: Period, start: tuple[int, int]) -> str:
    """`2026-03`, `2026-Q1`: a quarter is counted within its fiscal year, which has the name of the year it begins in."""
    if period.per == "month":
        return f"{period.first_on:%Y-%m}"
    year = containing(period.first_on, "year", period.zone, start)
    number = next(n for n, quarter in enumerate(_quarters(year, start), 1) if quarter == period)
    return f"{year.first_on.year}-Q{number}"


def _quarters(year: Period, start: tuple[int, int]) -> Iterator[Period]:
    day = year.first_on
    while day < year.end_on:
        quarter = containing(day, "quarter", year.zone, start)
        yield quarter
        day = quarter.end_on


def period_named(name: str, zone: str, start: tuple[int, int]) -> Period:
    """The month or quarter of a name. Raises NoSuchPeriod."""
    found = _NAME.fullmatch(name.strip().upper())
    if found is None or not 1990 <= int(found[1]) <= 2199:
        raise NoSuchPeriod(f"{name!r} is no period: write a month as 2026-03 or a quarter as 2026-Q1")
    year, quarter, month = found.groups()
    if month:
        return containing(date(int(year), int(month), 1), "month", zone)
    of = containing(date(int(year), 12, 31), "year", zone, start)
    return list(_quarters(of, start))[int(quarter) - 1]


def after(period: Period, start: tuple[int, int]) -> Period:
    """The next period of the same length."""
    return containing(period.end_on, period.per, period.zone, start)


def overlap(one: Period, other: Period) -> bool:
    return one.first_on < other.end_on and other.first_on < one.end_on


def grace_ends_at(period: Period, days: int, signed: Signed) -> datetime:
    """The close of so many working days after a period's last, by the agreement's default calendar; 0 is its end itself."""
    if days <= 0:
        return period.ends_at
    # the clock starts with the first working day after the end, so that one is the first of the grace
    due = due_after_days(period.ends_at, days - 1, always(_calendar(period.zone, signed)))
    return due or period.ends_at + timedelta(days=days)


def _calendar(zone: str, signed: Signed) -> Calendar:
    """The default calendar in the agreement's zone; holidays of a place where it names one, none where it follows its owners."""
    agreed = signed.terms.calendars.get("default")
    if agreed is None or not agreed.week:
        return Calendar(zone, USUAL)
    week = tuple(tuple(Shift(*block) for block in agreed.week.get(day, ())) for day in range(7))
    if not isinstance(agreed.holidays, str):
        return Calendar(zone, week, agreed.listed_holidays)
    return Calendar(zone, week, holidays_at("" if agreed.holidays == "of_owner" else agreed.holidays, signed))


def standing(period: Period, grace_ends: datetime, *, is_made: bool, is_closed: bool, at: datetime, is_taken: bool = False) -> Stands:
    """Where a period stands at a moment."""
    if is_made:
        return Stands.CLOSED if is_closed else Stands.UNSIGNED
    if at < period.ends_at:
        return Stands.RUNNING
    if is_taken:
        return Stands.TAKEN
    return Stands.GRACE if at < grace_ends else Stands.DUE
