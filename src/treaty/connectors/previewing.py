"""What a choice of fields would make of records that are here: read from the system itself, and kept nowhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from treaty.connectors.calling import OF_A_PAGE, Caller
from treaty.connectors.connections import Clock, caller_of, terms_of
from treaty.connectors.mapping import OURS, Chosen, changes, chosen_of
from treaty.connectors.models import Connection
from treaty.connectors.vendors.talk import Row, Terms, Trouble
from treaty.moments import to_us
from treaty.outward import NoAnswer, NotReachable, Outward
from treaty.sealed import CannotOpen
from treaty.truth.models import SystemRecord
from treaty.truth.records import AccountRecord, OpportunityRecord, PersonRecord, Value

SAMPLE = 5
"""Records of a kind that are read for a preview."""
SUBJECT = {"lead": "person"}
"""Kinds of the vendor's records that are of another kind of ours."""


class NoPreview(ValueError):
    """Why nothing can be shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One field of one record: as it is told now, and as it would be. None: not told."""

    kind: str
    external_id: str
    name: str
    field: str
    now: Value
    then: Value


def preview(connection: Connection, wanted: Chosen, *, clock: Clock, outward: Outward | None = None) -> list[Shown]:
    """The fields that differ, of the records that changed last; none where none does. Raises NoPreview.

    Each record is read as it stands now and as it would be, by the same calls with other terms: both are the system's own words.
    """
    changed: dict[str, list[str]] = {}
    for one in changes(chosen_of(connection), wanted):
        if one.part == "fields":
            changed.setdefault(one.within, []).append(one.name)
    if not changed:
        return []
    try:
        caller = caller_of(connection, clock, outward, OF_A_PAGE)
    except CannotOpen as told:
        raise NoPreview(f"{connection.source.name} cannot be read for it: {told}") from None
    now, then = terms_of(connection), terms_of(connection, msgspec.to_builtins(wanted))
    try:
        return [shown for kind, fields in changed.items() for shown in _of_kind(connection, caller, kind, fields, now, then)]
    except (Trouble, NoAnswer, NotReachable) as told:
        raise NoPreview(f"{caller.vendor.label} could not be read for it ({told}): try again, or save without it") from None


def _of_kind(connection: Connection, caller: Caller, kind: str, fields: Iterable[str], now: Terms, then: Terms) -> list[Shown]:
    ids = _latest(connection, SUBJECT.get(kind, kind))
    if not ids:
        return []
    found = []
    for stream in caller.vendor.streams:
        if kind in stream.mapped and stream.some is not None:
            as_it_is = {row.id: row for row in caller.run(stream.some(ids, now))}
            for row in caller.run(stream.some(ids, then)):
                told, would = _fields(as_it_is.get(row.id), kind), _fields(row, kind)
                found += [Shown(kind, row.id, row.shown, field, told.get(field), would.get(field)) for field in fields]
    return found


def _latest(connection: Connection, kind: str) -> list[str]:
    rows = SystemRecord.objects.filter(source=connection.source, kind=kind, gone_at=None)
    return list(rows.order_by("-changed_at", "-id").values_list("external_id", flat=True)[:SAMPLE])


def _fields(row: Row | None, kind: str) -> dict[str, Value]:
    """What a record says in the end: of a value that changed, the last."""
    told: dict[str, Any] = {}
    if row is None:
        return told
    for deal in (record for record in row.records if isinstance(record, OpportunityRecord)):
        told |= {name: getattr(deal, name) for name in OURS["opportunity"]}
    about = AccountRecord if kind == "account" else PersonRecord
    records = [record for record in row.records if isinstance(record, about)]
    for record in sorted(records, key=lambda one: to_us(one.occurred_at) if one.occurred_at else 0):
        told |= record.fields
    return {name: value for name, value in told.items() if value not in (None, "")}
