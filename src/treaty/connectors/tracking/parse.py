"""A request's body as rows for the inbox. Nothing is judged here but what makes a whole body unreadable.

Source: ecosystem facts 5, server rules 1, 3, 5, 7 and 8.
"""

import hashlib
from datetime import datetime
from itertools import repeat
from typing import Any, NamedTuple

from treaty.connectors.tracking.skew import clock_of, occurred
from treaty.connectors.tracking.strict import BadBody, check_keys, check_levels, decode, encode, encode_lines, sorted_encode
from treaty.moments import to_us

_LONG = ("track", "identify", "page", "screen", "group", "alias", "batch", "import")
_EVENT_TYPES = frozenset(_LONG[:6])
_SHORT = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias", "b": "batch"}
CALLS = {call: call for call in _LONG} | _SHORT
"""The last part of the path, long and short, and the call it means."""

BATCHES = ("batch", "import")
MOST_BODY = 500 * 1024
MOST_EVENT = 32 * 1024
MOST_EVENTS = 2500
"""Bytes, unpacked; an event is measured as compact UTF-8."""

MOST_ID = 200
MOST_TYPE = 10
_NOTHING: dict[str, Any] = {}
NOT_CONTENT = ("sentAt", "receivedAt", "writeKey", "_metadata")
"""What a client changes when it sends the same event again."""


class Row(NamedTuple):
    """One event for the inbox; moments are microseconds UTC."""

    message_id: str
    type: str
    occurred_us: int
    sent_us: int | None
    received_us: int
    body: str
    state: str = "waiting"
    problem: str = ""


class Delivery(NamedTuple):
    """What one request brought: the key its body carries, if any, and its events, decoded and as rows, in order."""

    write_key: str
    events: list[Any]
    rows: list[Row]


def read(raw: bytes, call: str, received_at: datetime) -> Delivery:
    """The events of one body. Raises BadBody when it is not strict JSON, too large, or no batch where one is due.

    raw: unpacked bytes. call: a value of CALLS. An event nobody can use (a number, no id) becomes a row all the same:
    the worker sets it aside with its reason, so nothing is lost and its neighbours are kept.
    """
    if len(raw) > MOST_BODY:
        raise BadBody("body_too_large", f"the body has {len(raw):,} bytes, at most {MOST_BODY:,} are taken: send smaller batches")
    document = decode(raw)
    if not isinstance(document, dict):
        raise BadBody("not_an_object", f"the body is {named(document)}: send one JSON object")
    events, envelope = _split(document, call)
    written = encode_lines(events)
    _check(raw, events, written, envelope)
    around = document if envelope is None else envelope
    shared = envelope.get("context") if envelope else None
    write_key = ""
    if shared or "writeKey" in around or b'"writeKey"' in written:
        write_key = _write_key(around, events)
        written = encode_lines([_kept(event, shared) for event in events])
    return Delivery(write_key, events, _rows(events, written, around, call, received_at))


def _split(document: dict[str, Any], call: str) -> tuple[list[Any], dict[str, Any] | None]:
    """(events, what is around them). Around a single event there is nothing."""
    if call not in BATCHES:
        return [document], None
    events = document.pop("batch", None)
    if not isinstance(events, list):
        raise BadBody("no_batch", f'"batch" is {named(events)}: send {{"batch": [event, ...]}}')
    if len(events) > MOST_EVENTS:
        raise BadBody("too_many_events", f"the batch has {len(events):,} events, at most {MOST_EVENTS:,} are taken: send smaller batches")
    return events, document


def _check(raw: bytes, events: list[Any], written: bytes, envelope: dict[str, Any] | None) -> None:
    """Sizes, levels, keys that occur twice: what refuses the whole body."""
    sizes = list(map(len, written.split(b"\n")))  # after the last line feed comes nothing
    largest = max(sizes)
    if largest > MOST_EVENT:
        number = sizes.index(largest) + 1
        raise BadBody("event_too_large", f"event {number} has {largest:,} bytes, at most {MOST_EVENT:,} are taken: send less with it")
    check_levels(events, written)
    colons = written.count(b":")
    if envelope is not None:
        around = encode(envelope)
        check_levels([envelope], around)
        colons += around.count(b":") + 1  # of "batch", which was taken out
    check_keys(raw, colons)


def _write_key(around: dict[str, Any], events: list[Any]) -> str:
    """The key in the body; rule 3: the envelope's, else the events' own, which must agree. Raises BadBody."""
    stated = around.get("writeKey")
    keys = {stated} if isinstance(stated, str) and stated else {key for event in events if (key := _own_key(event))}
    if len(keys) > 1:
        raise BadBody("several_keys", f"the events carry {len(keys)} different write keys: send one batch for each")
    return next(iter(keys), "")


def _own_key(event: Any) -> str:
    key = event.get("writeKey") if isinstance(event, dict) else None
    return key if isinstance(key, str) else ""


def _kept(event: Any, shared: Any) -> Any:
    """The event as it is kept: without its write key, which may be secret, and with the context the batch shares."""
    if isinstance(event, dict):
        event.pop("writeKey", None)
        if shared and isinstance(shared, dict):
            own = event.get("context")
            event["context"] = {**shared, **(own if isinstance(own, dict) else {})}
    return event


def _rows(events: list[Any], written: bytes, around: dict[str, Any], call: str, received_at: datetime) -> list[Row]:
    """One row per event, made column by column: value by value it would take twice as long.

    written: each event as it is kept, ended by a line feed.
    """
    clock = clock_of(around.get("sentAt"), to_us(received_at))
    known = [event if isinstance(event, dict) else _NOTHING for event in events]
    moments, problems = occurred([_stated_at(event) for event in known], clock)
    ids = [message_id_of(event, received_at) for event in events]
    kinds = [_type(event) for event in known] if call in BATCHES else repeat(call)
    bodies = written.decode().split("\n")
    around_all = repeat(clock.sent_us), repeat(clock.received_us)
    columns = zip(ids, kinds, moments, *around_all, bodies, repeat("waiting"), problems, strict=False)
    return list(map(Row._make, columns))


def _type(event: dict[str, Any]) -> str:
    """The event's own type. One we do not know is marked, so that nobody can pretend to be one of our own forms."""
    stated = event.get("type")
    if isinstance(stated, str) and stated in _EVENT_TYPES:
        return stated
    return f"?{''.join(filter(str.isprintable, str(stated or '')[:MOST_TYPE]))}"[:MOST_TYPE]


def _stated_at(event: dict[str, Any]) -> Any:
    """One vendor's clients say `timestamp`, the other's browser client `originalTimestamp`."""
    return event.get("timestamp") or event.get("originalTimestamp")


def message_id_of(event: Any, received_at: datetime) -> str:
    """The sender's `messageId`, or one made of the content so that the same event sent again is the same.

    An id too long or with control characters is replaced by its hash. Without an id and without a timestamp two equal
    events are told apart by the day only: a client that repeats itself within a day is taken to be retrying.
    """
    stated = event.get("messageId") if isinstance(event, dict) else None
    if isinstance(stated, str) and 0 < len(stated) <= MOST_ID and stated.isprintable():
        return stated
    if isinstance(stated, str | int) and not isinstance(stated, bool) and stated != "":
        return "id-" + hashlib.sha256(str(stated).encode()).hexdigest()
    content = {name: value for name, value in event.items() if name not in NOT_CONTENT} if isinstance(event, dict) else event
    day = "" if isinstance(event, dict) and _stated_at(event) else received_at.date().isoformat()
    return "content-" + hashlib.sha256(day.encode() + sorted_encode(content)).hexdigest()


def named(value: Any) -> str:
    """What a JSON value is, for a sentence."""
    if value is None:
        return "missing or null"
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return kinds.get(type(value), "a number")
