from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.world import HALDEN, SIGNED_AT, build
from treaty.feedback import actions
from treaty.feedback.contact import log_contact, qualify
from treaty.feedback.desk import AlreadyDecided
from treaty.feedback.models import Disposition
from treaty.feedback.rules import AnswerIncomplete, NotTheOwner, TooLateToUndo
from treaty.handoff.actions import NotForHandoff, hand_over, reroute
from treaty.handoff.models import Handoff
from treaty.journal.chain import verify_chain
from treaty.journal.queries import all_fields
from treaty.qualification import lifecycle, moves
from treaty.qualification.moves import How, Why
from treaty.truth.models import Assignment, Lead

pytestmark = pytest.mark.db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def handoff(world):
    return world.handed_over(NOON)


def test_an_accepted_lead_is_sales_accepted_and_keeps_its_owner(world, handoff):
    actions.accept(handoff, by=handoff.owner, at=NOON + MINUTE)
    lead = Lead.objects.get()
    assert (lead.stage, lead.owner) == ("sales_accepted", handoff.owner)


def test_a_second_answer_is_refused_with_the_first(world, handoff):
    first = actions.accept(handoff, by=handoff.owner, at=NOON)
    with pytest.raises(AlreadyDecided) as refused:
        actions.reject(handoff, "no_budget", by=handoff.owner, at=NOON + MINUTE)
    assert refused.value.disposition == first


def test_nobody_answers_for_a_colleague_but_the_manager_may(world, handoff):
    other = world.kim if handoff.owner == world.sol else world.sol
    with pytest.raises(NotTheOwner):
        actions.accept(handoff, by=other, at=NOON)
    actions.accept(handoff, by=world.sam, at=NOON)


def test_what_was_given_to_another_is_no_longer_answered_by_the_one_who_had_it(world, handoff):
    now_with = reroute(handoff, at=NOON + MINUTE, reason="the time ran out").owner
    with pytest.raises(NotForHandoff, match=now_with.name):
        actions.reject(handoff, "no_budget", by=handoff.owner, at=NOON + MINUTE)
    assert (Lead.objects.get().stage, Lead.objects.get().owner) == ("marketing_qualified", now_with)


def test_what_was_accepted_a_moment_ago_is_not_given_to_another(world, handoff):
    actions.accept(handoff, by=handoff.owner, at=NOON)
    assert reroute(handoff, at=NOON + MINUTE, reason="the time ran out").owner == handoff.owner
    assert Lead.objects.get().owner == handoff.owner


def test_a_rejected_lead_goes_where_its_reason_says_and_rests(world, handoff):
    actions.reject(handoff, "no_budget", by=handoff.owner, at=NOON)
    lead = Lead.objects.get()
    assert [m.to_stage for m in lead.moves.order_by("id")][-2:] == ["rejected", "recycled"]
    assert lead.rests_until == NOON + timedelta(days=180)
    assert lead.owner == world.mira


def test_a_reason_that_asks_is_not_taken_without_the_answer(world, handoff):
    with pytest.raises(AnswerIncomplete, match="which"):
        actions.reject(handoff, "competitor", by=handoff.owner, at=NOON)
    actions.reject(handoff, "competitor", by=handoff.owner, at=NOON, detail="Vibrosys")
    assert Lead.objects.get().closed_at == NOON


def test_unable_to_reach_needs_the_promised_attempts(world, handoff):
    with pytest.raises(AnswerIncomplete, match="5 attempts"):
        actions.reject(handoff, "unable_to_reach", by=handoff.owner, at=NOON)
    for n in range(5):
        log_contact(handoff.lead, "call", by=handoff.owner, at=NOON + n * MINUTE, outcome="no_answer")
    actions.reject(handoff, "unable_to_reach", by=handoff.owner, at=NOON + 9 * MINUTE)


def test_an_unknown_reason_names_those_there_are(world, handoff):
    with pytest.raises(LookupError, match="no_budget"):
        actions.reject(handoff, "bad_lead", by=handoff.owner, at=NOON)


def test_undo_puts_everything_back_and_the_rows_stay(world, handoff):
    given = actions.reject(handoff, "no_budget", by=handoff.owner, at=NOON)
    actions.withdraw(given, by=handoff.owner, at=NOON + 9 * MINUTE)
    lead = Lead.objects.get()
    assert (lead.stage, lead.owner, lead.rests_until) == ("marketing_qualified", handoff.owner, None)
    assert Handoff.objects.get().ended_at is None
    actions.accept(handoff, by=handoff.owner, at=NOON + 10 * MINUTE)
    assert Disposition.objects.count() == 2


def test_undo_ends_after_ten_minutes(world, handoff):
    given = actions.accept(handoff, by=handoff.owner, at=NOON)
    with pytest.raises(TooLateToUndo):
        actions.withdraw(given, by=handoff.owner, at=NOON + 11 * MINUTE)


def test_undo_leaves_a_lead_alone_that_has_moved_on(world, handoff):
    """Rejected; four minutes later the person asks for a demonstration, and the lead is with the next rep."""
    given = actions.reject(handoff, "no_budget", by=handoff.owner, at=NOON)
    moves.move(handoff.lead, "marketing_qualified", at=NOON + 4 * MINUTE, why=Why(How.DEFINITION))
    again = hand_over(handoff.lead, at=NOON + 5 * MINUTE)
    with pytest.raises(TooLateToUndo, match="Ada Brenner has moved on to marketing qualified"):
        actions.withdraw(given, by=handoff.owner, at=NOON + 6 * MINUTE)
    assert (Handoff.objects.get(ended_at=None), Lead.objects.get().owner) == (again, again.owner)
    assert Disposition.objects.get().withdrawn_at is None


def test_undo_of_an_acceptance_leaves_alone_what_no_longer_counts_as_evidence(world, handoff):
    Lead.objects.update(evidence_from=SIGNED_AT)
    given = actions.accept(handoff, by=handoff.owner, at=NOON)
    actions.withdraw(given, by=handoff.owner, at=NOON + MINUTE)
    assert (Lead.objects.get().stage, Lead.objects.get().evidence_from) == ("marketing_qualified", SIGNED_AT)


def test_undo_of_a_second_rejection_leaves_the_evidence_of_the_first_pass_spent(world, handoff):
    actions.reject(handoff, "no_budget", by=handoff.owner, at=NOON)
    moves.move(handoff.lead, "marketing_qualified", at=NOON + 4 * MINUTE, why=Why(How.DEFINITION))
    again = hand_over(handoff.lead, at=NOON + 5 * MINUTE)
    given = actions.reject(again, "no_budget", by=again.owner, at=NOON + 6 * MINUTE)
    actions.withdraw(given, by=again.owner, at=NOON + 7 * MINUTE)
    assert (Lead.objects.get().stage, Lead.objects.get().evidence_from) == ("marketing_qualified", NOON)


def test_undo_of_an_acceptance_is_refused_once_the_lead_is_qualified(world, handoff):
    given = actions.accept(handoff, by=handoff.owner, at=NOON)
    qualify(handoff.lead, by=handoff.owner, at=NOON + MINUTE, answers={"budget": "1", "timeline": "2", "need": "3"})
    with pytest.raises(TooLateToUndo, match="sales qualified"):
        actions.withdraw(given, by=handoff.owner, at=NOON + 2 * MINUTE)


def test_ownership_has_no_gap_and_no_overlap(world, handoff):
    given = actions.reject(handoff, "no_budget", by=handoff.owner, at=NOON + MINUTE)
    actions.withdraw(given, by=handoff.owner, at=NOON + 2 * MINUTE)
    rows = list(Assignment.objects.order_by("id"))
    assert [a.ends_at for a in rows[:-1]] == [b.starts_at for b in rows[1:]]
    assert rows[-1].ends_at is None
    assert rows[0].starts_at == Lead.objects.get().opened_at


def test_the_journal_tells_it_and_verifies(world, handoff):
    given = actions.reject(handoff, "no_budget", by=handoff.owner, at=NOON, note="until 2027")
    actions.withdraw(given, by=handoff.owner, at=NOON + MINUTE)
    entries = list(all_fields())
    assert [e["verb"] for e in entries if e["subject_kind"] == "handoff"] == ["handoff.made", "handoff.rejected", "handoff.reopened"]
    assert "until 2027" not in str(entries)
    verify_chain(entries)


def test_a_lead_that_nobody_can_accept_is_refused_in_words(db):
    """No stage of sales to which an owner moves a lead from here."""
    world = build(HALDEN.replace("moves: [sales_accepted, rejected, recycled]", "moves: [rejected, recycled]"))
    handoff = world.handed_over(NOON)
    with pytest.raises(lifecycle.NotAllowed, match="marketing_qualified cannot be accepted"):
        actions.accept(handoff, by=handoff.owner, at=NOON)
    assert not Disposition.objects.exists()
