"""What is done with a lead, by its owner or those who answer for them. The agreement's rules hold at this door too."""

from collections.abc import Callable

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from treaty.agreement.queries import signed_of
from treaty.feedback import actions, contact, deals
from treaty.feedback.models import Disposition
from treaty.handoff.actions import lock
from treaty.handoff.models import Handoff
from treaty.qualification import moves
from treaty.qualification.moves import How, Why
from treaty.sla import actions as sla
from treaty.truth.models import Lead, Person
from treaty.web.here import Here, page
from treaty.web.pages.leads import page as pages
from treaty.web.pages.leads.doable import opened, people_of, qualifies
from treaty.web.pages.leads.forms import Contact, Dispute, Heard, Move, Named, Note, OpenDeal, Qualify
from treaty.web.pages.leads.page import lead_of
from treaty.web.pages.queue.access import check_owner
from treaty.web.pages.queue.answers import captured_in
from treaty.web.plain import plain
from treaty.web.replies import REFUSED, Href, Incomplete, NotYours, filled, go, sentence, tell, warn

Do = Callable[[], str]
"""Carries a form out; returns what to say, or an Href to go on to."""


@require_GET
@page
def lead(here: Here, key: str) -> HttpResponse:
    """Everything known of one lead."""
    return pages.show(here, lead_of(here, key))


def _done(here: Here, found: Lead, form: Named, do: Do) -> HttpResponse:
    """Carry a form out and judge the clocks by it, the lead held from the first; else show the page with what was typed."""

    def done() -> str:
        lock(found.pk)
        check_owner(here.member, lead_of(here, found.key))
        said = do()
        _judge_clocks(found)
        return said

    answer = filled(here, form, done, f"/leads/{found.key}/", may=lambda: check_owner(here.member, found))
    return answer or pages.show(here, lead_of(here, found.key), form)


def _judge_clocks(found: Lead) -> None:
    """The page is right at once; the worker does the same again."""
    for handoff in Handoff.objects.filter(lead=found).select_related("lead__version", "owner", "version").order_by("-made_at")[:1]:
        sla.refresh(handoff)
    sla.nurtured(found)


@require_POST
@page
def log_contact(here: Here, key: str) -> HttpResponse:
    found, form = lead_of(here, key), Contact(here.request.POST)

    def do() -> str:
        given = form.cleaned_data
        contact.log_contact(found, given["kind"], by=here.member, at=here.at, outcome=given["outcome"], text=given["text"])
        return f"A contact with {found.person} is logged."

    return _done(here, found, form, do)


@require_POST
@page
def objection(here: Here, key: str) -> HttpResponse:
    found, form = lead_of(here, key), Heard(here.request.POST)

    def do() -> str:
        contact.hear(found, form.cleaned_data["text"], by=here.member, at=here.at, theme=form.cleaned_data["theme"])
        return "The objection is kept; the next brief has it."

    return _done(here, found, form, do)


@require_POST
@page
def note(here: Here, key: str) -> HttpResponse:
    found, form = lead_of(here, key), Note(here.request.POST)

    def do() -> str:
        contact.note(found, form.cleaned_data["text"], by=here.member, at=here.at)
        return "The note is kept."

    return _done(here, found, form, do)


@require_POST
@page
def qualify(here: Here, key: str) -> HttpResponse:
    """Keep the captured answers, and make the lead sales qualified once all that is asked for is known."""
    found = lead_of(here, key)
    one = opened(here, found)
    wanted = qualifies(one)
    form = Qualify(one.terms.stages[wanted].captured if wanted else (), one.captured, here.request.POST)

    def do() -> str:
        if not wanted:
            raise Incomplete(f"a lead in {found.stage} is not qualified from here: answer its handoff first, or look at its stage")
        answers = captured_in({name: str(value) for name, value in form.cleaned_data.items()})
        contact.qualify(found, by=here.member, at=here.at, answers=answers)
        return f"{found.person} is {plain(wanted)}."

    return _done(here, found, form, do)


@require_POST
@page
def opportunity(here: Here, key: str) -> HttpResponse:
    """Open a deal; what the stage wants captured is read from it."""
    found = lead_of(here, key)
    terms, people = signed_of(found.version).terms, people_of(found)
    form = OpenDeal(found, terms, people, here.request.POST)

    def do() -> str:
        given = form.cleaned_data
        buyer = next((person for person in people if person.key == given["economic_buyer"]), None)
        roles: dict[Person, str] = {buyer: "economic_buyer"} if buyer else {}
        deal = deals.open_opportunity(
            found,
            by=here.member,
            at=here.at,
            name=given["name"],
            amount=given["amount"],
            currency=given["currency"],
            close_on=given["close_on"],
            product=given["product"],
            roles=roles,
        )
        tell(here, f"The opportunity {deal} is open.")
        return Href(f"/opportunities/{deal.key}/")

    return _done(here, found, form, do)


@require_POST
@page
def move(here: Here, key: str) -> HttpResponse:
    """To another stage of the agreed graph, by a named person with a reason (R5)."""
    found = lead_of(here, key)
    one = opened(here, found)
    terms, handoff = one.terms, one.state.handoff if one.state else None
    form = Move(terms, terms.stages, here.request.POST)

    def do() -> str:
        given = form.cleaned_data
        if one.is_waiting:
            raise Incomplete("its handoff waits for an answer: accept, reject or recycle it, that is a move too")
        leaves_sales = terms.stages[given["to"]].owner == "marketing"
        if handoff is not None and handoff.ended_at is None and leaves_sales:
            if not given["reason"]:
                raise Incomplete(f"a lead that leaves sales for {given['to']} needs a reason of the agreement: choose one")
            actions.give_up(handoff, by=here.member, at=here.at, reason=given["reason"], note=given["note"], to_stage=given["to"])
        else:
            why = Why(How.PERSON, given["reason"], given["note"])
            moves.move(found, given["to"], at=here.at, why=why, by=here.member)
        return f"{found.person} is {plain(given['to'])} now."

    return _done(here, found, form, do)


@require_POST
@page
def dispute(here: Here, key: str, answer_key: str) -> HttpResponse:
    """Marketing asks for a second look at a rejection; the weekly sync settles it."""
    found, form = lead_of(here, key), Dispute(here.request.POST)
    given = Disposition.objects.filter(handoff__lead=found, key=answer_key, withdrawn_at=None, outcome="rejected").first()
    try:
        if not pages.may_dispute(here):
            raise NotYours("a second look is asked for by marketing or RevOps: tell them what you know")
        if given is None:
            raise LookupError("there is no rejection to look at again here: it was taken back, or never was one")
    except REFUSED as problem:
        warn(here, sentence(problem))
        return go(here, f"/leads/{found.key}/#answers")
    if not form.is_valid():
        return pages.show(here, found, form)
    actions.dispute(given, form.cleaned_data["says"], by=here.member, at=here.at)
    tell(here, "The weekly sync looks at it again, with both views side by side.")
    return go(here, f"/leads/{found.key}/#answers")
