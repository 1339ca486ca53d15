"""What the end of a deal means for its lead and the handoff it came from."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.conftest import NOON
from treaty.feedback import actions, deals
from treaty.feedback.contact import qualify
from treaty.handoff.actions import hand_over
from treaty.handoff.models import Handoff
from treaty.qualification import moves
from treaty.qualification.moves import How, Why
from treaty.truth.models import Lead, Opportunity, OpportunityChange

pytestmark = pytest.mark.db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def deal(world):
    handoff = world.handed_over(NOON)
    rep = handoff.owner
    actions.accept(handoff, by=rep, at=NOON + MINUTE)
    lead = Lead.objects.get()
    qualify(lead, by=rep, at=NOON + 2 * MINUTE, answers={"budget": "yes", "timeline": "May", "need": "pumps"})
    roles = {lead.person: "economic_buyer"}
    close_on = NOON.date() + timedelta(days=30)
    return deals.open_opportunity(
        lead, by=rep, at=NOON + 3 * MINUTE, name="Acme", amount=Decimal(20000), currency="EUR", close_on=close_on, roles=roles
    )


def test_a_lost_deal_ends_its_handoff_so_that_the_lead_can_be_handed_over_again(world, deal):
    deals.lose(deal, "price", by=deal.owner, at=NOON + 4 * MINUTE)
    lead = Lead.objects.get()
    assert (lead.stage, lead.owner) == ("recycled", world.mira)
    assert not Handoff.objects.filter(ended_at=None).exists()
    moves.move(lead, "marketing_qualified", at=NOON + 5 * MINUTE, why=Why(How.PERSON, note="asked again"), by=world.mira)
    again = hand_over(lead, at=NOON + 6 * MINUTE)
    assert (again.made_at, Handoff.objects.count()) == (NOON + 6 * MINUTE, 2)


def test_a_won_deal_makes_a_customer_and_ends_its_handoff(deal):
    deals.win(deal, by=deal.owner, at=NOON + 4 * MINUTE)
    assert Lead.objects.get().stage == "customer"
    assert Handoff.objects.get().ended_how == "won"


def test_a_deal_ends_once_whatever_the_second_page_had_read(deal):
    """Two members look at the open deal; one says it is won, then the other that it is lost."""
    seen = Opportunity.objects.get()
    deals.win(deal, by=deal.owner, at=NOON + 4 * MINUTE)
    with pytest.raises(deals.NotForThisDeal, match=r"is won.*open a new one"):
        deals.lose(seen, "price", by=deal.owner, at=NOON + 5 * MINUTE)
    kept = Opportunity.objects.get()
    assert (kept.outcome, kept.lost_reason, kept.closed_at) == ("won", "", NOON + 4 * MINUTE)
    assert list(OpportunityChange.objects.filter(field="outcome").order_by("id").values_list("value", flat=True)) == ["open", "won"]


def test_an_ended_deal_keeps_its_stage_and_amount(deal):
    seen = Opportunity.objects.get()
    deals.win(deal, by=deal.owner, at=NOON + 4 * MINUTE)
    for change in (
        lambda: deals.set_stage(seen, "proposal", by=deal.owner, at=NOON),
        lambda: deals.set_amount(seen, 1, by=deal.owner, at=NOON),
    ):
        with pytest.raises(deals.NotForThisDeal):
            change()
    assert Opportunity.objects.values_list("stage", "amount").get() == ("discovery", Decimal(20000))
