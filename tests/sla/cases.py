"""Random cases for the business-hours clock, in the format of the vectors, made to sit on the difficult moments.

`rng` is a `random.Random` or Hypothesis' own. Nothing here computes an answer.
"""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from tests.sla.brute import DAY, DAYS, Window, offset_at

ZONES = (
    "UTC America/New_York America/Los_Angeles America/St_Johns America/Havana America/Sao_Paulo America/Santiago America/Asuncion "
    "America/Caracas America/Nuuk Europe/London Europe/Berlin Europe/Dublin Europe/Lisbon Europe/Moscow Europe/Istanbul "
    "Africa/Cairo Africa/Casablanca Asia/Kathmandu Asia/Kolkata Asia/Tehran Asia/Beirut Asia/Gaza Asia/Amman Asia/Pyongyang "
    "Asia/Tokyo Australia/Lord_Howe Australia/Adelaide Australia/Eucla Australia/Sydney Pacific/Chatham Pacific/Apia "
    "Pacific/Fakaofo Pacific/Tongatapu Pacific/Norfolk Pacific/Auckland Antarctica/Troll Antarctica/Casey"
).split()
HOURS = (
    "09:00-17:00 09:00-12:00 13:00-17:00 08:00-12:30 22:00-06:00 23:30-00:30 00:00-24:00 09:00-09:00 00:00-00:00 01:00-03:00 "
    "02:15-02:45 00:00-00:30 00:00-01:00 23:00-24:00 18:00-23:59 12:00-13:00 01:30-02:30 20:00-19:00 10:00-24:00 03:00-02:00"
).split()
FROM, TO = int(datetime(2005, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2031, 1, 1, tzinfo=UTC).timestamp())
IN_VIEW, LEAD_IN = 12, 4
"""Days a window shows, and the days of it before the first start, so that no shift is cut at its edge."""


@lru_cache
def days_of_change(tz):
    """The UTC days on which a zone's offset changes."""
    return [day for day in range(FROM, TO, DAY) if offset_at(day, tz) != offset_at(day + DAY, tz)]


def window_near(rng, tz):
    """A window around a change of the clocks, or anywhere when the zone has none."""
    changes = days_of_change(tz)
    day = rng.choice(changes) if changes and rng.random() < 0.8 else rng.randrange(FROM, TO, DAY)
    return Window(day - rng.randrange(LEAD_IN, LEAD_IN + 3) * DAY, IN_VIEW * DAY)


def some_hours(rng):
    if rng.random() < 0.6:
        return rng.choice(HOURS)
    edges = [rng.randrange(24 * 60) for _ in range(2)]
    return "-".join(f"{edge // 60:02}:{edge % 60:02}" for edge in edges)


def shifts(rng):
    return [some_hours(rng) for _ in range(rng.choice((0, 1, 1, 1, 2, 3)))]


def date_in(rng, window):
    second = window.first + rng.randrange(window.ticks * window.tick)
    return datetime.fromtimestamp(second, UTC).date().isoformat()


def calendar(rng, tz, window):
    usual = shifts(rng)
    return {
        "tz": tz,
        "week": {day: usual if rng.random() < 0.5 else shifts(rng) for day in DAYS},
        "holidays": [date_in(rng, window) for _ in range(rng.choice((0, 0, 1, 3)))],
        "special": {date_in(rng, window): shifts(rng) for _ in range(rng.choice((0, 0, 1, 2)))},
    }


def book(rng, window, zones):
    return {f"c{number}": calendar(rng, tz, window) for number, tz in enumerate(zones)}


def second_in(rng, window, margin=0):
    """A tick of the window; often on a quarter of an hour, where shifts open and close."""
    step = max(window.tick, rng.choice((900, 900, 60, 1)))
    return rng.randrange(window.first + LEAD_IN * DAY, window.first + window.ticks * window.tick - margin, step)


def utc(second):
    return datetime.fromtimestamp(second, UTC).isoformat().replace("+00:00", "Z")


def pause(rng, window):
    begins = second_in(rng, window) - rng.choice((0, 0, DAY))
    if rng.random() < 0.1:
        return f"{utc(begins)}/"
    step = max(window.tick, rng.choice((900, 60, 1)))
    return f"{utc(begins)}/{utc(begins + step * rng.randrange(0, 3 * DAY // step))}"


def row(rng, window, calendars):
    """One case of any kind."""
    names, tick = list(calendars), window.tick
    first = rng.choice(names)
    start = second_in(rng, window, margin=4 * DAY)
    step = max(tick, rng.choice((900, 3600, 60, 1)))
    return {
        "id": "case",
        "kind": rng.choice(("due", "due", "elapsed", "due_days")),
        "calendar": first,
        "start": datetime.fromtimestamp(start, ZoneInfo(calendars[first]["tz"])).isoformat(),
        "duration_s": str(step * rng.randrange(0, rng.choice((3, 24)) * 3600 // step)),
        "days": str(rng.randrange(4)),
        "end": utc(second_in(rng, window)),
        "pauses_utc": ";".join(pause(rng, window) for _ in range(rng.choice((0, 0, 1, 1, 2, 3)))),
        "changes_utc": ";".join(f"{utc(second_in(rng, window))}={rng.choice(names)}" for _ in range(rng.choice((0, 0, 0, 1, 2)))),
    }


QUARTERS = [tz for tz in ZONES if tz not in ("America/St_Johns", "Asia/Gaza")]
"""Zones that change their clocks on a quarter of an hour, so that a model with ticks of 15 minutes is exact."""


def sparse_window(rng):
    return Window(rng.randrange(FROM, TO, DAY), 1200 * 96, tick=900)


def sparse_book(rng, window, tz):
    """Calendars that open once a year or so, about 366 days apart, where the search must give up or must not."""
    day, days = window.first // DAY + rng.randrange(4, 200), []
    while day < window.first // DAY + 1200:
        days.append(datetime.fromtimestamp(day * DAY, UTC).date().isoformat())
        day += rng.choice((1, 100, 364, 365, 366, 367, 368, 369, rng.randrange(300, 400)))
    hours = [text for text in HOURS if not text.endswith("59")]
    special = {day: [rng.choice(hours)] for day in days}
    return {"c0": {"tz": tz, "week": {}, "special": special}, "c1": {"tz": tz, "week": {}}}


def sparse_row(rng, window):
    start = window.first + rng.randrange(LEAD_IN * 96, 300 * 96) * 900
    later = start + rng.randrange(0, 800 * 96) * 900
    return {
        "id": "case",
        "kind": rng.choice(("due", "due", "elapsed", "due_days")),
        "calendar": rng.choice(("c0", "c0", "c0", "c1")),
        "start": utc(start),
        "duration_s": str(900 * rng.randrange(1, 200)),
        "days": str(rng.randrange(4)),
        "end": utc(later),
        "pauses_utc": rng.choice(("", "", f"{utc(later)}/{utc(later + 900 * rng.randrange(400 * 96))}")),
        "changes_utc": rng.choice(("", f"{utc(later)}=c0")),
    }
