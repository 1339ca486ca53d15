"""Remarks and open questions: who may, where they stand, what becomes of them; nobody signs while one is open."""

import pytest
from django.db import IntegrityError, transaction

from tests.parties import BEGAN, DAY, EXAMPLE, GIVEN, HOUR, PHRASE, parties
from treaty.agreement import actions, queries, remarks
from treaty.agreement.document import load
from treaty.agreement.models import Remark, Signature, Version
from treaty.agreement.places import places
from treaty.agreement.remarks import NotRemarked
from treaty.agreement.words import contract
from treaty.journal.chain import verify_chain
from treaty.journal.models import Entry, Words
from treaty.journal.queries import all_fields

pytestmark = [pytest.mark.django_db, pytest.mark.db]
CONTACT = "promises.first-contact"
LATER = EXAMPLE.replace("effective: 2026-01-01", "effective: 2026-03-01").replace("in: 85%\n", "in: 90%\n")


@pytest.fixture
def people():
    return parties()


@pytest.fixture
def draft(people):
    return actions.save_draft(EXAMPLE, by=people.mira, at=BEGAN)


@pytest.fixture
def version(people):
    return actions.propose(EXAMPLE, by=people.mira, at=BEGAN, given=GIVEN)


def ask(on, member, words="Why four hours?", clause=CONTACT, at=BEGAN + HOUR, is_question=True):
    return remarks.remark(on, clause, words, by=member, at=at, is_question=is_question)


def sign(version, member, at=BEGAN + DAY):
    return actions.sign(version, by=member, passphrase=PHRASE, at=at)


# Where a clause stands


def test_every_clause_has_a_name_of_its_own_and_the_place_it_has_on_the_page():
    said = contract(load(EXAMPLE).terms)
    found = places(said)
    assert len(found) == len([one for one in said.clauses() if not one.key.startswith("later")])
    assert found[CONTACT].label.startswith("article 6 (")
    enters = [place for place in found.values() if place.words == "at least 3 content downloads in the last 30 days"]
    assert [(place.name.split("/")[0], place.label.split(" ")[:2]) for place in enters] == [
        ("stages.marketing_qualified", ["article", "3"])
    ]


def test_a_name_stays_with_its_clause_when_a_figure_or_a_neighbour_changes():
    before = places(contract(load(EXAMPLE).terms))
    text = EXAMPLE.replace("at_least: 3, within: 30 days", "at_least: 2, within: 30 days").replace(
        "        - account: {employees: {at_least: 50}}\n", ""
    )
    now = places(contract(load(text).terms))
    downloads = next(name for name, place in before.items() if place.words.startswith("at least 3 content downloads"))
    assert now[downloads].words == "at least 2 content downloads in the last 30 days"


# Who may


@pytest.mark.parametrize(("who", "may"), [("mira", True), ("sam", True), ("rui", True), ("sol", False), ("ada", False)])
def test_who_changes_the_agreement_or_signs_it_remarks(people, version, who, may):
    if may:
        assert ask(version, getattr(people, who)).quoted.startswith("Sales ")
    else:
        with pytest.raises(NotRemarked, match="cannot remark on the agreement: who may change it can, and who signs it"):
            ask(version, getattr(people, who))


def test_a_signatory_whose_role_changes_nothing_asks_and_settles_only_their_own(people):
    text = EXAMPLE.replace("sales: [sam.okafor@halden.example]", "sales: [sam.okafor@halden.example, ada.brandt@halden.example]")
    version = actions.propose(text, by=people.mira, at=BEGAN, given=GIVEN)
    own, other = ask(version, people.ada), ask(version, people.mira)
    with pytest.raises(NotRemarked, match="Ada Brandt cannot settle it: Mira Lang, who asked, can"):
        remarks.settle(other, "So.", by=people.ada, at=BEGAN + HOUR)
    assert remarks.settle(own, "I see.", by=people.ada, at=BEGAN + HOUR).settled_by == people.ada
    assert remarks.settle(other, "We measured it.", by=people.sam, at=BEGAN + HOUR).settled_by == people.sam


# What is kept


def test_the_journal_holds_that_something_was_said_and_only_a_hash_of_what(people, version):
    row = ask(version, people.sam, clause="handoff.route/handoff.route.fallback.sam.okafor@halden.example.")
    entry = Entry.objects.get(verb="remark.made")
    assert entry.codes == {"question": True, "version": 1}  # the name of the clause has an address in it
    assert (entry.subject_key, entry.agreement, entry.actor) == (row.key, version.hash, people.sam)
    assert "four hours" not in str(list(all_fields()))
    assert entry.words.text == {"words": "Why four hours?"}


def test_one_takes_back_ones_own_and_its_words_are_gone_everywhere(people, version):
    row = ask(version, people.sam)
    with pytest.raises(NotRemarked, match="it is Sam Okafor's: only they can take it back"):
        remarks.take_back(row, by=people.mira, at=BEGAN + HOUR)
    remarks.take_back(row, by=people.sam, at=BEGAN + HOUR)
    assert (Remark.objects.exists(), Words.objects.filter(entry__subject_kind="remark").exists()) == (False, False)
    assert [entry.verb for entry in Entry.objects.filter(subject_kind="remark").order_by("seq")] == ["remark.made", "remark.taken_back"]
    verify_chain(list(all_fields()))
    with pytest.raises(NotRemarked, match="it was taken back meanwhile"):
        remarks.take_back(row, by=people.sam, at=BEGAN + HOUR)


def test_what_others_have_answered_is_settled_instead(people, version):
    row = ask(version, people.sam)
    remarks.answer(row, "Because the sensor trial showed it.", by=people.mira, at=BEGAN + HOUR)
    with pytest.raises(NotRemarked, match="others have answered it: settle it instead"):
        remarks.take_back(row, by=people.sam, at=BEGAN + HOUR)
    settled = remarks.settle(row, "Four hours, as measured.", by=people.sam, at=BEGAN + HOUR)
    with pytest.raises(NotRemarked, match="it is settled, and stays"):
        remarks.take_back(settled, by=people.sam, at=BEGAN + HOUR)


def test_an_answer_to_an_answer_is_about_the_same(people, version):
    row = ask(version, people.sam)
    first = remarks.answer(row, "Because.", by=people.mira, at=BEGAN + HOUR)
    second = remarks.answer(first, "Because of what?", by=people.sam, at=BEGAN + HOUR)
    assert (second.of, second.clause, second.version) == (row, CONTACT, version)


@pytest.mark.parametrize(("words", "says"), [("  ", "nothing is said"), ("x" * 2_001, "it has 2,001 characters, 2,000 is the most")])
def test_what_says_nothing_or_too_much_is_not_kept(people, version, words, says):
    with pytest.raises(NotRemarked, match=says):
        ask(version, people.sam, words)
    assert not Remark.objects.exists()


def test_a_clause_that_is_not_there_is_not_remarked_on(people, version):
    with pytest.raises(NotRemarked, match="this clause is not in the text any more"):
        ask(version, people.sam, clause="promises.nothing")
    assert ask(version, people.sam, clause="").quoted == ""


def test_a_remark_is_on_one_text(people, version, draft):
    for where in ({}, {"draft": draft, "version": version}):
        with pytest.raises(IntegrityError, match="remark_on_one_text"), transaction.atomic():
            Remark.objects.create(**where, words="x", by=people.sam, at=BEGAN)
    with pytest.raises(IntegrityError, match="questions_are_settled_by_somebody"), transaction.atomic():
        Remark.objects.create(version=version, words="x", by=people.sam, at=BEGAN, settled_at=BEGAN)


# Nobody signs


def test_nobody_signs_while_a_question_is_open_and_is_told_about_what_and_how(people, version):
    row = ask(version, people.sam)
    ask(version, people.mira, "A remark asks nothing.", is_question=False)
    label = places(contract(load(EXAMPLE).terms))[CONTACT].label
    with pytest.raises(actions.NotSignable) as refused:
        sign(version, people.mira)
    assert str(refused.value) == (
        f"version 1 has an open question of Sam Okafor about {label}: Sam Okafor, or whoever may change the agreement, "
        "says on its page how it is settled; then it can be signed"
    )
    remarks.settle(row, "Four hours, as measured.", by=people.rui, at=BEGAN + HOUR)
    sign(version, people.mira)
    assert sign(version, people.sam).in_force is not None


def test_a_question_asked_between_two_signatures_keeps_the_second_back(people, version):
    sign(version, people.mira)
    row = ask(version, people.sam)
    with pytest.raises(actions.NotSignable, match="has an open question"):
        sign(version, people.sam)
    remarks.take_back(row, by=people.sam, at=BEGAN + HOUR)
    assert sign(version, people.sam).in_force is not None


def test_a_question_that_comes_while_the_passphrase_is_tried_is_found_under_the_lock(people, version, monkeypatch):
    from treaty.agreement import signatures

    real = signatures.signing.sign

    def slowly(*words):
        ask(version, people.rui)
        return real(*words)

    monkeypatch.setattr(signatures.signing, "sign", slowly)
    with pytest.raises(actions.NotSignable, match="has an open question of Rui Costa"):
        sign(version, people.sam)
    assert not Signature.objects.exists()


def test_what_is_signed_or_withdrawn_is_not_remarked_on(people, version):
    row = ask(version, people.sam, is_question=False)
    people.both_sign(version, at=BEGAN + 2 * HOUR)
    for do in (lambda: ask(version, people.sam), lambda: remarks.answer(row, "x", by=people.mira, at=BEGAN + DAY)):
        with pytest.raises(NotRemarked, match="version 1 is signed by both sides: draft an amendment"):
            do()
    second = actions.propose(LATER, by=people.sam, at=BEGAN + DAY, reason="Calm.", given=GIVEN)
    actions.withdraw(second, by=people.sam, at=BEGAN + DAY)
    with pytest.raises(NotRemarked, match="version 2 was withdrawn"):
        ask(second, people.sam)


def test_settling_twice_keeps_the_first(people, version):
    row = ask(version, people.sam)
    remarks.settle(row, "Four hours.", by=people.sam, at=BEGAN + HOUR)
    with pytest.raises(NotRemarked, match=r"it is settled already: Four hours\."):
        remarks.settle(row, "Five hours.", by=people.mira, at=BEGAN + HOUR)
    with pytest.raises(NotRemarked, match="this is no question"):
        remarks.settle(ask(version, people.sam, is_question=False), "So.", by=people.sam, at=BEGAN + HOUR)
    with pytest.raises(NotRemarked, match="say in a sentence how it was settled"):
        remarks.settle(ask(version, people.sam), " ", by=people.sam, at=BEGAN + HOUR)


# They go along


def test_what_is_said_of_a_draft_goes_to_the_version_it_becomes(people, draft):
    row = ask(draft, people.rui)
    remarks.answer(row, "Because.", by=people.mira, at=BEGAN + HOUR)
    version = actions.propose(EXAMPLE, by=people.mira, at=BEGAN + DAY, given=GIVEN, draft=draft)
    assert [(one.words, one.version, one.draft) for one in queries.remarks_on(version)] == [
        ("Why four hours?", version, None),
        ("Because.", version, None),
    ]
    with pytest.raises(actions.NotSignable, match="has an open question of Rui Costa"):
        sign(version, people.sam)
    draft.refresh_from_db()
    with pytest.raises(NotRemarked, match="this draft was proposed"):
        ask(draft, people.rui)


def test_a_draft_proposed_without_remarks_takes_none_of_another(people, draft, version):
    ask(version, people.sam)
    other = actions.propose(LATER, by=people.mira, at=BEGAN + DAY, given=GIVEN)
    assert (len(queries.remarks_on(version)), queries.remarks_on(other)) == (1, [])
    ask(draft, people.rui)
    actions.propose(LATER, by=people.mira, at=BEGAN + DAY, given=GIVEN)
    assert [one.words for one in queries.remarks_on(draft)] == ["Why four hours?"]


def test_proposing_the_same_words_again_does_not_shake_off_a_question(people, version):
    ask(version, people.sam)
    actions.withdraw(version, by=people.mira, at=BEGAN + 2 * HOUR)
    again = actions.propose(EXAMPLE, by=people.mira, at=BEGAN + DAY, given=GIVEN)
    assert again.number == 2
    with pytest.raises(actions.NotSignable, match="version 2 has an open question of Sam Okafor"):
        sign(again, people.mira, at=BEGAN + 2 * DAY)


def test_the_list_of_open_questions_has_those_of_what_can_still_be_settled(people, draft):
    asked = ask(draft, people.rui, "On the draft?")
    version = actions.propose(LATER, by=people.mira, at=BEGAN, given=GIVEN)
    ask(version, people.sam, "On the version?")
    settled = ask(version, people.sam, "Settled?")
    remarks.settle(settled, "Yes.", by=people.sam, at=BEGAN + HOUR)
    assert [row.words for row in queries.all_open_questions(with_drafts=True)] == ["On the draft?", "On the version?"]
    assert [row.words for row in queries.all_open_questions(with_drafts=False)] == ["On the version?"]
    actions.withdraw(version, by=people.mira, at=BEGAN + HOUR)
    assert queries.all_open_questions(with_drafts=True) == [asked]


def test_a_draft_with_faults_has_no_clauses_to_remark_on(people):
    draft = actions.save_draft("agreement: x\n", by=people.mira, at=BEGAN)
    with pytest.raises(NotRemarked, match="the draft has faults"):
        ask(draft, people.mira)


def test_a_damaged_version_is_not_remarked_on(people, version):
    Version.objects.update(signed_bytes=b"{}")
    with pytest.raises(queries.Damaged):
        ask(version, people.sam)
