"""Stretches of working time: calendars laid over the time line, cut at changes and by pauses.

All of it is lazy and in order, and ends by itself: at a given moment, or when nothing opens for 366 days.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from treaty.sla.calendars import ONE_DAY, Calendar, Span

History = Sequence[tuple[datetime, Calendar]]
"""Which calendar is in force from when. The first holds from the beginning, whatever its moment."""
Pauses = Sequence[tuple[datetime, datetime | None]]
"""Half-open (from, to), in any order, overlapping or not; `to` is None while a pause lasts."""

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""The bounds of `treaty.moments`, repeated because that module needs Django and this one must not."""
REACH = timedelta(days=366)
"""A calendar without hours for this long is taken to have none."""


class Era(NamedTuple):
    """A calendar while it is in force, half-open."""

    begins_at: datetime
    ends_at: datetime
    calendar: Calendar


def to_utc(moment: datetime) -> datetime:
    """The moment in UTC, where sums are true: two moments of one zone subtract by their wall clocks.

    Raises ValueError for a moment without zone, which would be read in the zone of the server.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone: add Z or an offset such as +02:00")
    return moment.astimezone(UTC)


def eras(history: History) -> list[Era]:
    """The history in order, without gap or overlap; where two entries have one moment the later one holds."""
    if not history:
        raise ValueError("no calendar is in force: give at least one, such as always(calendar)")
    entries = sorted(((to_utc(at), calendar) for at, calendar in history), key=lambda entry: entry[0])
    edges = pairwise([EARLIEST, *(at for at, _ in entries[1:]), LATEST])
    return [Era(begins, ends, calendar) for (begins, ends), (_, calendar) in zip(edges, entries, strict=True) if begins < ends]


def shifts(history: History, start: datetime, end: datetime) -> Iterator[Span]:
    """The shifts between two moments, each under the calendar then in force, by opening; they may overlap."""
    for begins, ends, calendar in eras(history):
        yield from _shifts_of(calendar, max(start, begins), min(end, ends))


def _shifts_of(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Span]:
    if start >= end:
        return
    # A shift reaches two dates on when the clock is also set back over midnight, as in Newfoundland until 2011.
    on, last = calendar.date_of(start) - 2 * ONE_DAY, calendar.date_of(end) + ONE_DAY
    while on <= last:
        for opens, closes in calendar.spans_on(on):
            if opens < end and closes > start:
                yield Span(max(opens, start), min(closes, end))
        on += ONE_DAY


def search(history: History, start: datetime, horizon: datetime) -> Iterator[Span]:
    """The shifts from a moment on, until the horizon or until nothing has opened for 366 days."""
    last = done = start
    while done < (limit := min(last + REACH, horizon)):
        for span in shifts(history, done, limit):
            yield span
            last = max(last, span.closes_at)
        done = limit


def union(spans: Iterable[Span]) -> Iterator[Span]:
    """Overlapping stretches, cut so that they no longer overlap. They come and go in order of opening."""
    edge: datetime | None = None
    for opens, closes in spans:
        if edge is None or closes > edge:
            yield Span(opens if edge is None else max(opens, edge), closes)
            edge = closes


def without(spans: Iterable[Span], pauses: Sequence[Span]) -> Iterator[Span]:
    """What is left of the stretches outside the pauses; both in order and free of overlap."""
    first = 0
    for opens, closes in spans:
        while first < len(pauses) and pauses[first].closes_at <= opens:
            first += 1
        index, at = first, opens
        while index < len(pauses) and pauses[index].opens_at < closes:
            if at < pauses[index].opens_at:
                yield Span(at, pauses[index].opens_at)
            at = max(at, pauses[index].closes_at)
            index += 1
        if at < closes:
            yield Span(at, closes)


def joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Stretches in order, those that touch made one."""
    current: Span | None = None
    for span in spans:
        if current and span.opens_at > current.closes_at:
            yield current
            current = None
        current = Span(current.opens_at, span.closes_at) if current else span
    if current:
        yield current


def ended(pauses: Pauses) -> list[Span]:
    """The pauses that are over, in order and without overlap."""
    spans = (Span(to_utc(stops), to_utc(resumes)) for stops, resumes in pauses if resumes is not None)
    return list(union(sorted(span for span in spans if span.opens_at < span.closes_at)))


def horizon(pauses: Pauses) -> datetime:
    """The moment from which an open pause stops everything; without one, 2200."""
    return min((to_utc(stops) for stops, resumes in pauses if resumes is None), default=LATEST)
