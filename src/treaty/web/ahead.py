"""The first looks at a new lake: pages are opened before it counts, so that nobody has to wait for what they ask.

The pages themselves are asked, as a member would: there is no second list of their figures to keep equal.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus

from django.http import HttpRequest, QueryDict
from django.urls import resolve

from treaty.engine.lake import Snapshot, reading
from treaty.team.models import Member, Role

logger = logging.getLogger("treaty.lake")

PAGES = (
    "/",
    "/promises/",
    "/week/",
    "/goals/",
    "/funnel/",
    "/attribution/",
    "/attribution/?by=campaign",
    "/attribution/?by=content",
    "/funnel/won/",
    "/funnel/pipeline/",
    "/economics/",
    "/campaigns/",
    "/content/",
    "/funnel/?view=period",
    "/funnel/time/",
    "/rejections/",
    "/fairness/",
    "/attribution/?instead=markov",
)
"""Those that cost something, the most looked at first. What if credit went by removal effects is the one such question that takes longer
than somebody waits."""
SECONDS = 30.0
"""After so long no further page is opened: a lake is never more than a minute old, and what was not asked is asked by who looks."""


def look(lake: Snapshot, at: datetime, *, pages: Sequence[str] = PAGES, most: int | None = None, seconds: float | None = None) -> list[str]:
    """Open the pages, or no more than the first so many, over a snapshot that need not count yet; returns those that were.

    seconds: after which no further one is opened, `SECONDS` unless given. One that fails is logged and passed over.
    """
    member, began = _anybody(), time.monotonic()
    limit = SECONDS if seconds is None else seconds
    opened: list[str] = []
    if member is None:
        return []
    with reading(lake):
        for page in pages[:most]:
            if time.monotonic() - began > limit:
                logger.info("%d of %d pages were opened ahead in %g s", len(opened), len(pages), limit)
                break
            try:
                _open(page, member, at)
                opened.append(page)
            except Exception:
                logger.exception("%s could not be opened ahead", page)
    return opened


def _open(page: str, member: Member, at: datetime) -> None:
    request = HttpRequest()
    request.path, _, query = page.partition("?")
    request.path_info, request.method, request.GET = request.path, "GET", QueryDict(query)
    request.META = {"SERVER_NAME": "localhost", "SERVER_PORT": "80", "QUERY_STRING": query}
    request.user, request.treaty_at = member, at  # type: ignore[attr-defined]
    found = resolve(request.path_info)
    response = found.func(request, *found.args, **found.kwargs)
    if response.status_code != HTTPStatus.OK:
        raise RuntimeError(f"it answered {response.status_code}")


def _anybody() -> Member | None:
    """Somebody who sees what both sides see; pages show the same figures to all."""
    active = Member.objects.filter(is_active=True)
    member = active.filter(role__in=(Role.EXECUTIVE, Role.REVOPS)).order_by("id").first() or active.order_by("id").first()
    if member is not None:
        member.must_change = False  # only here: whoever has to choose a password would see nothing else
    return member
