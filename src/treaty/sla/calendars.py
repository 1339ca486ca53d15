"""Working calendars: which stretches of a local date are working time, as instants.

Shift edges are wall-clock times of a zone; what they mean on the days when clocks jump is decided here and
nowhere else. Reading checks everything, so that counting (`sla.worktime`) can trust a Calendar.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = 24 * 60
ONE_DAY = timedelta(days=1)
_HOURS = re.compile(r"\s*(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)\s*", re.ASCII)
_OF_THE_SERVER = ("localtime", "posixrules", "Factory")
"""Zone files whose content depends on the machine: they would make a due time depend on the server."""


class BadCalendar(ValueError):
    """A calendar that cannot be counted with. The message names the value and the way out."""


class Shift(NamedTuple):
    """Minutes since the midnight at which its date begins; more than 1440 lies on the following day. Half-open."""

    opens: int
    closes: int


class Span(NamedTuple):
    """A stretch of time between two UTC moments, half-open."""

    opens_at: datetime
    closes_at: datetime


Shifts = tuple[Shift, ...]


@dataclass(frozen=True)
class Calendar:
    """Who works when: a zone by name, the shifts of each weekday (Monday first), and the days that differ.

    A shift belongs to the local date on which it starts: a holiday, or a special day, removes or replaces
    the shifts that start on it and leaves the tail of the evening before. `special` wins over `holidays`.
    Raises BadCalendar for an unknown zone, a week without 7 days, or a shift of no or of more than 24 hours.
    """

    tz: str
    week: tuple[Shifts, ...]
    holidays: frozenset[date] = frozenset()
    special: Mapping[date, Shifts] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        check_zone(self.tz)
        if len(self.week) != len(WEEKDAYS):
            raise BadCalendar(f"a week has 7 days, this one has {len(self.week)}: give one list of shifts per day, Monday first")
        for shift in (shift for shifts in (*self.week, *self.special.values()) for shift in shifts):
            if not 0 <= shift[0] < MIDNIGHT or not 0 < shift[1] - shift[0] <= MIDNIGHT:
                raise BadCalendar(f"shift {tuple(shift)}: it opens within its day and lasts from 1 minute to 24 hours")

    def date_of(self, at: datetime) -> date:
        """The local date at a moment."""
        return at.astimezone(ZoneInfo(self.tz)).date()

    def shifts_on(self, on: date) -> Shifts:
        """The shifts that start on a local date, as wall-clock times."""
        if on in self.special:
            return self.special[on]
        return () if on in self.holidays else self.week[on.weekday()]

    def spans_on(self, on: date) -> tuple[Span, ...]:
        """The shifts that start on a local date, as instants in order of opening; they may overlap."""
        shifts = self.shifts_on(on)
        return _spans(self.tz, on, shifts) if shifts else ()


@lru_cache(maxsize=8192)
def _spans(tz: str, on: date, shifts: Shifts) -> tuple[Span, ...]:
    zone = ZoneInfo(tz)
    if not _exists(zone, on):
        return ()
    spans = (Span(_edge(zone, on, opens), _edge(zone, on, closes, closing=True)) for opens, closes in sorted(shifts))
    return tuple(span for span in spans if span.opens_at < span.closes_at)


def _exists(zone: ZoneInfo, on: date) -> bool:
    """False for a date the zone left out, as Samoa did with 30 December 2011: both its midnights are one jump."""
    return _edge(zone, on, 0) < _edge(zone, on, MIDNIGHT)


def _edge(zone: ZoneInfo, on: date, minute: int, *, closing: bool = False) -> datetime:
    """The instant at which the wall clock shows an edge of a shift.

    An opening that occurs twice is its first occurrence and a closing its last, so that the repeated hour
    is worked; an edge the clock jumps over is the instant of the jump. Source: vectors, definition 6.
    """
    wall = datetime(on.year, on.month, on.day, tzinfo=zone) + timedelta(minutes=minute)
    before, after = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    if before > after:
        return _jump(zone, wall.replace(tzinfo=None), after, before)
    return after if closing else before


def _jump(zone: ZoneInfo, wall: datetime, early: datetime, late: datetime) -> datetime:
    """The first whole second after `early`, at most `late`, at which the clock is past a wall time it never shows."""
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            early = middle
        else:
            late = middle
    return late


def check_zone(name: object) -> str:
    """The name of a zone in the installed IANA data. Raises BadCalendar, with a likely spelling."""
    try:
        if not isinstance(name, str) or name in _OF_THE_SERVER or name.startswith(("posix/", "right/")):
            raise ValueError
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        likely = get_close_matches(str(name)[:60], available_timezones(), 1) or ["Europe/Berlin"]
        raise BadCalendar(f"zone {shown(name)} is unknown: use an IANA name, such as {likely[0]}") from None


def shown(value: object) -> str:
    """A value as an error may show it: quoted, control characters escaped, at most 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def read_shift(text: object) -> Shift:
    """`09:00-17:30`, from opening to closing; a closing at or before the opening is on the next local day.

    So `22:00-06:00` is a night and `09:00-09:00` is 24 hours. `24:00` is the midnight that ends the day.
    Raises BadCalendar.
    """
    found = _HOURS.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise BadCalendar(f"hours {shown(text)}: write opening and closing as HH:MM-HH:MM, such as 09:00-17:30")
    opens, closes = (_minute(text, *pair) for pair in (found.groups()[:2], found.groups()[2:]))
    if opens == MIDNIGHT:
        raise BadCalendar(f"hours {shown(text)}: nothing opens at 24:00, write 00:00 on the following day")
    return Shift(opens, closes if closes > opens else closes + MIDNIGHT)


def _minute(text: object, hour: str, minute: str) -> int:
    at = int(hour) * 60 + int(minute)
    if at > MIDNIGHT or int(minute) > 59:
        raise BadCalendar(f"hours {shown(text)}: {hour}:{minute} is not a time of day, use 00:00 to 24:00")
    return at


def read_calendar(value: object) -> Calendar:
    """A calendar object: `tz`, `week` (mon to sun, a day not named is closed), `holidays`, `special`.

    Source of the shape: `business_hours.README.md`. Raises BadCalendar, which names the part, the value and the way out.
    """
    parts = _mapping(value, "the calendar", ("tz", "week", "holidays", "special"))
    week = _mapping(parts.get("week"), "week", WEEKDAYS)
    special = _mapping(parts.get("special", {}), "special")
    return Calendar(
        tz=check_zone(parts.get("tz")),
        week=tuple(_shifts(week.get(day, []), day) for day in WEEKDAYS),
        holidays=frozenset(_date(day, "holidays") for day in _list(parts.get("holidays", []), "holidays")),
        special={_date(day, "special"): _shifts(hours, f"special {day}") for day, hours in special.items()},
    )


def _mapping(value: object, part: str, names: tuple[str, ...] = ()) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadCalendar(f"{part} is {shown(value)}: write an object in braces")
    for name in value if names else ():
        if name not in names:
            raise BadCalendar(f"{part} has {shown(name)}: its names are {', '.join(names)}")
    return value


def _list(value: object, part: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadCalendar(f"{part} is {shown(value)}: write a list in square brackets")
    return value


def _shifts(value: object, part: str) -> Shifts:
    hours = _list(value, part)
    try:
        return tuple(read_shift(text) for text in hours)
    except BadCalendar as fault:
        raise BadCalendar(f"{part}: {fault}") from None


def _date(value: object, part: str) -> date:
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise BadCalendar(f"{part} has {shown(value)}: write a date as 2026-12-25")
