"""The tracking API: plain views, as thin as the rules allow. Rules: docs/tracking.md; ecosystem facts 5."""

import logging
import threading
from collections.abc import Callable
from functools import wraps

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt

from treaty.connectors.inbox import Full, NotStored, the_inbox
from treaty.connectors.lookup import KEYRING
from treaty.connectors.tracking.parse import CALLS, Row, read
from treaty.connectors.tracking.strict import BadBody
from treaty.web.intake.bodies import read_body
from treaty.web.intake.cors import allow, preflight
from treaty.web.intake.gates import check_pressure, check_rate, key_of, limit_hand_raisers, source_of
from treaty.web.intake.refusals import Refusal, json_answer, only, refused, stored

logger = logging.getLogger("treaty.intake")
View = Callable[..., HttpResponse]
READING = threading.Lock()
"""Bodies are read one at a time: two threads would only take the interpreter from each other, and from the one that writes."""
LATER = 2
"""Seconds after which to come back when the store is locked, full or slow."""


def door(view: View) -> View:
    """What every intake view shares: CORS, refusals as JSON, no CSRF token (the key is the proof, and no cookie is read)."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, **parts: str) -> HttpResponse:
        if request.method == "OPTIONS":
            return preflight(request)
        try:
            return allow(request, view(request, **parts))
        except Refusal as refusal:
            return allow(request, refused(refusal))
        except OperationalError:
            logger.exception("the database did not answer %s", request.path)
            return allow(request, refused(Refusal(503, "no_database", f"the database does not answer: send it again in {LATER} s", LATER)))

    return answer


@door
def track(request: HttpRequest, call: str) -> HttpResponse:
    """Take one call or a batch. 200 means every event is durable; anything else means none was taken."""
    only(request, "POST")
    at = now()
    source = source_of(request, key, at) if (key := key_of(request)) else None
    check_pressure()
    try:
        body = read_body(request)
        with READING:
            delivery = read(body, CALLS[call], at)
    except BadBody as bad:
        raise Refusal(400, bad.code, bad.message) from None
    source = source or source_of(request, delivery.write_key, at)
    check_rate(request, source, len(delivery.rows))
    keep(source.id, limit_hand_raisers(request, source, delivery))
    return stored()


def keep(source_id: int, rows: list[Row]) -> None:
    """Store rows durably. Raises Refusal: 429 when too many wait, 503 when the store does not take them."""
    try:
        the_inbox().put(source_id, rows)
    except Full:
        raise Refusal(429, "busy", f"too many requests wait for the database: send it again in {LATER} s", LATER) from None
    except NotStored:
        raise Refusal(503, "not_stored", f"the database did not take the events: send them again in {LATER} s", LATER) from None


@door
def settings(request: HttpRequest, write_key: str) -> HttpResponse:
    """What Segment's browser client asks before it sends. It adopts the key and the host it is told, so both are ours."""
    only(request, "GET", "HEAD")
    if KEYRING.find(write_key, at=now()) is None:
        raise Refusal(404, "unknown_key", "this write key is unknown or was switched off: look it up with `treaty source list`")
    ours = {"apiKey": write_key, "apiHost": f"{request.get_host()}/v1", "protocol": request.scheme}
    return json_answer({"integrations": {"Segment.io": ours}, "plan": {}, "edgeFunction": {}, "metrics": {"sampleRate": 0}})


@door
def source_config(request: HttpRequest) -> HttpResponse:
    """What RudderStack's browser client asks before it sends: no destinations, no statistics, no errors sent elsewhere."""
    only(request, "GET", "HEAD")
    write_key = request.GET.get("writeKey") or key_of(request)
    known = KEYRING.find(write_key, at=now())
    if known is None:
        raise Refusal(404, "unknown_key", "this write key is unknown or was switched off: look it up with `treaty source list`")
    off = {"errors": {"enabled": False}, "metrics": {"enabled": False}}
    source = {"id": known.key, "name": known.name, "writeKey": write_key, "enabled": True, "workspaceId": known.key}
    return json_answer({"source": {**source, "config": {"statsCollection": off}, "destinations": [], "connections": []}})


@door
def unknown(request: HttpRequest, rest: str) -> HttpResponse:
    """Any other path under /v1/."""
    raise Refusal(404, "unknown_call", f"{request.method} /v1/{rest[:80]} is no call: use POST /v1/{', /v1/'.join(CALLS)}")
