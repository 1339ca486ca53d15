"""Several leads move at once, each by its own way, and none is kept by another."""

import pytest

from tests.conftest import NOON
from treaty.journal.models import Entry
from treaty.qualification import moves
from treaty.qualification.lifecycle import NotAllowed
from treaty.qualification.moves import How, Moving, Why
from treaty.qualification.passes import Opening, open_lead
from treaty.truth.models import Lead

pytestmark = pytest.mark.db
BY_DEFINITION = Why(How.DEFINITION)


def opened(world, email):
    return open_lead(Opening(world.person(email), "subscriber", NOON, BY_DEFINITION), world.version)


def test_each_takes_its_own_steps_and_who_may_not_stays(world):
    far, near, stays = (opened(world, f"{name}@acme.example") for name in ("far", "near", "stays"))
    passed = Why(How.PASSED)
    found = moves.move_all(
        [
            Moving(far, [("engaged", passed), ("marketing_qualified", BY_DEFINITION)], NOON),
            Moving(stays, [("engaged", passed), ("opportunity", BY_DEFINITION)], NOON),
            Moving(near, [("engaged", BY_DEFINITION)], NOON),
        ]
    )
    assert [row.to_stage for row in found[far.pk]] == ["engaged", "marketing_qualified"]
    assert isinstance(found[stays.pk], NotAllowed)
    stages = dict(Lead.objects.values_list("pk", "stage"))
    assert stages == {far.pk: "marketing_qualified", near.pk: "engaged", stays.pk: "subscriber"}
    said = Entry.objects.filter(verb="lead.moved").order_by("seq").values_list("subject_key", "codes__to")
    assert list(said) == [(far.key, "engaged"), (far.key, "marketing_qualified"), (near.key, "engaged")]


def test_what_another_writer_did_meanwhile_counts(world):
    lead = opened(world, "ada@acme.example")
    Lead.objects.filter(pk=lead.pk).update(stage="engaged")
    row = moves.move(lead, "marketing_qualified", at=NOON, why=BY_DEFINITION)
    assert row.from_stage == "engaged"
    with pytest.raises(NotAllowed):
        moves.move(lead, "engaged", at=NOON, why=BY_DEFINITION)
