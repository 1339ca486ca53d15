"""Carry out what a person of the demo company does: each step through the same action the pages call."""

from collections.abc import Callable
from typing import Any

from treaty.demo import steps
from treaty.feedback import actions, contact, deals
from treaty.feedback.desk import AlreadyDecided
from treaty.feedback.models import Disposition
from treaty.feedback.rules import AnswerIncomplete, NotTheOwner
from treaty.handoff.models import Handoff
from treaty.qualification.lifecycle import NotAllowed
from treaty.team.models import Member
from treaty.truth.models import Lead, Opportunity, Person

REFUSED = (NotAllowed, AnswerIncomplete, NotTheOwner, AlreadyDecided, deals.NotForThisDeal)
"""What the product may answer to a person who acts on old news; the demo shrugs, as people do."""


def contact_of(step: steps.Step, handoff: Handoff, by: Member) -> contact.Logged | None:
    """What a step logs, if that is all it does."""
    if isinstance(step, steps.Contact):
        return contact.Logged(lead=handoff.lead, kind=step.kind, by=by, at=step.at, outcome=step.outcome, text=step.text)
    if isinstance(step, steps.Note):
        return contact.Logged(lead=handoff.lead, kind="note", by=by, at=step.at, text=step.text)
    return None


def out(step: steps.Step, handoff: Handoff, by: Member) -> bool:
    """Do one step now, unless the lead is in other hands by then. False if it was not done."""
    handoff = Handoff.objects.select_related("lead__person__account", "lead__version", "owner", "version").get(pk=handoff.pk)
    if handoff.ended_at is not None:
        return False
    try:
        DOES[type(step)](step, handoff, by)
    except REFUSED:
        return False
    return True


def _accept(step: steps.Accept, handoff: Handoff, by: Member) -> None:
    actions.accept(handoff, by=by, at=step.at)


def _reject(step: steps.Reject, handoff: Handoff, by: Member) -> None:
    actions.reject(handoff, step.reason, by=by, at=step.at, detail=step.detail, note=step.note)


def _recycle(step: steps.Recycle, handoff: Handoff, by: Member) -> None:
    """After it was accepted: the lead goes back by hand, with its reason; before, it is an answer."""
    if Disposition.objects.filter(handoff=handoff, withdrawn_at=None).exists():
        actions.give_up(handoff, by=by, at=step.at, reason=step.reason, note=step.note)
    else:
        actions.recycle(handoff, by=by, at=step.at, note=step.note)


def _meeting(step: steps.Meeting, handoff: Handoff, by: Member) -> None:
    contact.book_meeting(handoff.lead, by=by, at=step.at, meets_at=step.at_meeting)


def _qualify(step: steps.Qualify, handoff: Handoff, by: Member) -> None:
    contact.qualify(handoff.lead, by=by, at=step.at, answers=step.answers)


def _open(step: steps.Open, handoff: Handoff, by: Member) -> None:
    roles = {Person.objects.get(email=email): role for email, role in step.roles if Person.objects.filter(email=email).exists()}
    deal = deals.open_opportunity(
        handoff.lead,
        by=by,
        at=step.at,
        name=step.name,
        amount=step.amount,
        currency=step.currency,
        close_on=step.close_on,
        product=step.product,
        roles=roles,
    )
    owner = Member.objects.filter(email=step.owner_email).first()
    if owner is not None:
        Opportunity.objects.filter(pk=deal.pk).update(owner=owner)


def _deal(lead: Lead) -> Opportunity:
    deal = lead.opportunities.order_by("-opened_at").first()
    if deal is None:
        raise deals.NotForThisDeal(f"lead {lead.key} has no opportunity")
    return deal


def _stage(step: steps.StageTo, handoff: Handoff, by: Member) -> None:
    deals.set_stage(_deal(handoff.lead), step.stage, by=by, at=step.at)


def _amount(step: steps.Amount, handoff: Handoff, by: Member) -> None:
    deals.set_amount(_deal(handoff.lead), step.new, by=by, at=step.at)


def _won(step: steps.Won, handoff: Handoff, by: Member) -> None:
    deals.win(_deal(handoff.lead), by=by, at=step.at, reason=step.reason)


def _lost(step: steps.Lost, handoff: Handoff, by: Member) -> None:
    deals.lose(_deal(handoff.lead), step.reason, by=by, at=step.at, note=step.competitor)


def _objection(step: steps.Objection, handoff: Handoff, by: Member) -> None:
    contact.hear(handoff.lead, step.text, by=by, at=step.at, theme=step.theme)


DOES: dict[type, Callable[[Any, Handoff, Member], None]] = {
    steps.Accept: _accept,
    steps.Reject: _reject,
    steps.Recycle: _recycle,
    steps.Meeting: _meeting,
    steps.Qualify: _qualify,
    steps.Open: _open,
    steps.StageTo: _stage,
    steps.Amount: _amount,
    steps.Won: _won,
    steps.Lost: _lost,
    steps.Objection: _objection,
}
