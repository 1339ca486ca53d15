"""The funnel: cohorts and periods kept apart, times, what was won, the pipeline; every figure opens its records and is taken away."""

import re
from decimal import Decimal
from html import unescape
from io import BytesIO
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook
from web_doors import Door
from web_funnel import DAY, LATER, lived, table, text

from tests.conftest import NOON
from treaty.agreement.models import InForce
from treaty.web import pictures

pytestmark = pytest.mark.django_db
PARTS = ("time", "won", "pipeline")
PAGES = ("/funnel/", "/funnel/?view=period&when=last_quarter", "/funnel/time/", "/funnel/won/", "/funnel/pipeline/")


@pytest.fixture
def company(world, lake):
    return lived(world, lake)


def test_a_cohort_says_who_went_on(company):
    page = text(Door(company.mira, LATER))
    assert "75% of 4 marketing qualified leads of March became sales accepted" in page
    assert "Marketing qualified to sales accepted 4 3 75% 30% to 95%" in page
    assert "4, 10 needed" in page
    assert "to an opportunity within 90 days 4 1 25% so far 5% to 70% – still followed" in page
    assert "at most 10 in 100 are chance" in page


def test_a_young_cohort_is_open_and_held_against_nothing(company, lake):
    lake.export(NOON + 2 * DAY)
    page = text(Door(company.mira, NOON + 2 * DAY), "/funnel/?when=month")
    assert "75% of 4 marketing qualified leads of March became sales accepted so far; they are followed until 30 April" in page
    assert "75% so far 30% to 95% – still followed" in page


def test_periods_are_named_apart_and_no_conversion(company):
    page = text(Door(company.mira, LATER), "/funnel/?view=period&when=last_quarter")
    assert "Four leads first became marketing qualified in January to March" in page
    assert "Dividing one by the one above is no conversion" in page
    assert "Sales accepted 3" in page
    assert "Share" not in page
    assert "Went on" not in page


def test_by_a_dimension_the_parts_add_up(company):
    rows = table(Door(company.sam, LATER), "/funnel/?by=channel&format=csv")
    step = [row for row in rows if row["Step"] == "Marketing qualified to sales accepted"]
    assert {row["Channel"]: (row["Arrived"], row["Went on"], row["Share"]) for row in step} == {
        "Webinar": ("2", "1", "0.5"), "Search": ("2", "2", "1"),
    }  # fmt: skip


def test_both_teams_see_the_same(company):
    for path in PAGES:
        asked = f"{path}{'&' if '?' in path else '?'}when=last_quarter"
        bodies = [re.findall(r"<tbody.*?</tbody>", Door(who, LATER).says(asked), re.S) for who in (company.mira, company.sol)]
        assert bodies[0] == bodies[1] != [], path


def test_every_figure_opens_as_many_records_as_it_says(company):
    door, checked = Door(company.mira, LATER), 0
    for path in (
        "/funnel/?by=channel",
        "/funnel/?view=period&when=last_quarter",
        *(f"/funnel/{part}/?when=last_quarter" for part in PARTS),
    ):
        for href, said in set(re.findall(r'<a class="fig" href="(/figures/[^"]*)">([\d,]+)</a>', door.says(path))):
            rows = door.get(unescape(href)).context["table"].listing.total
            assert rows == int(said.replace(",", "")), (path, href)
            checked += 1
    assert checked > 25


def test_win_rate_is_by_count_and_by_value_each_named(company):
    """Two of three by count, dollars too; of 1,000.50 euros decided 700.50 by value."""
    page = text(Door(company.sam, LATER), "/funnel/won/?when=last_quarter")
    assert "2 of 3 decided opportunities were won in January to March, 67% by count; by value 70%" in page
    assert "Beside it $50 in other currencies" in page


def test_the_waterfall_balances_to_the_cent(company):
    rows = table(Door(company.mira, LATER), "/funnel/pipeline/?when=last_quarter&table=waterfall&format=csv")
    amounts = {row["Line"]: Decimal(row["Amount"]) for row in rows}
    closing = amounts.pop("Open at its end")
    assert sum(amounts.values()) == closing == Decimal(900)
    assert amounts["Created"] == Decimal("1900.50")
    page = text(Door(company.mira, LATER), "/funnel/pipeline/?when=last_quarter")
    assert "All lines before the last add up to €900; open at its end: €900." in page


def test_what_is_open_is_weighed_by_what_became_of_its_stage(company):
    """Of three decided deals that were in discovery two were won: 900 × 2/3."""
    rows = table(Door(company.mira, LATER), "/funnel/pipeline/?table=odds&format=csv")
    assert [(row["Stage it is in"], row["Amount"], row["Odds"], row["Weighed"]) for row in rows] == [
        ("Discovery", "900", "0.666667", "600")
    ]


def test_coverage_says_what_is_needed(company):
    page = text(Door(company.mira, LATER), "/funnel/pipeline/?when=month")
    assert "No revenue is agreed for May, so nothing has to be covered." in page
    page = text(Door(company.mira, LATER), "/funnel/pipeline/?when=last_quarter")
    assert "No. What is due covers what is missing" in page
    assert "is needed." in page


def test_a_time_without_anything_says_so(company):
    door = Door(company.mira, LATER)
    assert "Nothing was decided in May" in text(door, "/funnel/won/?when=month")
    assert "Nobody entered a stage in this time" in text(door, "/funnel/time/?when=month")


def test_one_persons_figures_are_for_that_person_and_their_manager(company):
    """Sam manages Sol and Kim; Mira nobody. The world gives the leads to Sam and Sol."""
    path = "/funnel/won/?when=last_quarter&by=owner"
    assert "Sol Meyer" in text(Door(company.sol, LATER), path)
    assert "Sol Meyer" in text(Door(company.sam, LATER), path)
    for other in (company.mira, company.kim, company.rui):
        page = text(Door(other, LATER), path)
        assert "Sol Meyer" not in page
        assert "One person’s figures are seen by that person and their manager" in page
        assert Door(other, LATER).get(f"/figures/win_rate/?owner={company.sol.pk}").status_code == 404
        assert "Sol Meyer" not in "".join(str(row) for row in table(Door(other, LATER), f"{path}&format=csv"))
    assert Door(company.sol, LATER).get(f"/figures/win_rate/?owner={company.sol.pk}").status_code == 200


def test_every_table_is_taken_away_as_both_files(company):
    door, taken = Door(company.mira, LATER), 0
    for path in (*PAGES, "/numbers/acceptance_rate/"):
        for href in re.findall(r'<a href="([^"]*format=(?:csv|xlsx)[^"]*)" download', door.says(path)):
            response = door.get(unescape(href))
            body = b"".join(response.streaming_content)
            assert response["Content-Disposition"].startswith("attachment"), href
            if "xlsx" in href:
                assert CalamineWorkbook.from_filelike(BytesIO(body)).get_sheet_by_index(0).to_python(), href
            else:
                assert b"," in body.splitlines()[0], href
            taken += 1
    assert taken >= 24


def test_every_drawing_is_taken_away_with_its_title_and_colours(company):
    door, taken = Door(company.mira, LATER), 0
    for path in (*PAGES, "/numbers/acceptance_rate/"):
        for href in re.findall(r'<a href="([^"]*format=svg[^"]*)" download', door.says(path)):
            response = door.get(unescape(href))
            drawn = response.content.decode()
            root = ElementTree.fromstring(drawn)
            assert response["Content-Type"] == "image/svg+xml"
            assert root.tag == "{http://www.w3.org/2000/svg}svg"
            assert "var(" not in drawn
            assert "light-dark" not in drawn
            assert "data as of Monday 4 May 2026" in "".join(root.itertext())
            taken += 1
    assert taken >= 8


def test_a_drawing_is_a_picture_where_it_can_be_made(company):
    pytest.importorskip("resvg_py", reason="the extra png is not installed")
    response = Door(company.mira, LATER).get("/funnel/pipeline/?when=last_quarter&chart=waterfall&format=png")
    assert response.content.startswith(b"\x89PNG")
    assert pictures.offered() == ("svg", "png")


@pytest.mark.parametrize(
    "query",
    [
        "when=never&by=weather&view=sideways",
        "format=pdf",
        "format=svg&chart=none",
        "format=csv&table=none",
        "when=%00&by=%00",
        "page=9&sort=-x",
    ],
)
def test_an_odd_address_still_opens(company, query):
    for path in ("/funnel/", "/funnel/time/", "/funnel/won/", "/funnel/pipeline/", "/numbers/win_rate/", "/numbers/"):
        assert Door(company.mira, LATER).get(f"{path}?{query}").status_code == 200, path


def test_dimensions_and_times_open(company):
    door = Door(company.sam, LATER)
    for place, path in enumerate(("/funnel/", "/funnel/time/", "/funnel/won/", "/funnel/pipeline/")):
        offered = re.findall(r'<select name="by">(.*?)</select>', door.says(path), re.S)[0]
        for by in re.findall(r'value="(\w+)"', offered)[place::4]:
            assert door.get(f"{path}?by={by}&when=twelve").status_code == 200, (path, by)


def test_a_page_asks_few_questions_of_the_database(company, django_assert_max_num_queries):
    door = Door(company.sam, LATER)
    for path in PAGES:
        door.get(f"{path}?by=owner")
        with django_assert_max_num_queries(30):
            door.get(f"{path}{'&' if '?' in path else '?'}by=campaign")


def test_before_an_agreement_or_a_lake_it_says_what_comes_next(world, lake):
    for path in (*PAGES, "/numbers/win_rate/"):
        assert "Figures follow within a minute" in text(Door(world.sam, NOON), path)
    lake.export(NOON)
    InForce.objects.all().delete()
    assert "No agreement is in force yet" in text(Door(world.mira, NOON))
