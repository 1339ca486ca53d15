"""Clocks of a handoff. Sol works in Berlin, 09:00-12:30 and 13:30-17:30; NOON is 13:00 there, in the lunch break."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import NOON
from treaty.feedback import actions as feedback
from treaty.feedback.contact import log_contact, unlog
from treaty.handoff.actions import hand_over
from treaty.handoff.giving import give
from treaty.handoff.models import Handoff
from treaty.journal.models import Entry
from treaty.qualification import moves
from treaty.qualification.moves import How, Why
from treaty.sla import actions, watch
from treaty.sla.models import ClockPause, SlaClock
from treaty.team.models import Absence
from treaty.truth.actions import absorb
from treaty.truth.models import Assignment, Lead
from treaty.truth.records import PersonRef, TouchRecord

pytestmark = pytest.mark.db
MINUTE = timedelta(minutes=1)
DUE = datetime(2026, 3, 10, 16, 30, tzinfo=UTC)
"""13:30 + 4 h is 17:30 in Berlin, closing time: due at closing, 16:30 UTC."""
WARN = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)
"""Three quarters of it: 16:30 in Berlin."""


@pytest.fixture
def handoff(world):
    made = world.handed_over(NOON)
    actions.start(made)
    return made


def clock(promise="first-contact", handoff=None):
    rows = SlaClock.objects.filter(promise=promise)
    return rows.get(handoff=handoff) if handoff else rows.get()


def verbs():
    return list(Entry.objects.filter(verb__startswith="clock.").order_by("seq").values_list("verb", flat=True))


def test_three_clocks_start_in_the_owners_hours(handoff):
    assert (clock().warn_at, clock().due_at) == (WARN, DUE)
    # 16 working hours are two days of 7.5 h and one more: Tuesday 4, Wednesday 7.5, Thursday 4.5 of 16: 14:30 Berlin
    assert clock("disposition").due_at == datetime(2026, 3, 12, 13, 30, tzinfo=UTC)
    # the close of the tenth working day after Tuesday 10 March: Tuesday 24 March, 17:30 in Berlin
    assert clock("attempts").due_at == datetime(2026, 3, 24, 16, 30, tzinfo=UTC)


def test_starting_twice_starts_nothing_more(handoff):
    actions.start(handoff)
    assert SlaClock.objects.count() == 3


def test_the_clocks_of_a_lead_given_away_run_on_whenever_its_first_handoff_is_read(world):
    """The worker reads what happened late: first of the old handoff, then of the new."""
    first = world.handed_over(NOON)
    other = world.kim if first.owner != world.kim else world.sol
    again = give(first, other, by=world.sam, at=NOON + MINUTE, reason="they know them")
    for told in (again, first, again):
        actions.start(told)
    assert set(SlaClock.objects.values_list("handoff", "ended")) == {(again.pk, "")}


def test_an_old_handoff_read_late_leaves_the_clocks_of_a_later_pass_alone(world):
    """Rejected and qualified again before the worker read that it had been made: its duty is met, the new one's runs."""
    first = world.handed_over(NOON)
    feedback.reject(first, "no_budget", by=first.owner, at=NOON + MINUTE)
    moves.move(first.lead, "marketing_qualified", at=NOON + 2 * MINUTE, why=Why(How.PERSON, note="asked again"), by=world.mira)
    again = hand_over(first.lead, at=NOON + 3 * MINUTE)
    for told in (again, first):
        actions.start(told)
        actions.refresh(told)
    assert set(SlaClock.objects.values_list("handoff", "ended")) == {(again.pk, ""), (first.pk, "met")}


def test_a_contact_at_the_due_moment_is_in_time(handoff):
    log_contact(handoff.lead, "call", by=handoff.owner, at=DUE)
    actions.refresh(handoff)
    assert (clock().ended, clock().stopped_at) == ("met", DUE)


def test_warning_and_breach_are_each_written_once(handoff):
    for at in (WARN, WARN + MINUTE, WARN + 2 * MINUTE, DUE):
        watch.tick(at=at)
    assert verbs() == ["clock.warned"]
    Handoff.objects.update(ended_how="")
    log_contact(handoff.lead, "email", by=handoff.owner, at=DUE + MINUTE)  # tried, though late: it is not taken away
    for minutes in (1, 2, 3):
        watch.tick(at=DUE + minutes * MINUTE)
    assert verbs() == ["clock.warned", "clock.breached"]


def test_a_jump_over_the_warning_declares_the_breach_alone(handoff):
    watch.tick(at=DUE + timedelta(hours=1))
    assert verbs() == ["clock.breached"]


def test_an_untouched_lead_goes_to_the_next_in_turn_when_time_runs_out(handoff):
    watch.tick(at=DUE + MINUTE)
    again = Handoff.objects.get(ended_at=None)
    assert again.owner != handoff.owner
    assert Lead.objects.get().owner == again.owner
    assert clock(handoff=handoff).ended == "moved"
    assert clock(handoff=again).starts_at == DUE + MINUTE
    assert Assignment.objects.get(ends_at=None).reasons[0] == "first contact: the time ran out"
    assert clock(handoff=handoff).breached_at == DUE


def test_a_late_contact_stays_late(handoff):
    log_contact(handoff.lead, "call", by=handoff.owner, at=DUE + MINUTE)
    actions.refresh(handoff)
    assert (clock().ended, clock().breached_at) == ("late", DUE)


def test_an_earlier_contact_that_arrives_late_wins(handoff):
    log_contact(handoff.lead, "call", by=handoff.owner, at=DUE + MINUTE)
    actions.refresh(handoff)
    log_contact(handoff.lead, "call", by=handoff.owner, at=DUE - MINUTE, received_at=DUE + timedelta(days=1))
    actions.refresh(handoff)
    assert (clock().ended, clock().breached_at) == ("met", None)


def test_a_contact_taken_back_lets_the_clock_run_again(handoff):
    activity = log_contact(handoff.lead, "call", by=handoff.owner, at=NOON + MINUTE)
    actions.refresh(handoff)
    unlog(activity, by=handoff.owner, at=NOON + 2 * MINUTE)
    actions.refresh(handoff)
    assert (clock().ended, clock().next_at) == ("", WARN)


def test_five_attempts_or_reaching_the_person_keep_the_promise(handoff):
    for n in range(4):
        log_contact(handoff.lead, "call", by=handoff.owner, at=NOON + n * MINUTE, outcome="no_answer")
    actions.refresh(handoff)
    assert (clock("attempts").ended, clock("attempts").done) == ("", 4)
    log_contact(handoff.lead, "call", by=handoff.owner, at=NOON + 9 * MINUTE, outcome="connected")
    actions.refresh(handoff)
    assert clock("attempts").stopped_at == NOON + 9 * MINUTE


def test_giving_a_lead_back_ends_the_duty_to_contact(handoff):
    feedback.reject(handoff, "no_budget", by=handoff.owner, at=NOON + MINUTE)
    actions.refresh(handoff)
    assert set(SlaClock.objects.values_list("ended", flat=True)) == {"met"}


def test_accepting_does_not_count_as_contact(handoff):
    feedback.accept(handoff, by=handoff.owner, at=NOON + MINUTE)
    actions.refresh(handoff)
    assert (clock("disposition").ended, clock().ended) == ("met", "")


def test_a_pause_moves_the_due_moment_by_its_working_time(handoff, world):
    paused = clock("disposition")
    actions.pause(paused, "awaiting_prospect_date", by=handoff.owner, at=datetime(2026, 3, 11, 8, 0, tzinfo=UTC))
    assert clock("disposition").due_at is None
    actions.resume(clock("disposition"), by=handoff.owner, at=datetime(2026, 3, 11, 10, 0, tzinfo=UTC))
    # two working hours of Wednesday stood still: Thursday 14:30 becomes 16:30 in Berlin
    assert clock("disposition").due_at == datetime(2026, 3, 12, 15, 30, tzinfo=UTC)
    with pytest.raises(ValueError, match="awaiting_prospect_date"):
        actions.pause(paused, "busy", by=handoff.owner, at=NOON)


def test_a_pause_whose_end_was_known_can_end_before(handoff, world):
    """Let stand on Wednesday at 09:00 in Berlin until Friday; the prospect calls at 11:00: two working hours, as above."""
    nine = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
    actions.pause(clock("disposition"), "awaiting_prospect_date", by=world.sam, at=nine, until=nine + timedelta(days=2))
    assert actions.resume(clock("disposition"), by=world.sam, at=nine + timedelta(hours=2))
    assert clock("disposition").due_at == datetime(2026, 3, 12, 15, 30, tzinfo=UTC)
    assert not actions.resume(clock("disposition"), by=world.sam, at=nine + timedelta(hours=3))


def test_a_clock_that_stands_is_not_let_stand_once_more(handoff, world):
    actions.pause(clock(), "awaiting_prospect_date", by=world.sam, at=NOON, until=NOON + 5 * MINUTE)
    with pytest.raises(ValueError, match="stands already"):
        actions.pause(clock(), "awaiting_prospect_date", by=world.sam, at=NOON + 4 * MINUTE)
    assert actions.pause(clock(), "awaiting_prospect_date", by=world.sam, at=NOON + 5 * MINUTE)


def test_what_was_answered_while_a_manager_looked_stays_answered(handoff, world):
    """The page was drawn before: the clock it holds still runs."""
    seen = clock("disposition")
    feedback.accept(handoff, by=handoff.owner, at=NOON + MINUTE)
    actions.refresh(handoff)
    assert not actions.pause(seen, "awaiting_prospect_date", by=world.sam, at=NOON + 2 * MINUTE)
    assert not actions.resume(seen, by=world.sam, at=NOON + 3 * MINUTE)
    assert (clock("disposition").ended, clock("disposition").next_at) == ("met", None)
    assert not ClockPause.objects.exists()


def test_a_clock_that_has_ended_is_not_looked_at_again(handoff):
    feedback.accept(handoff, by=handoff.owner, at=NOON + MINUTE)
    actions.refresh(handoff)
    SlaClock.objects.exclude(ended="").update(next_at=NOON + MINUTE)
    assert watch.tick(at=NOON + 2 * MINUTE) == 0
    ended = clock("disposition")
    watch.look([watch.Due(ended.pk, ended.lead_id, handoff.pk, ended.due_at + MINUTE)])
    assert (clock("disposition").ended, clock("disposition").breached_at) == ("met", None)


def test_when_the_owner_falls_ill_the_lead_moves_on(handoff, world):
    Absence.objects.create(member=handoff.owner, starts_at=NOON + MINUTE, by=world.sam, at=NOON)
    assert watch.reroute_absent(at=NOON) == 0
    assert watch.reroute_absent(at=NOON + MINUTE) == 1
    assert Lead.objects.get().owner != handoff.owner
    assert watch.reroute_absent(at=NOON + 2 * MINUTE) == 0


def test_that_the_owner_is_away_is_said_once_in_the_ledger(handoff, world):
    owner = handoff.owner
    Absence.objects.create(member=owner, starts_at=NOON, ends_at=NOON + timedelta(days=6), by=world.sam, at=NOON)
    watch.reroute_absent(at=NOON + MINUTE)
    why, *_ = reasons = Assignment.objects.get(ends_at=None).reasons
    assert why == f"{owner.name} is away until 16 March"  # before: "is away", and "is away until 16 March" once more by e-mail
    assert not [reason for reason in reasons[1:] if owner.email in reason or owner.name in reason]


def test_a_returned_lead_starts_marketings_clock_which_an_email_stops(handoff, world):
    feedback.reject(handoff, "no_budget", by=handoff.owner, at=NOON)
    lead = Lead.objects.get()
    actions.start_nurture(lead, at=NOON)
    # five working days after Tuesday 10 March end on Tuesday 17 March, 17:30 in Berlin
    assert clock("nurture").due_at == datetime(2026, 3, 17, 16, 30, tzinfo=UTC)
    mail = TouchRecord(
        ref=PersonRef(email="ada@acme.example"), kind="email_sent", channel="email", occurred_at=NOON + MINUTE, message_id="n1"
    )
    absorb([mail], source=world.source, received_at=NOON + MINUTE)
    actions.nurtured(lead)
    assert clock("nurture").ended == "met"


def test_an_email_nobody_told_of_keeps_marketings_promise_when_its_clock_is_looked_at(world):
    lead = world.qualified(NOON)
    actions.start_nurture(lead, at=NOON)
    at = NOON + timedelta(days=1)
    letter = TouchRecord(ref=PersonRef(email="ada@acme.example"), kind="email_open", channel="email", occurred_at=at, message_id="n1")
    absorb([letter], source=world.source, received_at=at)
    watch.tick(at=clock("nurture").due_at + timedelta(seconds=1))
    assert (clock("nurture").ended, clock("nurture").breached_at) == ("met", None)
    assert verbs() == []


def test_a_clock_that_fails_is_put_off_and_those_behind_it_are_looked_at(handoff, world, monkeypatch):
    """A clock of a promise its version does not have, and one look at a time: it is in the way once, not for ever."""
    SlaClock.objects.filter(promise="first-contact").update(promise="unheard-of", warn_at=None, next_at=NOON)
    monkeypatch.setattr(watch, "AT_ONCE", 1)
    late = clock("attempts").due_at + MINUTE
    for n in range(3):
        watch.tick(at=late + n * timedelta(seconds=1))
    assert verbs() == ["clock.breached", "clock.breached"]
    assert clock("unheard-of").breached_at is None


def test_leads_of_the_absent_that_can_go_to_nobody_keep_no_other_waiting(world, monkeypatch):
    """One at a time; the first is one that fails at every try, the second can go on. Within fifty draws it does."""
    stuck, other = world.handed_over(NOON), world.handed_over(NOON, "berta@acme.example")
    for member in (stuck.owner, other.owner):
        Absence.objects.create(member=member, starts_at=NOON, by=world.sam, at=NOON)
    Lead.objects.filter(pk=stuck.lead_id).update(stage="unheard-of")
    Handoff.objects.filter(pk=stuck.pk).update(from_stage="unheard-of")
    monkeypatch.setattr(watch, "AT_ONCE", 1)
    assert 1 in [watch.reroute_absent(at=NOON + MINUTE) for _ in range(50)]
    assert (Handoff.objects.get(pk=stuck.pk).ended_how, Handoff.objects.get(pk=other.pk).ended_how) == ("", "moved")
