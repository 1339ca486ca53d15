"""Clocks keep to the holidays that were signed. Sol works in Berlin; NOON is Tuesday 10 March 2026, 13:00 there."""

from datetime import UTC, date, datetime

import pytest

from tests import world as small
from tests.conftest import NOON
from treaty.agreement.canonical import Bindings, hash_of, signed_bytes
from treaty.agreement.document import load
from treaty.agreement.queries import signed_of
from treaty.sla import actions
from treaty.sla.models import SlaClock
from treaty.sla.whose import holidays_at
from treaty.team.models import Member

pytestmark = pytest.mark.db
FOUNDERS_DAY = date(2026, 3, 10)
CHRISTMAS = date(2026, 12, 25)


def bind(world, **holidays):
    """The version in force, signed together with these days."""
    terms = load(world.version.text).terms
    bound = small.bindings(terms)
    raw = signed_bytes(terms, Bindings(**{**bound.model_dump(), "holidays": holidays}))
    world.version.signed_bytes, world.version.hash = raw, hash_of(raw)
    world.version.save()
    return signed_of(world.version)


def due(world):
    actions.start(world.handed_over(NOON))
    return SlaClock.objects.get(promise="first-contact").due_at


def test_without_bound_days_the_library_is_asked(world):
    # 13:30 + 4 h is 17:30 in Berlin on the same Tuesday, 16:30 UTC
    assert due(world) == datetime(2026, 3, 10, 16, 30, tzinfo=UTC)


def test_a_signed_holiday_of_our_own_moves_the_due_moment(world):
    bind(world, DE=[FOUNDERS_DAY])
    # nothing on Tuesday; Wednesday 09:00 to 12:30 is 3.5 h and 13:30 to 14:00 the last half hour: 14:00 in Berlin
    assert due(world) == datetime(2026, 3, 11, 13, 0, tzinfo=UTC)


def test_in_the_years_that_are_bound_no_other_day_is_a_holiday(world):
    assert CHRISTMAS in holidays_at("DE", signed_of(world.version))
    assert CHRISTMAS not in holidays_at("DE", bind(world, DE=[FOUNDERS_DAY]))


def test_after_the_bound_years_and_before_them_the_library_goes_on(world):
    # in force from 2026, locked until June 2026: bound for 2026 and 2027
    days = holidays_at("DE", bind(world, DE=[FOUNDERS_DAY]))
    assert [date(year, 12, 25) in days for year in (2025, 2026, 2027, 2028)] == [True, False, False, True]


def test_a_place_that_is_not_bound_asks_the_library(world):
    signed = bind(world, DE=[FOUNDERS_DAY])
    assert date(2026, 7, 14) in holidays_at("FR", signed)
    assert FOUNDERS_DAY not in holidays_at("FR", signed)
    assert holidays_at("none", signed) == holidays_at("", signed) == holidays_at("ZZ", signed) == frozenset()


def test_a_region_has_days_of_its_own(world):
    Member.objects.update(region="BE")
    bind(world, **{"DE": [], "DE-BE": [FOUNDERS_DAY]})
    assert due(world) == datetime(2026, 3, 11, 13, 0, tzinfo=UTC)


def test_an_upgraded_library_changes_nothing_that_was_signed(world, monkeypatch):
    signed = bind(world, DE=[FOUNDERS_DAY])
    before = {day for day in holidays_at("DE", signed) if day.year in (2026, 2027)}
    monkeypatch.setattr("treaty.sla.whose._known", lambda place: frozenset({date(2026, 5, 5), date(2030, 5, 5)}))
    from treaty.sla import whose

    whose._bound.cache_clear()
    after = holidays_at("DE", signed)
    whose._bound.cache_clear()
    assert {day for day in after if day.year in (2026, 2027)} == before
    assert date(2030, 5, 5) in after
