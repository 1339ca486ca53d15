"""Store touches: (source, message_id) is unique for ever, so a second delivery changes nothing."""

from treaty.bulk import insert
from treaty.truth.actions.work import Batch
from treaty.truth.models import Person, Touch
from treaty.truth.records import TouchRecord

LIMITS = {"kind": 64, "path": 500, "host": 200, "title": 300, "channel": 60, "campaign": 120, "content": 200, "form": 120}


def save(seen: list[tuple[TouchRecord, Person]], batch: Batch) -> None:
    """Write those not yet stored; the others count as merged."""
    ids = [record.message_id[:200] for record, _ in seen]
    known = set(Touch.objects.filter(source=batch.source, message_id__in=ids).values_list("message_id", flat=True))
    new: list[Touch] = []
    for record, person in seen:
        message_id = record.message_id[:200]
        batch.done.count(is_new=message_id not in known)
        if message_id not in known:
            known.add(message_id)
            new.append(as_row(record, person, batch))
    insert(new)
    batch.done.person_ids.update(touch.person_id for touch in new)


def as_row(record: TouchRecord, person: Person, batch: Batch) -> Touch:
    """known_at: the sender's system had it then; never after we received it, never before it happened."""
    received = record.received_at or batch.received_at
    known = min(record.known_at or received, received)
    return Touch(
        source=batch.source,
        message_id=record.message_id[:200],
        person=person,
        seen_as=person,
        occurred_at=record.occurred_at,
        known_at=max(known, record.occurred_at),
        received_at=received,
        fields=record.fields or None,
        **{name: str(getattr(record, name))[:limit] for name, limit in LIMITS.items()},
    )
