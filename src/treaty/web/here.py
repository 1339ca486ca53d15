"""Who asks, from where, when: what every page begins with. One `at` per request."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render

from treaty.agreement.queries import Damaged, agreed_zone
from treaty.attribution.chain import TooManyStates
from treaty.config import config, home
from treaty.engine.lake import LakeMissing, Snapshot, open_lake
from treaty.team.models import Member
from treaty.web.formats import Viewer, viewer_of
from treaty.web.pieces import Empty, Link

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Here:
    """The request as pages see it: the member who asks, the moment it came, how they read values."""

    request: HttpRequest
    member: Member
    at: datetime
    viewer: Viewer

    @property
    def lake(self) -> Snapshot | None:
        """The newest snapshot of the lake; None before the first export."""
        try:
            return open_lake(home())
        except LakeMissing:
            return None


def moment_of(request: HttpRequest) -> datetime:
    """The moment of a request: asked of the clock once, the same for everything the request does."""
    at: datetime | None = getattr(request, "treaty_at", None)
    if at is None:
        at = datetime.now(UTC)
        request.treaty_at = at  # type: ignore[attr-defined]
    return at


def viewer_for(member: Member | None, agreed: str = "") -> Viewer:
    """How this member reads values: in their zone; agreed: in this one, if they named none; else in UTC."""
    try:
        return viewer_of(member.zone or agreed or "UTC") if member else Viewer()
    except ValueError:
        return Viewer()


def viewer_here(request: HttpRequest, member: Member) -> Viewer:
    """How the one who asks reads values. Whoever named no zone reads the agreement's; that takes a query, once a request."""
    viewer: Viewer | None = getattr(request, "treaty_viewer", None)
    if viewer is None:
        try:
            agreed = "" if member.zone else agreed_zone(moment_of(request))
        except Damaged:
            agreed = ""  # the page says what happened
        viewer = viewer_for(member, agreed)
        request.treaty_viewer = viewer  # type: ignore[attr-defined]
    return viewer


OPEN_BEFORE_A_CHANGE = ("/settings/", "/settings/password/", "/settings/theme/")

Page = Callable[Concatenate[Here, P], HttpResponseBase]


def page(view: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A view for members who signed in; others are asked to. It takes a Here instead of a request.

    Whoever came in with a password somebody told them chooses their own first.
    Under an agreement that was changed beside Treaty nothing is shown or done; the page says so. So does a page of credit where
    touches name too many channels for the agreed removal effects.
    """

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        member = request.user
        if not isinstance(member, Member) or not member.is_active:
            if request.headers.get("HX-Request"):
                return HttpResponse(status=204, headers={"HX-Redirect": "/sign-in/"})
            return redirect_to_login(request.get_full_path())
        if member.must_change and request.path not in OPEN_BEFORE_A_CHANGE:
            if request.headers.get("HX-Request"):
                return HttpResponse(status=204, headers={"HX-Redirect": "/settings/"})
            return HttpResponseRedirect("/settings/")
        here = Here(request, member, moment_of(request), viewer_here(request, member))
        try:
            return view(here, *args, **kwargs)
        except Damaged as damage:
            return render(request, "treaty/damaged.html", {"says": str(damage)}, status=503)
        except TooManyStates as problem:
            return render(request, "treaty/nothing_yet.html", extra(here, empty=_too_many(problem)))

    return inner


def _too_many(problem: TooManyStates) -> Empty:
    """Instead of a page with credit, where removal effects are agreed and cannot be worked out."""
    return Empty(
        title="There are too many channels to weigh them against each other",
        words=f"Removal effects are worked out for each of them: {problem}. Give touches fewer channels where they come from.",
        steps=[Link("Open the sources", "/sources/", is_go=True)],
    )


def is_loopback(request: HttpRequest) -> bool:
    return request.META.get("REMOTE_ADDR", "") in ("127.0.0.1", "::1")


def is_demo(request: HttpRequest) -> bool:
    """Demo doors exist only in the demo, and only for this machine."""
    return config().demo and is_loopback(request)


def extra(here: Here, **more: Any) -> dict[str, Any]:
    """The context every page has beside its own: viewer and now."""
    return {"viewer": here.viewer, "now": here.at, **more}
