"""From the inbox to the truth: waiting events become records, and every event ends stored or in quarantine."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
from django.db import OperationalError, transaction
from django.db.models import QuerySet

from treaty import bulk
from treaty.connectors.models import Event
from treaty.connectors.parcels import unpack
from treaty.connectors.tracking.records import Told, Unusable, records_of
from treaty.journal.actions import record
from treaty.moments import from_us
from treaty.prepared import Read, prepared
from treaty.truth.actions import Absorbed, absorb
from treaty.truth.models import Source
from treaty.truth.models.sources import PROVES_NOTHING
from treaty.truth.records import Record

Then = Callable[[Absorbed], None]
"""Told, inside the transaction, about whom something is new: what must not be forgotten if the process dies next."""


class Waiting(NamedTuple):
    """An event of the inbox, bare; moments are microseconds UTC."""

    id: int
    source: int
    message_id: str
    type: str
    occurred_us: int
    received_us: int
    body: str


@dataclass(slots=True)
class Reading:
    """An event and what it says, or why it says nothing."""

    event: Waiting
    source: Source
    records: list[Record] = field(default_factory=list)
    problem: str = ""


def absorb_waiting(limit: int = 200, *, at: datetime, then: Then | None = None) -> int:
    """Absorb the oldest waiting events, at most `limit`; returns how many left the waiting line.

    Reading happens outside of any transaction, writing in one short one per source. Each event keeps its own moment of
    receipt. Safe to run twice or in two processes: absorbing again changes nothing. An event that cannot be used, or
    that breaks what is to store it, goes to quarantine with its reason, so it can never hold up the line.
    """
    waiting = _waiting(limit)
    if len(waiting) < limit and unpack(limit - len(waiting)):
        waiting = _waiting(limit)
    sources = {source.pk: source for source in _numbered({event.source for event in waiting})} if waiting else {}
    readings = sorted((read(event, sources[event.source]) for event in waiting), key=_turn)
    for _, group in groupby(readings, key=_turn):
        _take(list(group), at, then)
    return len(readings)


def _waiting(limit: int) -> list[Waiting]:
    return [Waiting._make(row) for row in _oldest(limit).bare()]


@cache
def _oldest(limit: int) -> Read[[], Any]:
    columns = ("id", "source_id", "message_id", "type", "occurred_at", "received_at", "body")
    return prepared(lambda: Event.objects.filter(state=Event.State.WAITING).order_by("id").values_list(*columns)[:limit])


@prepared
def _numbered(numbers: Collection[int]) -> QuerySet[Source]:
    return Source.objects.filter(pk__among=numbers)


def _turn(reading: Reading) -> tuple[bool, int]:
    """Source by source, those that may state facts before those that only fill gaps."""
    return reading.source.kind in PROVES_NOTHING, reading.source.pk


def read(event: Waiting, source: Source) -> Reading:
    """What one event says. Never raises: what is wrong with it is its problem."""
    try:
        body, own_words = msgspec.json.decode(event.body), source.settings.get("events") or {}
        occurred_at, received_at = from_us(event.occurred_us), from_us(event.received_us)
        records = records_of(Told(event.type, body, event.message_id, occurred_at, own_words, received_at))
    except Unusable as why:
        return Reading(event, source, problem=str(why))
    except Exception as fault:  # a fault of ours: the event waits in quarantine until it is mended
        return Reading(event, source, problem=f"it could not be read ({type(fault).__name__}): release it after the next update")
    return Reading(event, source, records)


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
        done = _absorb(usable, readings[0].source, at)
        if then is not None:
            then(done)
    _set_aside([reading for reading in readings if reading.problem])
    stored = [reading.event.id for reading in readings if not reading.problem]
    bulk.change(Event, "id", stored, state=Event.State.STORED.value)


def _absorb(usable: Sequence[Reading], source: Source, at: datetime) -> Absorbed:
    """Absorb, note on each event what was refused of it, and enter the batch into the journal."""
    owners = [reading for reading in usable for _ in reading.records]
    records = [entry for reading in usable for entry in reading.records]
    done = absorb(records, source=source, received_at=from_us(max(reading.event.received_us for reading in usable)))
    for number, problem in done.refused:
        owners[number].problem = problem
    codes = {"events": len(usable), "stored": done.stored, "merged": done.merged, "refused": len(done.refused)}
    record("events.absorbed", source, at=at, codes={**codes, "sha256": digest(reading.event for reading in usable)})
    return done


def _set_aside(readings: Iterable[Reading]) -> None:
    for reading in readings:
        Event.objects.filter(pk=reading.event.id).update(state=Event.State.QUARANTINED, problem=reading.problem[:300])


def digest(events: Iterable[Waiting]) -> str:
    """What was absorbed, so that nobody can later say it was something else: SHA-256 over ids and bodies in order."""
    seen = hashlib.sha256()
    for event in events:
        seen.update(f"{event.message_id}\n{event.body}\n".encode())
    return seen.hexdigest()


def release(event: Event) -> None:
    """Put an event of the quarantine back into the line, after what was wrong has been mended."""
    Event.objects.filter(pk=event.pk, state=Event.State.QUARANTINED).update(state=Event.State.WAITING, problem="")
