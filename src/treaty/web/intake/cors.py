"""Which web pages may send: the origins listed for a key. A browser asks before it sends; both times it gets the truth."""

import re
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

from treaty.config import config
from treaty.connectors.lookup import KEYRING, MISSED, Known
from treaty.connectors.sources import NotAnOrigin, normal_origin
from treaty.web.intake.refusals import Refusal

_HEADERS = frozenset({"authorization", "content-type", "content-encoding", "anonymousid", "sentat", "x-retry-count"})
"""What the two vendors' browser clients send beside the ordinary. Their retries add more, so what is asked for is granted
too: no cookie is ever read here, so a header alone gives nobody anything."""
_HEADER_NAME = re.compile(r"[a-z0-9-]{1,60}")

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def check_origin(request: HttpRequest, source: Known) -> None:
    """Raises Refusal (403) for a page that may not send with this key, and for a secret that came from a page."""
    origin = request.headers.get("Origin", "")
    if not origin or is_own(request, origin):
        return
    if not source.is_public:
        message = f"this key is a secret and came from a page of {origin[:100]}: rotate it, and use a browser key in pages"
        raise Refusal(403, "secret_in_page", message)
    if not is_admitted(origin, source.origins):
        message = f"{origin[:100]} is not listed for source {source.name!r}: add it with `treaty source admit`"
        raise Refusal(403, "origin_not_listed", message)


def is_admitted(origin: str, listed: frozenset[str]) -> bool:
    """An empty list admits pages served from this machine alone, and in the demo every page."""
    try:
        normal = normal_origin(origin)
    except NotAnOrigin:
        return config().demo and not listed
    return normal in listed or (not listed and (config().demo or urlsplit(normal).hostname in _LOOPBACK))


def is_own(request: HttpRequest, origin: str) -> bool:
    return origin == f"{request.scheme}://{request.get_host()}"


def preflight(request: HttpRequest) -> HttpResponse:
    """The answer to OPTIONS. It carries no key yet, so every origin some key lists is told yes; the key decides later."""
    response = HttpResponse(status=204)
    allow(request, response)
    if "Access-Control-Allow-Origin" in response:
        response.headers["Access-Control-Allow-Methods"] = "POST, GET, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = ", ".join(sorted(_HEADERS | _asked_headers(request)))
        response.headers["Access-Control-Max-Age"] = "600"
    return response


def _asked_headers(request: HttpRequest) -> set[str]:
    asked = request.headers.get("Access-Control-Request-Headers", "").lower().split(",")
    return {name for part in asked[:30] if _HEADER_NAME.fullmatch(name := part.strip())}


def allow(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let the page read the answer, if any key admits its origin."""
    response.headers["Vary"] = "Origin"
    origin = request.headers.get("Origin", "")
    if origin and _is_known(request, origin):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
    return response


def _is_known(request: HttpRequest, origin: str) -> bool:
    KEYRING.refresh()
    if is_own(request, origin) or _is_listed(origin):
        return True
    KEYRING.refresh(MISSED)
    return _is_listed(origin)


def _is_listed(origin: str) -> bool:
    return any(is_admitted(origin, listed) for listed in KEYRING.lists)
