"""The list of members, and what is said of where each is now."""

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from treaty.handoff.seats import away
from treaty.team.models import Member, Role
from treaty.web import formats, listing
from treaty.web.context import who
from treaty.web.here import Here, is_demo, page
from treaty.web.listing import Field, Kind, Pick
from treaty.web.pages.team.forms import ROLES
from treaty.web.pieces import Faint, Link, Piece, Standing
from treaty.web.rights import is_steward


@require_GET
@page
def team(here: Here) -> HttpResponseBase:
    """Everybody sees who is here, and who is away."""
    steps = [Link("Add a member", "/team/new/", is_go=True)] if is_steward(here.member) else []
    rows = Member.objects.select_related("manager")
    return listing.show(here, kind_of_list(away(Member.objects.all(), here.at)), rows, title="Team", lede=_lede(here, rows), steps=steps)


def _lede(here: Here, rows: QuerySet[Member]) -> str:
    active = list(rows.filter(is_active=True))
    without = sum(not row.has_usable_password() for row in active)
    said = [f"{formats.count(len(active), 'member')}. Who is away takes no new leads."]
    if without:
        said.append(f"{formats.capital(formats.spell(without))} {'has' if without == 1 else 'have'} no password yet. {how_to_enter(here)}")
    return " ".join(said)


def how_to_enter(here: Here) -> str:
    """What leads on for those who have no password."""
    if is_demo(here.request):
        return "In this demo everybody comes in by their name, on the page for signing in."
    return "Give them one on their page." if is_steward(here.member) else "RevOps gives it to them, on their page."


def kind_of_list(reasons: dict[str, str]) -> Kind[Member]:
    """reasons: why somebody takes nothing now, by e-mail."""
    return Kind(
        name="team",
        path="/team/",
        sort="name",
        href=lambda row: f"/team/{row.key}/",
        fields=(
            Field(words="Name", key="name", order=("name",), value=lambda row: row.name, show=lambda row, _: who(row)),
            Field(words="E-mail", key="email", order=("email",), value=lambda row: row.email),
            Field(words="Role", key="role", order=("role", "name"), value=lambda row: ROLES[Role(row.role)]),
            Field(words="Manager", key="manager", order=("manager__name",), value=lambda row: row.manager.name if row.manager else ""),
            Field(words="Zone", key="zone", order=("zone",), value=lambda row: row.zone),
            Field(words="Country", key="country", order=("country",), value=lambda row: row.country),
            Field(words="Weight", key="weight", order=("capacity",), value=lambda row: row.capacity, is_number=True),
            Field(words="Now", value=lambda row: state_words(row, reasons), show=lambda row, _: state(row, reasons)),
        ),
        picks=(
            Pick(
                key="q",
                words="Find",
                placeholder="Name or e-mail",
                narrow=lambda rows, text: rows.filter(name__icontains=text) | rows.filter(email__icontains=text),
            ),
            Pick(key="role", words="Role", options=lambda _: list(ROLES.items()), narrow=lambda rows, role: rows.filter(role=role)),
        ),
    )


def state_words(row: Member, reasons: dict[str, str]) -> str:
    if not row.is_active:
        return "no longer with us"
    return reasons.get(row.email) or ("here" if row.has_usable_password() else "no password yet")


def state(row: Member, reasons: dict[str, str]) -> Piece:
    words = state_words(row, reasons)
    return (
        Standing("kept", words)
        if words == "here"
        else Standing("running", words)
        if row.email in reasons and row.is_active
        else Faint(words)
    )
