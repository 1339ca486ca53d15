"""The waterfall when rates are amended within the period: each end of a deal by the version of its moment, balanced to the cent."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.plan.frames import deal, frame, us
from tests.world import HALDEN
from treaty.funnel import catalogue

MARCH = datetime(2026, 2, 28, 23, tzinfo=UTC)
"""Midnight in Berlin: the second version begins with a month."""
ECB = "USD: {source: ecb, on: deal_created}"
NINE, FIVE = (HALDEN.replace(ECB, f"USD: {{source: stated, on: deal_created, rate: {rate}}}") for rate in (0.9, 0.5))


def dollars(number, opened, amount, **more):
    return deal(number, opened, amount, **({"currency": "USD"} | more))


DEALS = [
    dollars(1, "01-10", "100"),  # created 90, 40 less by the new rate, 50 at the end
    dollars(2, "01-10", "200", outcome="won", closed_us=us("01-20")),  # created and won 180
    dollars(3, "01-10", "100", outcome="won", closed_us=us("03-01")),  # created 90, 40 less, won 50
    dollars(4, "03-01", "100"),  # created 50
    dollars(5, "01-10", "100", opened_us=us("01-01") - 20 * 86_400_000_000),  # there before: 90, 40 less
    dollars(6, "03-01", "7", currency="EUR"),
    dollars(7, "03-01", "3", currency="GBP"),  # no rate: beside
]


@pytest.fixture
def there():
    return frame(text=NINE, later=(FIVE, MARCH), opportunities=DEALS)


def lines(there, period):
    return {one.part: one.figure for one in catalogue.ask(there, "pipeline_waterfall", period) if one.figure}


def test_each_end_of_a_deal_is_worth_what_the_version_of_its_moment_says(there):
    """Created 90 + 180 + 90 + 50 + 7; won 180 + 50; less by the new rate 3 times 40; 90 + 417 - 120 - 230 = 157."""
    quarter = there.period("quarter")
    found = lines(there, quarter)
    assert found == {"opening": 90, "created": 417, "decreased": -120, "won": -230, "closing": 157}
    assert found["created"] == catalogue.one(there, "pipeline_created", quarter).figure
    assert -found["won"] == catalogue.one(there, "revenue_closed", quarter).figure
    sides = {one.part: one.others for one in catalogue.ask(there, "pipeline_waterfall", quarter) if one.others}
    assert sides == {"created": {"GBP": 3}, "closing": {"GBP": 3}}


def test_a_month_opens_with_what_the_one_before_closed_with_though_a_version_begins_between(there):
    """February closes with deals 1, 3 and 5 at 90 each; March begins with the new version and opens with the same."""
    february, march = (lines(there, there.containing(date(2026, month, 1), "month")) for month in (2, 3))
    assert february == {"opening": 270, "closing": 270}
    assert march == {"opening": 270, "created": 57, "decreased": -120, "won": -50, "closing": 157}


def test_a_deal_that_one_version_has_no_rate_for_stays_in_its_own_currency():
    """Version 2 has no dollar: nothing is taken from anything else, and the deal is beside."""
    there = frame(text=NINE, later=(HALDEN, MARCH), opportunities=DEALS[:1])
    found = catalogue.ask(there, "pipeline_waterfall", there.period("quarter"))
    assert {one.part: one.others for one in found if one.others} == {"created": {"USD": Decimal(100)}, "closing": {"USD": Decimal(100)}}
    assert not any(one.figure for one in found)
