"""Local midnights, also where clocks change at them."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from treaty.moments import from_us, to_us
from treaty.qualification.midnights import between


def utc(text):
    return to_us(datetime.fromisoformat(text).replace(tzinfo=UTC))


def nights(zone, first, last):
    return [f"{from_us(at):%m-%d %H:%M}" for _, at in between(zone, utc(first), utc(last))]


def test_a_day_with_clocks_going_forward_is_an_hour_shorter():
    assert nights("Europe/Berlin", "2026-03-28 12:00", "2026-03-29 12:00") == ["03-27 23:00", "03-28 23:00", "03-29 22:00"]


def test_a_midnight_that_clocks_jump_over_is_the_moment_of_the_jump():
    # Santiago, 6 September 2026: at 24:00 clocks go to 01:00, which is 04:00 UTC; the next midnight is 03:00 UTC
    assert nights("America/Santiago", "2026-09-05 12:00", "2026-09-06 12:00") == ["09-05 04:00", "09-06 04:00", "09-07 03:00"]


def test_a_moment_at_midnight_begins_its_day():
    assert nights("Asia/Kathmandu", "2026-05-04 18:15", "2026-05-04 18:15") == ["05-04 18:15", "05-05 18:15"]


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago", "Africa/Cairo"]
)
def test_the_day_of_a_moment_is_its_local_date_all_year(zone):
    found = between(zone, utc("2026-01-01 00:00"), utc("2026-12-31 00:00"))
    for (day, at), (_, until) in itertools.pairwise(found):
        for moment in (at, (at + until) // 2, until - 1):
            assert from_us(moment).astimezone(ZoneInfo(zone)).date() == date(1970, 1, 1) + timedelta(days=day)


def test_an_unknown_zone_is_refused():
    with pytest.raises(ZoneInfoNotFoundError):
        between("Europe/Bielefeld", 0, 1)
