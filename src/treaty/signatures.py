"""Whether a request comes from whom it says it comes from. Pure: raw bytes and headers in, nothing or NotGenuine out.

Each check takes several secrets, the newest first, so that one can be replaced without losing a request. A request whose
stamp lies more than five minutes off, before or after, may be one that somebody recorded. Comparing takes the same time
wherever two texts differ. Sources: each vendor's reference; ecosystem facts 4, reliability facts T1.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from treaty.moments import from_us

WINDOW = timedelta(minutes=5)
Headers = Mapping[str, str]
"""By lower-case name."""


class NotGenuine(Exception):
    """Why a request is not believed. Whoever sent it is told only that it is not."""


def check_hubspot(secrets: Sequence[str], method: str, uri: str, body: bytes, headers: Headers, at: datetime) -> None:
    """HubSpot's third signature: base64 of HMAC-SHA256 over method, full address, body and stamp in milliseconds.

    uri: as it was called, with scheme, host and query; the vendor signs it with some of its characters decoded.
    """
    stamp = _header(headers, "x-hubspot-request-timestamp")
    _check_stamp(stamp, 1_000, at)
    given = _header(headers, "x-hubspot-signature-v3")
    signed = [f"{method}{one}".encode() + body + stamp.encode() for one in dict.fromkeys((uri, _as_hubspot_signs(uri)))]
    _check(given, [base64.b64encode(_mac(secret, text)).decode() for secret in secrets for text in signed])


_DECODED = {
    "3A": ":",
    "2F": "/",
    "3F": "?",
    "40": "@",
    "21": "!",
    "24": "$",
    "27": "'",
    "28": "(",
    "29": ")",
    "2A": "*",
    "2C": ",",
    "3B": ";",
}


def _as_hubspot_signs(uri: str) -> str:
    return re.sub("%([0-9A-Fa-f]{2})", lambda found: _DECODED.get(found[1].upper(), found[0]), uri)


def check_slack(secrets: Sequence[str], body: bytes, headers: Headers, at: datetime) -> None:
    """Slack: `v0=` and hex of HMAC-SHA256 over `v0:`, the stamp in seconds, `:` and the body."""
    stamp = _header(headers, "x-slack-request-timestamp")
    _check_stamp(stamp, 1_000_000, at)
    signed = b"v0:" + stamp.encode() + b":" + body
    _check(_header(headers, "x-slack-signature"), ["v0=" + _mac(secret, signed).hex() for secret in secrets])


def check_standard(secrets: Sequence[str], body: bytes, headers: Headers, at: datetime) -> None:
    """Standard Webhooks, those of ours too: base64 of HMAC-SHA256 over id, stamp in seconds and body, joined by stops.

    secrets: `whsec_` and base64. The header may hold several signatures, of several secrets of the sender.
    """
    number, stamp = _header(headers, "webhook-id"), _header(headers, "webhook-timestamp")
    _check_stamp(stamp, 1_000_000, at)
    good = [standard_signature(secret, number, stamp, body) for secret in secrets]
    given = _header(headers, "webhook-signature").split(" ")[:10]
    if not any([_is_among(one, good) for one in given]):  # noqa: C419 - all are compared, so that time tells nothing
        raise NotGenuine("the signature is another")


def standard_signature(secret: str, number: str, stamp: str, body: bytes) -> str:
    """The signature of one message, as `check_standard` wants it. Raises ValueError for a secret that is none."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise ValueError("a secret of Standard Webhooks is whsec_ and base64") from None
    mac = hmac.digest(key, f"{number}.{stamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(mac).decode()}"


def check_basic(secrets: Sequence[str], user: str, headers: Headers) -> None:
    """Pipedrive signs nothing: the user and password that its webhook was given. There is no stamp, so events are told apart by id."""
    given = _header(headers, "authorization")
    _check(given, ["Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode() for secret in secrets])


def check_shared(secrets: Sequence[str], given: str) -> None:
    """Marketo and Salesforce's outbound messages sign nothing: a secret in a header of our choice, or in the address."""
    _check(given, list(secrets))


def _mac(secret: str, text: bytes) -> bytes:
    return hmac.digest(secret.encode(), text, hashlib.sha256)


def _header(headers: Headers, name: str) -> str:
    found = headers.get(name, "")
    if not found:
        raise NotGenuine(f"there is no {name}")
    return found


def _check_stamp(stamp: str, per_us: int, at: datetime) -> None:
    """per_us: microseconds of one unit of the stamp."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 16):
        raise NotGenuine("the stamp is no number")
    if abs(at - from_us(min(int(stamp) * per_us, 1 << 52))) > WINDOW:
        raise NotGenuine("the stamp is more than five minutes off")


def _check(given: str, good: Sequence[str]) -> None:
    if not _is_among(given, good):
        raise NotGenuine("the signature is another")


def _is_among(given: str, good: Sequence[str]) -> bool:
    """Compared with each, whichever is the one, so that time tells nothing. A secret that is empty opens nothing."""
    found = False
    for one in good:
        found |= hmac.compare_digest(given.encode(), one.encode())
    return found and bool(given)
