from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treaty.engine.periods import containing, midnight
from treaty.plan.rules import pace
from treaty.shares import wilson

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("day", "per", "first", "end"),
    [
        ("2026-03-10", "month", "2026-03-01", "2026-04-01"),
        ("2026-03-10", "quarter", "2026-01-01", "2026-04-01"),
        ("2026-12-31", "quarter", "2026-10-01", "2027-01-01"),
        ("2026-03-10", "week", "2026-03-09", "2026-03-16"),
        ("2026-03-10", "year", "2026-01-01", "2027-01-01"),
        ("2026-03-10", "day", "2026-03-10", "2026-03-11"),
    ],
)
def test_a_day_lies_in_its_period(day, per, first, end):
    period = containing(date.fromisoformat(day), per, BERLIN)
    assert (period.first_on.isoformat(), period.end_on.isoformat()) == (first, end)


def test_a_fiscal_year_that_begins_in_february_shifts_its_quarters():
    # quarters begin in February, May, August, November
    period = containing(date(2026, 1, 15), "quarter", BERLIN, (2, 1))
    assert (period.first_on, period.end_on) == (date(2025, 11, 1), date(2026, 2, 1))
    assert containing(date(2026, 1, 15), "year", BERLIN, (2, 1)).first_on == date(2025, 2, 1)


def test_days_begin_at_local_midnight_on_both_sides_of_a_clock_change():
    march = containing(date(2026, 3, 1), "month", BERLIN)
    assert (march.starts_at, march.ends_at) == (datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC))
    assert midnight(date(2026, 3, 30), BERLIN) == datetime(2026, 3, 29, 22, tzinfo=UTC)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from(["week", "month", "quarter", "year"]), st.integers(1, 12))
def test_periods_follow_each_other_without_gap(day, per, month):
    period = containing(day, per, BERLIN, (month, 1))
    assert period.first_on <= day < period.end_on
    assert period.before((month, 1)).end_on == period.first_on


def test_pace_counts_working_days():
    # March 2026 has 22 working days; by Tuesday the 10th seven are gone: 1,200 * 7 / 22 = 381.82
    month = containing(date(2026, 3, 10), "month", BERLIN)
    now = pace(Decimal(400), Decimal(1200), month, date(2026, 3, 10), range(5))
    assert (now.expected, now.gap, now.days_left) == (Decimal("381.82"), Decimal("18.18"), 15)


def test_on_a_weekend_nothing_more_is_expected():
    month = containing(date(2026, 3, 10), "month", BERLIN)
    friday, sunday = (pace(Decimal(0), Decimal(1200), month, date(2026, 3, day), range(5)) for day in (13, 15))
    assert friday.expected == sunday.expected


def test_wilsons_interval_as_published():
    # 8 of 10: 0.490 to 0.943 (Brown, Cai and DasGupta 2001, table of the Wilson interval)
    low, high = wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert wilson(0, 0) == (0.0, 1.0)
