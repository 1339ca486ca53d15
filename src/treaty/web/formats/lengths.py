"""Lengths of time, cut to the minute, never rounded up: nobody is promised a minute they do not have."""

from datetime import datetime, timedelta

from treaty.web.formats.manners import MINUS, NBSP
from treaty.web.formats.words import count

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def duration(length: timedelta, *, in_days: bool = False) -> str:
    """`9 s`, `34 min`, `1 h 23`, `18 h 50`; hours go on past 24 unless `in_days` (wall time): `3 d 4 h`."""
    if length < timedelta(0):
        return MINUS + duration(-length, in_days=in_days)
    if length < _MINUTE:
        return f"{length // timedelta(seconds=1)}{NBSP}s"
    if length < _HOUR:
        return f"{length // _MINUTE}{NBSP}min"
    if in_days and length >= 2 * _DAY:
        return _pair(length // _DAY, "d", length % _DAY // _HOUR, f"{NBSP}h")
    minutes = length % _HOUR // _MINUTE
    return f"{length // _HOUR}{NBSP}h{f'{NBSP}{minutes:02}' if minutes else ''}"


def duration_words(length: timedelta) -> str:
    """The same for a sentence and for who listens: `34 minutes`, `1 hour 23 minutes`, `less than a minute`."""
    length = abs(length)
    if length < _MINUTE:
        return "less than a minute"
    hours, minutes = length // _HOUR, length % _HOUR // _MINUTE
    parts = [count(hours, "hour")] if hours else []
    return " ".join([*parts, count(minutes, "minute")] if minutes else parts)


def standing_words(left: timedelta) -> str:
    """What a clock says: `34 min left`, `due now`, `late by 26 min`. `left` is working or wall time, as promised."""
    if left >= _MINUTE:
        return f"{duration(left)} left"
    if left > timedelta(0):
        return "under a minute left"
    if left == timedelta(0):
        return "due now"
    return f"late by {duration(-left)}" if left <= -_MINUTE else "late by under a minute"


def ago(moment: datetime, now: datetime) -> str:
    """How long since: `just now`, `4 min ago`, `3 h ago`, `2 days ago`; a clock a little ahead of ours is `just now`."""
    length = now - moment
    if length < -_MINUTE:
        return f"in {duration(-length, in_days=True)}"
    if length < _MINUTE:
        return "just now"
    if length < 2 * _DAY:
        return f"{duration(length if length < _HOUR else length // _HOUR * _HOUR)} ago"
    return f"{count(length // _DAY, 'day')} ago"


def _pair(major: int, unit: str, minor: int, minor_unit: str) -> str:
    return f"{major}{NBSP}{unit}{f'{NBSP}{minor}{minor_unit}' if minor else ''}"
