"""Somebody leaves: what they had accepted goes on with another, and nobody leaves whom the agreement still names."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty.agreement.leaving import StillNamed, check_may_leave
from treaty.feedback.actions import accept
from treaty.handoff.actions import NotForHandoff
from treaty.handoff.giving import give
from treaty.journal.models import Entry
from treaty.sla import actions as sla
from treaty.sla.models import SlaClock
from treaty.sla.queries import queued
from treaty.team.accounts import switch_off
from treaty.team.models import Member
from treaty.truth.actions import absorb
from treaty.truth.models import Assignment, Lead, StageMove
from treaty.truth.records import MemberRecord

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)


@pytest.fixture
def accepted(world):
    """Ada's lead, accepted by Sam, in whose turn it came."""
    handoff = world.handed_over(NOON)
    sla.start(handoff)
    accept(handoff, by=handoff.owner, at=NOON)
    sla.refresh(handoff)
    assert handoff.owner == world.sam
    return handoff


def hand_on(world, accepted):
    return give(accepted, world.kim, by=world.rui, at=NOON + HOUR, reason="Sam left")


def test_what_somebody_accepted_stays_with_them_while_they_are_here(world, accepted):
    with pytest.raises(NotForHandoff, match="Sam Okafor has accepted it"):
        hand_on(world, accepted)
    assert Lead.objects.get().owner == world.sam


def test_what_a_leaver_accepted_goes_on_with_another_in_the_same_stage(world, accepted):
    switch_off(world.sam, at=NOON + HOUR)
    moves = StageMove.objects.count()
    given = hand_on(world, accepted)
    lead = Lead.objects.get()
    assert (lead.owner, lead.stage, StageMove.objects.count()) == (world.kim, "sales_accepted", moves)
    assert (given.pk, given.owner, given.ended_at) == (accepted.pk, world.kim, None)
    assert given.dispositions.get().by == world.sam  # who answered stays who answered
    assert list(queued(world.kim)) == [given]


def test_the_ledger_and_the_journal_say_who_took_it_over_and_why(world, accepted):
    switch_off(world.sam, at=NOON + HOUR)
    hand_on(world, accepted)
    before, now = Assignment.objects.filter(rule__in=["pool", "person"]).order_by("starts_at")
    assert (before.owner, before.ends_at, now.owner, now.starts_at) == (world.sam, NOON + HOUR, world.kim, NOON + HOUR)
    assert now.reasons == ["Sam Okafor, who accepted it, is no longer with us", "given by Rui Costa: Sam left"]
    entry = Entry.objects.get(verb="handoff.taken_over")
    assert (entry.actor, entry.codes) == (world.rui, {"lead": now.lead.key, "from": world.sam.key, "owner": world.kim.key})


def test_taking_over_twice_changes_nothing_more(world, accepted):
    switch_off(world.sam, at=NOON + HOUR)
    hand_on(world, accepted)
    rows = Assignment.objects.count()
    hand_on(world, accepted)
    assert (Assignment.objects.count(), Entry.objects.filter(verb="handoff.taken_over").count()) == (rows, 1)


def test_the_clocks_that_still_run_run_on_for_the_new_owner(world, accepted):
    switch_off(world.sam, at=NOON + HOUR)
    sla.start(hand_on(world, accepted))
    assert dict(SlaClock.objects.values_list("promise", "owner__name")) == {
        "first-contact": "Kim Dale",
        "attempts": "Kim Dale",
        "disposition": "Sam Okafor",  # it was answered in time by him
    }


def test_whom_the_agreement_names_as_fallback_cannot_leave_before_another_is_named(world):
    with pytest.raises(StillNamed, match="Sam Okafor is the fallback of the route in version 1: sign a version that names somebody else"):
        check_may_leave(world.sam, at=NOON)


def test_the_owner_before_the_handoff_cannot_leave_before_another_is_named(world):
    with pytest.raises(StillNamed, match="Mira Lang is the owner of leads before the handoff in version 1"):
        check_may_leave(world.mira, at=NOON)


def test_a_member_of_a_pool_may_leave_for_the_pool_goes_on(world):
    check_may_leave(world.sol, at=NOON)


def test_a_refused_row_of_a_file_of_users_makes_no_member(world):
    Member.objects.filter(pk=world.sam.pk).update(email="sam@elsewhere.example")  # the agreement names an address that is nobody's now
    done = absorb([MemberRecord(email="sam.okafor@halden.example", is_active=False)], source=world.source, received_at=NOON)
    assert len(done.refused) == 1
    assert not Member.objects.filter(email="sam.okafor@halden.example").exists()


def test_a_file_of_users_switches_off_who_left_but_nobody_the_agreement_names(world):
    gone = [MemberRecord(email=member.email, is_active=False, zone="UTC") for member in (world.sam, world.sol)]
    done = absorb(gone, source=world.source, received_at=NOON)
    assert [(number, reason[:52]) for number, reason in done.refused] == [(0, "Sam Okafor is the fallback of the route in version 1")]
    assert dict(Member.objects.filter(name__in=["Sam Okafor", "Sol Meyer"]).values_list("name", "left_at")) == {
        "Sam Okafor": None,
        "Sol Meyer": NOON,
    }
