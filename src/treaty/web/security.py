"""What a browser may do with our pages: nothing that is not ours, and no page of ours inside another's (T6, T10).

One route may be framed: a form embedded in the company's own site. Its view calls `allow_framing`.
"""

import re
from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

_ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?", re.IGNORECASE)
_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "font-src": "'none'",
    "form-action": "'self'",
    "base-uri": "'none'",
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_FRAMED_BY = "treaty_framed_by"


def policy(framed_by: Iterable[str] = ()) -> str:
    """The content policy, for a page that only these origins may frame; nobody when there are none."""
    sources = {**_SOURCES, "frame-ancestors": " ".join(framed_by) or "'none'"}
    return "; ".join(f"{name} {value}" for name, value in sources.items())


def allow_framing(response: HttpResponse, origins: Iterable[str]) -> HttpResponse:
    """Let pages of these origins, and of no others, frame this response.

    Raises ValueError for anything but a plain origin (`https://www.example.com`): a space or semicolon would
    write into the policy, and a wildcard would open it to everyone.
    """
    listed = tuple(origins)
    for origin in listed:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin!r} is not an origin: write the scheme and host only, such as https://www.example.com")
    setattr(response, _FRAMED_BY, listed)
    return response


class ContentPolicy:
    """Writes the headers on every response, errors included. A header a view has set itself stays."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        framed_by: tuple[str, ...] = getattr(response, _FRAMED_BY, ())
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", policy(framed_by))
        if not framed_by:
            response.headers.setdefault("X-Frame-Options", "DENY")
        return response
