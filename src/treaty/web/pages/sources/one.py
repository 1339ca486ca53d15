"""One source: its key and how to send with it, the sites that may, and what was set aside."""

import json

from django import forms
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treaty.connectors import sources
from treaty.connectors.models import Connection, Enricher
from treaty.connectors.quarantine import put_back, set_aside
from treaty.connectors.sources import NameTaken, NotAnOrigin, NotKeyed
from treaty.team.models import Role
from treaty.truth.models import Source
from treaty.web.forms import Form
from treaty.web.here import Here, extra, page
from treaty.web.pages.sources import enrichers, systems
from treaty.web.pages.sources.overview import KINDS
from treaty.web.pages.sources.sending import ways_to_send
from treaty.web.pieces import Link
from treaty.web.replies import carried_out, go, sentence, tell, warn
from treaty.web.rights import BRING_DATA, is_steward, only

SHOWN = 50
"""Events of the quarantine on one page; the newest first."""
REFUSED = (NameTaken, NotAnOrigin, NotKeyed)


class NewSource(Form):
    name = forms.CharField(label="Name", max_length=80, help_text="What people will call it, such as “web site”.")
    kind = forms.ChoiceField(
        label="Where its key will live",
        choices=[
            ("browser", "In our web pages: the key is public and proves nothing"),
            ("server", "On our servers: the key is a secret and may state facts"),
            ("form", "In a form that pages show"),
        ],
    )
    origins = forms.CharField(
        label="Sites that may send",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "https://www.example.com"}),
        help_text="One a line, scheme and host. Without any, only pages on this machine may. A server's key needs none.",
    )


def source_of(key: str) -> Source:
    found = Source.objects.filter(key=key).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@page
@only(Role.REVOPS)
def new(here: Here) -> HttpResponseBase:
    """A form; then the key, shown in the answer itself, for a server key is nowhere to be read afterwards."""
    form = NewSource(here.request.POST or None)
    if here.request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            source, key = sources.add_source(
                wanted["name"], kind=wanted["kind"], origins=wanted["origins"].split(), at=here.at, by=here.member
            )
        except REFUSED as problem:
            form.add_error("origins" if isinstance(problem, NotAnOrigin) else "name", sentence(problem))
        else:
            return shown_key(here, source, key)
    context = extra(
        here, title="Add a source", form=form, crumbs=_crumbs("Add a source"), button="Add it", cancel=Link("Cancel", "/sources/")
    )
    return render(here.request, "treaty/form.html", context, status=422 if form.errors else 200)


def _crumbs(words: str) -> list[Link]:
    return [Link("Sources", "/sources/"), Link(words, "")]


def shown_key(here: Here, source: Source, key: str) -> HttpResponse:
    """The key once; no cache keeps the page."""
    context = extra(
        here, title=f"The key of {source.name}", source=source, key=key, crumbs=_crumbs(source.name),
        is_secret=source.kind == Source.Kind.SERVER, ways=ways_to_send(here.request, source, key),
    )  # fmt: skip
    response = render(here.request, "treaty/source_key.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_GET
@page
@only(*BRING_DATA)
def source(here: Here, key: str) -> HttpResponseBase:
    found = source_of(key)
    connection = Connection.objects.select_related("source").filter(source=found).first()
    if connection is not None:
        return systems.shown(here, connection)
    enricher = Enricher.objects.select_related("source").filter(source=found).first()
    if enricher is not None:
        return enrichers.shown(here, enricher)
    rows = set_aside(found)
    context = extra(
        here,
        title=found.name,
        eyebrow=f"{KINDS[found.kind]}, {'on' if found.is_active else 'switched off'}",
        crumbs=_crumbs(found.name),
        source=found,
        ways=ways_to_send(here.request, found, found.write_key) if found.write_key and found.is_active else [],
        is_keyed=bool(found.write_key_hash),
        is_secret=found.kind == Source.Kind.SERVER,
        may_change=is_steward(here.member),
        aside=[(event, _pretty(event.body)) for event in rows[:SHOWN]],
        n_aside=rows.count(),
    )
    return render(here.request, "treaty/source.html", context)


def _pretty(body: str) -> str:
    """The event as it came, with its lines laid out; what is no JSON as it is."""
    try:
        return json.dumps(json.loads(body), indent=1, ensure_ascii=False)[:20_000]
    except ValueError:
        return body[:20_000]


@require_POST
@page
@only(Role.REVOPS)
def rotate(here: Here, key: str) -> HttpResponseBase:
    """A new key, shown once; the old one works for a week more."""
    found = source_of(key)
    try:
        made = sources.rotate_key(found, at=here.at, by=here.member)
    except REFUSED as problem:
        warn(here, sentence(problem))
        return go(here, f"/sources/{key}/")
    return shown_key(here, source_of(key), made)


@require_POST
@page
@only(Role.REVOPS)
def origins(here: Here, key: str) -> HttpResponseBase:
    """The whole list anew: what is not in it may send no longer."""
    found, wanted = source_of(key), here.request.POST.get("origins", "").split()

    def change() -> str:
        now = {sources.normal_origin(origin) for origin in wanted}
        row = sources.change_origins(found, add=now, remove={*found.origins} - now, at=here.at, by=here.member)
        return f"{row.name} admits {', '.join(row.origins) or 'pages on this machine alone'}."

    return carried_out(here, change, f"/sources/{found.key}/")


@require_POST
@page
@only(Role.REVOPS)
def switch_off(here: Here, key: str) -> HttpResponseBase:
    found = source_of(key)

    def change() -> str:
        sources.deactivate(found, at=here.at, by=here.member)
        return f"{found.name} is off. What it sent stays."

    return carried_out(here, change, f"/sources/{found.key}/")


@require_POST
@page
@only(Role.REVOPS)
def release_events(here: Here, key: str) -> HttpResponseBase:
    """Put one event, named by its id, or all of them back into the line."""
    n = put_back(source_of(key), by=here.member, at=here.at, message_id=here.request.POST.get("message", ""))
    if n:
        tell(here, f"{n} put back into the line; the worker reads {'it' if n == 1 else 'them'} again.")
    else:
        warn(here, "This event is not set aside any more.")
    return go(here, f"/sources/{key}/#aside")
