"""Moments and days as a viewer's wall clock and calendar show them."""

from datetime import date, datetime, timedelta

from treaty.web.formats.manners import NBSP, Manner, Viewer

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_NEAR = timedelta(days=6)


def clock(moment: datetime, viewer: Viewer) -> str:
    """`08:45`, `8:45 am` where that is the manner. An hour that happens twice names its zone: `02:30 CEST`."""
    local = _local(moment, viewer)
    written = _half_day(local) if viewer.manner.half_days else f"{local:%H:%M}"
    return f"{written}{NBSP}{local.tzname()}" if _is_twice(local) else written


def weekday_clock(moment: datetime, viewer: Viewer) -> str:
    """`Mon 15:16`, for a line that spans a few days."""
    return f"{DAYS[_local(moment, viewer).weekday()][:3]} {clock(moment, viewer)}"


def short(moment: datetime, viewer: Viewer, now: datetime) -> str:
    """As short as stays clear: `15:40` today, `Wed 09:36` within six days, `16 Mar 09:36` this year, else `16 Mar 2025`."""
    local, today = _local(moment, viewer), _local(now, viewer).date()
    if local.date() == today:
        return clock(moment, viewer)
    if abs(local.date() - today) <= _NEAR:
        return weekday_clock(moment, viewer)
    written = _day_and_month(local, viewer.manner)
    return f"{written} {clock(moment, viewer)}" if local.year == today.year else _with_year(local, viewer.manner)


def due(moment: datetime, viewer: Viewer, now: datetime) -> str:
    """`by 15:40`, `by Wed 09:36`."""
    return f"by {short(moment, viewer, now)}"


def full(moment: datetime, viewer: Viewer) -> str:
    """Everything, once a page or in a tooltip: `Tuesday 17 March 2026, 08:45`."""
    return f"{date_words(_local(moment, viewer).date(), viewer.manner)}, {clock(moment, viewer)}"


def date_words(on: date, manner: Manner | None = None) -> str:
    """`Tuesday 17 March 2026`, or `Tuesday, March 17, 2026`."""
    if manner and manner.month_first:
        return f"{DAYS[on.weekday()]}, {MONTHS[on.month - 1]} {on.day}, {on.year}"
    return f"{DAYS[on.weekday()]} {on.day} {MONTHS[on.month - 1]} {on.year}"


def day(on: date, today: date, manner: Manner | None = None) -> str:
    """`today`, `yesterday`, `tomorrow`, `Thu 19 Mar`, and with the year when it is another one."""
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((on - today).days)
    if near:
        return near
    if on.year != today.year:
        return _with_year(on, manner)
    return f"{DAYS[on.weekday()][:3]} {_day_and_month(on, manner)}"


def month(on: date, today: date | None = None) -> str:
    """`March`, and `Mar 2025` when it lies in another year than today."""
    if today and on.year != today.year:
        return f"{MONTHS[on.month - 1][:3]}{NBSP}{on.year}"
    return MONTHS[on.month - 1]


def span_of_days(first: date, last: date, today: date | None = None) -> str:
    """Both ends included: `10 to 16 March`, `28 February to 6 March`, `29 December 2025 to 4 January 2026`.

    today: with it, the year is said when they lie in another one: `10 to 16 March 2025`.
    """
    end = f"{last.day} {MONTHS[last.month - 1]}"
    if first.year != last.year:
        return f"{first.day} {MONTHS[first.month - 1]} {first.year} to {end} {last.year}"
    if today and last.year != today.year:
        end = f"{end} {last.year}"
    if first == last:
        return end
    return f"{first.day}{'' if first.month == last.month else f' {MONTHS[first.month - 1]}'} to {end}"


def day_words(on: date, today: date) -> str:
    """One day in a sentence: `20 March`, and `1 January 2027` when it lies in another year than today."""
    return span_of_days(on, on, today)


def _local(moment: datetime, viewer: Viewer) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone: pass an aware moment")
    return moment.astimezone(viewer.zone)


def _is_twice(local: datetime) -> bool:
    """Whether the wall clock shows this hour a second time: the offsets of both folds differ and both exist."""
    first, second = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
    return first is not None and second is not None and first > second


def _half_day(local: datetime) -> str:
    return f"{local.hour % 12 or 12}:{local.minute:02}{NBSP}{'am' if local.hour < 12 else 'pm'}"


def _day_and_month(on: date, manner: Manner | None) -> str:
    name = MONTHS[on.month - 1][:3]
    return f"{name}{NBSP}{on.day}" if manner and manner.month_first else f"{on.day}{NBSP}{name}"


def _with_year(on: date, manner: Manner | None) -> str:
    comma = "," if manner and manner.month_first else ""
    return f"{_day_and_month(on, manner)}{comma}{NBSP}{on.year}"
