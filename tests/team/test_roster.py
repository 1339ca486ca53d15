"""Who is away from when until when, and what may change about a member."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.conftest import NOON
from treaty.handoff.seats import away
from treaty.team import roster
from treaty.team.models import Absence
from treaty.team.queries import absences


def test_an_absence_begins_and_ends_at_midnight_of_the_members_zone(world):
    absence = roster.announce(world.kim, "absent", first_on=date(2026, 3, 16), back_on=date(2026, 3, 30), by=world.kim, at=NOON)
    # midnight in Berlin is 23:00 UTC in winter; clocks go forward on 29 March, so the end is 22:00 UTC
    assert absence.starts_at == datetime(2026, 3, 15, 23, tzinfo=UTC)
    assert absence.ends_at == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert away([world.kim], NOON + timedelta(days=7)) == {world.kim.email: "away until 30 March"}


@pytest.mark.parametrize(
    ("zone", "day"), [("Europe/Berlin", "30 March"), ("America/New_York", "29 March"), ("Asia/Tokyo", "30 March"), ("", "30 March")]
)
def test_the_day_somebody_is_back_is_the_day_where_they_work(world, zone, day):
    # 22:30 UTC on 29 March is 00:30 on the 30th in Berlin, 18:30 on the 29th in New York and 07:30 on the 30th in Tokyo;
    # who says no zone works in the agreement's, Berlin
    world.kim.zone = zone
    world.kim.save()
    Absence.objects.create(member=world.kim, starts_at=NOON, ends_at=datetime(2026, 3, 29, 22, 30, tzinfo=UTC), by=world.kim, at=NOON)
    assert away([world.kim], NOON) == {world.kim.email: f"away until {day}"}


def test_who_is_back_in_another_year_is_told_with_the_year(world):
    Absence.objects.create(member=world.kim, starts_at=NOON, ends_at=datetime(2027, 1, 4, 8, tzinfo=UTC), by=world.kim, at=NOON)
    assert away([world.kim], NOON) == {world.kim.email: "away until 4 January 2027"}
    assert away([world.kim], datetime(2026, 12, 31, 23, tzinfo=UTC)) == {world.kim.email: "away until 4 January"}  # midnight in Berlin


def test_of_two_absences_the_one_that_ends_last_counts(world):
    for days in (3, 9, 5):
        Absence.objects.create(member=world.kim, starts_at=NOON, ends_at=NOON + timedelta(days=days), by=world.kim, at=NOON)
    assert away([world.kim], NOON + timedelta(days=1)) == {world.kim.email: "away until 19 March"}
    Absence.objects.create(member=world.kim, kind="paused", starts_at=NOON, by=world.kim, at=NOON)
    assert away([world.kim], NOON + timedelta(days=1)) == {world.kim.email: "paused"}


def test_an_absence_from_today_begins_now(world):
    assert roster.announce(world.kim, "paused", first_on=NOON.date(), back_on=None, by=world.kim, at=NOON).starts_at == NOON
    assert away([world.kim], NOON) == {world.kim.email: "paused"}


@pytest.mark.parametrize("back_on", [date(2026, 3, 9), date(2026, 3, 10)])
def test_who_is_back_before_they_left_is_refused(world, back_on):
    with pytest.raises(roster.NotAway, match="say the day they are back"):
        roster.announce(world.kim, "absent", first_on=date(2026, 3, 10), back_on=back_on, by=world.kim, at=NOON)


def test_ending_takes_effect_now_and_an_absence_to_come_never_begins(world):
    running = roster.announce(world.kim, "absent", first_on=NOON.date(), back_on=None, by=world.kim, at=NOON)
    later = roster.announce(world.kim, "absent", first_on=date(2026, 4, 1), back_on=date(2026, 4, 9), by=world.kim, at=NOON)
    for absence in (running, later):
        roster.end(absence, at=NOON + timedelta(hours=1))
    roster.end(running, at=NOON + timedelta(days=1))
    assert running.ends_at == NOON + timedelta(hours=1)
    assert not absences(datetime(2026, 4, 3, tzinfo=UTC)).exists()


@pytest.mark.parametrize(
    ("by", "member", "may"),
    [
        ("kim", "kim", True), ("sam", "kim", True), ("rui", "mira", True), ("kim", "sol", False), ("mira", "kim", False),
        ("sam", "mira", False),
        ("ada_brandt", "kim", False),
    ],
)  # fmt: skip
def test_who_may_say_that_somebody_is_away(world, by, member, may):
    assert roster.may_say_away(world.members[by], world.members[member]) is may


def test_the_last_one_in_revops_stays(world):
    with pytest.raises(roster.LastSteward, match="give somebody else that role first"):
        roster.change(world.rui, {"role": "sales_rep"})
    roster.change(world.mira, {"role": "revops"})
    assert roster.change(world.rui, {"role": "sales_rep", "name": world.rui.name}) == ["role"]


@pytest.mark.parametrize("wanted", [{"password": "x"}, {"is_active": False}, {"email": "a@b.example"}])
def test_only_named_fields_change(world, wanted):
    with pytest.raises(ValueError, match="cannot be changed here"):
        roster.change(world.kim, wanted)


def test_nobody_manages_themselves(world):
    with pytest.raises(ValueError, match="own manager"):
        roster.change(world.kim, {"manager": world.kim})


def test_languages_are_codes():
    assert roster.read_languages("de, en-GB  de;fr") == ["de", "en-GB", "fr"]
    with pytest.raises(ValueError, match="'Deutsch'"):
        roster.read_languages("Deutsch")


def test_one_time_passwords_are_long_and_differ():
    assert len(roster.one_time_password()) == 23
    assert roster.one_time_password() != roster.one_time_password()
