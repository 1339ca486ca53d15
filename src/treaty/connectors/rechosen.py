"""A field that was chosen anew: from that moment on the other field of the system speaks, whatever the one before it said until then.

What was stated before stays as it was: decisions were made by it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from treaty.connectors.models import Connection
from treaty.connectors.vendors.talk import Row
from treaty.moments import from_us
from treaty.truth.records import AccountRecord, AccountRef, PersonRecord, PersonRef, Record, Value

SINCE = "since"
"""Where `Connection.mapping` says when a field was chosen anew: {kind: {field: microseconds}}."""

AGAIN = "again"
"""Where it says since when a stream is to be read again from its beginning: {stream: microseconds}."""


def asked_again(connection: Connection, stream: str) -> int:
    """By which choice the stream is to be read again from its beginning, as it stands now; 0 for none."""
    mapping = Connection.objects.values_list("mapping", flat=True).get(pk=connection.pk)
    return int(mapping.get(AGAIN, {}).get(stream, 0))


def since_of(connection: Connection, kinds: Iterable[str]) -> dict[str, datetime]:
    """Fields of these kinds that were chosen anew, and when."""
    said = connection.mapping.get(SINCE, {})
    return {field: from_us(us) for kind in kinds for field, us in said.get(kind, {}).items()}


def moments(connection: Connection) -> dict[str, set[datetime]]:
    """When fields of any kind were chosen anew."""
    found: dict[str, set[datetime]] = {}
    for fields in connection.mapping.get(SINCE, {}).values():
        for field, us in fields.items():
            found.setdefault(field, set()).add(from_us(us))
    return found


def restated(row: Row, since: Mapping[str, datetime]) -> list[Record]:
    """What a record said of these fields at the moment each was chosen, as said at that moment; nothing of a later value.

    A value that has no moment was said when the record was, and one without either says nothing here.
    """
    found: list[Record] = []
    for kind in (PersonRecord, AccountRecord) if since else ():
        records = [record for record in row.records if isinstance(record, kind)]
        for field, at in since.items():
            value = _value_at(records, field, at)
            if value is None:
                continue
            if isinstance(records[0], PersonRecord):
                ref = PersonRef(external_id=records[0].ref.external_id)
                found.append(PersonRecord(ref=ref, fields={field: value}, occurred_at=at, known_at=at))
            elif isinstance(records[0], AccountRecord):
                of = AccountRef(external_id=records[0].ref.external_id) if records[0].ref.external_id else records[0].ref
                found.append(AccountRecord(ref=of, fields={field: value}, occurred_at=at, known_at=at))
    return found


def _value_at(records: Sequence[PersonRecord | AccountRecord], field: str, at: datetime) -> Value:
    dated = [(said, record.fields[field]) for record in records if field in record.fields and (said := record.occurred_at) and said <= at]
    return max(dated, key=lambda one: one[0])[1] if dated else None
