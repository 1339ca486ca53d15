"""The bar of every page: places, what is in force, how fresh the figures are, who is here."""

from typing import Any

from django.http import HttpRequest

from treaty.agreement.models import InForce
from treaty.agreement.queries import Damaged, in_force, signed_of
from treaty.config import home
from treaty.engine.lake import LakeDamaged, LakeMissing, open_lake
from treaty.team.models import Member, Side
from treaty.web import formats
from treaty.web.here import moment_of, viewer_here
from treaty.web.pieces.bar import Bar, Place
from treaty.web.pieces.bar import InForce as ShownInForce
from treaty.web.pieces.words import Link, Party, Who

PLACES = (
    ("Home", "/", "h"),
    ("Queue", "/queue/", "q"),
    ("Leads", "/leads/", "l"),
    ("Agreement", "/agreement/", "a"),
    ("Promises", "/promises/", "p"),
    ("Week", "/week/", "w"),
)
MORE = (
    ("Opportunities", "/opportunities/", "o"),
    ("Goals", "/goals/", ""),
    ("Funnel", "/funnel/", "u"),
    ("Numbers", "/numbers/", "n"),
    ("Attribution", "/attribution/", ""),
    ("Campaigns", "/campaigns/", "c"),
    ("Content", "/content/", ""),
    ("Economics", "/economics/", "e"),
    ("Period close", "/books/", ""),
    ("Rejections", "/rejections/", "r"),
    ("Data to complete", "/gaps/", ""),
    ("House rules", "/house/", ""),
    ("Fairness", "/fairness/", "f"),
    ("Sources and imports", "/sources/", "s"),
    ("Team", "/team/", "t"),
    ("Settings", "/settings/", ""),
)
PARTIES: dict[Side, Party] = {Side.MARKETING: "marketing", Side.SALES: "sales", Side.BOTH: "both"}


def party_of(member: Member) -> Party:
    return PARTIES[member.side]


def who(member: Member, href: str = "") -> Who:
    """A member with the mark of their party."""
    return Who(party_of(member), member.name, href)


def bar(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Two queries: the version in force and whether it is signed."""
    member = getattr(request, "user", None)
    if not isinstance(member, Member):
        return {"bar": Bar()}
    at = moment_of(request)
    current = in_force(at)
    viewer = viewer_here(request, member)
    return {
        "bar": Bar(
            places=[_place(request, *place) for place in PLACES],
            more=[_place(request, *place) for place in MORE],
            company=_company(current),
            fresh=_fresh(viewer, request),
            in_force=_in_force(current),
            who=who(member),
            email=member.email,
            zone=viewer.zone_name,
            is_zone_named=bool(member.zone),
            theme=member.theme,  # type: ignore[arg-type]  # the form offers these three
            keys_on=member.keys_on,
        ),
        "viewer": viewer,
        "now": at,
    }


def _place(request: HttpRequest, words: str, href: str, key: str) -> Place:
    is_current = request.path == href or (href != "/" and request.path.startswith(href))
    return Place(words, href, key, is_current)


def _fresh(viewer: formats.Viewer, request: HttpRequest) -> Link:
    try:
        as_of = open_lake(home()).as_of
    except (LakeMissing, LakeDamaged):
        return Link("No figures yet", "/sources/")
    return Link(f"Data as of {formats.short(as_of, viewer, moment_of(request))}", "/sources/")


def _company(current: InForce | None) -> str:
    try:
        return signed_of(current.version).terms.agreement if current else ""
    except Damaged:
        return ""  # the page says what happened


def _in_force(current: InForce | None) -> ShownInForce | None:
    if current is None:
        return None
    return ShownInForce(f"version {current.version.number}", "/agreement/", current.version.hash)
