"""Names of periods, in any fiscal year; where the grace ends; where a period stands."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.world import HALDEN, signed
from treaty.agreement.canonical import read
from treaty.books.calendar import NoSuchPeriod, Stands, after, grace_ends_at, name_of, overlap, period_named, standing
from treaty.engine.periods import containing

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("name", "start", "first", "last"),
    [
        ("2026-Q1", (1, 1), "2026-01-01", "2026-03-31"),
        ("2026-Q4", (1, 1), "2026-10-01", "2026-12-31"),
        ("2026-Q1", (4, 1), "2026-04-01", "2026-06-30"),  # the year that begins in April 2026 is 2026
        ("2026-Q4", (4, 1), "2027-01-01", "2027-03-31"),
        ("2026-Q1", (10, 15), "2026-10-15", "2027-01-14"),
        ("2026-02", (4, 1), "2026-02-01", "2026-02-28"),
    ],
)
def test_a_name_means_these_days(name, start, first, last):
    period = period_named(name, BERLIN, start)
    assert (period.first_on, period.last_on) == (date.fromisoformat(first), date.fromisoformat(last))
    assert name_of(period, start) == name


@settings(max_examples=60, deadline=None)
@given(
    st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.sampled_from(["month", "quarter"]), st.integers(1, 12), st.integers(1, 28)
)  # fmt: skip
def test_every_period_has_one_name_and_the_next_begins_where_it_ends(day, per, month, on):
    start = (month, on)
    period = containing(day, per, BERLIN, start)
    following = after(period, start)
    assert period_named(name_of(period, start), BERLIN, start) == period
    assert (following.first_on, overlap(period, following)) == (period.end_on, False)
    assert name_of(following, start) != name_of(period, start)


@pytest.mark.parametrize("name", ["", "2026", "2026-13", "2026-Q5", "Q1-2026", "2026-1", "9999-Q1", "2026-Q1 or so"])
def test_another_name_is_refused_with_the_way_to_write_it(name):
    with pytest.raises(NoSuchPeriod, match="write a month as 2026-03 or a quarter as 2026-Q1"):
        period_named(name, BERLIN, (1, 1))


def calendar(text):
    return read(signed(HALDEN.replace("holidays: of_owner, zone: of_owner", text)))


@pytest.mark.parametrize(
    ("days", "holidays", "ends"),
    [
        (5, "of_owner", "2026-04-07 15:30"),  # Wed 1, Thu 2, Fri 3, Mon 6, Tue 7 April, 17:30 in Berlin
        (1, "of_owner", "2026-04-01 15:30"),
        (0, "of_owner", "2026-03-31 22:00"),  # the end itself: midnight in Berlin, in summer time
        (5, "[2026-04-03, 2026-04-06]", "2026-04-09 15:30"),  # Good Friday and Easter Monday are none
    ],
)
def test_grace_is_counted_in_working_days_after_the_end(days, holidays, ends):
    quarter = period_named("2026-Q1", BERLIN, (1, 1))
    found = grace_ends_at(quarter, days, calendar(f"holidays: {holidays}, zone: {BERLIN}"))
    assert f"{found:%Y-%m-%d %H:%M}" == ends


def test_where_a_period_stands():
    quarter = period_named("2026-Q1", BERLIN, (1, 1))
    grace, day = quarter.ends_at + timedelta(days=7), timedelta(days=1)

    def at(moment, made=False, closed=False):
        return standing(quarter, grace, is_made=made, is_closed=closed, at=moment)

    assert [at(quarter.ends_at - day), at(quarter.ends_at), at(grace), at(grace, made=True), at(grace, made=True, closed=True)] == [
        Stands.RUNNING, Stands.GRACE, Stands.DUE, Stands.UNSIGNED, Stands.CLOSED,
    ]  # fmt: skip
    assert quarter.ends_at == datetime(2026, 3, 31, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("closed", "first", "into", "on"),
    [
        ("2025-Q4", "2025-10-01", "2026-Q2", "2026-04-01"),
        ("2026-Q4", "2027-01-15", "2027-Q1", "2027-04-15"),
        ("2025-12", "2025-12-01", "2026-01", "2026-01-01"),
    ],
)
def test_what_was_brought_into_a_name_before_is_brought_into_its_first_day(closed, first, into, on):
    from importlib import import_module
    from types import SimpleNamespace

    first_day = import_module("treaty.books.migrations.0002_by_days").first_day
    assert first_day(SimpleNamespace(period=closed, first_on=date.fromisoformat(first)), into) == date.fromisoformat(on)
