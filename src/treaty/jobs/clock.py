"""The system clock, read by doors only: everything further left is told the moment."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
