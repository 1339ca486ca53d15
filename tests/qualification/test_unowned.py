"""A version whose first owner is no member any more stops its own leads, aloud; everybody else is judged on."""

import logging
from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.world import HALDEN, bindings
from treaty.agreement.canonical import hash_of, signed_bytes
from treaty.agreement.document import load
from treaty.agreement.models import InForce, Version
from treaty.qualification import actions, marks
from treaty.qualification.moves import How, Why
from treaty.qualification.passes import Opening, Unowned, open_lead
from treaty.team.models import Member, Role
from treaty.truth.actions import absorb
from treaty.truth.models import Lead
from treaty.truth.records import PersonRef, TouchRecord

pytestmark = pytest.mark.db
GONE = "gone@halden.example"
DAY = timedelta(days=1)
NEXT = NOON + 10 * DAY
"""When the version with the wrong e-mail takes effect."""


def touched(world, email, kind, number, at):
    seen = TouchRecord(ref=PersonRef(email=email), kind=kind, occurred_at=at, message_id=f"u{number}")
    marks.mark(absorb([seen], source=world.source, received_at=at).person_ids, at=at)


@pytest.fixture
def amended(world):
    """Signed before anybody checked who is a member."""
    text = HALDEN.replace("handoff:\n", f"handoff:\n  before: {GONE}\n")
    terms = load(text).terms
    assert terms.owner_before_handoff == GONE
    raw = signed_bytes(terms, bindings(terms))
    version = Version.objects.create(
        number=2, text=text, signed_bytes=raw, hash=hash_of(raw), amends=world.version, proposed_by=world.mira, proposed_at=NOON
    )
    InForce.objects.update(ends_at=NEXT)
    InForce.objects.create(version=version, applies_to="everyone", starts_at=NEXT)
    return version


def test_who_has_a_lead_is_judged_on_while_new_ones_wait(world, amended, caplog):
    world.person("ada@acme.example")
    touched(world, "ada@acme.example", "webinar_attended", 1, NOON)
    actions.judge_due(at=NOON)
    world.person("ben@acme.example")
    touched(world, "ben@acme.example", "demo_request", 2, NEXT)
    touched(world, "ada@acme.example", "demo_request", 3, NEXT)
    with caplog.at_level(logging.ERROR):
        actions.judge_due(at=NEXT)
    assert dict(Lead.objects.values_list("person__email", "stage")) == {"ada@acme.example": "marketing_qualified"}
    assert f"treaty member add {GONE}" in caplog.text


def test_when_the_member_is_there_their_leads_are_opened_without_a_further_touch(world, amended):
    world.person("ben@acme.example")
    touched(world, "ben@acme.example", "demo_request", 2, NEXT)
    actions.judge_due(at=NEXT)
    assert Lead.objects.count() == 0
    Member.objects.create(email=GONE, name="Gone and back", role=Role.MARKETING, joined_at=NEXT)
    actions.judge_due(at=NEXT + marks.CLAIM)
    assert dict(Lead.objects.values_list("person__email", "stage")) == {"ben@acme.example": "marketing_qualified"}


def test_who_opens_one_by_hand_is_told(world, amended):
    with pytest.raises(Unowned, match=rf"version 2 gives leads before the handoff to {GONE}, who is no member"):
        open_lead(Opening(world.person(), "engaged", NEXT, Why(How.PERSON)), amended)
