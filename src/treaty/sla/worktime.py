"""The business-hours clock: when a budget of working time runs out, and its inverse.

Everything rests on one lazy stream of working stretches, so `due_at` and `elapsed` cannot disagree. Pure: it
never asks what time it is, knows no database, and its answers do not depend on the server's own zone.

Owner or hours change: append to the history. Time used is carried over because it is counted, never stored.
Source: `business_hours.README.md`, whose definitions 1 to 10 decide every case.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from treaty.sla.calendars import ONE_DAY, Calendar, Span
from treaty.sla.stretches import (
    EARLIEST,
    LATEST,
    REACH,
    History,
    Pauses,
    ended,
    eras,
    horizon,
    joined,
    search,
    shifts,
    to_utc,
    union,
    without,
)

if TYPE_CHECKING:  # pydantic is not needed to count
    from treaty.agreement.base import Duration

__all__ = [
    "EARLIEST", "LATEST", "Calendar", "History", "Pauses", "Span", "always", "deadline", "due_after_days", "due_at",
    "elapsed", "is_working", "next_opening", "warning_at", "working",
]  # fmt: skip
_TICK = timedelta(microseconds=1)


def always(calendar: Calendar) -> History:
    """The history of a calendar that never changed."""
    return ((EARLIEST, calendar),)


def due_at(start: datetime, budget: timedelta, history: History, pauses: Pauses = ()) -> datetime | None:
    """The earliest moment at which the working time since `start` equals the budget.

    So a budget that ends exactly at closing is due at closing, and an empty one at `start`. None when the
    budget never runs out: a pause is still open, the calendar has no hours for 366 days, or it is not before
    2200. A pause opened after the budget ran out changes nothing. Raises ValueError for a negative budget,
    for a moment without zone and for a start outside of 1900 to 2200.
    """
    return _run_out(_utc(start), budget, _from(start, history, pauses))


def elapsed(start: datetime, end: datetime, history: History, pauses: Pauses = ()) -> timedelta:
    """The working time between two moments; zero when `end` is before `start`. Raises ValueError as `due_at`."""
    return sum((closes - opens for opens, closes in _between(start, end, history, pauses)), timedelta())


def is_working(at: datetime, history: History, pauses: Pauses = ()) -> bool:
    """Whether the clock runs at a moment: in a shift of the calendar in force, and in no pause."""
    return any(_between(at, at + _TICK, history, pauses))


def next_opening(at: datetime, history: History, pauses: Pauses = ()) -> datetime | None:
    """The first working moment from `at` on, which is `at` itself in working time. None as in `due_at`."""
    return next((opens for opens, _ in _from(at, history, pauses)), None)


def working(start: datetime, end: datetime, history: History, pauses: Pauses = ()) -> Iterator[Span]:
    """The working stretches between two moments, in order; shifts that touch are one.

    What lies between them (nights, weekends, pauses) can be folded when a clock is drawn.
    """
    return joined(_between(start, end, history, pauses))


def due_after_days(start: datetime, days: int, history: History, pauses: Pauses = ()) -> datetime | None:
    """The close of the nth working day after the day on which the clock starts; with 0, the close of that day.

    The clock starts at the first working moment from `start` on, and its day is the date of the shift it
    stands in (a night belongs to the date it began on; of two overlapping shifts the later date counts). A
    working day is a date with working time under the calendar in force; it closes with its last shift, and
    never before an earlier day has closed. A day counts when the clock runs as it closes: a pause within the
    day changes nothing, one over its close moves the due moment to the close of the next working day. None
    as in `due_at`, or after 366 dates without hours.
    """
    if days < 0:
        raise ValueError(f"{days} working days is negative: use 0 or more")
    begun = next_opening(start, history, pauses)
    if begun is None:
        return None
    breaks, stopped_at, first = ended(pauses), horizon(pauses), _day_at(begun, history)
    for on, closes in _closings(first, begun, history):
        if closes > stopped_at:
            return None
        runs = not _stands(breaks, closes)
        days -= runs and on > first
        if runs and days <= 0:
            return closes
    return None


def deadline(start: datetime, duration: "Duration", history: History, pauses: Pauses = ()) -> datetime | None:
    """When a promised length of time is over, in any unit of the agreement.

    Working hours and working days follow the calendar. Minutes, hours, days and weeks run around the clock,
    nights and holidays included, and stand still in pauses only; a day is 24 hours. None as in `due_at`.
    """
    if duration.unit == "working days":
        return due_after_days(start, duration.count, history, pauses)
    return _run_out(_utc(start), duration.span, _clock(start, duration, history, pauses))


def warning_at(start: datetime, duration: "Duration", share: Decimal, history: History, pauses: Pauses = ()) -> datetime | None:
    """When a share of a promised length of time is used up, counted by the same clock, so it falls in hours.

    share: from 0 to 1, as `Decimal("0.75")`. Of working days it is the share of their working time. None as in `due_at`.
    """
    if duration.unit == "working days":
        due = due_after_days(start, duration.count, history, pauses)
        budget = elapsed(start, due, history, pauses) if due else None
    else:
        budget = duration.span
    return None if budget is None else _run_out(_utc(start), _TICK * int(budget // _TICK * share), _clock(start, duration, history, pauses))


def _utc(moment: datetime) -> datetime:
    if not EARLIEST.year <= moment.year < LATEST.year:
        raise ValueError(f"{moment.isoformat()} is not between 1900 and 2200: give the true date, or leave it empty")
    return to_utc(moment)


def _from(start: datetime, history: History, pauses: Pauses) -> Iterator[Span]:
    return without(union(search(history, _utc(start), horizon(pauses))), ended(pauses))


def _between(start: datetime, end: datetime, history: History, pauses: Pauses) -> Iterator[Span]:
    return without(union(shifts(history, _utc(start), min(_utc(end), horizon(pauses)))), ended(pauses))


def _clock(start: datetime, duration: "Duration", history: History, pauses: Pauses) -> Iterator[Span]:
    """The stretches in which a length of time is counted: working time, or all time outside the pauses."""
    if duration.is_working:
        return _from(start, history, pauses)
    return without([Span(_utc(start), horizon(pauses))], ended(pauses))


def _run_out(start: datetime, budget: timedelta, stretches: Iterable[Span]) -> datetime | None:
    if budget < timedelta():
        raise ValueError(f"a budget of {budget.total_seconds():.0f} s is negative: use 0 or more")
    if not budget:
        return start
    for opens, closes in stretches:
        if budget <= closes - opens:
            return opens + budget
        budget -= closes - opens
    return None


def _day_at(at: datetime, history: History) -> date:
    """The date whose shift is running at a working moment."""
    calendar = next(era.calendar for era in eras(history) if era.begins_at <= at < era.ends_at)
    around = (calendar.date_of(at) + ONE_DAY * days for days in (1, 0, -1, -2))
    return next(on for on in around if any(opens <= at < closes for opens, closes in calendar.spans_on(on)))


def _closings(first: date, begun: datetime, history: History) -> Iterator[tuple[date, datetime]]:
    """Each working day from the first on, with the moment it closes."""
    on, latest, closing = first, first, begun
    periods = [(max(era.begins_at, begun), era.ends_at, era.calendar) for era in eras(history) if era.ends_at > begun]
    while on - latest <= REACH and on < LATEST.date():
        hours = ((span, begins, ends) for begins, ends, calendar in periods for span in calendar.spans_on(on))
        ends_at = [min(closes, ends) for (opens, closes), begins, ends in hours if opens < ends and closes > begins]
        if ends_at:
            latest, closing = on, max(closing, *ends_at)
            yield on, closing
        on += ONE_DAY


def _stands(breaks: Sequence[Span], at: datetime) -> bool:
    """Whether the clock stands still just before a moment."""
    index = bisect_left(breaks, at, key=lambda pause: pause.opens_at)
    return index > 0 and breaks[index - 1].closes_at >= at
