"""When an event happened, although the sender's clock may be wrong.

Sources: the tracking API's rule `timestamp + (receivedAt - sentAt)`; reliability facts T19: a drift under 55 minutes
may be the network's delay and is left alone, more than 23 hours ahead is no time zone and is flagged.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from treaty.moments import EARLIEST, EPOCH, LATEST

DRIFT = timedelta(minutes=55)
AHEAD = timedelta(hours=23)
_MILLISECONDS = 100_000_000_000
"""A bare number above this counts milliseconds (1973 in that unit), below it seconds (until the year 5138)."""


def read_moment(value: Any) -> datetime | None:
    """An ISO 8601 text or a Unix number as an aware moment; a text without a zone is UTC. None if it is neither."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value.strip())
            if found.tzinfo is UTC:  # nearly always, and changing the zone costs as much as reading
                return found
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return EPOCH + timedelta(seconds=value / 1000 if abs(value) > _MILLISECONDS else value)
    except (ValueError, OverflowError):
        return None
    return None


def occurred(stated: Any, sent_at: datetime | None, received_at: datetime) -> tuple[datetime, str]:
    """(the moment, what was wrong with the stated one or empty).

    stated: the event's own timestamp, as sent. Missing: the moment of receipt. A sender whose clock differs from ours
    by 55 minutes or more is corrected by that difference, never past the moment of receipt.
    """
    if stated is None or stated == "":
        return received_at, ""
    found = read_moment(stated)
    if found is None or not EARLIEST <= found < LATEST:
        return received_at, f"timestamp {str(stated)[:40]!r} is not a date between 1900 and 2200: the moment of receipt is used"
    if sent_at is not None and abs(received_at - sent_at) >= DRIFT:
        return min(found + (received_at - sent_at), received_at), ""
    if found - received_at > AHEAD:
        return received_at, f"timestamp {str(stated)[:40]!r} lies more than 23 hours ahead: the moment of receipt is used"
    return found, ""


def plausible(moment: datetime | None) -> datetime | None:
    """A `sentAt` worth comparing with; placeholders such as the year 9999 are none."""
    return moment if moment is not None and EARLIEST <= moment < LATEST else None
