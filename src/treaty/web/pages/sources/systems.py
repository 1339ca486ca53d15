"""Outside systems: connect one, see how far each of its streams was read and what could not be kept, pull it now."""

from collections.abc import Mapping
from datetime import UTC, datetime, time

from django import forms
from django.db.models import Sum
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treaty.connectors import connections, hooks, pulling
from treaty.connectors.calling import OF_A_PAGE
from treaty.connectors.connections import CannotConnect
from treaty.connectors.models import Connection, PulledProblem, StreamPlace
from treaty.connectors.queries import stages_of
from treaty.connectors.sources import BadName, NameTaken
from treaty.connectors.statuses import meanings_of
from treaty.connectors.vendors.known import VENDORS
from treaty.connectors.vendors.talk import Vendor
from treaty.connectors.writes.allowed import writer_of
from treaty.jobs.clock import now
from treaty.team.models import Role
from treaty.web import formats
from treaty.web.forms import Form
from treaty.web.here import Here, extra, page
from treaty.web.pages.sources import writes
from treaty.web.pieces import Column, Faint, Link, Piece, Row, Standing, Table
from treaty.web.replies import go, sentence, tell, warn
from treaty.web.rights import is_steward, only

SHOWN = 100
"""Records that could not be kept, on one page."""


class NewSystem(Form):
    """The name, what the vendor asks for, and from when on."""

    name = forms.CharField(label="Name", max_length=80, help_text="What people will call it, such as “Our HubSpot”.")

    def __init__(self, vendor: Vendor, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        for secret, says in vendor.secrets.items():
            label, words = secret.replace("_", " ").capitalize(), f"{says[:1].upper()}{says[1:]}."
            self.fields[secret] = forms.CharField(
                label=label, help_text=words, required=secret not in vendor.optional, strip=True,
                widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
            )  # fmt: skip
        self.fields["since"] = forms.DateField(
            label="Leave out what changed before", required=False, widget=forms.DateInput(attrs={"type": "date"}),
            help_text="Empty for everything it has.",
        )  # fmt: skip
        self.fields["address"] = forms.CharField(
            label="Address",
            required=not vendor.address,
            max_length=300,
            help_text=f"Empty for the usual one, {vendor.address}." if vendor.address else f"Yours, such as {vendor.example}.",
        )


@require_GET
@page
@only(Role.REVOPS)
def choose(here: Here) -> HttpResponseBase:
    vendors = [Link(vendor.label, f"/sources/connect/{vendor.name}/") for vendor in VENDORS.values()]
    vendors.append(Link("A service that knows about people", "/sources/enrichment/"))
    context = extra(here, title="Connect a system", vendors=vendors, crumbs=[Link("Sources", "/sources/"), Link("Connect a system", "")])
    return render(here.request, "treaty/systems.html", context)


@require_http_methods(["GET", "POST"])
@page
@only(Role.REVOPS)
def connect(here: Here, vendor: str) -> HttpResponseBase:
    """Nothing is kept unless the system admits the credentials; what was written stays, but for secrets."""
    if vendor not in VENDORS:
        raise Http404
    form = NewSystem(VENDORS[vendor], here.request.POST or None)
    if here.request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            made = connections.connect(
                wanted["name"], vendor, {name: wanted[name] for name in VENDORS[vendor].secrets}, clock=now, address=wanted["address"],
                backfill_from=datetime.combine(wanted["since"], time(), UTC) if wanted["since"] else None, by=here.member,
                patience=OF_A_PAGE,
            )  # fmt: skip
        except (BadName, NameTaken) as problem:
            form.add_error("name", sentence(problem))
        except CannotConnect as problem:
            form.add_error(None, sentence(problem))
        else:
            tell(here, f"{made.source.name} is connected. The worker begins to pull it within seconds.")
            return go(here, f"/sources/{made.key}/")
    label = VENDORS[vendor].label
    context = extra(
        here, title=f"Connect {label}", form=form, button="Try and connect", cancel=Link("Cancel", "/sources/"),
        crumbs=[Link("Sources", "/sources/"), Link(f"Connect {label}", "")],
    )  # fmt: skip
    return render(here.request, "treaty/form.html", context, status=422 if form.errors else 200)


def shown(here: Here, connection: Connection) -> HttpResponseBase:
    """The page of a connected system."""
    problems = PulledProblem.objects.filter(connection=connection).order_by("-at", "stream", "external_id")
    said = connection.source.settings.get("stages") or {}
    unsaid = [one for one in stages_of(connection) if one.n and one.value not in said.get(one.kind, {})]
    context = extra(
        here, title=connection.source.name, eyebrow=_standing_of(connection),
        crumbs=[Link("Sources", "/sources/"), Link(connection.source.name, "")], connection=connection, streams=_streams(here, connection),
        problems=_problems(here, list(problems[:SHOWN])), n_problems=problems.count(), calls=_calls(here, connection),
        hooks=VENDORS[connection.vendor].hooks, hook_address=here.request.build_absolute_uri(f"/hooks/{connection.key}/"),
        n_unsaid=len(unsaid),
        writing=writes.summary(connection) if writer_of(connection) else "",
        n_statuses=sum(len(values) for values in meanings_of(connection).values()),
        is_pulling=StreamPlace.objects.filter(connection=connection, round_at__isnull=False).exists(), may_change=is_steward(here.member),
    )  # fmt: skip
    return render(here.request, "treaty/system.html", context)


def _standing_of(connection: Connection) -> str:
    return f"{VENDORS[connection.vendor].label}, {'on' if connection.source.is_active else 'switched off'}"


def _streams(here: Here, connection: Connection) -> Table:
    places = {place.stream: place for place in connection.places.all()}
    rows = [Row(_stream(here, stream.name, places.get(stream.name))) for stream in VENDORS[connection.vendor].streams]
    counts = [Column(words, is_number=True) for words in ("Read", "New", "Known", "Set aside")]
    return Table(
        columns=[Column("What"), Column("Standing"), Column("Last read", is_short=True), *counts],
        rows=rows,
        caption="What is read, and how far",
    )


def _stream(here: Here, name: str, place: StreamPlace | None) -> tuple[Piece, ...]:
    words = f"{name[:1].upper()}{name[1:]}"
    if place is None:
        return (words, Standing("soon", "not begun"), Faint("not yet"), "", "", "", "")
    if place.round_at is not None:
        standing = Standing("soon", "being read" if place.ended_at else "first reading")
    else:
        standing = Standing("kept", "read to its end") if place.ended_at else Standing("soon", "not begun")
    last: Piece = formats.short(place.ended_at, here.viewer, here.at) if place.ended_at else Faint("not yet")
    manner = here.viewer.manner
    counts = tuple(formats.number(n, manner) for n in (place.read, place.stored, place.merged, place.refused))
    return (words, standing, last, *counts)


def _problems(here: Here, problems: list[PulledProblem]) -> Table | None:
    columns = [Column("Record"), Column("In"), Column("Why it was not kept"), Column("Since", is_short=True)]
    rows = [Row((one.shown or one.external_id, one.stream, one.problem, formats.short(one.at, here.viewer, here.at))) for one in problems]
    return Table(columns=columns, rows=rows, caption="Records that were set aside") if rows else None


def _calls(here: Here, connection: Connection) -> str:
    told = connection.calls.filter(on=here.at.astimezone(UTC).date()).aggregate(sent=Sum("sent"), away=Sum("turned_away"))
    sent, away = told["sent"] or 0, told["away"] or 0
    manner = here.viewer.manner
    return f"{formats.number(sent, manner)} calls today" + (f", {formats.number(away, manner)} turned away for haste" if away else "")


@require_POST
@page
@only(Role.REVOPS)
def pull_now(here: Here, key: str) -> HttpResponseBase:
    connection = Connection.objects.filter(source__key=key).first()
    if connection is None:
        raise Http404
    pulling.ask_now(connection)
    tell(here, f"{connection.source.name} is pulled within seconds.")
    return go(here, f"/sources/{key}/")


@require_POST
@page
@only(Role.REVOPS)
def hook_secret(here: Here, key: str) -> HttpResponseBase:
    """What its webhooks are signed with; the secret before stays good, so that nothing is lost while both sides change it."""
    connection = Connection.objects.select_related("source").filter(source__key=key).first()
    if connection is None:
        raise Http404
    secret = here.request.POST.get("secret", "").strip()
    if secret:
        hooks.replace_secret(connection, secret, at=here.at, by=here.member)
        tell(here, "The secret is sealed. What is signed with it is believed from now on.")
    else:
        warn(here, "“Secret” is empty: write the one that the webhooks are signed with.")
    return go(here, f"/sources/{key}/#hooks")
