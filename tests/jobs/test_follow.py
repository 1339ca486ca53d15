"""What follows from an entry of the journal, carried out as the worker does it."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.world import HALDEN, build
from treaty.handoff.models import Handoff
from treaty.jobs import reactions
from treaty.qualification import actions
from treaty.truth.actions import absorb
from treaty.truth.models import Assignment, Lead
from treaty.truth.records import PersonRef, TouchRecord

pytestmark = pytest.mark.db
SECOND = timedelta(seconds=1)
ADA = "ada@acme.example"
TWO_STEPS = "subscriber: {owner: marketing, moves: [engaged]}"
ONE_STEP = "subscriber: {owner: marketing, moves: [marketing_qualified, engaged]}"


@pytest.mark.parametrize(("graph", "walked"), [(TWO_STEPS, ["engaged", "marketing_qualified"]), (ONE_STEP, ["marketing_qualified"])])
def test_who_asks_for_a_demonstration_is_handed_over_also_where_the_pass_begins_in_sales_care(db, graph, walked):
    world = build(HALDEN.replace(TWO_STEPS, graph))
    world.person(ADA)
    asked = TouchRecord(ref=PersonRef(email=ADA), kind="demo_request", occurred_at=NOON, message_id="t1")
    done = absorb([asked], source=world.source, received_at=NOON)
    actions.judge(done.person_ids, at=NOON)
    while reactions.react(at=NOON):
        pass
    lead = Lead.objects.get()
    assert list(lead.moves.order_by("id").values_list("to_stage", flat=True)) == walked
    assert Handoff.objects.get().owner == lead.owner != world.mira


def test_the_time_our_own_work_took_is_not_put_down_to_the_source(world):
    """Asked at noon, received two seconds later, judged three seconds after that, handed over one second later."""
    world.person(ADA)
    received, judged, handed = (NOON + n * SECOND for n in (2, 5, 6))
    asked = TouchRecord(ref=PersonRef(email=ADA), kind="demo_request", occurred_at=NOON, message_id="t1")
    done = absorb([asked], source=world.source, received_at=received)
    actions.judge(done.person_ids, at=judged)
    while reactions.react(at=handed):
        pass
    handoff = Handoff.objects.get()
    assert (handoff.qualified_at, handoff.received_at, handoff.made_at) == (received, received, handed)


def test_who_came_first_has_the_first_turn(world):
    emails = [f"p{n}@acme.example" for n in range(12)]
    for email in emails:
        world.person(email)
    asked = [
        TouchRecord(ref=PersonRef(email=email), kind="demo_request", occurred_at=NOON + n * SECOND, message_id=email)
        for n, email in enumerate(emails)
    ]
    done = absorb(asked, source=world.source, received_at=NOON + 60 * SECOND)
    actions.judge(done.person_ids, at=NOON + 60 * SECOND)
    while reactions.react(at=NOON + 61 * SECOND):
        pass
    turns = Assignment.objects.exclude(turn=None).order_by("turn").values_list("lead__person__email", flat=True)
    assert list(turns) == emails
