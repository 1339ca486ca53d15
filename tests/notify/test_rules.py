"""When somebody may be told."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treaty.notify.rules import APART, Ways, digest_day, due, quiet_until, who_is_told

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "quiet", "until"),
    [
        ("2026-03-10 17:59", "18:00-08:00", None),
        ("2026-03-10 18:00", "18:00-08:00", "2026-03-11 08:00"),
        ("2026-03-11 07:59", "18:00-08:00", "2026-03-11 08:00"),
        ("2026-03-11 08:00", "18:00-08:00", None),
        ("2026-03-10 12:30", "12:00-13:00", "2026-03-10 13:00"),
        ("2026-03-10 23:30", "22:00-24:00", "2026-03-11 00:00"),
        ("2026-03-10 23:30", "", None),
        ("2026-03-10 23:30", "none", None),
        ("2026-03-28 23:00", "22:00-02:30", "2026-03-29 03:30"),  # the clock skips from 2 to 3
    ],
)
def test_quiet_hours_end_on_the_wall_clock(at, quiet, until):
    assert quiet_until(berlin(at), quiet, BERLIN) == (berlin(until) if until else None)


def test_an_hour_that_comes_twice_is_quiet_twice():
    """On 25 October 2026 the clock shows 02:00 to 03:00 twice; quiet until 02:30 ends at each of both."""
    assert quiet_until(berlin("2026-10-25 02:10"), "22:00-02:30", BERLIN) == berlin("2026-10-25 02:30")
    assert quiet_until(berlin("2026-10-25 02:10", fold=1), "22:00-02:30", BERLIN) == berlin("2026-10-25 02:30", fold=1)


MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
EDGES = st.integers(0, 1439)


@given(MOMENTS, EDGES, EDGES, st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]))
def test_what_is_put_off_is_never_put_into_quiet_hours(at, start, end, zone):
    """Looked at minute by minute, by a plain loop."""
    if start == end:
        return
    quiet, there = f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}", ZoneInfo(zone)

    def is_quiet(moment):
        local = moment.astimezone(there)
        minute = local.hour * 60 + local.minute
        return start <= minute < end if start < end else minute >= start or minute < end

    until = quiet_until(at, quiet, there)
    assert (until is not None) == is_quiet(at)
    if until is not None:
        assert at < until <= at + timedelta(hours=26)
        step = at
        while step < until:
            assert is_quiet(step) or abs(step.astimezone(there).utcoffset() - at.astimezone(there).utcoffset()) > timedelta(0)
            step += timedelta(minutes=7)
    assert not is_quiet(due(at, None, quiet, there)) or _shown_twice(due(at, None, quiet, there), there)


def _shown_twice(moment, zone):
    local = moment.astimezone(zone)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def test_the_first_goes_at_once_and_those_that_follow_go_together():
    at, minute = berlin("2026-03-10 12:00"), timedelta(minutes=1)
    assert due(at, None, "", BERLIN) == at
    assert due(at + minute, at, "", BERLIN) == at + APART, "five minutes after the last one"
    assert due(at + 2 * minute, at + APART, "", BERLIN) == at + APART, "with what waits already"
    assert due(at + 10 * minute, at + APART, "", BERLIN) == at + 10 * minute
    assert due(at, at + timedelta(hours=4), "", BERLIN) == at + APART, "one that is put off for hours holds nobody up"


def test_a_member_is_reached_as_chosen_or_as_is_usual():
    both, one = Ways(slack="s", email="e"), Ways(email="e")
    assert [both.chosen(choice) for choice in ("", "slack", "email", "none")] == ["s", "s", "e", ""]
    assert [one.chosen(choice) for choice in ("", "slack", "email", "none")] == ["e", "e", "e", ""]
    assert Ways().chosen("slack") == ""


def test_who_is_told_of_a_breach_is_what_the_promise_says():
    assert who_is_told(["tell_manager", "reroute"], "kim", "sam", "ada") == ["sam"]
    assert who_is_told(["tell_owner", "tell_manager", "tell_sponsor"], "kim", "kim", "") == ["kim"]
    assert who_is_told([], "kim", "sam", "ada") == []


@pytest.mark.parametrize(
    ("at", "every", "expected"),
    [
        ("2026-03-10 08:59", "day", ""),
        ("2026-03-10 09:00", "day", "2026-03-10"),
        ("2026-03-10 11:59", "day", "2026-03-10"),
        ("2026-03-10 12:00", "day", ""),
        ("2026-03-10 09:00", "week", ""),
        ("2026-03-09 09:00", "week", "2026-03-09"),
        ("2026-03-09 09:00", "", ""),
    ],
)
def test_a_digest_is_due_at_its_hour_there(at, every, expected):
    """10 March 2026 is a Tuesday; weekly ones are asked for on Mondays."""
    assert digest_day(berlin(at), every, 0, 9, BERLIN) == expected
