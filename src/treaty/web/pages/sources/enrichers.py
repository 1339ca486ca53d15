"""Services that are asked about people: set one up, change it, see what it was asked today and what it knew."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django import forms
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from treaty.connectors.enriching import asking, services
from treaty.connectors.enriching.rules import BadEnricher, check_address, read_fields
from treaty.connectors.enriching.services import Wanted
from treaty.connectors.models import Enricher
from treaty.connectors.sources import BadName, NameTaken
from treaty.team.models import Role
from treaty.web import formats
from treaty.web.forms import Form
from treaty.web.here import Here, extra, page
from treaty.web.pieces import Column, Faint, Link, Row, Table
from treaty.web.replies import go, sentence, tell
from treaty.web.rights import is_steward, only

T = TypeVar("T")
SHOWN = 50
TITLE = "Ask a service about people"
REFUSED = (BadEnricher, BadName, NameTaken)


class EnricherForm(Form):
    name = forms.CharField(label="Name", max_length=80, help_text="What people will call it.")
    address = forms.CharField(
        label="Address",
        max_length=500,
        help_text="What is called, with {email} or {domain} where it belongs: https://api.example/people?email={email}.",
    )
    header = forms.CharField(
        label="Header it wants", max_length=60, required=False, help_text="Such as Authorization; empty if it wants none."
    )
    secret = forms.CharField(
        label="What the header says", max_length=2000, required=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Such as Bearer and a key. It is sealed and never shown again.",
    )  # fmt: skip
    fields_text = forms.CharField(
        label="What is taken from its answers", widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text="A line for each field: title = person.job.title, account.industry = company.sector.",
    )  # fmt: skip
    daily = forms.IntegerField(label="Calls a day at most", min_value=1, max_value=100_000, initial=100)
    keep_days = forms.IntegerField(label="Ask about the same person again after so many days", min_value=1, max_value=3650, initial=90)

    def clean_address(self) -> str:
        return _checked(check_address, self.cleaned_data["address"])

    def clean_fields_text(self) -> str:
        _checked(read_fields, self.cleaned_data["fields_text"])
        return str(self.cleaned_data["fields_text"])

    @property
    def wanted(self) -> Wanted:
        said = dict(self.cleaned_data)
        return Wanted(fields=said.pop("fields_text"), **said)

    def refuse(self, problem: Exception) -> None:
        """Say what is wrong beside what it is about."""
        self.add_error("name" if isinstance(problem, BadName | NameTaken) else "secret", sentence(problem))


def _checked(check: Callable[[str], T], text: str) -> T:
    try:
        return check(text)
    except BadEnricher as problem:
        raise forms.ValidationError(sentence(problem)) from None


@require_http_methods(["GET", "POST"])
@page
@only(Role.REVOPS)
def new(here: Here) -> HttpResponseBase:
    """Nothing is asked before the worker's next turn: what is set up here sends addresses of people outside."""
    form = EnricherForm(here.request.POST or None)
    if here.request.method == "POST" and form.is_valid():
        try:
            made = services.add(form.wanted, at=here.at, by=here.member)
        except REFUSED as problem:
            form.refuse(problem)
        else:
            tell(here, f"{made.source.name} is asked from now on about people of open leads who lack what it may know.")
            return go(here, f"/sources/{made.source.key}/")
    context = extra(
        here, title=TITLE, form=form, button="Set it up", cancel=Link("Cancel", "/sources/"),
        lede="The address or the domain of a person is sent to it. What it says never stands over what a system or a person said.",
        crumbs=[Link("Sources", "/sources/"), Link(TITLE, "")],
    )  # fmt: skip
    return render(here.request, "treaty/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page
@only(Role.REVOPS)
def edit(here: Here, key: str) -> HttpResponseBase:
    """Change one. Its secret is never shown, and stays unless another one is typed."""
    enricher = Enricher.objects.select_related("source").filter(source__key=key, source__is_active=True).first()
    if enricher is None:
        raise Http404
    form, place = EnricherForm(here.request.POST or None, initial=_described(enricher)), f"/sources/{key}/"
    form.fields["secret"].help_text = "Empty to keep what it says now; it is sealed and never shown."
    if here.request.method == "POST" and form.is_valid():
        try:
            changed = services.change(enricher, form.wanted, at=here.at, by=here.member)
        except REFUSED as problem:
            form.refuse(problem)
        else:
            tell(here, "It is changed, and asked so from now on." if changed else "Nothing was changed.")
            return go(here, place)
    name = enricher.source.name
    context = extra(
        here, title=f"Change {name}", form=form, button="Change it", cancel=Link("Cancel", place),
        lede="What it said before stays. Who was asked about lately is asked about again when the days below are over.",
        crumbs=[Link("Sources", "/sources/"), Link(name, place), Link("Change", "")],
    )  # fmt: skip
    return render(here.request, "treaty/form.html", context, status=422 if form.errors else 200)


def _described(enricher: Enricher) -> dict[str, Any]:
    """As the form has it."""
    lines = "\n".join(f"{name} = {path}" for name, path in enricher.fields.items())
    return {
        "name": enricher.source.name, "address": enricher.address, "header": services.header_of(enricher), "fields_text": lines,
        "daily": enricher.daily, "keep_days": enricher.keep_days,
    }  # fmt: skip


def shown(here: Here, enricher: Enricher) -> HttpResponseBase:
    """The page of one service."""
    manner = here.viewer.manner
    answered, failed = asking.answered_today(enricher, here.at), asking.failed_today(enricher, here.at)
    in_vain = f", {formats.count(failed, 'call')} came to nothing" if failed else ""
    used = f"answered about {formats.number(answered, manner)} today{in_vain}; at most {formats.number(enricher.daily, manner)} calls a day"
    context = extra(
        here, title=enricher.source.name, eyebrow=f"Enrichment, {'on' if enricher.source.is_active else 'switched off'}",
        crumbs=[Link("Sources", "/sources/"), Link(enricher.source.name, "")], enricher=enricher, may_change=is_steward(here.member),
        used=used,
        fields=enricher.fields.items(), asked=_asked(here, enricher), waiting=len(asking.wanted(enricher, here.at)),
    )  # fmt: skip
    return render(here.request, "treaty/enricher.html", context)


def _asked(here: Here, enricher: Enricher) -> Table:
    rows = enricher.asked.select_related("person").order_by("-at", "-pk")[:SHOWN]
    return Table(
        columns=[Column("About"), Column("Asked", is_short=True), Column("It knew")],
        rows=[
            Row([Link(str(one.person), f"/people/{one.person.key}/"), _when(here, one.at), _knew(one.found, one.problem)]) for one in rows
        ],
        caption="The last people it was asked about",
    )


def _when(here: Here, at: datetime) -> str:
    return formats.short(at, here.viewer, here.at)


def _knew(found: list[str], problem: str) -> str | Faint:
    return problem or (", ".join(found) if found else Faint("nothing"))
