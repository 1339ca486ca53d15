"""Who would get a lead somebody imagines, by the route as it is being written."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from treaty.agreement.named import examine_here
from treaty.agreement.yamltext import Unreadable
from treaty.handoff.trying import Imagined, tried
from treaty.web.here import Here, extra, page
from treaty.web.pages.agreement.drafting import draft_of
from treaty.web.pages.agreement.editing import as_sent, piece_named
from treaty.web.pages.agreement.sheet import names_of


@require_POST
@page
def route(here: Here, key: str) -> HttpResponse:
    """Who would get an imagined lead, by the route as it is being written."""
    draft, piece, form = draft_of(here, key), piece_named("handoff"), here.request.POST
    try:
        loaded = as_sent(here, draft, piece, "").loaded if "was" in form else examine_here(draft.text)
    except Unreadable:
        loaded = examine_here(draft.text)
    if loaded.terms is None:
        return render(
            here.request, "treaty/agreement/forms/route.html", extra(here, says="It can be tried once everything to correct is corrected.")
        )
    holds = frozenset(int(one) for one in form.getlist("try-holds") if one.isdecimal() and len(one) < 4)
    imagined = Imagined(
        segment=form.get("try-segment", ""), account_owner=form.get("try-owner", ""), holds=holds, away=frozenset(form.getlist("try-away"))
    )
    found = [(names_of([one.email])[0], one.reasons) for one in tried(loaded.terms, imagined, at=here.at)]
    says = "" if found else "No rule gives this lead to anybody: add one that names a person, as the last."
    return render(here.request, "treaty/agreement/forms/route.html", extra(here, found=found, says=says))
