"""Store touches: (source, message_id) is unique for ever, so a second delivery changes nothing."""

from collections.abc import Collection
from operator import attrgetter, getitem
from typing import Any

from django.db.models import QuerySet

from treaty import trail
from treaty.bulk import insert_values
from treaty.prepared import prepared
from treaty.truth.actions.people import People
from treaty.truth.actions.work import Batch
from treaty.truth.models import Person, Touch
from treaty.truth.records import TouchRecord

LIMITS = {"kind": 64, "path": 500, "host": 200, "title": 300, "channel": 60, "campaign": 120, "content": 200, "form": 120}
MOST_ID = 200
COLUMNS = ("message_id", "source_id", "person_id", "seen_as_id", "occurred_at", "known_at", "received_at", "fields", *LIMITS)
_KNOWN = COLUMNS.index("known_at")
_texts, _cuts, _cut = attrgetter(*LIMITS), [slice(limit) for limit in LIMITS.values()], getitem


def save(seen: list[tuple[TouchRecord, Person]], people: People, batch: Batch) -> None:
    """Write those not yet stored; the others count as merged."""
    ids = {record.message_id[:MOST_ID] for record, _ in seen}
    known = dict(stored(batch.source.pk, ids)) if ids else {}
    trail.met(Touch, known.values())
    new = {}
    for record, person in seen:
        message_id = record.message_id[:MOST_ID]
        is_new = message_id not in known and message_id not in new
        batch.done.count(is_new=is_new)
        if is_new:
            new[message_id] = values = _values(message_id, record, person, people, batch)
            batch.done.person_ids.add(person.pk)
            batch.done.counts_from(person.pk, values[_KNOWN])
    insert_values(Touch, COLUMNS, list(new.values()))


@prepared
def stored(source: int, message_ids: Collection[str]) -> QuerySet[Touch, tuple[str, int]]:
    return Touch.objects.filter(source=source, message_id__among=message_ids).values_list("message_id", "id")


def _values(message_id: str, record: TouchRecord, person: Person, people: People, batch: Batch) -> tuple[Any, ...]:
    """known_at: the sender's system had it then; never after we received it, never before it happened."""
    received = record.received_at or batch.received_at
    known = received if record.known_at is None else min(record.known_at, received)
    known = max(known, record.occurred_at)
    texts = map(_cut, _texts(record), _cuts)
    seen = people.seen_as(record.ref) or person.pk
    return (message_id, batch.source.pk, person.pk, seen, record.occurred_at, known, received, record.fields or None, *texts)
