"""When a meeting is held, which days it looks at, how its minutes are shared."""

from datetime import UTC, date, datetime

import pytest

from tests.plan.frames import frame
from treaty.agreement.terms_rhythm import Meeting
from treaty.rhythm.queries import agenda_of, sync_of
from treaty.rhythm.rules import agenda, section_of, sync

BERLIN = "Europe/Berlin"
TUESDAYS = Meeting(meeting="lead-quality sync", every="week", day="Tuesday", time="09:30", minutes=30, chair="alternates")


@pytest.mark.parametrize(
    ("day", "on"),
    [("2026-03-10", "2026-03-10"), ("2026-03-11", "2026-03-17"), ("2026-03-16", "2026-03-17"), ("2026-12-30", "2027-01-05")],
)
def test_the_meeting_of_a_day_is_that_day_or_the_next(day, on):
    assert sync(TUESDAYS, date.fromisoformat(day), BERLIN).on == date.fromisoformat(on)


def test_it_looks_at_the_seven_days_before_it():
    held = sync(TUESDAYS, date(2026, 3, 17), BERLIN)
    assert (held.period.first_on, held.period.last_on) == (date(2026, 3, 10), date(2026, 3, 16))
    assert (held.before.first_on, held.before.end_on) == (date(2026, 3, 3), date(2026, 3, 10))


def test_its_hour_is_the_agreements_on_both_sides_of_a_clock_change():
    assert sync(TUESDAYS, date(2026, 3, 24), BERLIN).starts_at.astimezone(UTC) == datetime(2026, 3, 24, 8, 30, tzinfo=UTC)
    assert sync(TUESDAYS, date(2026, 3, 31), BERLIN).starts_at.astimezone(UTC) == datetime(2026, 3, 31, 7, 30, tzinfo=UTC)


def test_the_chair_alternates():
    # 10 March 2026 is in week 11, 17 March in week 12
    assert [sync(TUESDAYS, date(2026, 3, day), BERLIN).chair for day in (10, 17)] == ["sales", "marketing"]


def test_without_a_weekly_meeting_weeks_are_looked_at_on_mondays():
    held = sync(None, date(2026, 3, 11), BERLIN)
    assert (held.name, held.on, held.starts_at) == ("Week", date(2026, 3, 16), None)


def test_the_minutes_of_the_agenda_add_up():
    slots = agenda(agenda_of(frame()), 30)
    assert sum(slot.minutes for slot in slots) == 30
    assert [slot.section for slot in slots] == ["changes", "promises", "rejected", "campaigns", "buyers", "wins", "decisions"]
    assert [slot.starts_after for slot in slots] == [0, 5, 10, 16, 19, 22, 25]


@pytest.mark.parametrize("minutes", [5, 7, 30, 600])
def test_any_length_is_shared_to_the_minute(minutes):
    slots = agenda([], minutes)
    assert sum(slot.minutes for slot in slots) == minutes
    assert all(slot.minutes >= 0 for slot in slots)


def test_a_point_nobody_prepared_has_its_time_and_no_part_of_the_page():
    assert section_of("birthday cake") == ""
    assert [slot.section for slot in agenda(["birthday cake", "wins"], 10)] == ["", "wins"]


def test_the_agreement_names_the_meeting():
    held = sync_of(frame(), date(2026, 3, 9))
    assert (held.name, held.on, held.minutes) == ("lead-quality sync", date(2026, 3, 10), 30)
