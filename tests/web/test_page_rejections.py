"""What came back and why: counts open their leads, the parts add up, nobody's single answers are shown to others."""

import csv
import re
from datetime import date, timedelta
from html import unescape
from io import StringIO

import pytest
from web_doors import Door

from tests.conftest import NOON
from treaty.agreement.queries import signed_of
from treaty.engine.periods import Period
from treaty.feedback.actions import accept, reject
from treaty.sla.actions import refresh, start
from treaty.truth.models import Campaign, Lead
from treaty.web.pages.rejections import _reason_table

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LATER = NOON + 5 * HOUR


def text(door, path="/rejections/"):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", door.says(path))))


@pytest.fixture
def company(world, lake):
    """Of five leads two of the webinar and one without a campaign were rejected, two of the letter accepted."""
    answers = ("no_budget", "no_budget", "no_fit", "", "")
    for place, (reason, campaign) in enumerate(zip(answers, ("webinar", "webinar", "", "letter", "letter"), strict=True)):
        handoff = world.handed_over(NOON, f"p{place}@acme.example")
        start(handoff)
        Lead.objects.filter(pk=handoff.lead_id).update(campaign=campaign, segment="dach")
        if reason:
            reject(handoff, reason, by=handoff.owner, at=NOON + HOUR, detail="too small")
        else:
            accept(handoff, by=handoff.owner, at=NOON + HOUR)
        refresh(handoff)
    lake.export(LATER)
    return world


def test_the_title_is_the_finding(company):
    assert "3 of 5 decided leads were rejected in January to March, most often “no budget”" in text(Door(company.mira, LATER))


def test_rows_add_up_to_all(company):
    page = text(Door(company.mira, LATER))
    assert "webinar 2 0 2 0 0 2 of 2, too few to say" in page
    assert "no campaign 1 0 1 0 0" in page
    assert "All 5 2 3 0 0 60%" in page


def test_a_count_opens_exactly_its_leads(company):
    door = Door(company.mira, LATER)
    hrefs = [unescape(href) for href in re.findall(r'href="(/figures/answers/[^"]*)"', door.says("/rejections/"))]
    wanted = next(href for href in hrefs if "campaign=&" in f"{href}&" and "outcome=rejected" in href)
    assert "One lead was rejected" in text(door, wanted)
    wanted = next(href for href in hrefs if "campaign=webinar" in href and "outcome" not in href)
    Campaign.objects.create(slug="webinar", name="Webinar: Retrofit without a shutdown", made_at=NOON)
    page = text(door, wanted)
    assert "Two leads were decided" in page
    assert "31 March, Webinar: Retrofit without a shutdown" in page


@pytest.mark.parametrize(
    ("by", "row"), [("segment", "Dach 5 2 3 0 0"), ("reason", "No budget 2 0"), ("channel", "no channel 5"), ("source", "no lead source 5")]
)
def test_it_may_be_looked_at_from_every_side(company, by, row):
    assert row in text(Door(company.sam, LATER), f"/rejections/?by={by}&when=month")


def test_reasons_say_where_the_lead_goes(company):
    page = text(Door(company.mira, LATER))
    assert "No budget becomes recycled and rests 180 days 2 67%" in page
    assert "No fit becomes disqualified 1 33%" in page


def test_reasons_given_equally_often_have_equal_shares(company):
    march = Period("month", date(2026, 3, 1), date(2026, 4, 1), "UTC")
    table = _reason_table(signed_of(company.version).terms, march, [("no_budget", 1), ("no_fit", 1), ("timing", 1)])
    assert [row.cells[3] for row in table.rows] == ["33%", "33%", "33%"]  # thirds: they need not add up to 100 as printed


def test_single_answers_are_shown_to_their_giver_and_the_manager(company):
    assert "Only you and your manager see these." not in text(Door(company.mira, LATER))
    page = text(Door(company.sam, LATER))
    assert "Only you and your manager see these." in page
    assert "Sol Meyer" in page
    own = text(Door(company.sol, LATER))
    assert "Kim Dale" not in own[own.index("Your own answers") :] if "Your own answers" in own else "Kim Dale" not in own


def test_the_table_is_taken_away_as_a_file(company):
    body = b"".join(Door(company.mira, LATER).get("/rejections/?format=csv").streaming_content).decode()
    rows = {row["Campaign"]: row for row in csv.DictReader(StringIO(body))}
    assert (rows["webinar"]["Rejected"], rows["letter"]["Accepted"]) == ("2", "2")


def test_a_time_without_answers_says_so(company):
    assert "Nothing was rejected in February" in text(Door(company.mira, LATER), "/rejections/?when=last_month&by=luck")


def test_before_the_first_export_it_says_when_figures_come(world, lake):
    assert "Figures follow within a minute" in text(Door(world.sam, NOON))


def test_a_quarter_of_a_year_gone_by_is_reached_by_links(company):
    """From this quarter to the one before, and on; the choice keeps what is shown, and the way back is a link too."""
    door = Door(company.mira, LATER)
    (before,) = re.findall(r'<nav class="periods"[^>]*><a class="btn-plain" href="([^"]*)"', door.says("/rejections/?by=channel"))
    assert unescape(before) == "/rejections/?by=channel&when=last_quarter"
    earlier = re.findall(r'class="btn-plain" href="([^"]*when=2025-Q3)"', door.says(unescape(before)))
    page = door.says(unescape(earlier[0]))
    assert '<option value="2025-Q3" selected>July to September 2025</option>' in page
    assert "Nothing was rejected in July to September 2025" in page
    assert "when=last_quarter" in page
