"""Searching everybody for doubles: what is proposed, with which evidence, and what is not asked again."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty.jobs import doubles as jobs
from treaty.qualification.merging import unmerge
from treaty.truth.actions import absorb, alone, searching
from treaty.truth.actions.answering import keep_apart
from treaty.truth.models import Merge, MergeAlone, Person, Proposal
from treaty.truth.proven import Proof, missing, proofs
from treaty.truth.records import AccountRef, PersonRecord, PersonRef

pytest.importorskip("splink", reason="the extra `identity` is not installed")
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FIRST = "Ada Berta Clara Dora Emil Frieda Gustav Hanna Ingo Jana".split()
LAST = "Brenner Kessler Okafor Meyer Costa Lindholm Sanchez Dubois Novak Tanaka".split()


def tell(world, people, at=NOON):
    """people: (address, name, phone, company)"""
    for email, name, phone, company in people:
        fields = {"name": name, "phone": phone}
        absorb(
            [PersonRecord(ref=PersonRef(email=email), fields=fields, account=AccountRef(name=company), occurred_at=at)],
            source=world.source,
            received_at=at,
        )


def company(world):
    """A hundred people of a hundred names; and Ada once more, with a typing error in her name, her mobile at her other address."""
    people = [
        (f"{one}.{two}@firm{i % 25}.example".lower(), f"{one} {two}", f"+4917000{i:02}{j:02}11", f"Firm {i % 25}")
        for i, one in enumerate(FIRST)
        for j, two in enumerate(LAST)
    ]
    tell(world, [*people, ("ada.brenner@mail.example", "Ada Brener", "0170 000000 11", "Firm 0")])


def search(world, at=NOON, part=searching.PART, then=lambda _: 0):
    run = searching.ask(by=world.rui, at=at)
    searching.search(run, clock=lambda: at, then=then, part=part)
    return run


@pytest.fixture
def ada(world):
    company(world)
    return sorted(Person.objects.filter(name__startswith="Ada Br", email__contains="brenn"), key=lambda one: one.pk)


def matched():
    return Proposal.objects.filter(rule="match")


def test_who_looks_like_one_is_proposed_with_every_weight(world, ada):
    run = search(world)
    (found,) = matched()
    assert [found.one, found.other] == ada
    assert (run.people, run.read, run.found, run.proposed) == (101, 101, 1, 1)
    bits = sum(line[2] for line in found.evidence["lines"])
    assert found.probability == pytest.approx(1 / (1 + 2**-bits), abs=1e-4)
    assert {line[0] for line in found.evidence["lines"]} >= {"full name", "phone", "company"}


def test_a_search_again_proposes_nothing_twice(world, ada):
    search(world)
    assert search(world, NOON + DAY).proposed == 0
    assert matched().count() == 1


def test_in_small_parts_the_same_pair_is_found(world, ada, monkeypatch):
    monkeypatch.setattr(searching, "OVERLAP", 10)
    run = search(world, part=60)
    assert (matched().get().one, run.read, run.total) == (ada[0], run.total, run.total)
    assert run.total > 2 * 101


def test_two_people_are_asked_again_only_when_more_agrees(world, ada):
    search(world)
    keep_apart(*ada, list(Proposal.objects.all()), by=world.rui, at=NOON)
    search(world, NOON + DAY)
    assert not Proposal.objects.filter(answer="open").exists()
    tell(world, [(ada[1].email, "Ada Brenner", "", ""), (ada[0].email, "Ada Brenner", "", "")], NOON + DAY)
    search(world, NOON + 2 * DAY)
    assert Proposal.objects.get(answer="open").rule == "match"


def test_what_a_shared_number_proposed_is_weighed_however_unlikely(world):
    company(world)
    tell(world, [("x@other.example", "Xaver Unger", "+49170000202" + "11", "Other")])
    asked = Proposal.objects.get(rule="phone", other__email="x@other.example")
    search(world)
    told = matched().get(one=asked.one, other=asked.other)
    assert told.probability < 0.5


def test_two_who_ask_at_once_get_one_search(world):
    assert searching.ask(by=world.rui, at=NOON) == searching.ask(by=world.mira, at=NOON)


@pytest.mark.parametrize(
    ("right", "wrong", "more"),
    [
        (381, 0, 0),  # n / (n + 1.96²) = 381 / 384.8416 = 0.99002
        (380, 0, 1),  # 380 / 383.8416 = 0.98999
        (0, 0, 381),
    ],
)
def test_how_many_answers_are_missing_worked_by_hand(right, wrong, more):
    assert missing(right, wrong) == more


def test_one_wrong_answer_costs_many_right_ones():
    assert missing(0, 1) == next(n for n in range(2000) if Proof(0.9, n, 1).is_proven)
    assert 500 < missing(0, 1) < 600


def test_a_threshold_counts_what_is_at_least_so_probable():
    told = [(0.99, True), (0.95, False), (0.95, True), (0.8, False)]
    assert [(one.right, one.wrong) for one in proofs(told, (0.99, 0.95, 0.9))] == [(1, 0), (2, 1), (2, 1)]


def test_nothing_is_merged_unasked_before_it_is_proven(world, ada, monkeypatch):
    with pytest.raises(alone.NotProven, match=r"0 of 0 answers were “one person”: 381 more in a row"):
        alone.set_from(0.9, by=world.rui, at=NOON)
    search(world, then=jobs.act_alone)
    assert not Merge.objects.exists()


def test_proven_it_merges_and_what_is_parted_counts_as_wrong_and_stays_apart(world, ada, monkeypatch):
    monkeypatch.setattr(alone, "answers", lambda: [(0.97, True)] * 400)
    alone.set_from(0.9, by=world.rui, at=NOON)
    assert (MergeAlone.objects.get().right, MergeAlone.objects.get().wrong) == (400, 0)
    assert search(world, then=jobs.act_alone).merged == 1
    merge = Merge.objects.get()
    assert (merge.by, merge.kept, merge.evidence["rule"]) == (None, ada[0], "match")
    monkeypatch.undo()
    assert alone.answers() == []  # what was merged unasked proves nothing
    unmerge(merge, by=world.rui, at=NOON + DAY)
    assert [is_one for _, is_one in alone.answers()] == [False]
    monkeypatch.setattr(alone, "answers", lambda: [(0.97, True)] * 400)
    assert search(world, NOON + 2 * DAY, then=jobs.act_alone).merged == 0


def test_what_was_proven_rests_when_answers_say_otherwise(world, ada, monkeypatch):
    monkeypatch.setattr(alone, "answers", lambda: [(0.97, True)] * 400)
    alone.set_from(0.9, by=world.rui, at=NOON)
    monkeypatch.setattr(alone, "answers", lambda: [(0.97, True)] * 400 + [(0.97, False)] * 3)
    assert search(world, then=jobs.act_alone).merged == 0
    alone.set_from(None, by=world.rui, at=NOON + DAY)
    assert alone.in_force() is None
