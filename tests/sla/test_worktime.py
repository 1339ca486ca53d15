"""The clock, by hand: each expected moment is worked out beside the case."""

import csv
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from treaty import moments
from treaty.agreement.base import Duration
from treaty.cli.worktime import answer
from treaty.cli.worktime_files import read_book
from treaty.sla.calendars import Calendar, Shift, read_shift
from treaty.sla.worktime import (
    EARLIEST,
    LATEST,
    always,
    deadline,
    due_after_days,
    due_at,
    elapsed,
    is_working,
    next_opening,
    warning_at,
    working,
)

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def at(text, tz="UTC"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz))


def utc(text):
    return at(text).astimezone(UTC)


def weekdays(*hours, tz="UTC", days=5, **differs):
    shifts = tuple(read_shift(text) for text in hours)
    return Calendar(tz, (shifts,) * days + ((),) * (7 - days), **differs)


BERLIN = "Europe/Berlin"
NINE_TO_FIVE = always(weekdays("09:00-17:00", tz=BERLIN))
NEW_YORK = always(weekdays("09:00-17:00", tz="America/New_York", holidays=frozenset({date(2024, 7, 4)})))
NIGHT = weekdays("22:00-06:00", tz="America/Los_Angeles")


@pytest.mark.needs_shared
def test_every_vector_is_exact(shared):
    book = read_book(shared / "vectors/business_hours_calendars.json")
    with (shared / "vectors/business_hours.csv").open(encoding="utf-8", newline="") as file:
        cases = list(csv.DictReader(file))
    assert len(cases) == 15
    assert {row["id"]: answer(row, book) for row in cases} == {row["id"]: row["expected"] for row in cases}


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-03-06 16:00", "2026-03-09 12:00"),  # Friday 1 h + Monday 3 h
        ("2026-03-27 16:00", "2026-03-30 12:00"),  # the same; clocks go forward on Sunday 29
        ("2026-03-09 13:00", "2026-03-09 17:00"),  # ends exactly at closing: due at closing, not at 09:00
    ],
)
def test_four_hours_are_counted_in_working_time(start, due):
    assert due_at(at(start, BERLIN), 4 * HOUR, NINE_TO_FIVE) == at(due, BERLIN)
    assert elapsed(at(start, BERLIN), at(due, BERLIN), NINE_TO_FIVE) == 4 * HOUR


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2025-06-04 15:00", 2, "2025-06-06 17:00"),  # Wednesday: Thursday, Friday (README)
        ("2025-06-07 12:00", 1, "2025-06-10 17:00"),  # Saturday: the clock starts on Monday, 1 day later (README)
        ("2024-07-03 10:00", 1, "2024-07-05 17:00"),  # Thursday 4 July is a holiday (README)
        ("2025-06-04 17:00", 1, "2025-06-06 17:00"),  # at closing nothing is left: the clock starts on Thursday
        ("2025-06-04 16:59", 1, "2025-06-05 17:00"),
        ("2025-06-04 08:00", 0, "2025-06-04 17:00"),  # none: the close of the day itself
        ("2025-06-06 10:00", 10, "2025-06-20 17:00"),  # two weeks on
    ],
)
def test_working_days_end_at_the_close_of_the_last_one(start, days, due):
    new_york = "America/New_York"
    assert due_after_days(at(start, new_york), days, NEW_YORK) == at(due, new_york)


def test_a_night_belongs_to_the_day_it_began_on():
    # Wednesday 02:00 is Tuesday's night, so one working day later is Wednesday's night, which closes on Thursday.
    los_angeles = "America/Los_Angeles"
    assert due_after_days(at("2025-06-04 02:00", los_angeles), 1, always(NIGHT)) == at("2025-06-05 06:00", los_angeles)


def test_a_day_counts_when_the_clock_runs_as_it_closes():
    start = utc("2025-06-02 10:00")  # a Monday
    office = always(weekdays("09:00-17:00"))
    over_noon, over_close = (utc("2025-06-03 10:00"), utc("2025-06-03 16:00")), (utc("2025-06-03 16:00"), utc("2025-06-03 17:00"))
    assert due_after_days(start, 1, office, [over_noon]) == utc("2025-06-03 17:00")
    assert due_after_days(start, 1, office, [over_close]) == utc("2025-06-04 17:00")
    assert due_after_days(start, 1, office, [(utc("2025-06-03 17:00"), None)]) == utc("2025-06-03 17:00")
    assert due_after_days(start, 1, office, [(utc("2025-06-03 16:59"), None)]) is None


def test_a_holiday_keeps_the_tail_of_the_night_before():
    closed = Calendar("UTC", ((Shift(1320, 1800),),) * 7, frozenset({date(2025, 6, 4)}))
    # Tuesday's night runs to Wednesday 06:00; Wednesday has none; Thursday opens at 22:00.
    assert list(working(utc("2025-06-03 23:00"), utc("2025-06-05 23:00"), always(closed))) == [
        (utc("2025-06-03 23:00"), utc("2025-06-04 06:00")),
        (utc("2025-06-05 22:00"), utc("2025-06-05 23:00")),
    ]


def test_a_special_day_wins_over_a_holiday_and_may_be_empty():
    day = date(2025, 6, 4)
    opened = weekdays("09:00-17:00", holidays=frozenset({day}), special={day: (Shift(600, 660),), date(2025, 6, 5): ()})
    assert list(working(utc("2025-06-04 00:00"), utc("2025-06-06 00:00"), always(opened))) == [
        (utc("2025-06-04 10:00"), utc("2025-06-04 11:00"))
    ]


@pytest.mark.parametrize(
    ("tz", "hours", "on", "opens", "closes"),
    [
        (BERLIN, "02:15-02:45", "2025-03-30", None, None),  # jumped over: both edges are 01:00Z
        (BERLIN, "02:30-04:00", "2025-03-30", "01:00", "02:00"),  # opens at the jump, closes 04:00 summer time
        (BERLIN, "01:00-02:30", "2025-03-30", "00:00", "01:00"),  # closes at the jump
        (BERLIN, "02:15-02:45", "2025-10-26", "00:15", "01:45"),  # first 02:15 (+2) to last 02:45 (+1): 90 minutes
        (BERLIN, "01:00-02:00", "2025-10-26", "2025-10-25T23:00", "01:00"),  # 02:00 comes twice, closing is the last
        (BERLIN, "22:00-06:00", "2025-10-25", "2025-10-25T20:00", "2025-10-26T05:00"),  # a night of 9 hours
        (BERLIN, "22:00-06:00", "2025-03-29", "2025-03-29T21:00", "2025-03-30T04:00"),  # and one of 7
        (BERLIN, "00:00-24:00", "2025-10-26", "2025-10-25T22:00", "2025-10-26T23:00"),  # a day of 25 hours
        ("Australia/Lord_Howe", "01:30-02:30", "2025-04-06", "2025-04-05T14:30", "2025-04-05T16:00"),  # set back half an hour at 02:00
        ("Asia/Beirut", "00:00-01:00", "2025-03-30", None, None),  # midnight itself is jumped over
        ("America/Havana", "23:00-24:00", "2025-11-01", "2025-11-02T03:00", "2025-11-02T05:00"),  # 00:00 comes twice
        ("Pacific/Apia", "22:00-06:00", "2011-12-29", "2011-12-30T08:00", "2011-12-30T10:00"),  # 30 December was left out
        ("Pacific/Apia", "22:00-06:00", "2011-12-30", None, None),  # and has no shifts, so no tail either
        ("Asia/Kathmandu", "09:00-17:00", "2025-06-04", "03:15", "11:15"),  # +05:45
    ],
)
def test_edges_on_days_when_clocks_jump(tz, hours, on, opens, closes):
    found = Calendar(tz, ((read_shift(hours),),) * 7).spans_on(date.fromisoformat(on))
    expected = [utc(edge if "T" in edge else f"{on}T{edge}") for edge in (opens, closes) if edge]
    assert [edge for span in found for edge in span] == expected


def test_overlapping_and_touching_shifts_are_counted_once():
    office = always(weekdays("09:00-12:00", "11:00-13:00", "13:00-14:00"))
    assert list(working(utc("2025-06-03 00:00"), utc("2025-06-04 00:00"), office)) == [(utc("2025-06-03 09:00"), utc("2025-06-03 14:00"))]
    assert elapsed(utc("2025-06-03 00:00"), utc("2025-06-04 00:00"), office) == 5 * HOUR


def test_a_day_round_the_clock_loses_no_minute():
    round_the_clock = always(weekdays("00:00-24:00", days=7))
    assert elapsed(utc("2025-06-01 00:00"), utc("2025-07-01 00:00"), round_the_clock) == timedelta(days=30)


def test_used_time_is_carried_over_when_the_calendar_changes():
    # Berlin works 09:00-17:00 (07:00Z-15:00Z); at 14:00Z New York takes over (13:00Z-21:00Z).
    history = ((EARLIEST, NINE_TO_FIVE[0][1]), (utc("2025-06-03 14:00"), NEW_YORK[0][1]))
    # 12:00Z to 14:00Z are 2 h in Berlin; the other 4 h of 6 run from 14:00Z in New York.
    assert due_at(utc("2025-06-03 12:00"), 6 * HOUR, history) == utc("2025-06-03 18:00")
    assert due_at(utc("2025-06-03 12:00"), 6 * HOUR, history[::-1]) == utc("2025-06-03 18:00")  # in any order


def test_pauses_are_a_union_and_count_from_the_start_of_the_clock():
    office = always(weekdays("09:00-17:00"))
    pauses = [(utc("2025-06-03 11:00"), utc("2025-06-03 12:00")), (utc("2025-06-02 09:00"), utc("2025-06-03 11:30"))]
    assert due_at(utc("2025-06-03 10:00"), HOUR, office, pauses) == utc("2025-06-03 13:00")
    night = [(utc("2025-06-03 17:00"), utc("2025-06-04 09:00"))]
    assert due_at(utc("2025-06-03 16:00"), 2 * HOUR, office, night) == utc("2025-06-04 10:00")


def test_an_open_pause_has_no_due_moment_unless_the_budget_ran_out_before():
    office = always(weekdays("09:00-17:00"))
    paused = [(utc("2025-06-03 12:00"), None)]
    assert due_at(utc("2025-06-03 10:00"), 3 * HOUR, office, paused) is None
    assert due_at(utc("2025-06-03 10:00"), 2 * HOUR, office, paused) == utc("2025-06-03 12:00")
    assert elapsed(utc("2025-06-03 10:00"), utc("2025-07-03 10:00"), office, paused) == 2 * HOUR
    assert next_opening(utc("2025-06-03 12:00"), office, paused) is None


def test_a_calendar_without_hours_answers_none_at_once():
    never = always(weekdays())
    began = process_time()
    assert due_at(utc("2025-06-03 10:00"), HOUR, never) is None
    assert due_after_days(utc("2025-06-03 10:00"), 1, never) is None
    assert next_opening(utc("2025-06-03 10:00"), never) is None
    assert process_time() - began < 0.5  # a year of empty days, not a century


@pytest.mark.parametrize(("opens_on", "due"), [(date(2026, 6, 4), utc("2026-06-04 10:00")), (date(2026, 6, 5), None)])
def test_the_search_reaches_366_days(opens_on, due):
    # 2025-06-03 10:00 plus 366 days is 2026-06-04 10:00: hours from 09:00 are in reach on that day, not on the next.
    once = always(weekdays(special={opens_on: (Shift(540, 1020),)}))
    assert due_at(utc("2025-06-03 10:00"), HOUR, once) == due


def test_366_days_are_counted_from_the_last_closing():
    # Closed from 2025-06-03 17:00 to 2026-06-04 16:30, half an hour less than 366 days: 8 h, then the ninth.
    twice = {date(2025, 6, 3): (Shift(540, 1020), Shift(600, 660)), date(2026, 6, 4): (Shift(990, 1080),)}
    assert due_at(utc("2025-06-03 09:00"), 9 * HOUR, always(weekdays(special=twice))) == utc("2026-06-04 17:30")
    assert due_after_days(utc("2025-06-03 09:00"), 1, always(weekdays(special=twice))) == utc("2026-06-04 18:00")


def test_clocks_set_back_over_midnight_show_a_date_twice():
    # Newfoundland, Sunday 29 October 2006: at 00:01 summer time (02:31Z) the clock is set back to Saturday 23:01.
    st_johns = "America/St_Johns"
    friday = always(Calendar(st_johns, ((),) * 4 + ((read_shift("23:45-23:30"),),) + ((),) * 2))
    sunday = always(Calendar(st_johns, ((),) * 6 + ((read_shift("00:00-06:00"),),)))
    # Friday's shift closes on Saturday at the last 23:30, 03:00Z, after the clock has shown Sunday for a minute.
    assert elapsed(utc("2006-10-29 02:30:30"), utc("2006-10-29 04:00"), friday) == timedelta(minutes=29, seconds=30)
    assert due_after_days(utc("2006-10-29 02:30:30"), 0, friday) == utc("2006-10-29 03:00")
    # Sunday's opens at the first 00:00, 02:30Z, and goes on while the clock shows Saturday again.
    assert elapsed(utc("2006-10-29 02:00"), utc("2006-10-29 02:50"), sunday) == timedelta(minutes=20)
    assert due_after_days(utc("2006-10-29 02:40"), 0, sunday) == utc("2006-10-29 09:30")


def test_an_empty_budget_is_due_at_the_start():
    assert due_at(utc("2025-06-07 10:00"), timedelta(), NINE_TO_FIVE) == utc("2025-06-07 10:00")


def test_end_before_start_is_zero():
    assert elapsed(utc("2025-06-03 12:00"), utc("2025-06-03 10:00"), NINE_TO_FIVE) == timedelta()


def test_fractions_of_a_second_are_kept():
    office = always(weekdays("09:00-17:00"))
    start = utc("2025-06-03 16:59:59.5")
    assert due_at(start, timedelta(seconds=1), office) == utc("2025-06-04 09:00:00.5")


@pytest.mark.parametrize(
    ("moment", "works", "opens"),
    [
        ("2025-06-03 08:59:59", False, "2025-06-03 09:00"),
        ("2025-06-03 09:00", True, "2025-06-03 09:00"),
        ("2025-06-03 16:59:59", True, "2025-06-03 16:59:59"),
        ("2025-06-03 17:00", False, "2025-06-04 09:00"),
        ("2025-06-07 12:00", False, "2025-06-09 09:00"),
    ],
)
def test_a_shift_is_open_from_its_opening_until_just_before_its_closing(moment, works, opens):
    office = always(weekdays("09:00-17:00"))
    assert is_working(utc(moment), office) is works
    assert next_opening(utc(moment), office) == utc(opens)


FRIDAY = "2025-06-06 16:00"
PAUSED = [(utc("2025-06-06 16:30"), utc("2025-06-06 17:30"))]


@pytest.mark.parametrize(
    ("count", "unit", "due", "due_paused"),
    [
        (90, "minutes", "2025-06-06 17:30", "2025-06-06 18:30"),  # wall time; the pause of 1 h is added
        (2, "hours", "2025-06-06 18:00", "2025-06-06 19:00"),
        (2, "days", "2025-06-08 16:00", "2025-06-08 17:00"),
        (1, "weeks", "2025-06-13 16:00", "2025-06-13 17:00"),
        (2, "working hours", "2025-06-09 10:00", "2025-06-09 10:30"),  # only 30 min of the pause are working time
        (1, "working days", "2025-06-09 17:00", "2025-06-09 17:00"),  # Friday is the clock's own day; it runs as Monday closes
    ],
)
def test_a_promised_length_of_time_is_over(count, unit, due, due_paused):
    office = always(weekdays("09:00-17:00"))
    promised = Duration(count=count, unit=unit)
    assert deadline(utc(FRIDAY), promised, office) == utc(due)
    assert deadline(utc(FRIDAY), promised, office, PAUSED) == utc(due_paused)


@pytest.mark.parametrize(
    ("count", "unit", "warned"),
    [
        (4, "working hours", "2025-06-09 11:00"),  # 3 of 4 h: 1 h on Friday, 2 h on Monday
        (4, "hours", "2025-06-06 19:00"),
        (1, "working days", "2025-06-09 14:45"),  # until Monday 17:00 are 9 h; 6 h 45 min: 1 h on Friday, 5 h 45 min on Monday
    ],
)
def test_a_warning_falls_in_the_time_of_its_own_clock(count, unit, warned):
    office = always(weekdays("09:00-17:00"))
    assert warning_at(utc(FRIDAY), Duration(count=count, unit=unit), Decimal("0.75"), office) == utc(warned)


def test_a_due_moment_years_away_is_quick():
    office = always(weekdays("09:00-17:00", tz=BERLIN))
    began = process_time()
    # 20,880 h are 2,610 days of 8 h, 522 weeks of five: from a Monday to the Friday before Monday 2035-06-04.
    assert due_at(at("2025-06-02 09:00", BERLIN), 20_880 * HOUR, office) == at("2035-06-01 17:00", BERLIN)
    assert process_time() - began < 2


def test_what_cannot_be_counted_is_refused():
    office = always(weekdays("09:00-17:00"))
    with pytest.raises(ValueError, match="no time zone"):
        due_at(datetime(2025, 6, 3, 10), HOUR, office)  # noqa: DTZ001
    with pytest.raises(ValueError, match="no time zone"):
        elapsed(utc("2025-06-03 10:00"), utc("2025-06-03 11:00"), office, [(datetime(2025, 6, 3), None)])  # noqa: DTZ001
    with pytest.raises(ValueError, match="between 1900 and 2200"):
        due_at(utc("9999-12-31 23:59"), HOUR, office)
    with pytest.raises(ValueError, match="negative"):
        due_at(utc("2025-06-03 10:00"), -HOUR, office)
    with pytest.raises(ValueError, match="negative"):
        due_after_days(utc("2025-06-03 10:00"), -1, office)
    with pytest.raises(ValueError, match="no calendar"):
        due_at(utc("2025-06-03 10:00"), HOUR, ())


def test_a_budget_beyond_2200_has_no_due_moment():
    assert due_at(utc("2199-12-30 10:00"), 100 * HOUR, NINE_TO_FIVE) is None
    assert due_after_days(utc("2199-12-30 10:00"), 99_999, NINE_TO_FIVE) is None
    assert deadline(utc("2025-06-06 16:00"), Duration(count=999_999, unit="weeks"), NINE_TO_FIVE) is None


def test_the_bounds_are_those_of_every_moment():
    assert (EARLIEST, LATEST) == (moments.EARLIEST, moments.LATEST)


def test_the_answers_are_the_same_for_the_json_calendars(tmp_path):
    book = tmp_path / "c.json"
    book.write_text(json.dumps({"ber": {"tz": BERLIN, "week": {"tue": ["09:00-17:00"]}}}))
    row = {"id": "a", "kind": "due", "calendar": "ber", "start": "2025-06-03T10:00:00+02:00", "duration_s": "3600"}
    assert answer(row, read_book(book)) == "2025-06-03T09:00:00Z"
