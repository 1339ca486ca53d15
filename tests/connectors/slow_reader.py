"""The reading of a body by the rules as they are written, one after the other, with the standard library. For comparison."""

import json
import math
from datetime import UTC, datetime, timedelta


class Refused(Exception):
    """The code the sender is told."""


def read_slowly(raw, call, received_at):
    """(the key in the body, [(type, moment, sent at, event)]). Raises Refused."""
    if len(raw) > 500 * 1024:
        raise Refused("body_too_large")
    document, twice = parse(raw)
    if not isinstance(document, dict):
        raise Refused("not_an_object")
    events, around = [document], document
    if call == "batch":
        events = document.pop("batch", None)
        if not isinstance(events, list):
            raise Refused("no_batch")
        if len(events) > 2500:
            raise Refused("too_many_events")
    if any(len(compact(event)) > 32 * 1024 for event in events):
        raise Refused("event_too_large")
    if any(depth(value) > 32 for value in [*events, around]):
        raise Refused("too_deep")
    if twice:
        raise Refused("duplicate_key")
    own = {event["writeKey"] for event in events if isinstance(event, dict) and is_text(event.get("writeKey"))}
    if not is_text(around.get("writeKey")) and len(own) > 1:
        raise Refused("several_keys")
    key = around["writeKey"] if is_text(around.get("writeKey")) else min(own, default="")
    return key, [one(event, around, call, received_at) for event in events]


def is_text(value):
    return isinstance(value, str) and value != ""


def parse(raw):
    """(the value, was a key told twice). Raises Refused."""
    twice = []

    def pairs(found):
        twice.extend(["twice"] * (len({name for name, _ in found}) < len(found)))
        return dict(found)

    def number(text):
        if math.isinf(float(text)):
            raise ValueError(text)
        return float(text)

    def constant(text):
        raise ValueError(text)

    try:
        text = raw.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError:
        raise Refused("invalid_encoding") from None
    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_float=number, parse_constant=constant)
        json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate has no bytes
    except ValueError:
        raise Refused("invalid_json") from None
    return value, bool(twice)


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def depth(value):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


def one(event, around, call, received_at):
    known = event if isinstance(event, dict) else {}
    kind = known.get("type") if call == "batch" else call
    kind = kind if isinstance(kind, str) and kind in ("track", "identify", "page", "screen", "group", "alias") else f"?{kind or ''}"[:10]
    sent = moment(around.get("sentAt"))
    at = moment(known.get("timestamp") or known.get("originalTimestamp"))
    if at is None:
        at = received_at
    elif sent is not None and abs(received_at - sent) >= timedelta(minutes=55):
        at = min(at + (received_at - sent), received_at)
    elif at - received_at > timedelta(hours=23):
        at = received_at
    if isinstance(event, dict):
        event = {name: value for name, value in event.items() if name != "writeKey"}
        shared, own = around.get("context"), event.get("context")
        if call == "batch" and shared and isinstance(shared, dict):
            event["context"] = {**shared, **(own if isinstance(own, dict) else {})}
    return kind, at, sent, event


def moment(value):
    """Between 1900 and 2200, or None."""
    try:
        if isinstance(value, str):
            at = datetime.fromisoformat(value.strip())
            at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value / 1000 if abs(value) > 1e11 else value)
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return at if 1900 <= at.year < 2200 else None
