"""Our own writing coming back: it is what we said, so it says nothing new and is no evidence.

A value of a field is our echo while it is what we last wrote there and nobody was seen to write another since. A note is
ours by its mark. See docs/decisions/write-back.md.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from treaty.connectors.models import Connection, Written
from treaty.connectors.vendors.talk import Row
from treaty.connectors.writes.receipts import name_of, value_here
from treaty.connectors.writes.rules import is_same
from treaty.journal.models import Outgoing
from treaty.prepared import prepared
from treaty.truth.records import ActivityRecord, PersonRecord, Record

NEVER, NOW = datetime.max.replace(tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)
SKEW = timedelta(minutes=5)
"""The clock of a system may be so much behind ours."""
_MARK = re.compile(r"Treaty note (\w+)")
Slot = tuple[str, str]
"""(id of the record, our field)."""


@dataclass(slots=True)
class Standing:
    """One value we wrote, as it is read back. until: from then on another stood there, ours or somebody else's."""

    row: Written
    value: str
    until: datetime = NEVER

    @property
    def since(self) -> datetime:
        confirmed: datetime | None = self.row.confirmed_at
        return confirmed or self.row.at

    def is_said_by(self, value: str, at: datetime) -> bool:
        return self.row.at - SKEW <= at < self.until and is_same(value, self.value)


Ours = Mapping[Slot, Sequence[Standing]]
"""What we wrote into a field, in order."""


def without(connection: Connection, rows: Sequence[Row]) -> list[Row]:
    """The rows as they would be had we written nothing. What another wrote over ours is noted: it is no echo from then on."""
    written = _written(connection, {_whose(row, record) for row in rows for record in row.records if isinstance(record, PersonRecord)})
    notes = _own_notes(connection, rows)
    if not written and not notes:
        return list(rows)
    _note_overtaken(rows, written)
    return [replace(row, records=list(_kept(row, written, notes))) for row in rows]


def _note_overtaken(rows: Sequence[Row], written: Ours) -> None:
    for slot, value, at in _told(rows):
        if slot not in written:
            continue
        last = written[slot][-1]
        if last.since < at < last.until and not is_same(value, last.value):
            last.until = at
            Written.objects.filter(pk=last.row.pk).update(overtaken_at=at)


def _kept(row: Row, written: Ours, notes: set[str]) -> Iterator[Record]:
    for record in row.records:
        if isinstance(record, ActivityRecord) and notes.intersection(_MARK.findall(record.text)):
            continue
        if not isinstance(record, PersonRecord):
            yield record
            continue
        at = _moment(record)
        number = _whose(row, record)
        news = {name: value for name, value in record.fields.items() if not _is_echo(written.get((number, name), ()), str(value), at)}
        if len(news) == len(record.fields):
            yield record
        elif news or record.ref.email:
            yield replace(record, fields=news)


def _is_echo(written: Sequence[Standing], value: str, at: datetime) -> bool:
    return any(one.is_said_by(value, at) for one in written)


def _told(rows: Sequence[Row]) -> Iterator[tuple[Slot, str, datetime]]:
    for row in rows:
        for record in row.records:
            if isinstance(record, PersonRecord):
                for name, value in record.fields.items():
                    yield (_whose(row, record), name), str(value), _moment(record)


def _whose(row: Row, record: PersonRecord) -> str:
    """The id of the person a record is about: a row may be something that happened to them, with an id of its own."""
    return record.ref.external_id or row.id


def _moment(record: PersonRecord) -> datetime:
    """When the system had it; one without a moment is told now, before anything that came after."""
    return record.known_at or record.occurred_at or NOW


def _written(connection: Connection, ids: Iterable[str]) -> dict[Slot, list[Standing]]:
    """What was written into each field that is read back, unless it is known to have failed."""
    names: dict[Slot, str] = {}
    found: dict[Slot, list[Standing]] = defaultdict(list)
    for one in _there(connection.pk, set(ids)):
        key = (one.target, one.field)
        if key not in names:
            names[key] = name_of(connection, *key)
        if name := names[key]:
            before = found[one.external_id, name]
            if before:
                before[-1].until = min(before[-1].until, one.at)
            before.append(Standing(one, value_here(one, name), one.overtaken_at or NEVER))
    return dict(found)


@prepared
def _there(connection: int, ids: Collection[str]) -> QuerySet[Written]:
    alive = Q(outgoing__state__in=(Outgoing.State.WAITING, Outgoing.State.SENDING, Outgoing.State.SENT))
    may_be_there = Q(outgoing__in_doubt=True) | Q(confirmed_at__isnull=False)
    rows = Written.objects.filter(alive | may_be_there, connection=connection, external_id__among=ids).select_related("connection")
    return rows.exclude(field="note").order_by("at", "id")


def _own_notes(connection: Connection, rows: Sequence[Row]) -> set[str]:
    """Keys of ours that activities of these rows carry."""
    activities = (record for row in rows for record in row.records if isinstance(record, ActivityRecord))
    marks = {mark for record in activities for mark in _MARK.findall(record.text)}
    found = Outgoing.objects.filter(to=connection.key, key__in=marks) if marks else Outgoing.objects.none()
    return set(found.values_list("key", flat=True))
