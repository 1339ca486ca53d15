"""House rules: what is decided beside the agreement, by RevOps, each with who and when. Everybody may read them."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from treaty.agreement.queries import terms_at
from treaty.agreement.terms import Terms
from treaty.feedback.audiences import takes_unknown
from treaty.truth import buying, gaps, gates, groups
from treaty.truth.actions.house import UNKNOWN_CONSENT, decide
from treaty.truth.models import HouseRule
from treaty.web import formats
from treaty.web.context import who
from treaty.web.figures import words
from treaty.web.here import Here, extra, page
from treaty.web.pages.leads.forms import Act, Named, lines
from treaty.web.pieces import Column, Empty, Faint, Link, Row, Table
from treaty.web.replies import filled, go, tell
from treaty.web.rights import STEWARDS, is_steward, only


class Rules(Named):
    """Rules as lines of text. read: what the lines mean; raises ValueError, whose words stand at the field."""

    rules = lines("One line for each stage", required=False)

    def __init__(self, read: Callable[[str], Any], data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.read = read

    def clean_rules(self) -> Any:
        try:
            return self.read(self.cleaned_data["rules"])
        except ValueError as problem:
            raise forms.ValidationError(str(problem)) from None


class Known(Rules):
    anchor = "known"


class Roles(Rules):
    anchor = "roles"


@require_GET
@page
def house(here: Here) -> HttpResponseBase:
    return _show(here)


@require_POST
@page
@only(*STEWARDS)
def known(here: Here) -> HttpResponse:
    """What must be known of a lead at each stage."""
    terms = terms_at(here.at)
    form = Known(lambda text: gates.read(text, terms) if terms else {}, here.request.POST)
    said = "Stages ask for this from now on. The worklist shows what is missing."
    return _decided(here, form, gaps.MUST_BE_KNOWN, said)


@require_POST
@page
@only(*STEWARDS)
def roles(here: Here) -> HttpResponse:
    """Which parts of a buying group a deal needs at each stage."""
    form = Roles(buying.read, here.request.POST)
    return _decided(here, form, groups.ROLES_NEEDED, "Deals ask for these parts from now on.")


@require_POST
@page
@only(*STEWARDS)
def consent(here: Here) -> HttpResponse:
    """Whether people of whom nobody said whether they agree go into files."""
    value = "in" if here.request.POST.get("unknown") == "in" else "out"
    decide(UNKNOWN_CONSENT, value, by=here.member, at=here.at)
    said = "are in files for advertising from now on" if value == "in" else "are left out of files for advertising from now on"
    tell(here, f"People who never said whether they agree {said}; who withdrew is never in one.")
    return go(here, "/house/#consent")


def _decided(here: Here, form: Rules, name: str, said: str) -> HttpResponse:
    def do() -> str:
        decide(name, form.cleaned_data["rules"], by=here.member, at=here.at)
        return said

    return filled(here, form, do, "/house/") or _show(here, form)


def _show(here: Here, bound: Rules | None = None) -> HttpResponse:
    terms = terms_at(here.at)
    context = extra(
        here,
        title="House rules",
        lede="What this house decided beside the agreement. RevOps changes them; each change is kept with who made it and when.",
        known=_known(terms),
        roles=_roles(),
        unknown="People who never said whether they agree "
        + ("are in files for advertising." if takes_unknown() else "are left out of files for advertising."),
        takes_unknown=takes_unknown(),
        acts=_acts(terms, bound) if is_steward(here.member) else [],
        history=_history(here),
    )
    return render(here.request, "treaty/house.html", context, status=422 if bound else 200)


def _known(terms: Terms | None) -> Table:
    asked = gaps.of_house(terms) if terms else {}
    rows = [
        Row([formats.capital(words(stage)), formats.capital(gates.words_of(one.field)), one.reason or Faint("no reason given")])
        for stage, wanted in asked.items()
        for one in wanted
    ]
    columns = [Column("Stage of a lead"), Column("Must be known"), Column("What for")]
    return Table(columns=columns, rows=rows, caption="What must be known", empty=Empty(title="No stage asks for anything yet"))


def _roles() -> Table:
    rows = [
        Row(
            [
                formats.capital(words(stage)) if stage != buying.ANY else "Every other stage",
                formats.listing([words(role) for role in wanted]),
            ]
        )
        for stage, wanted in groups.rules().items()
    ]
    return Table(columns=[Column("Stage of a deal"), Column("Parts that must be known")], rows=rows, caption="Roles by stage")


def _acts(terms: Terms | None, bound: Rules | None) -> list[Act]:
    found = []
    if terms is not None:
        form = Known(lambda text: text, initial={"rules": gates.written(gaps.house(terms))})
        form.fields["rules"].help_text = "sales_accepted: phone (for the first call), account.industry"
        note = "It stops nothing: what must stop a lead is captured in the agreement, which both sides sign."
        found.append(Act("known", "Change what must be known", "/house/known/", form, "Put it in force", note))
    form_of_roles = Roles(buying.read, initial={"rules": buying.written(groups.rules())})
    form_of_roles.fields["rules"].help_text = f"proposal: champion, economic_buyer. `{buying.ANY}` is for every other stage."
    found.append(Act("roles", "Change the parts deals need", "/house/roles/", form_of_roles, "Put it in force"))
    for act in found:
        if bound is not None and bound.anchor == act.anchor:
            bound.fields["rules"].help_text = act.form.fields["rules"].help_text
    return [
        Act(act.anchor, act.title, act.href, bound, act.button, act.note, is_open=True) if bound and bound.anchor == act.anchor else act
        for act in found
    ]


NAMES = {
    gaps.MUST_BE_KNOWN: ("What must be known", "#known-now"),
    groups.ROLES_NEEDED: ("Parts deals need", "#roles-now"),
    UNKNOWN_CONSENT: ("People who never said whether they agree", "#consent"),
}


def _history(here: Here) -> Table | None:
    found = HouseRule.objects.select_related("by").order_by("-at", "-pk")[:20]
    rows = [
        Row([formats.short(one.at, here.viewer, here.at), Link(*NAMES.get(one.name, (words(one.name), ""))), who(one.by) if one.by else ""])
        for one in found
    ]
    columns = [Column("When", is_short=True), Column("What was changed"), Column("By")]
    return Table(columns=columns, rows=rows, caption="Changes") if rows else None


urlpatterns = [path("house/", house), path("house/known/", known), path("house/roles/", roles), path("house/consent/", consent)]
