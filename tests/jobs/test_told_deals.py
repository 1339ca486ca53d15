"""A deal that sales keeps elsewhere takes its lead where the signed graph lets it go."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty.connectors import importing
from treaty.connectors.files.exports import open_exports
from treaty.connectors.files.mapping import Mapping
from treaty.feedback.actions import accept
from treaty.feedback.contact import answer, qualify
from treaty.handoff.models import Handoff
from treaty.jobs import reactions
from treaty.journal.models import Entry
from treaty.truth.models import Lead, Opportunity, StageMove

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HEAD = "Deal ID,Deal Name,Deal Stage,Amount,Currency,Create Date,Close Date,Closed Lost Reason,Email\n"


@pytest.fixture
def qualified(world):
    """Ada's lead, sales qualified; she is known to be who pays."""
    handoff = world.handed_over(NOON)
    accept(handoff, by=handoff.owner, at=NOON)
    lead = Lead.objects.get()
    qualify(lead, by=handoff.owner, at=NOON + HOUR, answers={"budget": "yes", "timeline": "May", "need": "pumps"})
    answer(lead.person, {"economic_buyer": "Ada Brenner"}, by=handoff.owner, at=NOON + HOUR)
    return lead


def read(tmp_path, *rows, at):
    path = tmp_path / "deals.csv"
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows), "utf-8")
    exports = open_exports([path], Mapping())
    made = importing.begin(exports, source=importing.source_for("crm deals", at=at), at=at)
    importing.run_import(made, exports, clock=lambda: at)
    while reactions.react(at=at):
        pass


def row(stage, close="2026-03-12", reason=""):
    return f"D1,Acme,{stage},20000,EUR,2026-03-11,{close},{reason},ada@acme.example"


def walked():
    return list(StageMove.objects.order_by("id").values_list("to_stage", flat=True))[4:]


def test_a_deal_won_elsewhere_makes_a_customer(qualified, tmp_path):
    read(tmp_path, row("Closed Won"), at=NOON + 3 * DAY)
    assert Opportunity.objects.get().lead == qualified
    lead = Lead.objects.get()
    assert (walked(), lead.stage, lead.closed_at) == (["opportunity", "customer"], "customer", NOON + 3 * DAY)
    assert Handoff.objects.get().ended_how == "won"


def test_an_open_deal_makes_an_opportunity_and_its_loss_gives_the_lead_back(world, qualified, tmp_path):
    read(tmp_path, row("Negotiation", "2026-05-01"), at=NOON + 2 * DAY)
    assert Lead.objects.get().stage == "opportunity"
    read(tmp_path, row("Closed Lost", "2026-03-14", "price"), at=NOON + 5 * DAY)
    lead = Lead.objects.get()
    assert (walked(), lead.owner) == (["opportunity", "recycled"], world.mira)


def test_the_same_file_again_moves_nothing(qualified, tmp_path):
    read(tmp_path, row("Negotiation", "2026-05-01"), at=NOON + 2 * DAY)
    read(tmp_path, row("Negotiation", "2026-05-01"), at=NOON + 3 * DAY)
    assert Entry.objects.filter(verb="opportunity.told").count() == 1
    assert walked() == ["opportunity"]


def test_a_move_the_agreement_does_not_have_is_not_forced(world, tmp_path):
    """From marketing_qualified nobody becomes a customer."""
    world.handed_over(NOON)
    read(tmp_path, row("Closed Won"), at=NOON + 3 * DAY)
    assert Lead.objects.get().stage == "marketing_qualified"
    assert Handoff.objects.get().ended_at is None


def test_a_deal_lost_before_the_lead_came_to_where_it_is_says_nothing_of_it(qualified, tmp_path):
    read(tmp_path, row("Closed Lost", "2026-03-09", "price"), at=NOON + 3 * DAY)
    assert Lead.objects.get().stage == "sales_qualified"
