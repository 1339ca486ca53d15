"""The search for doubles beside the worker: at night once, begun again when its process ends, given up aloud."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from tests.conftest import NOON
from treaty.jobs import doubles
from treaty.truth.actions import alone, searching
from treaty.truth.models import Person, Proposal, Search

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 3, 11, 1, 5, tzinfo=UTC)
"""Five past two in Berlin."""


class Ended:
    def poll(self):
        return 1


@pytest.fixture
def begun(monkeypatch):
    """The processes that would be begun; each ends at once."""
    found = []
    monkeypatch.setattr("treaty.jobs.beside.python", lambda *words: lambda: found.append(words) or Ended())
    monkeypatch.setattr(doubles.BESIDE, "children", {})
    monkeypatch.setattr(doubles, "is_installed", lambda: True)
    return found


def test_at_two_at_night_everybody_is_compared_once(world, begun):
    world.person()
    world.person("bo@acme.example")
    assert doubles.begin_due(at=NOON) == 0
    assert doubles.begin_due(at=NIGHT) == 1
    Search.objects.update(ended_at=NIGHT)
    assert doubles.begin_due(at=NIGHT + timedelta(minutes=30)) == 0
    assert begun == [("treaty.jobs.reading", "doubles", "1")]


def test_a_search_that_was_asked_for_begins_at_any_hour_and_is_given_up_after_three_times(world, begun):
    searching.ask(by=world.rui, at=NOON)
    assert [doubles.begin_due(at=NOON) for _ in range(5)] == [1, 1, 1, 0, 0]
    run = Search.objects.get()
    assert (run.attempts, run.ended_at) == (3, NOON)
    assert "ended three times before it was done" in run.problem


def test_without_the_extra_nothing_begins_by_itself(world, begun, monkeypatch):
    monkeypatch.setattr(doubles, "is_installed", lambda: False)
    world.person()
    world.person("bo@acme.example")
    assert doubles.begin_due(at=NIGHT) == 0
    assert not Search.objects.exists()


@pytest.fixture
def three(world, monkeypatch):
    """Cy was known first and looks like Ada and like Bo; merging unasked is proven."""
    monkeypatch.setattr(alone, "in_force", lambda: SimpleNamespace(is_proven=True, probability=0.9))
    monkeypatch.setattr(doubles, "now", lambda: NOON)
    cy, ada, bo = (world.person(f"{name}@acme.example") for name in ("cy", "ada", "bo"))
    said = {"rule": searching.MATCH, "about": "name", "probability": 0.99, "made_at": NOON}
    alike = [Proposal.objects.create(one=cy, other=other, **said) for other in (ada, bo)]
    return ada, bo, alike


def test_two_who_were_said_to_be_two_are_not_made_one_through_a_third(three):
    ada, bo, alike = three
    Proposal.objects.create(one=ada, other=bo, rule="phone", about="1", answer="different", made_at=NOON)
    assert doubles.act_alone(alike) == 1
    assert Person.objects.filter(merged_into=None).count() == 2


def test_without_that_answer_all_three_are_one(three):
    assert doubles.act_alone(three[2]) == 2


def test_what_was_answered_or_put_off_meanwhile_is_left_alone(three):
    alike = three[2]
    Proposal.objects.filter(pk=alike[0].pk).update(answer="different")
    Proposal.objects.filter(pk=alike[1].pk).update(put_off_at=NOON)
    assert doubles.act_alone(alike) == 0


def test_a_search_without_the_extra_ends_with_what_to_install(world, tmp_path, monkeypatch):
    from treaty.truth.matching import compare

    def missing():
        raise compare.NoSplink("matching needs Splink: install the extra, `pip install 'treaty[identity]'`")

    monkeypatch.setattr(compare, "check_installed", missing)
    monkeypatch.setattr(doubles, "home", lambda: tmp_path)
    run = searching.ask(by=None, at=NOON)
    doubles.tend(run.number)
    run.refresh_from_db()
    assert "pip install 'treaty[identity]'" in run.problem
    assert run.ended_at is not None
