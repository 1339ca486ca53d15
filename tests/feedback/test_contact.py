"""What a rep hears of a person counts as what they have done."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.world import HALDEN, build
from treaty.feedback.contact import answer
from treaty.qualification.actions import judge_due
from treaty.truth.models import Lead

pytestmark = pytest.mark.db
ENGAGED = "{touches: {kind: webinar_attended}}]"


def test_an_answer_typed_by_a_rep_is_judged(db):
    """Engaged is also who has named a budget: it is so at the next run, without anything arriving."""
    world = build(HALDEN.replace(ENGAGED, f"{ENGAGED[:-1]}, {{answer: {{budget: {{known: true}}}}}}]"))
    person = world.person()
    judge_due(at=NOON)
    assert not Lead.objects.exists()
    answer(person, {"budget": "40 k"}, by=world.sol, at=NOON)
    assert judge_due(at=NOON + timedelta(seconds=1)) == 1
    assert Lead.objects.get().stage == "engaged"
