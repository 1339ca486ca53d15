"""The grade where people look for it: the lead, its reasons, the list and its file, the row of the queue."""

import csv
from io import StringIO

import pytest
from web_doors import Door

from tests.conftest import NOON
from tests.qualification.test_qualify import ADA, send, touch
from treaty.handoff.actions import hand_over
from treaty.truth.models import Lead

pytestmark = pytest.mark.db


@pytest.fixture
def lead(world):
    """20 of 30 points of fit, 10 of 30 of engagement: B3."""
    world.person(seniority="vp")
    send(world, touch(ADA, "webinar_attended", NOON, 1), touch(ADA, "demo_request", NOON, 2), at=NOON)
    return Lead.objects.get()


def test_the_page_of_a_lead_says_its_grade_and_points(world, lead):
    page = Door(world.mira, NOON).says(f"/leads/{lead.key}/")
    assert "Grade B3" in page
    assert "fit 20, engagement 10" in page


def test_the_reasons_name_the_next_better_band(world, lead):
    page = Door(world.mira, NOON).says(f"/leads/{lead.key}/why/")
    assert "Grade B3: fit: 20 points, band B (A from 30); engagement: 10 points, band 3 (2 from 30)." in page


def test_the_list_and_its_file_hold_the_grade(world, lead):
    assert "B3 20 / 10" in Door(world.mira, NOON).says("/leads/")
    response = Door(world.mira, NOON).get("/leads/?format=csv")
    row = next(csv.DictReader(StringIO(b"".join(response.streaming_content).decode())))
    assert row["Grade"] == "B3 20 / 10"


def test_the_row_of_the_queue_ends_with_the_grade(world, lead):
    handoff = hand_over(lead, at=NOON)
    page = Door(handoff.owner, NOON).get("/queue/")
    assert [row.grade for group in page.context["groups"] for row in group.rows] == ["B3"]
    assert "B3</span>" in page.content.decode()


def test_a_grade_of_long_words_leaves_the_row_to_the_name(world, lead):
    handoff = hand_over(lead, at=NOON)
    Lead.objects.update(grade="gold hot")
    page = Door(handoff.owner, NOON).get("/queue/")
    assert [row.grade for group in page.context["groups"] for row in group.rows] == [""]
    assert "Grade gold hot" in Door(handoff.owner, NOON).says(f"/leads/{lead.key}/")
