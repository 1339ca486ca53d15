"""Drafts are never lost; a proposal makes the bytes once, or says by line why it cannot."""

import pytest

from tests.parties import BEGAN, DAY, EXAMPLE, GIVEN, HOUR, parties
from treaty.agreement import actions, binding
from treaty.agreement.canonical import Bindings, Unbound, hash_of
from treaty.agreement.document import load
from treaty.agreement.models import Draft, Version
from treaty.agreement.queries import drafts, latest, signed_of
from treaty.journal.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def halden_people():
    return parties()


def line_of(words):
    return next(i for i, line in enumerate(EXAMPLE.splitlines(), 1) if words in line)


def test_the_bytes_are_made_at_the_proposal_and_the_journal_says_who(halden_people):
    version = actions.propose(EXAMPLE, by=halden_people.mira, at=BEGAN, given=GIVEN)
    assert (version.number, version.amends, version.hash) == (1, None, hash_of(bytes(version.signed_bytes)))
    entry = Entry.objects.get(verb="agreement.proposed")
    assert (entry.agreement, entry.codes, entry.actor) == (version.hash, {"version": 1}, halden_people.mira)


def test_faults_are_told_by_line_and_nothing_is_stored(halden_people):
    with pytest.raises(actions.NotProposable) as refused:
        actions.propose(EXAMPLE.replace("rest: 10%}", "rest: 5%}"), by=halden_people.mira, at=BEGAN, given=GIVEN)
    assert [problem.line for problem in refused.value.problems] == [line_of("rest: 10%}")]
    assert not Version.objects.exists()


@pytest.mark.parametrize(("before", "after"), [("mode: live", "mode: watch"), ("applies_to: everyone", "applies_to: dach")])
def test_what_would_do_something_else_than_it_says_is_refused_at_its_line(halden_people, before, after):
    with pytest.raises(actions.NotProposable) as refused:
        actions.propose(EXAMPLE.replace(before, after), by=halden_people.mira, at=BEGAN, given=GIVEN)
    assert [problem.line for problem in refused.value.problems] == [line_of(before)]


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("handoff:\n", "handoff:\n  before: gone@halden.example\n", "before: gone@"),
        ("fallback, to: sam.okafor@", "fallback, to: gone@", "fallback, to: gone@"),
        ("members: [sol.meyer@", "members: [gone@", "members: [gone@"),
    ],
)
def test_who_is_to_own_leads_is_a_member(halden_people, before, after, line):
    assert before in EXAMPLE
    text = EXAMPLE.replace(before, after)
    with pytest.raises(actions.NotProposable) as refused:
        actions.propose(text, by=halden_people.mira, at=BEGAN, given=GIVEN)
    assert [problem.line for problem in refused.value.problems] == [next(i for i, row in enumerate(text.splitlines(), 1) if line in row)]
    assert "gone@halden.example would own leads but is no active member" in str(refused.value)
    assert "`treaty member add gone@halden.example`" in str(refused.value)
    assert not Version.objects.exists()


def test_who_has_left_is_named_once_where_they_stand_first(halden_people):
    halden_people.kim.is_active = False
    halden_people.kim.save()
    with pytest.raises(actions.NotProposable, match=r"kim\.dale@halden\.example would own leads") as refused:
        actions.propose(EXAMPLE, by=halden_people.mira, at=BEGAN, given=GIVEN)
    assert len(refused.value.problems) == 1


def test_a_file_that_was_not_given_is_named(halden_people):
    with pytest.raises(actions.NotProposable, match=r"file 'message-house.yaml' is named but was not given"):
        actions.propose(EXAMPLE, by=halden_people.mira, at=BEGAN)


def test_a_second_click_gives_the_same_version(halden_people):
    first = actions.propose(EXAMPLE, by=halden_people.mira, at=BEGAN, given=GIVEN)
    assert actions.propose(EXAMPLE, by=halden_people.mira, at=BEGAN + HOUR, given=GIVEN) == first
    assert Entry.objects.filter(verb="agreement.proposed").count() == 1


def test_who_takes_leads_or_looks_on_does_not_propose(halden_people):
    for stranger in (halden_people.sol, halden_people.ada):
        with pytest.raises(actions.MayNotChange, match="marketing, sales managers and RevOps"):
            actions.propose(EXAMPLE, by=stranger, at=BEGAN, given=GIVEN)


def test_an_amendment_needs_a_reason_and_names_what_it_amends(halden_people):
    first = halden_people.in_force()
    text = EXAMPLE.replace("effective: 2026-01-01", "effective: 2026-02-01")
    with pytest.raises(actions.NotProposable, match="an amendment needs a reason"):
        actions.propose(text, by=halden_people.sam, at=BEGAN + DAY, reason="  ", given=GIVEN)
    second = actions.propose(text, by=halden_people.sam, at=BEGAN + DAY, reason="February is calmer.", given=GIVEN)
    assert (second.number, second.amends, second.reason) == (2, first, "February is calmer.")


def test_the_terms_of_a_version_that_was_in_force_need_a_new_day(halden_people):
    halden_people.in_force()
    with pytest.raises(actions.NotProposable, match=r"exactly the terms of version 1.*set a new day in `effective`"):
        actions.propose(EXAMPLE, by=halden_people.mira, at=BEGAN + DAY, reason="Back to it.", given=GIVEN)


def test_what_was_withdrawn_can_be_proposed_again_under_a_new_number(halden_people):
    first = actions.propose(EXAMPLE, by=halden_people.mira, at=BEGAN, given=GIVEN)
    actions.withdraw(first, by=halden_people.mira, at=BEGAN + HOUR)
    second = actions.propose(EXAMPLE, by=halden_people.mira, at=BEGAN + DAY, given=GIVEN)
    assert (second.number, second.hash) == (2, first.hash)
    assert halden_people.both_sign(second, at=BEGAN + 2 * DAY).in_force is not None
    assert latest() == second


def test_only_the_proposer_and_the_steward_withdraw(halden_people):
    version = actions.propose(EXAMPLE, by=halden_people.mira, at=BEGAN, given=GIVEN)
    with pytest.raises(actions.MayNotChange, match="Mira Lang can, and the steward"):
        actions.withdraw(version, by=halden_people.sam, at=BEGAN)
    actions.withdraw(version, by=halden_people.rui, at=BEGAN)
    actions.withdraw(version, by=halden_people.rui, at=BEGAN + HOUR)
    assert Entry.objects.filter(verb="agreement.withdrawn").count() == 1


def test_a_draft_somebody_saved_meanwhile_is_not_overwritten(halden_people):
    draft = actions.save_draft("a: 1", by=halden_people.mira, at=BEGAN)
    seen_at = draft.at
    actions.save_draft("a: 2", by=halden_people.rui, at=BEGAN + HOUR, draft=draft, seen_at=seen_at)
    mine = actions.save_draft("a: 3", by=halden_people.mira, at=BEGAN + 2 * HOUR, draft=draft, seen_at=seen_at)
    assert mine.pk != draft.pk
    assert [one.text for one in drafts()] == ["a: 3", "a: 2"]


def test_a_proposed_draft_leaves_the_list_and_stays(halden_people):
    draft = actions.save_draft(EXAMPLE, by=halden_people.mira, at=BEGAN)
    actions.propose(EXAMPLE, by=halden_people.mira, at=BEGAN, given=GIVEN, draft=draft)
    assert (drafts(), Draft.objects.count()) == ([], 1)


def test_holidays_are_bound_where_members_work_and_to_the_end_of_the_next_year(halden_people):
    halden_people.kim.country, halden_people.kim.region = "GB", "ENG"
    halden_people.kim.save()
    found = binding.gathered(load(EXAMPLE).terms, files={"message-house.yaml": b"one sentence\n"})
    assert list(found.holidays) == ["DE", "GB-ENG"]
    days = [day.isoformat() for day in found.holidays["DE"]]
    assert (days[0], days[-1], "2026-10-03" in days) == ("2026-01-01", "2027-12-26", True)
    version = actions.propose(EXAMPLE, by=halden_people.mira, at=BEGAN, given=found)
    assert signed_of(version).bindings.holidays == found.holidays
    assert signed_of(version).bindings.files == {"message-house.yaml": hash_of(b"one sentence\n")}


def test_a_named_country_nobody_knows_is_refused(halden_people):
    text = EXAMPLE.replace("holidays: of_owner", "holidays: XQ")
    with pytest.raises(Unbound, match="the holidays of 'XQ' are not known: write the days themselves"):
        binding.gathered(load(text).terms)


def test_a_list_given_as_text_is_bound_in_full(halden_people):
    text = EXAMPLE.replace("lists:\n  abm-2026: [nordwerk.example, lindqvist.example, corvina.example]\n", "")
    given = Bindings(files=GIVEN.files, lists={"abm-2026": binding.lines_of("nordwerk.example  # signed in May\n\ncorvina.example\n")})
    assert signed_of(actions.propose(text, by=halden_people.mira, at=BEGAN, given=given)).lists["abm-2026"] == (
        "nordwerk.example",
        "corvina.example",
    )
