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
from treaty.truth.models import Lead

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
