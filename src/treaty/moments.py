"""Moments: aware UTC datetimes in Python, int64 microseconds since 1970 in every store.

One representation in SQLite, PostgreSQL and the lake, so a moment compares and subtracts alike everywhere.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _Integer = models.DateTimeField[Any, Any]  # what Python sees is a moment
else:
    _Integer = models.BigIntegerField

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Outside of these a date is a typing error or a placeholder (0000, 9999) and is refused at the door."""


def to_us(moment: datetime) -> int:
    """Microseconds since 1970. Raises ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone: pass an aware moment")
    return (moment - EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    """The aware UTC moment that many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=us)


class MomentField(_Integer):
    """An aware moment, stored as int64 microseconds; lookups take moments."""

    def from_db_value(self, value: int | None, expression: object, connection: object) -> datetime | None:
        return None if value is None else from_us(value)

    def get_prep_value(self, value: Any) -> Any:
        return to_us(value) if isinstance(value, datetime) else super().get_prep_value(value)

    def to_python(self, value: Any) -> Any:
        if value is None or isinstance(value, datetime):
            return value
        return from_us(int(value)) if isinstance(value, int) else datetime.fromisoformat(value)
