"""Every goal with what is expected by now, twice: by the agreed pace and by the company's own season."""

import csv
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from io import StringIO

import pytest
from web_doors import Door

from tests.conftest import NOON
from tests.world import HALDEN, build
from treaty.agreement.models import InForce
from treaty.truth.models import Opportunity

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


def text(door, path="/goals/"):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", door.says(path)))).replace("\xa0", " ")


def sold(world, day, amount, opened="2024-12-27"):
    closed, begun = (datetime.fromisoformat(f"{on}T10:00").replace(tzinfo=UTC) for on in (day, opened))
    Opportunity.objects.create(
        name=f"{day} {amount}", owner=world.sam, amount=Decimal(amount), currency="EUR", outcome="won", opened_at=begun,
        closed_at=closed, received_at=NOON,
    )  # fmt: skip


@pytest.fixture
def company(world, lake):
    """Four quarters gone by, half of each at its beginning; in this one 150,000 of 400,000. 50 of 64 working days are gone."""
    for first, last in (("01-02", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31")):
        sold(world, f"2025-{first}", "100000")
        sold(world, f"2025-{last}", "100000")
    sold(world, "2026-02-03", "150000", opened="2026-01-05")
    lake.export(LATER)
    return world


def test_a_goal_is_held_against_the_agreed_pace_and_the_own_season(company):
    """400,000 × 50 / 64 = 312,500 by the agreed pace. The same quarter of the year before had brought half by then: half way to the
    straight line it is (0.5 + 0.78125) / 2 = 0.640625 of 400,000 = 256,250."""
    page = text(Door(company.mira, LATER))
    assert "Revenue closed, this quarter €200,000 €400,000 €150,000 38% €312,500 €256,250 −€106,250 €250k to" in page
    assert "€162k below pace" in page or "€162,500 below pace" in page


def test_the_forecast_adds_what_usually_still_comes(company):
    """Each of the last four still brought 100,000: 250,000, without a doubt."""
    assert "€250k to €250k" in text(Door(company.mira, LATER))


def test_the_main_goal_is_found_drawn_and_explained(company):
    """Pipeline is the first goal both own in money: 150,000 of 1,200,000. All of the year before was opened in the quarter before it."""
    page = text(Door(company.sam, LATER))
    assert "Pipeline created is" in page
    assert "The agreed pace, a straight line by working day, asks for €937,500" in page
    assert "your own season is not known before four whole quarters have passed" in page


def test_leading_and_lagging_goals_are_apart_and_told_by_segment(company):
    page = text(Door(company.mira, LATER))
    assert page.index("Lagging goals") < page.index("Revenue closed, this quarter") < page.index("Leading goals")
    assert page.index("Leading goals") < page.index("Leads accepted by sales, March")
    assert "By segment" in page
    assert page.count("Leading goals") == page.count("Lagging goals") == 1


def test_every_figure_opens_its_records(company):
    door = Door(company.mira, LATER)
    hrefs = {unescape(href) for href in re.findall(r'href="(/figures/[^"]*)"', door.says("/goals/"))}
    assert any("revenue_closed" in href for href in hrefs)
    for href in hrefs:
        assert door.get(href).status_code == 200, href


def test_every_goal_is_in_the_file(company):
    file = b"".join(Door(company.mira, LATER).get("/goals/?format=csv").streaming_content).decode("utf-8-sig")
    rows = {row["Goal"]: row for row in csv.DictReader(StringIO(file))}
    assert len(rows) == 5
    revenue = rows["Revenue closed, this quarter"]
    assert (revenue["Usual by now"], revenue["Usual by"], revenue["Ends at"]) == ("256250", "year before", "250000")
    assert rows["Leads accepted by sales, March"]["Kind"] == "leading"


def test_a_young_company_reads_when_more_can_be_said(world, lake):
    lake.export(LATER)
    page = text(Door(world.mira, LATER))
    assert "A forecast needs four whole quarters gone by." in page
    assert "no season yet" in page


def test_without_goals_it_says_what_comes_next(lake):
    part = HALDEN[HALDEN.index("\ngoals:") : HALDEN.index("\nprofile:")]
    incentives = HALDEN[HALDEN.index("\nincentives:") : HALDEN.index("\ncadence:")]
    world = build(HALDEN.replace(part, "").replace(incentives, ""))
    lake.export(LATER)
    assert "No goal is agreed" in text(Door(world.mira, LATER))


def test_without_an_agreement_it_says_what_comes_next(world, lake):
    InForce.objects.all().delete()
    lake.export(NOON)
    assert "No agreement is in force yet" in text(Door(world.mira, NOON))
