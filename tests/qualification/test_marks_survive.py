"""The import marks people in a process of its own while the worker judges: no mark is lost between the two."""

from contextlib import contextmanager
from datetime import timedelta
from unittest import mock

import pytest

from tests.conftest import NOON
from treaty.qualification import actions, marks, rows
from treaty.qualification.models import NextJudgement
from treaty.truth.actions import absorb
from treaty.truth.models import Lead
from treaty.truth.records import PersonRef, TouchRecord

pytestmark = pytest.mark.db
ADA = "ada@acme.example"
SECOND = timedelta(seconds=1)


def absorbed(world, kind, number):
    """A touch comes in and whom it is about is marked, as the import does it."""
    seen = TouchRecord(ref=PersonRef(email=ADA), kind=kind, occurred_at=NOON, message_id=f"m{number}")
    done = absorb([seen], source=world.source, received_at=NOON)
    marks.mark(done.person_ids, at=NOON)


@contextmanager
def once_the_touches_are_read(then):
    """Runs `then` between the judgement's reading of the touches and of the facts, as if another process committed there."""
    read, seen = rows.facts_of, []

    def facts_of(*asked):
        if not seen:
            seen.append(asked)
            then()
        return read(*asked)

    with mock.patch.object(rows, "facts_of", facts_of):
        yield
    assert seen


def judged_while_the_import_writes(world):
    """Ada is due; while she is judged, her request for a demonstration is imported."""
    world.person(ADA)
    absorbed(world, "page_view", 1)
    with once_the_touches_are_read(lambda: absorbed(world, "demo_request", 2)):
        actions.judge_due(at=NOON + SECOND)
    assert "marketing_qualified" not in Lead.objects.values_list("stage", flat=True)


def test_a_mark_written_while_the_judgement_is_computed_survives_it(world):
    judged_while_the_import_writes(world)
    assert NextJudgement.objects.get().due_at == NOON
    actions.judge_due(at=NOON + SECOND)
    assert Lead.objects.get().stage == "marketing_qualified"


def test_without_the_claim_that_mark_would_be_lost(world, monkeypatch):
    monkeypatch.setattr(marks, "CLAIM", -SECOND)  # the moment of the mark itself: nothing tells the two apart
    judged_while_the_import_writes(world)
    actions.judge_due(at=NOON + SECOND)
    assert "marketing_qualified" not in Lead.objects.values_list("stage", flat=True)


def test_who_is_being_judged_is_due_again_if_the_process_dies(world):
    world.person(ADA)
    absorbed(world, "demo_request", 1)

    class Died(Exception):
        pass

    def die():
        raise Died

    with pytest.raises(Died), once_the_touches_are_read(die):
        actions.judge_due(at=NOON)
    assert Lead.objects.count() == 0
    assert actions.judge_due(at=NOON + marks.CLAIM) == 1
    assert Lead.objects.get().stage == "marketing_qualified"
