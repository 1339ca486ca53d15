"""When an event happened, although the sender's clock may be wrong.

Sources: the tracking API's rule `timestamp + (receivedAt - sentAt)`; reliability facts T19: a drift under 55 minutes
may be the network's delay and is left alone, more than 23 hours ahead is no time zone and is flagged.
Everything here is reckoned in microseconds since 1970: a hundred events a request are judged, and integers are quick.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from treaty.moments import EARLIEST, EPOCH, LATEST, to_us

DRIFT_US = 55 * 60 * 1_000_000
AHEAD_US = 23 * 60 * 60 * 1_000_000
_EARLIEST_US, _LATEST_US = to_us(EARLIEST), to_us(LATEST)
_NONE_US = _EARLIEST_US - 1
"""Before any moment we take."""
_NAIVE_EPOCH, _MICROSECOND = EPOCH.replace(tzinfo=None), timedelta(microseconds=1)
_from_iso = datetime.fromisoformat
_MILLISECONDS = 100_000_000_000
"""A bare number above this counts milliseconds (1973 in that unit), below it seconds (until the year 5138)."""


class Clock(NamedTuple):
    """What one request shows of its sender's clock. late_us: what to add to its stamps, 0 if the clocks agree."""

    received_us: int
    sent_us: int | None
    late_us: int


def clock_of(sent: Any, received_us: int) -> Clock:
    """The clock of a request with this `sentAt`, as sent. Without one, or with a placeholder, it is taken to be right."""
    sent_us = read_us(sent)
    if sent_us is None or not _EARLIEST_US <= sent_us < _LATEST_US:
        return Clock(received_us, None, 0)
    late_us = received_us - sent_us
    return Clock(received_us, sent_us, late_us if abs(late_us) >= DRIFT_US else 0)


def read_us(value: Any) -> int | None:
    """An ISO 8601 text or a Unix number as a moment; a text without a zone is UTC. None if it is neither."""
    try:
        if isinstance(value, str):
            found = _from_iso(value.strip())
            return (found - EPOCH if found.tzinfo else found - _NAIVE_EPOCH) // _MICROSECOND
        if isinstance(value, int | float) and not isinstance(value, bool):
            return to_us(EPOCH + timedelta(seconds=value / 1000 if abs(value) > _MILLISECONDS else value))
    except (ValueError, OverflowError):
        return None
    return None


def occurred(stated: list[Any], clock: Clock) -> tuple[list[int], list[str]]:
    """For each event of a request (the moment it happened; what was wrong with the stated one, or empty).

    stated: the events' own timestamps, as sent. Nearly all are ISO 8601 with a zone, from a clock that agrees with ours
    and not too far ahead: they are what they say. The others are judged one by one.
    """
    moments, problems = [], []
    latest = min(_LATEST_US - 1, clock.received_us + AHEAD_US) if not clock.late_us else _NONE_US
    for value in stated:
        try:
            at_us, problem = (_from_iso(value) - EPOCH) // _MICROSECOND, ""
        except (TypeError, ValueError, OverflowError):
            at_us = _NONE_US
        if not _EARLIEST_US <= at_us <= latest:
            at_us, problem = _judged(value, clock)
        moments.append(at_us)
        problems.append(problem)
    return moments, problems


def _judged(stated: Any, clock: Clock) -> tuple[int, str]:
    """Missing: the moment of receipt. A sender whose clock differs from ours by 55 minutes or more is corrected by that
    difference, never past the moment of receipt.
    """
    if stated is None or stated == "":
        return clock.received_us, ""
    found = read_us(stated)
    if found is None or not _EARLIEST_US <= found < _LATEST_US:
        return clock.received_us, f"timestamp {str(stated)[:40]!r} is not a date between 1900 and 2200: the moment of receipt is used"
    if clock.late_us:
        return min(found + clock.late_us, clock.received_us), ""
    if found - clock.received_us > AHEAD_US:
        return clock.received_us, f"timestamp {str(stated)[:40]!r} lies more than 23 hours ahead: the moment of receipt is used"
    return found, ""
