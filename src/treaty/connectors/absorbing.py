"""From the inbox to the truth: waiting events become records, and every event ends stored or in quarantine."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from django.db import OperationalError, transaction

from treaty.connectors.models import Event
from treaty.connectors.tracking.records import Told, Unusable, records_of
from treaty.journal.actions import record
from treaty.truth.actions import Absorbed, absorb
from treaty.truth.models import Source
from treaty.truth.models.sources import PROVES_NOTHING
from treaty.truth.records import AccountRecord, PersonRecord, Record, TouchRecord

Then = Callable[[Absorbed], None]
"""Told, inside the transaction, about whom something is new: what must not be forgotten if the process dies next."""


@dataclass(slots=True)
class Reading:
    """An event and what it says, or why it says nothing."""

    event: Event
    records: list[Record] = field(default_factory=list)
    problem: str = ""


def absorb_waiting(limit: int = 200, *, at: datetime, then: Then | None = None) -> int:
    """Absorb the oldest waiting events, at most `limit`; returns how many left the waiting line.

    Reading happens outside of any transaction, writing in one short one per source. Each event keeps its own moment of
    receipt. Safe to run twice or in two processes: absorbing again changes nothing. An event that cannot be used, or
    that breaks what is to store it, goes to quarantine with its reason, so it can never hold up the line.
    """
    waiting = Event.objects.filter(state=Event.State.WAITING).select_related("source").order_by("id")[:limit]
    readings = sorted((read(event) for event in waiting), key=_turn)
    for _, group in groupby(readings, key=_turn):
        _take(list(group), at, then)
    return len(readings)


def _turn(reading: Reading) -> tuple[bool, int]:
    """Source by source, those that may state facts before those that only fill gaps."""
    return reading.event.source.kind in PROVES_NOTHING, reading.event.source_id


def read(event: Event) -> Reading:
    """What one event says. Never raises: what is wrong with it is its problem."""
    try:
        body = json.loads(event.body)
        own_words = event.source.settings.get("events") or {}
        records = records_of(Told(event.type, body, event.message_id, event.occurred_at, own_words))
    except Unusable as why:
        return Reading(event, problem=str(why))
    except Exception as fault:  # a fault of ours: the event waits in quarantine until it is mended
        return Reading(event, problem=f"it could not be read ({type(fault).__name__}): release it after the next update")
    return Reading(event, [_received(entry, event.received_at) for entry in records])


def _received(entry: Record, at: datetime) -> Record:
    return replace(entry, received_at=at) if isinstance(entry, AccountRecord | PersonRecord | TouchRecord) else entry


def _take(readings: list[Reading], at: datetime, then: Then | None) -> None:
    try:
        _write(readings, at, then)
    except OperationalError:
        raise
    except Exception as fault:
        if len(readings) > 1:
            for reading in readings:
                _take([reading], at, then)
        else:
            problem = f"it could not be stored ({type(fault).__name__}): release it after the next update"
            _set_aside([replace(readings[0], records=[], problem=problem)])


@transaction.atomic
def _write(readings: list[Reading], at: datetime, then: Then | None) -> None:
    usable = [reading for reading in readings if reading.records]
    if usable:
        done = _absorb(usable, readings[0].event.source, at)
        if then is not None:
            then(done)
    _set_aside([reading for reading in readings if reading.problem])
    stored = [reading.event.pk for reading in readings if not reading.problem]
    Event.objects.filter(pk__in=stored).update(state=Event.State.STORED)


def _absorb(usable: Sequence[Reading], source: Source, at: datetime) -> Absorbed:
    """Absorb, note on each event what was refused of it, and enter the batch into the journal."""
    owners = [reading for reading in usable for _ in reading.records]
    records = [entry for reading in usable for entry in reading.records]
    done = absorb(records, source=source, received_at=max(reading.event.received_at for reading in usable))
    for number, problem in done.refused:
        owners[number].problem = problem
    codes = {"events": len(usable), "stored": done.stored, "merged": done.merged, "refused": len(done.refused)}
    record("events.absorbed", source, at=at, codes={**codes, "sha256": digest(reading.event for reading in usable)})
    return done


def _set_aside(readings: Iterable[Reading]) -> None:
    for reading in readings:
        Event.objects.filter(pk=reading.event.pk).update(state=Event.State.QUARANTINED, problem=reading.problem[:300])


def digest(events: Iterable[Event]) -> str:
    """What was absorbed, so that nobody can later say it was something else: SHA-256 over ids and bodies in order."""
    seen = hashlib.sha256()
    for event in events:
        seen.update(f"{event.message_id}\n{event.body}\n".encode())
    return seen.hexdigest()


def release(event: Event) -> None:
    """Put an event of the quarantine back into the line, after what was wrong has been mended."""
    Event.objects.filter(pk=event.pk, state=Event.State.QUARANTINED).update(state=Event.State.WAITING, problem="")
