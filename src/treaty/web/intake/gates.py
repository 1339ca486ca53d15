"""Whose request is it, from where, and may it come in now?"""

import ipaddress
import time
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from treaty.connectors.lookup import KEYRING, Known
from treaty.connectors.tracking.keys import from_basic
from treaty.connectors.tracking.kinds import HAND_RAISERS, kind_of
from treaty.connectors.tracking.parse import Delivery, Row
from treaty.connectors.tracking.traits import in_snake, text
from treaty.truth.identity import domain_of
from treaty.web.intake.buckets import Buckets
from treaty.web.intake.cors import check_origin
from treaty.web.intake.pressure import Pressure
from treaty.web.intake.refusals import Refusal

BUCKETS = Buckets()
PRESSURE = Pressure()

SECRET_KEY = (100_000.0, 200_000.0)
PUBLIC_KEY = (5_000.0, 50_000.0)
PUBLIC_ADDRESS = (200.0, 5_000.0)
STRANGER = (10.0, 200.0)
FORM = (1 / 12, 10.0)
"""(events per second, at once). A secret key is held back by the worker's lag, long before this."""

HOUR = 3600
RAISED_BY_ADDRESS, RAISED_BY_DOMAIN = 20, 30
"""How many requests for sales one address, and one e-mail domain, may make in an hour through a public key."""


def key_of(request: HttpRequest) -> str:
    """The key in the request's head, if any."""
    return from_basic(request.headers.get("Authorization", ""))


def source_of(request: HttpRequest, write_key: str, at: datetime) -> Known:
    """The source of a valid key that may send from here. Raises Refusal: 401, 403, or 429 for one who guesses keys."""
    source = KEYRING.find(write_key, at=at) if write_key else None
    if source is None:
        _take(("stranger", address_of(request)), 1, STRANGER, "requests without a valid key")
        if not write_key:
            raise Refusal(401, "no_key", "no write key: send it as the user of Basic authentication or as writeKey in the body")
        raise Refusal(401, "unknown_key", "this write key is unknown or was switched off: look it up with `treaty source list`")
    check_origin(request, source)
    return source


def check_pressure() -> None:
    """Raises Refusal (429) while the worker lags."""
    seconds = PRESSURE.retry_after()
    if seconds:
        raise Refusal(429, "busy", f"the worker is {PRESSURE.lag:.1f} s behind: send it again in {seconds} s", seconds)


def check_rate(request: HttpRequest, source: Known, events: int) -> None:
    """Raises Refusal (429) when this key, or this address with a public key, sends more than it may."""
    stated = source.settings.get("limit") or {}
    usual = PUBLIC_KEY if source.is_public else SECRET_KEY
    limit = (stated.get("per_second", usual[0]), stated.get("at_once", usual[1]))
    _take(("key", source.id), events, limit, "events with this key")
    if source.is_public:
        _take(("address", source.id, address_of(request)), events, PUBLIC_ADDRESS, "events from this address")


def _take(name: tuple[Any, ...], cost: int, limit: tuple[float, float], what: str) -> None:
    rate, burst = limit
    wait = BUCKETS.take(name, cost, rate=rate, burst=burst, now=time.monotonic())
    if wait:
        seconds = int(wait) + 1
        raise Refusal(429, "too_many", f"too many {what} ({rate:g} a second are taken): send it again in {seconds} s", seconds)


def limit_hand_raisers(request: HttpRequest, source: Known, delivery: Delivery) -> list[Row]:
    """The rows; requests for sales beyond what one address or domain may make through a public key go to quarantine.

    Each would cost a rep's time, and anyone can copy the key out of the page. None is lost: a person may release it.
    """
    if not source.is_public:
        return delivery.rows
    own_words = source.settings.get("events") or {}
    return [
        limited(request, source, row, _email(event))
        if row.type == "track" and kind_of(str(event.get("event") or ""), own_words) in HAND_RAISERS
        else row
        for event, row in zip(delivery.events, delivery.rows, strict=True)
    ]


def limited(request: HttpRequest, source: Known, row: Row, email: str) -> Row:
    """The row, in quarantine if its address or its e-mail's domain has asked for sales too often within the hour."""
    counts = [(("raised", source.id, address_of(request)), RAISED_BY_ADDRESS, "this address")]
    if email:
        counts.append((("raised", source.id, domain_of(email)), RAISED_BY_DOMAIN, domain_of(email)))
    for name, most, who in counts:
        if BUCKETS.take(name, 1, rate=most / HOUR, burst=most, now=time.monotonic()):
            problem = f"more than {most} requests for sales from {who[:100]} within an hour: release it if it is meant"
            return row._replace(state="quarantined", problem=problem)
    return row


def _email(event: dict[str, Any]) -> str:
    stated = in_snake(event.get("properties")).get("email") or in_snake(in_snake(event.get("context")).get("traits")).get("email")
    return text(stated, 254).lower()


def address_of(request: HttpRequest) -> str:
    """The sender's address; of IPv6 the network, for one household holds more of them than we could count."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def check_form_rate(request: HttpRequest, source: Known) -> None:
    """Raises Refusal (429) when one address sends a form more than ten times at once or every twelve seconds."""
    _take(("form", source.id, address_of(request)), 1, FORM, "forms from this address")
