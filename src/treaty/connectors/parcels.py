"""Parcels: what one request brought is kept in one piece at the door, and unpacked into events by the worker.

To find the place of every event in the inbox's indexes costs three times what reading it does, and the sender would wait for it.
See docs/decisions/a-request-is-kept-in-one-piece.md.
"""

import logging
from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models import QuerySet

from treaty import bulk
from treaty.batches import together_or_alone
from treaty.connectors.models import Parcel
from treaty.connectors.tracking.parse import Row
from treaty.crash import crash_here
from treaty.prepared import prepared

logger = logging.getLogger("treaty.worker")
MOST = 400
"""Parcels looked at in one go."""

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[tuple[str, str, int, int | None, int, str, str, str]]).decode
_COLUMNS = ("source_id", *Row._fields)
_TABLE = {"occurred_us": "occurred_at", "sent_us": "sent_at", "received_us": "received_at"}

Packed = tuple[int, int, bytes]
"""(number, source, rows) of a parcel."""


def pack(rows: Sequence[Row]) -> bytes:
    return _pack(rows)


def unpack(limit: int) -> int:
    """Make waiting events of the oldest parcels, of as many as hold `limit` events, at least of one; returns how many parcels.

    An event its source has sent before is left as it is. A parcel that cannot be unpacked is kept with its reason.
    """
    listed = _oldest.bare()
    fit = [number for number, before in zip((number for number, _ in listed), _before(listed), strict=True) if before < limit]
    if fit:
        together_or_alone(_packed.bare(fit), _open, _set_aside)
    return len(fit)


def _before(listed: Sequence[tuple[int, int]]) -> list[int]:
    """For each parcel, how many events lie in those before it."""
    return [0, *accumulate(events for _, events in listed)][:-1]


@prepared
def _oldest() -> QuerySet[Parcel, Any]:
    return Parcel.objects.filter(problem="").order_by("id").values_list("id", "events")[:MOST]


@prepared
def _packed(numbers: Collection[int]) -> QuerySet[Parcel, Any]:
    return Parcel.objects.filter(id__among=numbers).order_by("id").values_list("id", "source_id", "rows")


@transaction.atomic
def _open(parcels: Sequence[Packed]) -> None:
    rows = [(source, *row) for _, source, packed in parcels for row in _unpack(packed)]
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, rows)
    crash_here("unpacked-before-the-parcel-is-gone")
    bulk.remove(Parcel, "id", [number for number, _, _ in parcels])


def _set_aside(parcel: Packed) -> None:
    logger.exception("parcel %d cannot be unpacked, and is kept", parcel[0])
    Parcel.objects.filter(pk=parcel[0]).update(problem="it cannot be unpacked: see the log of the worker")


def _written() -> str:
    columns, marks = ", ".join(_TABLE.get(name, name) for name in _COLUMNS), ", ".join(["%s"] * len(_COLUMNS))
    return f"insert into connectors_event ({columns}) values ({marks}) on conflict do nothing"  # noqa: S608 - only our own names


_INSERT = _written()
