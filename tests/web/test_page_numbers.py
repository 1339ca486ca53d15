"""The numbers as people read them: all of them, and one at a time; its address is the question."""

import csv
import re
from html import unescape
from io import StringIO

import pytest
from web_doors import Door
from web_funnel import LATER, lived, table, text

from tests.conftest import NOON
from treaty.funnel.catalogue import CATALOGUE

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(world, lake):
    return lived(world, lake)


def test_the_list_says_of_each_what_it_is(company):
    page = text(Door(company.mira, LATER), "/numbers/")
    assert f"{len(CATALOGUE)} numbers, each defined once" in page
    assert "Win rate by count Of the opportunities decided in the period, those that were won, by count. Won / (won + lost) share" in page
    rows = table(Door(company.mira, LATER), "/numbers/?format=csv")
    assert [row["Name"] for row in rows] == list(CATALOGUE)
    assert next(row for row in rows if row["Name"] == "win_rate")["Below the line"] == "opportunities won and lost; open ones never"


def test_the_list_needs_no_figures(world):
    assert Door(world.mira, NOON).get("/numbers/").status_code == 200


SOME = ("revenue_closed", "win_rate_of_created", "sales_cycle_mean", "waiting", "stage_passage", "pipeline_velocity")
"""One of each kind: money, cohort, length, of now, always told apart, made of others. A statement takes longer to write than to answer."""


@pytest.mark.parametrize("names", [SOME, pytest.param(tuple(CATALOGUE), marks=pytest.mark.proof)], ids=["some", "all"])
def test_numbers_open_and_are_taken_away(company, names):
    """Each by a dimension of its own, so that all are asked by some."""
    door = Door(company.sam, LATER)
    for place, name in enumerate(names):
        page = door.says(f"/numbers/{name}/")
        assert "What it is" in page
        offered = re.findall(r'value="(\w+)"', re.findall(r'<select name="by">(.*?)</select>', page, re.S)[0])
        asked = f"/numbers/{name}/?by={offered[place % len(offered)]}&when=last_quarter"
        assert door.get(asked).status_code == 200, name
        assert next(csv.reader(StringIO(b"".join(door.get(f"{asked}&format=csv").streaming_content).decode())))


def test_one_number_is_a_question_in_its_address(company):
    page = text(Door(company.mira, LATER), "/numbers/acceptance_rate/?by=channel&when=last_quarter")
    assert "Acceptance rate: 100% in January to March" in page
    assert "Acceptance rate by channel, in January to March" in page
    assert "Webinar 100% 1" in page
    assert "Search 100% 2" in page
    assert "treaty numbers acceptance_rate --by channel" in page


def test_what_a_number_always_tells_apart_is_chosen_too(company):
    door = Door(company.mira, LATER)
    rows = table(door, "/numbers/stage_conversion/?when=last_quarter&part=marketing_qualified+to+sales_accepted&format=csv")
    assert [(row["Step"], row["Cases"], row["Figure"]) for row in rows] == [("Marketing qualified to sales accepted", "4", "0.75")]
    assert len(table(door, "/numbers/stage_conversion/?when=last_quarter&part=no+such+step&format=csv")) == 3


def test_figures_of_a_file_say_what_they_are_made_of(company):
    (row,) = table(Door(company.mira, LATER), "/numbers/acceptance_rate/?when=last_quarter&format=csv")
    assert (row["Accepted"], row["Rejected"], row["Expired"], row["Figure"]) == ("3", "0", "0", "1")


def test_an_unknown_number_is_not_there(company):
    assert Door(company.mira, LATER).get("/numbers/luck/").status_code == 404


def test_records_open_from_a_number(company):
    door = Door(company.mira, LATER)
    page = door.says("/numbers/acceptance_rate/?when=last_quarter&by=channel")
    hrefs = [unescape(href) for href in re.findall(r'href="(/figures/acceptance_rate/[^"]*channel=[^"]*)"', page)]
    assert sorted(door.get(href).context["table"].listing.total for href in hrefs) == [1, 2]
