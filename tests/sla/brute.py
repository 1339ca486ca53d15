"""An independent model of the business-hours clock: it steps through UTC, tick by tick, and counts.

It shares no code with `treaty.sla`, not even the reading of calendars, and never turns a local time into UTC. All
it asks of a zone is which wall-clock time a UTC tick shows. An instant is after an opening once the clock has ever
shown the opening or later, and before a closing as long as the clock will ever again show less than the closing;
that is definition 6 (first occurrence, last occurrence, jump) in one sentence, with nothing left to resolve.
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

DAY = 86_400
EPOCH_DAY = date(1970, 1, 1).toordinal()
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
BEYOND = "BEYOND"
"""The model sees its window only: the answer, if there is one, lies after it."""


@dataclass(frozen=True)
class Window:
    """The ticks the model can see: `ticks` of `tick` seconds from the UTC second `first`, a whole minute."""

    first: int
    ticks: int
    tick: int = 1

    def index(self, at):
        seconds = round(at.timestamp()) - self.first
        assert seconds % self.tick == 0, "inputs lie on ticks"
        return min(max(seconds // self.tick, 0), self.ticks)

    def moment(self, index):
        return datetime.fromtimestamp(self.first + int(index) * self.tick, UTC)


@lru_cache(maxsize=6)
def clock_faces(window, tz):
    """For each tick: the furthest the clock has shown so far, the least it will show from here on; and the dates it shows.

    Seconds of local time since 1970-01-01 00:00. The offset is read every minute (or tick, if longer); in the years
    tested zones change it on whole minutes only, which is checked at the last second before each change.
    """
    step = max(60, window.tick)
    minutes = range(window.first, window.first + window.ticks * window.tick, step)
    offsets = [offset_at(second, tz) for second in minutes]
    for second, offset, following in zip(minutes, offsets, offsets[1:], strict=False):
        assert offset == following or offset_at(second + step - 1, tz) == offset
    each = np.repeat(np.array(offsets, dtype=np.int64), step // window.tick)[: window.ticks]
    shows = np.arange(window.ticks, dtype=np.int64) * window.tick + window.first + each
    return (
        np.maximum.accumulate(shows),
        np.minimum.accumulate(shows[::-1])[::-1],
        set(np.unique(shows[:: max(1, 60 // window.tick)] // DAY).tolist()),
    )


def offset_at(second, tz):
    offset = datetime.fromtimestamp(second, ZoneInfo(tz)).utcoffset()
    return offset.days * DAY + offset.seconds


def shifts_of(calendar, ordinal):
    """The texts of the shifts that start on a date, as pairs of seconds since that date's midnight."""
    day = date.fromordinal(ordinal)
    hours = calendar["week"].get(DAYS[day.weekday()], [])
    if day.isoformat() in calendar.get("holidays", []):
        hours = []
    if day.isoformat() in calendar.get("special", {}):
        hours = calendar["special"][day.isoformat()]
    for text in hours:
        opens, closes = (int(edge[:2]) * 3600 + int(edge[3:]) * 60 for edge in text.split("-"))
        yield opens, closes if closes > opens else closes + DAY


def stretches(window, calendar):
    """(date, from tick, to tick) of every shift that the window shows."""
    return stretches_of(window, json.dumps(calendar))


@lru_cache(maxsize=8)
def stretches_of(window, text):
    calendar, found = json.loads(text), []
    so_far, still_to_come, dates = clock_faces(window, calendar["tz"])
    for number in range(min(dates) - 2, max(dates) + 1):
        is_skipped = number > min(dates) and number not in dates
        for opens, closes in () if is_skipped else shifts_of(calendar, number + EPOCH_DAY):
            after = first_from(so_far, number * DAY + opens)
            before = end_of(still_to_come, number * DAY + closes)
            if after < before:
                found.append((number, after, before))
    return found


def first_from(so_far, opening):
    return int(np.searchsorted(so_far, opening, side="left"))


def end_of(still_to_come, closing):
    last = int(np.searchsorted(still_to_come, closing, side="right")) - 1
    return last if last >= 0 and still_to_come[last] == closing else last + 1


def parse(text):
    return datetime.fromisoformat(text)


def periods(window, row, book):
    """(from tick, to tick, calendar) for each calendar while it is in force."""
    changes = [part.split("=") for part in row["changes_utc"].split(";") if part]
    later = sorted(((window.index(parse(at)), book[name]) for at, name in changes), key=lambda entry: entry[0])
    entries = [(0, book[row["calendar"]]), *later]
    ends = [at for at, _ in entries[1:]] + [window.ticks]
    return [(at, end, calendar) for (at, calendar), end in zip(entries, ends, strict=True) if at < end]


def dated(window, row, book):
    """Every shift, cut to the time in which its calendar is in force."""
    for begins, ends, calendar in periods(window, row, book):
        for number, after, before in stretches(window, calendar):
            if max(after, begins) < min(before, ends):
                yield number, max(after, begins), min(before, ends)


def open_ticks(window, row, book):
    ticks = np.zeros(window.ticks, dtype=bool)
    for _, after, before in dated(window, row, book):
        ticks[after:before] = True
    return ticks


def paused_ticks(window, row):
    ticks = np.zeros(window.ticks, dtype=bool)
    for part in [part for part in row["pauses_utc"].split(";") if part]:
        begins, _, ends = part.partition("/")
        ticks[window.index(parse(begins)) : window.index(parse(ends)) if ends else window.ticks] = True
    return ticks


def ends_without_hours(ticks_open, window):
    """The first tick of a stretch of 366 days in which nothing opens, counted from the first tick, or None."""
    if len(ticks_open) * window.tick < 366 * DAY:
        return None
    opened = np.flatnonzero(ticks_open)
    before = np.concatenate(([-1], opened))
    after = np.concatenate((opened, [len(ticks_open)]))
    idle = after - before - 1
    long = np.flatnonzero(idle * window.tick >= 366 * DAY)
    return int(before[long[0]]) + 1 if len(long) else None


def due(window, row, book):
    start, budget = window.index(parse(row["start"])), int(row["duration_s"]) // window.tick
    if budget == 0:
        return window.moment(start)
    ticks_open = open_ticks(window, row, book)[start:]
    runs = np.flatnonzero(ticks_open & ~paused_ticks(window, row)[start:])
    given_up = ends_without_hours(ticks_open, window)
    if given_up is not None and not (len(runs) >= budget and runs[budget - 1] < given_up):
        return "NONE"
    return window.moment(start + runs[budget - 1] + 1) if len(runs) >= budget else BEYOND


def elapsed(window, row, book):
    start, end = window.index(parse(row["start"])), window.index(parse(row["end"]))
    runs = open_ticks(window, row, book) & ~paused_ticks(window, row)
    return int(np.count_nonzero(runs[start:end])) * window.tick if start < end else 0


def due_days(window, row, book):
    """The nth date after the clock's own date that has working time and at whose close the clock runs."""
    start, wanted = window.index(parse(row["start"])), int(row["days"])
    paused, shifts, ticks_open = paused_ticks(window, row), list(dated(window, row, book)), open_ticks(window, row, book)
    runs = np.flatnonzero(ticks_open[start:] & ~paused[start:])
    given_up = ends_without_hours(ticks_open[start:], window)
    if given_up is not None and not (len(runs) and runs[0] < given_up):
        return "NONE"
    if not len(runs):
        return BEYOND
    begun = start + int(runs[0])
    own = max(number for number, after, before in shifts if after <= begun < before)
    closes = {}
    for number, _, before in shifts:
        if before > begun:
            closes[number] = max(before, closes.get(number, 0))
    last_in_view = (window.first + window.ticks * window.tick) // DAY - 3
    latest, previous = 0, own
    for number in sorted(number for number in closes if own <= number <= last_in_view):
        if number - previous > 366:
            break
        latest, previous = max(latest, closes[number]), number
        wanted -= number > own and not paused[latest - 1]
        if wanted <= 0 and not paused[latest - 1]:
            return window.moment(latest)
    following = min((number for number in closes if number > previous), default=last_in_view)
    return "NONE" if following - previous > 366 else BEYOND


def answer(window, row, book):
    """What `treaty worktime` must print for a row, or BEYOND."""
    result = {"due": due, "elapsed": elapsed, "due_days": due_days}[row["kind"]](window, row, book)
    return result.isoformat().replace("+00:00", "Z") if isinstance(result, datetime) else result


def agree(window, said, expected):
    """Whether the product's answer is the model's; beyond the window any answer that lies there, or none, is right."""
    if expected != BEYOND:
        return said == expected
    return said == "NONE" or parse(said) > window.moment(window.ticks - 3 * DAY // window.tick)
