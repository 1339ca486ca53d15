"""A request's body, unpacked, never larger than it may be: a bomb stops at its first byte too many."""

import zlib

from django.http import HttpRequest
from django.http.request import UnreadablePostError

from treaty.connectors.tracking.parse import MOST_BODY
from treaty.web.intake.refusals import Refusal

_GZIP = 31
"""zlib's word for: a gzip header, whole window."""


def read_body(request: HttpRequest, most: int = MOST_BODY) -> bytes:
    """The unpacked bytes, at most `most`. Raises Refusal: 400 too large or broken, 411 without length, 415 unknown packing."""
    raw = read_raw(request, most)
    packing = request.headers.get("Content-Encoding", "").strip().lower()
    if packing in ("", "identity"):
        return raw
    if packing in ("gzip", "x-gzip"):
        return gunzip(raw, most)
    raise Refusal(415, "unknown_encoding", f"Content-Encoding {packing[:40]!r} is not understood: use gzip or none")


def read_raw(request: HttpRequest, most: int) -> bytes:
    if not request.headers.get("Content-Length") and request.headers.get("Transfer-Encoding"):
        raise Refusal(411, "length_required", "the request does not say how long it is: send Content-Length instead of chunks")
    try:
        raw = request.read(most + 1)
    except UnreadablePostError:
        raise Refusal(400, "cut_short", "the request ended before its body did: send it again") from None
    if len(raw) > most:
        raise _too_large(most)
    return bytes(raw)


def gunzip(raw: bytes, most: int) -> bytes:
    """One gzip member, unpacked to at most `most` bytes. Raises Refusal (400)."""
    machine = zlib.decompressobj(_GZIP)
    try:
        unpacked = machine.decompress(raw, most + 1)
    except zlib.error as fault:
        raise Refusal(400, "invalid_gzip", f"the body is not gzip ({fault}): pack it again or send it unpacked") from None
    if len(unpacked) > most:
        raise _too_large(most)
    if not machine.eof or machine.unused_data:
        raise Refusal(400, "invalid_gzip", "the gzip body is cut short or has something after its end: send it again")
    return unpacked


def _too_large(most: int) -> Refusal:
    return Refusal(400, "body_too_large", f"the body has more than {most:,} bytes unpacked: send smaller batches")
