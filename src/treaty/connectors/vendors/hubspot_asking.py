"""How HubSpot is asked, and what it means by what it answers. Source: the vendor's reference for the version below."""

from collections.abc import Mapping
from typing import Any

from treaty.connectors.vendors.reading import says
from treaty.connectors.vendors.talk import Busy, Declined, Forbidden, SignedOut
from treaty.outward import Answer

VERSION = "2026-09"


def check(answer: Answer) -> None:
    if answer.status < 300:
        answer.json()
        return
    told = says(answer, "message", "category")
    if answer.status == 401:
        raise SignedOut(told)
    if answer.status == 403:
        raise Forbidden(told)
    if answer.status == 429 or answer.status >= 500:
        raise Busy(told, _seconds(answer.headers.get("retry-after")))
    raise Declined(told)


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.replace(".", "", 1).isdigit() else None


def behind(after: str) -> dict[str, str]:
    """What of a query asks for the page behind a place; nothing for the first."""
    return {"after": after} if after else {}


def next_of(body: Mapping[str, Any]) -> str | None:
    """Where to go on; None at the end."""
    after = ((body.get("paging") or {}).get("next") or {}).get("after")
    return str(after) if after else None
