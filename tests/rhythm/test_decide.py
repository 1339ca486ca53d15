"""Decisions and actions are kept and carried; a dispute gets one ruling, and what it says is done."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty.feedback.actions import dispute, reject
from treaty.journal.models import Entry
from treaty.qualification.lifecycle import NotAllowed
from treaty.rhythm.actions import AlreadySettled, NotARuling, NothingSaid, drop, finish, open_meeting, resolve, settle
from treaty.rhythm.models import Meeting, Resolution
from treaty.rhythm.queries import carried
from treaty.truth.models import Lead

pytestmark = pytest.mark.db
WEEK = timedelta(days=7)


def action(world, text="Ask for the plant's name", **more):
    return resolve("action", text, owner=world.rui, by=world.mira, at=NOON, due_on=NOON.date(), **more)


def disputed(world, reason="no_budget", **more):
    handoff = world.handed_over(NOON)
    answer = reject(handoff, reason, by=handoff.owner, at=NOON, **more)
    return dispute(answer, "They asked for prices the day after.", by=world.mira, at=NOON + WEEK)


def test_a_meeting_is_opened_once(world):
    first = open_meeting("lead-quality sync", NOON.date(), by=world.mira, at=NOON)
    assert open_meeting("lead-quality sync", NOON.date(), by=world.sam, at=NOON) == first
    assert Meeting.objects.count() == 1
    assert Entry.objects.filter(verb="meeting.opened").count() == 1


def test_an_action_needs_words_and_a_day(world):
    with pytest.raises(NothingSaid, match="sentence"):
        resolve("decision", "   ", owner=world.sam, by=world.sam, at=NOON)
    with pytest.raises(NothingSaid, match="date"):
        resolve("action", "Call them", owner=world.sam, by=world.sam, at=NOON)


def test_what_is_open_is_carried_until_it_is_done(world):
    row = action(world)
    later = NOON + 5 * WEEK
    assert list(carried(later, later - WEEK)) == [row]
    finish(row, by=world.rui, at=later)
    assert list(carried(later, later - WEEK)) == [row]  # told once more, as done
    assert list(carried(later + 2 * WEEK, later + WEEK)) == []


def test_done_is_said_once_and_dropped_is_not_done(world):
    row = action(world)
    finish(row, by=world.rui, at=NOON)
    finish(row, by=world.rui, at=NOON + WEEK)
    drop(row, by=world.rui, at=NOON + WEEK)
    row.refresh_from_db()
    assert (row.done_at, row.dropped_at) == (NOON, None)
    assert Entry.objects.filter(verb__in=["resolution.done", "resolution.dropped"]).count() == 1


def test_the_words_of_a_decision_are_beside_the_journal_not_in_it(world):
    action(world, "Speak with Berta about her plant")
    entry = Entry.objects.get(verb="resolution.made")
    assert "Berta" not in str(entry.codes)
    assert Resolution.objects.get().text == "Speak with Berta about her plant"


def test_a_ruling_is_kept_once(world):
    row = disputed(world)
    settle(row, "rejection_stands", by=world.sam, at=NOON + WEEK)
    with pytest.raises(AlreadySettled, match="the rejection stands"):
        settle(row, "reopen", by=world.mira, at=NOON + WEEK)
    row.refresh_from_db()
    assert (row.ruling, row.ruled_by) == ("rejection_stands", world.sam)
    assert Lead.objects.get().stage == "recycled"


def test_reopening_takes_the_lead_back_in_the_name_of_who_ruled(world):
    settle(disputed(world), "reopen", by=world.sam, at=NOON + WEEK, note="A second person asked")
    lead = Lead.objects.get()
    move = lead.moves.order_by("-id").first()
    assert (lead.stage, lead.rests_until, lead.evidence_from) == ("marketing_qualified", None, None)
    assert (move.by, move.how, move.reason, move.note) == (world.sam, "person", "dispute", "A second person asked")
    assert Entry.objects.filter(verb="lead.moved").order_by("-seq").first().codes["hands_over"] is True


def test_where_the_graph_ends_the_ruling_is_refused_and_nothing_is_kept(world):
    row = disputed(world, "no_fit", detail="too small")
    assert Lead.objects.get().stage == "disqualified"
    with pytest.raises(NotAllowed):
        settle(row, "reopen", by=world.sam, at=NOON + WEEK)
    row.refresh_from_db()
    assert row.ruling == ""


def test_recycling_what_waits_in_rejected(world):
    settle(disputed(world, "wrong_contact", detail="phone"), "recycle", by=world.mira, at=NOON + WEEK)
    assert Lead.objects.get().stage == "recycled"


def test_a_ruling_nobody_knows_is_refused_by_name(world):
    with pytest.raises(NotARuling, match="'flip a coin'"):
        settle(disputed(world), "flip a coin", by=world.sam, at=NOON)
