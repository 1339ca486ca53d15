"""Deals that sales keeps elsewhere: what their opening and their end mean for the lead, by the graph both sides signed."""

from datetime import datetime

from django.db import transaction

from treaty.agreement.queries import signed_of
from treaty.feedback.contact import answer
from treaty.feedback.deals import follow_end
from treaty.handoff.actions import hold
from treaty.qualification import lifecycle, moves
from treaty.qualification.moves import How, Why
from treaty.truth.models import BuyingRole, Lead, Opportunity

EVENTS = {Opportunity.Outcome.WON.value: "opportunity_won", Opportunity.Outcome.LOST.value: "opportunity_lost"}
DEAL = "opportunity"


@transaction.atomic
def follow_told(deal: Opportunity, *, at: datetime) -> None:
    """Take the lead of a deal told by a source as far as the deal takes it; a move the agreement does not have is not made.

    A deal that ended before the lead began, or was lost before the lead came to where it is, says nothing of it.
    """
    if deal.lead_id is None:
        return
    lead = hold(deal.lead_id)
    if lead.closed_at is not None or _is_of_before(deal, lead):
        return
    _open(deal, lead, at)
    if deal.outcome in EVENTS:
        follow_end(deal, EVENTS[deal.outcome], at=at, by=None)


def _is_of_before(deal: Opportunity, lead: Lead) -> bool:
    since = lead.stage_since if deal.outcome == Opportunity.Outcome.LOST else lead.opened_at
    return deal.closed_at is not None and deal.closed_at < since


def _open(deal: Opportunity, lead: Lead, at: datetime) -> None:
    """The lead becomes an opportunity if it may from where it is; what must be captured for that is read from the deal."""
    stages = signed_of(lead.version).terms.stages
    if lead.stage not in stages or DEAL not in stages[lead.stage].moves:
        return
    try:
        with transaction.atomic():
            answer(lead.person, _captured(deal), by=deal.owner or lead.owner, at=at)
            moves.move(lead, DEAL, at=at, why=Why(How.OUTCOME, "opportunity_created"))
    except lifecycle.NotAllowed:
        return  # the deal does not say all that is asked for


def _captured(deal: Opportunity) -> dict[str, str]:
    buyer = (
        BuyingRole.objects.filter(opportunity=deal, role="economic_buyer", person__isnull=False)
        .select_related("person")
        .order_by("at", "pk")
        .first()
    )
    closes_on = deal.close_on or (deal.closed_at.date() if deal.closed_at else None)
    said = {"amount": deal.amount, "close_date": closes_on, "economic_buyer": buyer.person if buyer else None}
    return {name: str(value) for name, value in said.items() if value is not None}
