"""The doors of an opportunity."""

from collections.abc import Callable

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from treaty.feedback import deals
from treaty.handoff.models import Handoff
from treaty.sla import actions as sla
from treaty.truth.groups import group_of
from treaty.truth.models import Opportunity
from treaty.web.figures import words
from treaty.web.here import Here, page
from treaty.web.pages.deals import page as pages
from treaty.web.pages.deals.forms import Amount, Lost, Role, Stage, Won
from treaty.web.pages.deals.lists import money
from treaty.web.pages.deals.page import deal_of
from treaty.web.pages.leads.forms import Named
from treaty.web.pages.queue.access import check_owner
from treaty.web.replies import filled


@require_GET
@page
def deal(here: Here, key: str) -> HttpResponse:
    """Everything known of one opportunity, first touch to close."""
    return pages.show(here, deal_of(here, key))


def _done(here: Here, found: Opportunity, form: Named, do: Callable[[], str]) -> HttpResponse:
    """Carry a form out, for a deal that is open; else show the page with what was typed."""

    def may() -> None:
        check_owner(here.member, found)
        if found.outcome != Opportunity.Outcome.OPEN:
            raise deals.NotForThisDeal(f"{found} is {found.outcome}: what is closed stays as it was")

    answer = filled(here, form, do, f"/opportunities/{found.key}/", may=may)
    return answer or pages.show(here, deal_of(here, found.key), form)


@require_POST
@page
def stage(here: Here, key: str) -> HttpResponse:
    found = deal_of(here, key)
    form = Stage(found, here.request.POST)

    def do() -> str:
        deals.set_stage(found, form.cleaned_data["stage"], by=here.member, at=here.at)
        return f"{found} is in {words(found.stage)} now."

    return _done(here, found, form, do)


@require_POST
@page
def amount(here: Here, key: str) -> HttpResponse:
    found = deal_of(here, key)
    form = Amount(found, here.request.POST)

    def do() -> str:
        deals.set_amount(found, form.cleaned_data["amount"], by=here.member, at=here.at)
        return f"{found} is worth {money(found, here)} now."

    return _done(here, found, form, do)


@require_POST
@page
def role(here: Here, key: str) -> HttpResponse:
    """Declare which part somebody has."""
    found = deal_of(here, key)
    people = group_of(found, (), here.at).offered
    form = Role(people, pages.roles_of(here, found), here.request.POST)

    def do() -> str:
        person = next(one for one in people if one.key == form.cleaned_data["person"])
        deals.declare_role(found, person, form.cleaned_data["role"], by=here.member, at=here.at)
        part = form.cleaned_data["role"]
        return f"{person} is the {words(part)} of {found}." if part else f"{person} has no part in {found}."

    return _done(here, found, form, do)


@require_POST
@page
def won(here: Here, key: str) -> HttpResponse:
    """The deal is won; its lead becomes a customer."""
    found = deal_of(here, key)
    terms = pages.terms_of(here, found)
    reasons = terms.reasons.won if terms else []
    form = Won(reasons, here.request.POST, is_asked=bool(reasons))

    def do() -> str:
        deals.win(found, by=here.member, at=here.at, reason=form.cleaned_data["reason"])
        _judge_clocks(found)
        return f"{found} is won."

    return _done(here, found, form, do)


@require_POST
@page
def lost(here: Here, key: str) -> HttpResponse:
    """The deal is lost, for one of the agreement's reasons."""
    found = deal_of(here, key)
    terms = pages.terms_of(here, found)
    form = Lost(terms.reasons.lost if terms else [], here.request.POST, is_asked=True)

    def do() -> str:
        deals.lose(found, form.cleaned_data["reason"], by=here.member, at=here.at, note=form.cleaned_data["note"])
        _judge_clocks(found)
        return f"{found} is lost: {words(found.lost_reason)}."

    return _done(here, found, form, do)


def _judge_clocks(found: Opportunity) -> None:
    """The page is right at once; the worker does the same again."""
    for handoff in Handoff.objects.filter(lead=found.lead_id).select_related("lead__version", "owner", "version").order_by("-made_at")[:1]:
        sla.refresh(handoff)
