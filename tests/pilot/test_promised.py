"""The promises of a document on leads sales really had: worked by hand, in the hours of Berlin (9:00 to 12:30, 13:30 to 17:30)."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.world import HALDEN
from treaty.agreement.document import load
from treaty.engine.lake import open_lake
from treaty.feedback.actions import accept
from treaty.feedback.contact import log_contact
from treaty.handoff.models import Handoff
from treaty.jobs.lake import refresh
from treaty.pilot.promised import kept_promises

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SUNDAY = NOON - 30 * DAY
MONDAY_11 = SUNDAY + DAY - 2 * HOUR
"""9 February 2026, 10:00 UTC, 11:00 in Berlin."""
QUICKER = HALDEN.replace("within: 4 working hours", "within: 2 working hours").replace(
    "within: 16 working hours", "within: 3 working hours"
)


@pytest.fixture
def handed(world, tmp_path):
    """Handed over on a Sunday; tried on Monday at 12:15 in Berlin, accepted at 13:00."""
    handoff = world.handed_over(SUNDAY)
    log_contact(handoff.lead, kind="call", by=handoff.owner, at=MONDAY_11 + 1.25 * HOUR)
    accept(handoff, by=handoff.owner, at=MONDAY_11 + 2 * HOUR)
    world.handoff = handoff
    return world


def told(tmp_path, text, at=NOON + HOUR):
    refresh(at=at, where=tmp_path)
    return {one.duty: (one.within, one.met.k, one.met.n) for one in kept_promises(open_lake(tmp_path), load(text).terms)}


def test_as_agreed_the_contact_and_the_answer_were_in_time(handed, tmp_path):
    """Monday 9:00 to 12:15 is 3:15 of 4 hours; 3:30 of 16 at 13:00. One try of five in ten working days is none."""
    assert told(tmp_path, HALDEN) == {
        "first_contact": ("4 working hours", 1, 1), "disposition": ("16 working hours", 1, 1),
        "contact_attempts": ("10 working days", 0, 1),
    }  # fmt: skip


def test_within_less_time_they_would_not_have_been(handed, tmp_path):
    """Two hours are over on Monday at 11:00, three at 12:00."""
    found = told(tmp_path, QUICKER)
    assert (found["first_contact"], found["disposition"]) == (("2 working hours", 0, 1), ("3 working hours", 0, 1))


def test_whose_time_is_not_over_is_not_counted(handed, tmp_path):
    """Another lead, handed over on Tuesday at 12:00 in Berlin, looked at at 14:00: one working hour later."""
    handed.person("ben@acme.example", name="Ben")
    handed.handed_over(NOON - HOUR, email="ben@acme.example")
    assert told(tmp_path, QUICKER)["first_contact"] == ("2 working hours", 0, 1)
    assert told(tmp_path, QUICKER, at=NOON + 3 * HOUR)["first_contact"] == ("2 working hours", 0, 2)  # 16:00: three hours


def test_a_lead_that_went_on_before_its_time_was_over_is_not_counted(handed, tmp_path):
    Handoff.objects.update(ended_at=MONDAY_11 - HOUR, ended_how="moved")  # at 10:00, after one hour
    assert told(tmp_path, HALDEN.replace("within: 4 working hours", "within: 3 working hours"))["first_contact"][1:] == (0, 0)


def test_a_draft_that_promises_nothing_of_the_kind_has_no_row(handed, tmp_path):
    text = HALDEN.replace("    - {id: attempts, do: contact_attempts, at_least: 5, within: 10 working days, in: 85%}\n", "")
    assert set(told(tmp_path, text)) == {"first_contact", "disposition"}
