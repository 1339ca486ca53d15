"""Where goals will end, looked at on Monday 9 March 2026: 48 of the quarter's 64 working days are gone."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.plan.frames import frame, us, won
from treaty.moments import to_us
from treaty.plan.outlook import outlooks, worth

DAY_US = 86_400_000_000


def at(text):
    return to_us(datetime.fromisoformat(text).replace(hour=12, tzinfo=UTC))


def sold(number, day, amount):
    return {
        "opportunity_id": number, "outcome": "won", "currency": "EUR", "amount": Decimal(amount), "opened_us": at("2024-12-20"),
        "closed_us": at(day),
    }  # fmt: skip


def of(frame, wanted):
    return next(one for one in outlooks(frame) if one.found.goal.id == wanted)


LATE = [
    sold(n, day, amount)
    for n, (day, amount) in enumerate(
        [
            ("2025-01-15", 100), ("2025-03-28", 300),  # the same quarter of the year before
            ("2025-04-15", 200), ("2025-06-27", 200),
            ("2025-07-15", 100), ("2025-09-29", 500),
            ("2025-10-15", 100), ("2025-12-30", 400),
        ]
    )
]  # fmt: skip


def test_the_same_quarter_of_the_year_before_says_what_usually_has_come():
    """A quarter of it had come by then, drawn half way to the straight line: (0.25 + 0.75) / 2 = 0.5 of 400,000."""
    one = of(frame(opportunities=[*LATE, won(99, "02-03", "150000")]), "revenue")
    assert (one.season.source, one.season.periods, one.gone) == ("year before", 1, 48)
    assert float(one.usual) == pytest.approx(200_000, rel=0.02)
    assert one.found.pace.expected == 300_000
    assert float(one.gap) == pytest.approx(-50_000, rel=0.1)
    assert one.progress == Decimal("0.375")
    assert one.before.figure == 500


def test_the_forecast_adds_what_the_last_quarters_still_brought():
    """Still to come were 300, 200, 500 and 400 at this point: the middle of their roots is 18.47, so about 341 more."""
    one = of(frame(opportunities=[*LATE, won(99, "02-03", "1000")]), "revenue")
    assert one.forecast.periods == 4
    assert float(one.forecast.middle) == pytest.approx(1341, abs=2)
    assert one.forecast.low_80 < one.forecast.low_50 < one.forecast.middle < one.forecast.high_50 < one.forecast.high_80


def test_a_young_company_is_measured_by_the_straight_line():
    one = of(frame(opportunities=[won(1, "02-03", "150000")]), "revenue")
    assert (one.season.source, one.usual, one.forecast) == ("straight", Decimal(300_000), None)


def test_half_a_quarter_of_records_says_nothing():
    """Its first opportunity was opened in November: that quarter had begun without records."""
    rows = [{**row, "opened_us": at("2025-11-10")} for row in LATE]
    assert of(frame(opportunities=rows), "revenue").season.source == "straight"


def test_the_gap_is_told_in_leads_by_what_a_lead_brings():
    """Of ten leads handed over a year ago two were won, for 20,000 each: a lead brings 4,000; 300,000 − 290,000 is 2.5 of them."""
    leads = [{"lead_id": n} for n in range(10)]
    moves = [
        {
            "move_id": n,
            "lead_id": n,
            "from_stage": "engaged",
            "to_stage": "marketing_qualified",
            "how": "definition",
            "at_us": at("2025-06-02"),
        }
        for n in range(10)
    ]
    deals = [
        {"opportunity_id": n, "lead_id": n, "outcome": "won", "currency": "EUR", "amount": Decimal(20000),
         "opened_us": at("2025-11-03") - 120 * DAY_US, "closed_us": at("2025-06-02") + 40 * DAY_US}
        for n in range(2)
    ]  # fmt: skip
    made = frame(opportunities=[*deals, won(99, "02-03", "290000", opened_us=us("01-02"))], leads=leads, stage_moves=moves)
    assert worth(made, "revenue_closed", {}) == 4000
    one = of(made, "revenue")
    assert (one.gap, one.gap_in_leads) == (Decimal(-10_000), 3)
    ahead = of(frame(opportunities=[*deals, won(99, "02-03", "390000")], leads=leads, stage_moves=moves), "revenue")
    assert ahead.gap_in_leads == 0


def test_without_leads_that_were_followed_the_gap_has_no_leads():
    one = of(frame(opportunities=[won(1, "02-03", "150000")]), "revenue")
    assert (one.worth, one.gap_in_leads) == (None, None)


def test_a_share_has_no_season_and_is_told_by_segment():
    answers = [{"disposition_id": n, "handoff_id": n, "outcome": "accepted" if n else "rejected", "at_us": us("03-03")} for n in range(4)]
    leads = [{"lead_id": n, "segment": "dach" if n < 2 else "rest"} for n in range(4)]
    one = of(frame(dispositions=answers, handoffs=[{"handoff_id": n, "lead_id": n} for n in range(4)], leads=leads), "accept")
    assert (one.season, one.forecast, one.usual, one.progress) == (None, None, None, None)
    assert {each.value: each.figure for each in one.segments} == {"dach": Decimal("0.5"), "rest": Decimal(1)}
