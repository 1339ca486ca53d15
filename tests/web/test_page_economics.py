"""From spend to payback on a page: every figure is worked by hand and opens its records, every blank says what comes next."""

import csv
import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from io import StringIO

import pytest
from test_page_attribution import won
from web_doors import Door

from tests.conftest import NOON
from tests.world import HALDEN, build
from treaty.agreement.models import InForce
from treaty.truth.models import Campaign, Source, Spend

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = NOON + DAY
AGREED = """
economics:
  costs: [{id: salaries, what: salaries, side: marketing, amount: 3_100, per: month, from: 2026-03-01}]
  margin: 50%
  amount_covers: 12 months
  churn: {share: 10%, per: year}
"""


def text(door, path="/economics/"):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", door.says(path)))).replace("\xa0", " ")


def spent(on, amount, channel, campaign="", currency="EUR"):
    Spend.objects.create(
        source=Source.objects.first(), external_id=f"{on} {channel} {campaign} {currency}", channel=channel, campaign=campaign,
        on=date.fromisoformat(on), amount=Decimal(amount), currency=currency, received_at=NOON,
    )  # fmt: skip


def company(lake, agreed=AGREED):
    """Three customers, of 700, 100 and 100, with search, mail and a webinar before them; LATER is 11 March."""
    world = build(HALDEN.replace("\nincentives:", f"{agreed}\nincentives:"))
    won(world, "acme", "700.00", ["search", "email", "webinar"])
    won(world, "boro", "100.00", ["search", "webinar"])
    won(world, "coro", "100.00", ["search"])
    spent("2026-02-10", "150.50", "search", "search camp")
    spent("2026-02-11", "49.50", "fair")
    spent("2026-02-12", "70", "search", currency="USD")
    Campaign.objects.create(slug="search camp", name="Search: bearings", channel="search", made_at=NOON)
    lake.export(LATER)
    return world


def test_the_chain_is_worked_by_hand(lake):
    """Up to 11 March salaries are 3100 × 11 / 31 = 1100. Cost: 200 + 1100 = 1300 for three customers, 433.33 each. 900 of three
    accounts is 300 each, for a year: at half of it and a tenth leaving a year a customer is worth 1500, 3.5 times 433. A month
    brings 12.50 of margin: 433.33 is back after 34.7 months."""
    page = text(Door(company(lake).mira, LATER))
    assert "A new customer cost €433 in January to March and is worth 3.5 times that" in page
    assert "€200 on all channels in January to March. Beside it $70 in other currencies, not converted" in page
    assert "€433. That is €1,300 for three new customers . In it: €200 of spend and €1,100 for salaries in marketing." in page
    assert "€1,500. Three accounts brought €300 on average, which pays for 12 months; at an agreed margin of 50%" in page
    assert "10% of customers leaving in a year" in page
    assert "Yes. 3.5 times what they cost, €1,500 / €433." in page
    assert "After 34.7 months. A new account brings €13 of margin a month" in page
    assert "€900 from new customers, €0 from customers there were" in page


def test_channels_take_and_bring(lake):
    """W-shaped without a lead: first touch and the one before the opportunity 30 each, the other 10, of 70 or 60."""
    page = text(Door(company(lake).mira, LATER))
    assert "Search €150.50 0 1.93 €78 €450 2.99 ×" in page  # 3/7 + 1/2 + 1 customers; 300 + 50 + 100
    assert "Fair €49.50 0 0 no customer credited in the period 0 0.00 ×" in page
    assert "Email – 0 0.14 no spend in the period €100 –" in page
    assert "All €200 0 3.00 €900 4.50 ×" in page
    assert "Webinar took 0% of the spend and brought 39% of the revenue" in page


def test_every_figure_opens_its_records(lake):
    door = Door(company(lake).sam, LATER)
    hrefs = {unescape(href) for href in re.findall(r'href="(/figures/[^"]*)"', door.says("/economics/"))}
    search = next(href for href in hrefs if href.startswith("/figures/acquisition_spend/") and "channel=search" in href)
    page = text(door, search)
    assert "Two lines of spend" in page
    assert "€150.50 in all. Beside it $70" in page
    assert "Search: bearings" in page
    credit = next(href for href in hrefs if href.startswith("/figures/credited_revenue/") and "channel=search" in href)
    assert "€450 in all." in text(door, credit)
    for href in hrefs:
        assert door.get(href).status_code == 200, href
    assert text(door, next(href for href in hrefs if "/new_customers/" in href)).count("boro") == 2


def test_by_campaign_and_as_a_file(lake):
    door = Door(company(lake).mira, LATER)
    assert "Search: bearings €150.50" in text(door, "/economics/?by=campaign")
    file = b"".join(door.get("/economics/?by=campaign&format=csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(file)))
    assert sum(Decimal(row["Revenue credited"] or 0) for row in rows) == 900
    assert sum(Decimal(row["Spend"] or 0) for row in rows) == 200
    assert door.get("/economics/?format=xlsx").status_code == 200


def test_what_is_not_agreed_is_blank_and_says_what_comes_next(lake):
    page = text(Door(company(lake, agreed="").mira, LATER))
    assert "A new customer cost €67 in January to March" in page
    assert "no salaries or tools are agreed, so none are in it" in page
    assert "Cannot be said yet. No gross margin is agreed, it is not agreed how long an amount pays for and neither churn" in page
    assert "Agree on a margin" in page


def test_without_spend_it_says_what_to_import(world, lake):
    won(world, "acme", "700.00", ["search"])
    lake.export(LATER)
    page = text(Door(world.mira, LATER))
    assert "What a customer costs in January to March cannot be said yet" in page
    assert "Nothing. No spend is on record for January to March. Import what was spent" in page
    assert "Cannot be said yet. No spend in the period. Import what was spent" in page


def test_an_empty_company_has_a_page(world, lake):
    lake.export(LATER)
    assert "Nothing was spent or won in this time" in text(Door(world.mira, LATER), "/economics/?when=last_quarter&by=luck")


def test_customers_that_follow_their_cost_say_by_how_much(lake):
    """Opportunities took two days: the cost of 30 December to 9 March."""
    world = company(lake, AGREED + "  lag: sales_cycle\n")
    page = text(Door(world.mira, LATER))
    assert "customers follow their cost by one median sales cycle, two days" in page
    assert "all of 30 December 2025 to 9 March" in page


def test_without_an_agreement_it_says_what_comes_next(world, lake):
    InForce.objects.all().delete()
    lake.export(NOON)
    assert "No agreement is in force yet" in text(Door(world.mira, NOON))
