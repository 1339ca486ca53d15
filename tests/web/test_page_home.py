"""The first page: the figures add up, open their records, and say so when there are none."""

import csv
import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from io import StringIO

import pytest
from web_doors import Door

from tests.conftest import NOON
from treaty.agreement.models import InForce
from treaty.feedback.actions import accept, reject
from treaty.feedback.contact import log_contact, qualify
from treaty.feedback.deals import open_opportunity, win
from treaty.funnel.queries import wins
from treaty.rhythm.actions import resolve
from treaty.sla.actions import refresh, start
from treaty.sla.watch import tick
from treaty.truth.models import Account, Lead, Opportunity

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LATER = NOON + 3 * HOUR


def text(door, path="/"):
    """What one reads on a page: tags out, every space the same."""
    body = door.says(path)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def handed(world, email, at=NOON):
    made = world.handed_over(at, email)
    start(made)
    return made


def deal(world, email, amount, at=NOON):
    """A lead worked by its owner up to an opened deal of its own account."""
    handoff = handed(world, email, at)
    log_contact(handoff.lead, "call", by=handoff.owner, at=at + HOUR, outcome="connected")
    accept(handoff, by=handoff.owner, at=at + HOUR)
    refresh(handoff)
    lead = Lead.objects.get(pk=handoff.lead_id)
    qualify(lead, by=handoff.owner, at=at + HOUR, answers={"budget": "yes", "timeline": "now", "need": "pumps"})
    lead.refresh_from_db()
    return open_opportunity(
        lead, by=handoff.owner, at=at + HOUR, name=f"Deal with {email}", amount=Decimal(amount), currency="EUR",
        close_on=NOON.date(), roles={lead.person: "economic_buyer"},
    )  # fmt: skip


@pytest.fixture
def company(world):
    """Two deals from leads, one of sales alone, one rejected lead."""
    deal(world, "ada@acme.example", "1000.10")
    deal(world, "bo@acme.example", "2000.20")
    Opportunity.objects.create(
        name="Found at a fair", account=Account.objects.create(name="Lone", made_at=NOON), owner=world.sam,
        amount=Decimal("500.30"), currency="EUR", opened_at=NOON, received_at=NOON,
    )  # fmt: skip
    handoff = handed(world, "cy@acme.example")
    reject(handoff, "no_budget", by=handoff.owner, at=NOON + HOUR)
    refresh(handoff)
    return world


def test_before_the_first_export_it_says_when_figures_come(world, lake):
    assert "Figures follow within a minute" in text(Door(world.sam, NOON))


def test_without_an_agreement_it_says_what_comes_next(world, lake):
    InForce.objects.all().delete()
    lake.export(NOON)
    page = text(Door(world.mira, NOON))
    assert "No agreement is in force yet" in page
    assert "Open the agreement" in page
    assert "Add your people" not in page
    assert "Add your people" in text(Door(world.rui, NOON))


def test_the_shared_number_is_the_sum_of_its_parts(company, lake):
    lake.export(LATER)
    page = text(Door(company.sam, LATER))
    assert "€3,500.60 of €1,200,000 by 31 March" in page
    assert "Found by marketing 2 €3,000.30" in page
    assert "Found by sales, marketing helped 0 €0.00" in page
    assert "Sales alone 1 €500.30" in page


@pytest.mark.parametrize(
    ("sourced", "n", "amount"), [("", "Three", "€3,500.60"), ("marketing", "Two", "€3,000.30"), ("sales", "One", "€500.30")]
)
def test_every_part_opens_its_deals_and_they_add_up(company, lake, sourced, n, amount):
    lake.export(LATER)
    body = Door(company.mira, LATER).says("/")
    wanted = f"sourced={sourced}" if sourced else "to=2026-03-31"
    href = next(href for href in map(unescape, re.findall(r'href="(/figures/pipeline_created/[^"]*)"', body)) if href.endswith(wanted))
    page = text(Door(company.mira, LATER), href)
    assert f"{n} opportunit" in page
    assert f"{amount} in all." in page
    lines = list(csv.reader(StringIO(b"".join(Door(company.mira, LATER).get(f"{href}&format=csv").streaming_content).decode())))
    assert sum(Decimal(line[5]) for line in lines[1:]) == Decimal(amount.strip("€").replace(",", ""))


def test_all_four_questions_are_answered(company, lake):
    lake.export(LATER)
    page = text(Door(company.sam, LATER))
    # 120 × 7 / 22 working days is 38.2, so 39 leads were due by Tuesday 10 March
    assert "No. 3 in March where 39 were due by now; 120 are promised for the month. In dach 3 of 16 due." in page
    assert "Do they convert as expected? Too early to say." in page
    assert "Where is the bottleneck? Too early to say." in page


def test_a_goal_that_grows_from_nothing_is_not_called_unmeasured(company, lake):
    lake.export(LATER)
    page = text(Door(company.sam, LATER))
    # no deal closed in the last quarter of 2025, so there is nothing to grow from; what closed since is measured all the same
    assert "no baseline yet nothing to compare with yet" in page
    assert "no baseline yet nothing measured yet" not in page


def test_goals_are_taken_away_as_a_file(company, lake):
    lake.export(LATER)
    body = b"".join(Door(company.sam, LATER).get("/?format=csv").streaming_content).decode()
    rows = list(csv.DictReader(StringIO(body)))
    assert rows[0]["goal"] == "Pipeline created, this quarter"
    assert (rows[0]["now"], rows[0]["target"], rows[0]["unit"], rows[0]["cases"]) == ("3500.6", "1200000", "EUR", "3")


def test_a_rep_reads_the_sum_but_not_the_names_of_others(company, lake):
    lake.export(LATER)
    first = Opportunity.objects.order_by("id").first()
    Opportunity.objects.update(owner=company.sam)
    Lead.objects.update(owner=company.sam)
    first.lead.assignments.update(owner=company.sam)
    page = text(Door(company.rui, LATER), "/figures/pipeline_created/?from=2026-01-01&to=2026-03-31")
    assert "Deal with ada@acme.example" in page
    stranger = type(company.sol).objects.create(email="new@halden.example", name="New", role="sales_rep", joined_at=NOON, password="!")
    page = text(Door(stranger, LATER), "/figures/pipeline_created/?from=2026-01-01&to=2026-03-31")
    assert "Deal with" not in page
    assert "€3,500.60 in all." in page


def test_what_needs_whom(company, lake, django_user_model):
    lake.export(LATER)
    late = handed(company, "dee@acme.example")
    tick(at=NOON + timedelta(days=3))
    then = NOON + timedelta(days=3, hours=1)
    late.refresh_from_db()
    rep = type(company.sol).objects.get(pk=Lead.objects.get(person__email="dee@acme.example").owner_id)
    assert "waits for" in text(Door(rep, then))
    resolve("action", "Ask for the plant's name on the form", owner=company.rui, by=company.mira, at=NOON, due_on=NOON.date())
    assert "Ask for the plant's name on the form" in text(Door(company.rui, then))
    assert "Ask for the plant's name on the form" in text(Door(company.ada_brandt, then))  # the sponsor hears of what is overdue
    assert "Ask for the plant's name on the form" not in text(Door(company.mira, then))


def test_amounts_without_a_currency_are_counted_beside_the_sum(company, lake):
    Opportunity.objects.filter(name="Found at a fair").update(amount=Decimal(900), currency="")
    lake.export(LATER)
    said = "One opportunity with an amount but no currency: not in the sum until it is named where the amount comes from."
    assert said in text(Door(company.mira, LATER), "/figures/pipeline_created/?from=2026-01-01&to=2026-03-31")
    assert said in text(Door(company.mira, LATER))


def test_each_of_several_wins_names_those_who_worked_it(company, world):
    for email in ("ada@acme.example", "bo@acme.example"):
        deal_won = Opportunity.objects.get(name=f"Deal with {email}")
        win(deal_won, by=deal_won.owner, at=LATER)
    found = wins(until=LATER + HOUR, with_lead=True)
    assert len({one.deal.pk for one in found}) == 2
    for one in found:
        handoff = one.deal.lead.handoffs.get()
        assert (one.caller, one.closer) == (handoff.owner, one.deal.owner)
        assert one.contact_took == HOUR  # called an hour after the handoff


def test_what_many_wins_ask_of_their_people_is_asked_once(company, world, django_assert_num_queries):
    for email in ("ada@acme.example", "bo@acme.example"):
        deal_won = Opportunity.objects.get(name=f"Deal with {email}")
        win(deal_won, by=deal_won.owner, at=LATER)
    with django_assert_num_queries(
        5 + 3 + 2 * 2
    ):  # deals, changes, handoffs, contacts, marketers; roles, people, moves; touches, activities
        wins(until=LATER + HOUR, with_lead=True)


def test_a_win_names_both_teams(company, lake):
    won = Opportunity.objects.get(name="Deal with ada@acme.example")
    win(won, by=won.owner, at=LATER)
    lake.export(LATER + HOUR)
    page = text(Door(company.mira, LATER + HOUR))
    assert "Won together" in page
    assert "€1,000.10" in page
    assert f"{won.owner.name} found and closed it; no touch of marketing is on record." in page


def test_home_asks_little_of_the_database(company, lake, django_assert_max_num_queries):
    lake.export(LATER)
    door = Door(company.sam, LATER)
    door.get("/")
    with django_assert_max_num_queries(30):
        door.get("/")


@pytest.mark.parametrize(
    "path",
    [
        "/figures/pipeline_created/?from=0000-00-00&to=9999-99-99",
        "/figures/qualified/?stage=<script>&from=2026-03-01",
        "/figures/cohort/?days=99999&stage=nothing",
        "/figures/answers/?campaign=&reason=%00",
        "/figures/waiting/?stage='; drop table leads; --",
    ],
)
def test_a_strange_address_is_answered_with_a_list(company, lake, path):
    lake.export(LATER)
    assert Door(company.mira, LATER).get(path).status_code == 200


def test_a_figure_nobody_knows_is_not_found(company, lake):
    lake.export(LATER)
    assert Door(company.mira, LATER).get("/figures/luck/").status_code == 404
