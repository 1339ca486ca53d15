"""The buying group on a deal's page: whose part is declared, told or proposed, who is silent, who is missing."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from web_doors import Door, told

from tests.conftest import NOON
from treaty.feedback import deals
from treaty.journal.models import Entry
from treaty.truth.actions import absorb
from treaty.truth.models import BuyingRole, Lead, Opportunity, Person
from treaty.truth.records import AccountRef, OpportunityRecord, PersonRef, TouchRecord

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = NOON + DAY


@pytest.fixture
def deal(world):
    """Ada's deal with Sol, in proposal; Ralf, the managing director of the same account, read a guide seven weeks ago."""
    world.person()
    world.person("ralf@acme.example", name="Ralf Acme", title="Managing director", seniority="c_level")
    guide = TouchRecord(ref=PersonRef(email="ralf@acme.example"), kind="content_download", occurred_at=NOON - 49 * DAY, message_id="g")
    absorb([guide], source=world.source, received_at=NOON - 49 * DAY)
    lead = world.handed_over(NOON).lead
    Lead.objects.update(owner=world.sol, stage="sales_qualified")
    lead.refresh_from_db()
    made = deals.open_opportunity(
        lead, by=world.sol, at=NOON, name="Acme pumps", amount=Decimal("18500"), currency="EUR", close_on=NOON.date(),
        roles={lead.person: "economic_buyer"},
    )  # fmt: skip
    BuyingRole.objects.update(role="", by=None)
    deals.set_stage(made, "Proposal", by=world.sol, at=NOON)
    return made


def text(door, path):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", door.says(path))))


def test_who_is_missing_and_who_could_be_it(world, deal):
    page = text(Door(world.sol, LATER), f"/opportunities/{deal.key}/")
    assert "Missing for this stage: economic buyer. Could be Ralf Acme (title “Managing director” and 1 touch in 90 days)" in page
    assert "Missing for this stage: champion. Nobody known at the account fits" in page
    assert "perhaps economic buyer proposed: title “Managing director” and 1 touch in 90 days" in page
    assert "silent for 50 days" in page
    assert "0 of 2 heard of within 30 days" in page


def test_what_a_member_declares_stands_and_is_written_down(world, deal):
    door, ralf = Door(world.sol, LATER), Person.objects.get(email="ralf@acme.example")
    answer = door.post(f"/opportunities/{deal.key}/role/", {"person": ralf.key, "role": "economic_buyer"}, follow=True)
    assert told(answer) == ["Ralf Acme is the economic buyer of Acme pumps."]
    page = text(door, f"/opportunities/{deal.key}/")
    assert "economic buyer declared by Sol Meyer" in page
    assert "Missing for this stage: economic buyer" not in page
    assert Entry.objects.get(verb="buying_role.declared").codes == {"person": ralf.key, "role": "economic_buyer", "was": ""}


def test_a_system_tells_and_does_not_speak_over_a_member(world, deal):
    record = OpportunityRecord(
        external_id="d9", name="Told", account=AccountRef(domain="acme.example"), stage="discovery", outcome="open", opened_at=NOON,
        people=((PersonRef(email="ralf@acme.example"), "champion"),),
    )  # fmt: skip
    absorb([record], source=world.source, received_at=NOON)
    other = Opportunity.objects.get(name="Told")
    assert "champion told by a connected system or a file" in text(Door(world.sam, LATER), f"/opportunities/{other.key}/")
    ralf = Person.objects.get(email="ralf@acme.example")
    deals.declare_role(other, ralf, "influencer", by=world.sam, at=NOON)
    absorb([record], source=world.source, received_at=LATER)
    assert BuyingRole.objects.get(opportunity=other).role == "influencer"
    assert Entry.objects.get(verb="buying_role.declared").codes["was"] == "champion"


def test_somebody_at_the_account_who_was_never_heard_of_may_be_given_a_part(world, deal):
    world.person("quiet@acme.example", name="Quiet Acme")
    quiet, door = Person.objects.get(email="quiet@acme.example"), Door(world.sol, LATER)
    page = door.says(f"/opportunities/{deal.key}/")
    assert f'value="{quiet.key}"' in page
    assert "0 of 2 heard of within 30 days" in page, "the table shows who matters"
    answer = door.post(f"/opportunities/{deal.key}/role/", {"person": quiet.key, "role": "champion"}, follow=True)
    assert told(answer) == ["Quiet Acme is the champion of Acme pumps."]


def test_who_is_not_there_has_no_part(world, deal):
    stranger = Person.objects.create(email="eve@else.example", made_at=NOON, first_known_at=NOON)
    with pytest.raises(deals.NotForThisDeal, match="is not at Acme"):
        deals.declare_role(deal, stranger, "champion", by=world.sol, at=NOON)
    with pytest.raises(deals.NotForThisDeal, match="'boss' is no role"):
        deals.declare_role(deal, deal.lead.person, "boss", by=world.sol, at=NOON)
    refused = Door(world.sol, LATER).post(f"/opportunities/{deal.key}/role/", {"person": stranger.key, "role": "champion"})
    assert refused.status_code == 422


def test_somebody_elses_deal_is_looked_at_and_not_worked(world, deal):
    assert Door(world.mira, LATER).get(f"/opportunities/{deal.key}/").status_code == 200
    answer = Door(world.mira, LATER).post(f"/opportunities/{deal.key}/role/", {"person": deal.lead.person.key, "role": ""}, follow=True)
    assert not BuyingRole.objects.exclude(by=None).exists()
    assert told(answer)


@pytest.mark.db
def test_deals_without_anybody_who_decides_are_counted_by_stage_and_each_count_opens_them(world, deal):
    door = Door(world.sol, LATER)
    assert "Proposal 1 1 100%" in text(door, "/opportunities/")
    assert "Acme pumps" in text(door, "/opportunities/?outcome=open&stage=Proposal&group=no_buyer")
    deals.declare_role(deal, deal.lead.person, "economic_buyer", by=world.sol, at=NOON)
    assert "Proposal 1 0 0%" in text(door, "/opportunities/")
    assert "No opportunity fits" in text(door, "/opportunities/?outcome=open&group=no_buyer")
    assert "Who decides over the money" not in text(Door(world.kim, LATER), "/opportunities/")
