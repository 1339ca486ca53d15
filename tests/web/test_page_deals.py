"""Opportunities: the list, one with its whole path, and what its owner does with it."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from web_doors import Door, told

from tests.conftest import NOON
from treaty.feedback import actions, contact, deals
from treaty.handoff.models import Handoff
from treaty.sla.actions import start
from treaty.truth.actions import absorb
from treaty.truth.models import Lead, Opportunity, OpportunityChange
from treaty.truth.records import PersonRef, TouchRecord

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LATER = NOON + DAY


def touched(world, email, content, at):
    record = TouchRecord(
        ref=PersonRef(email=email), kind="content_download", occurred_at=at, known_at=at, message_id=f"{email}{at}", content=content
    )
    absorb([record], source=world.source, received_at=at)


@pytest.fixture
def deal(world):
    """Ada's deal with Sol: she read a guide, Ralf of the same account another, Sol called."""
    world.person()
    touched(world, "ada@acme.example", "pump-guide", NOON - 9 * DAY)
    world.person("ralf@acme.example", name="Ralf Acme")
    touched(world, "ralf@acme.example", "price-list", NOON - 3 * DAY)
    handoff = world.handed_over(NOON)
    Handoff.objects.update(owner=world.sol)
    Lead.objects.update(owner=world.sol)
    handoff.refresh_from_db()
    start(handoff)
    actions.accept(handoff, by=world.sol, at=NOON + MINUTE)
    lead = Lead.objects.get()
    contact.log_contact(lead, "call", by=world.sol, at=NOON + 2 * MINUTE, outcome="connected")
    contact.qualify(lead, by=world.sol, at=NOON + 3 * MINUTE, answers={"budget": "yes", "timeline": "May", "need": "pumps"})
    return deals.open_opportunity(
        lead, by=world.sol, at=NOON + 4 * MINUTE, name="Acme pumps", amount=Decimal("18500"), currency="EUR",
        close_on=date(2026, 6, 1), product="Gateway", roles={lead.person: "economic_buyer"},
    )  # fmt: skip


@pytest.fixture
def sol(world):
    return Door(world.sol, LATER)


def post(door, deal, what, data=None, **more):
    return door.post(f"/opportunities/{deal.key}/{what}/", data or {}, **more)


def test_a_stranger_finds_no_deal_and_no_door_to_it(world, deal):
    kim = Door(world.kim, LATER)
    assert kim.get(f"/opportunities/{deal.key}/").status_code == 404
    assert {post(kim, deal, what).status_code for what in ("stage", "amount", "won", "lost")} == {404}
    assert [row.cells for row in kim.get("/opportunities/").context["table"].rows] == []


def test_the_whole_path_is_told_from_the_first_touch_of_anyone_there(deal, sol):
    response = sol.get(f"/opportunities/{deal.key}/")
    said = [row.words if isinstance(row.words, str) else row.words.words for row in response.context["timeline"]]
    assert said[-2:] == ["Downloaded price-list", "Downloaded pump-guide"]
    assert said.index("Opportunity opened") < said.index("Call, connected") < said.index("Downloaded price-list")
    # two touches of marketing's; sales': accepted, call, qualified, became opportunity, and four rows of the deal's own history
    assert "2\xa0touches with marketing" in response.content.decode()


def test_each_step_leads_to_where_it_stands_on_its_persons_lead(deal, sol):
    page = sol.says(f"/opportunities/{deal.key}/")
    assert f'href="/leads/{deal.lead.key}/?all=1#at-' in page
    assert '<a href="/leads/' in page[page.index('class="chart"') :][:9000]  # the marks of the drawing too


def test_the_page_names_amount_stage_group_and_history(deal, sol):
    page = sol.says(f"/opportunities/{deal.key}/")
    for words in ("€18,500", "discovery", "economic buyer", "Ada Brenner", "Gateway", "Every stage and amount it had", "1\xa0Jun"):
        assert words in page


@pytest.mark.parametrize("name", ["mira", "ada_brandt"])
def test_marketing_and_executives_look_but_do_not_work_a_deal(world, deal, name):
    door = Door(getattr(world, name), LATER)
    assert "Work this deal" not in door.says(f"/opportunities/{deal.key}/")
    assert told(post(door, deal, "won", follow=True))[-1].startswith("This lead is with somebody else")
    assert Opportunity.objects.get().outcome == "open"


def test_a_deal_named_like_an_address_leads_nowhere_else(deal, sol):
    Opportunity.objects.update(name="//evil.example/")
    answered = post(sol, deal, "amount", {"amount": "9"})
    assert (answered.status_code, answered["Location"]) == (303, f"/opportunities/{deal.key}/")


def test_stage_and_amount_change_and_what_they_were_is_kept(deal, sol):
    post(sol, deal, "stage", {"stage": "proposal"})
    response = post(sol, deal, "amount", {"amount": "21000.50"}, follow=True)
    assert told(response)[-1] == "Acme pumps is worth €21,000.50 now."
    became = [row.cells[2] for row in sol.get(f"/opportunities/{deal.key}/").context["table"].rows]
    assert became == ["€21,000.50", "proposal", "Mon 1\xa0Jun", "open", "€18,500", "discovery"]


@pytest.mark.parametrize("amount", ["", "many", "-1", "1e400", "NaN"])
def test_an_amount_that_is_none_is_refused_and_kept(deal, sol, amount):
    response = post(sol, deal, "amount", {"amount": amount})
    assert response.status_code == 422
    assert f'value="{amount}"' in response.content.decode() or not amount
    assert Opportunity.objects.get().amount == Decimal("18500")


def test_who_owned_it_is_told_by_name_and_one_who_is_no_member_by_address(world, deal, sol):
    for minutes, email in ((5, world.kim.email), (6, "gone_for_good@ours.example")):
        at = NOON + minutes * MINUTE
        OpportunityChange.objects.create(opportunity=deal, field="owner", value=email, at=at, known_at=at, received_at=at)
    became = [row.cells[2] for row in sol.get(f"/opportunities/{deal.key}/").context["table"].rows if row.cells[1] == "Owner"]
    assert became == ["gone_for_good@ours.example", world.kim.name]


def test_a_won_deal_makes_a_customer_and_is_left_alone(deal, sol):
    response = post(sol, deal, "won", {"reason": "price for the plant"}, follow=True)
    assert told(response) == ["Acme pumps is won."]
    assert Lead.objects.get().stage == "customer"
    page = response.content.decode()
    assert "Work this deal" not in page
    assert "From first touch to close" in page
    assert told(post(sol, deal, "amount", {"amount": "1"}, follow=True)) == ["Acme pumps is won: what is closed stays as it was."]


def test_a_lost_deal_needs_a_reason_of_the_agreement(deal, sol):
    page = post(sol, deal, "lost", {"reason": "bad luck", "note": "They were kind"}).content.decode()
    assert "not one of the available choices" in page
    assert 'value="They were kind"' in page
    post(sol, deal, "lost", {"reason": "price", "note": "They were kind"})
    assert (Opportunity.objects.get().lost_reason, Lead.objects.get().stage) == ("price", "recycled")
    assert "lost" in sol.says(f"/opportunities/{deal.key}/")


@pytest.mark.parametrize(
    ("query", "found"),
    [("", 1), ("?outcome=won", 0), ("?outcome=open", 1), ("?q=pumps", 1), ("?q=acme", 1), ("?q=x", 0), ("?segment=rest", 0)],
)
def test_the_list_is_narrowed_by_its_address(deal, sol, query, found):
    assert len(sol.get(f"/opportunities/{query}").context["table"].rows) == found


def test_the_csv_has_the_amount_as_a_number_and_its_currency_beside(deal, sol):
    response = sol.get("/opportunities/?format=csv")
    head, row = csv.reader(StringIO(b"".join(response.streaming_content).decode()))
    assert head[4:6] == ["Amount", "Currency"]
    assert (row[4:6], row[-1]) == (["18500", "EUR"], "2026-06-01")


def test_a_deal_costs_at_most_thirty_queries(world, deal, sol, django_assert_max_num_queries):
    for n in range(5):
        world.person(f"more{n}@acme.example", name=f"More {n}")
        touched(world, f"more{n}@acme.example", "pump-guide", NOON - DAY)
    with django_assert_max_num_queries(30):
        sol.says(f"/opportunities/{deal.key}/")
    with django_assert_max_num_queries(12):
        sol.says("/opportunities/")


def test_the_stages_of_open_deals_are_there_to_choose_from_by_name_each_once(deal, sol, world):
    for stage, outcome in (("proposal", "open"), ("proposal", "open"), ("lost long ago", "lost"), ("", "open")):
        Opportunity.objects.create(name=stage, stage=stage, outcome=outcome, owner=world.sol, received_at=NOON, opened_at=NOON)
    page = sol.get("/opportunities/").content.decode()
    picked = page[page.index('name="stage"') :]
    options = [part.partition('"')[0] for part in picked[: picked.index("</select>")].split('value="')[1:]]
    assert options == ["", "discovery", "proposal"]
