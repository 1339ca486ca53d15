"""The catalogue on hand-written deals: every expected figure can be counted on the page."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.plan.frames import frame as framed
from treaty.engine.periods import Period, containing
from treaty.funnel.catalogue import CATALOGUE, NoSuchNumber, ask
from treaty.funnel.stages import step_name
from treaty.funnel.way import whole_way
from treaty.moments import to_us
from treaty.shares import wilson

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY_US = 86_400_000_000


def us(month, day):
    return to_us(datetime(2026, month, day, tzinfo=UTC))


def deal(number, outcome, opened, closed, amount, channel="email", currency="EUR"):
    return {
        "opportunity_id": number, "outcome": outcome, "opened_us": opened, "closed_us": closed, "currency": currency, "lead_id": number,
        "amount": None if amount is None else Decimal(amount), "channel": channel,
    }  # fmt: skip


DEALS = [
    deal(1, "won", us(1, 1), us(1, 11), 100),  # ten days
    deal(2, "won", us(1, 1), us(1, 31), 300),  # thirty
    deal(3, "lost", us(1, 1), us(2, 1), 500),
    deal(4, "won", us(1, 1), us(2, 10), None, channel="fair"),  # forty, no amount
    deal(5, "lost", us(1, 5), us(2, 2), 900, channel="fair", currency="USD"),
    deal(6, "open", us(2, 1), None, 1000),
    deal(7, "open", us(2, 2), None, 50, channel="fair"),
    deal(8, "won", us(1, 1), us(4, 1), 700),  # of the next quarter, open until then
    deal(9, "won", us(2, 1), us(1, 20), 10, channel="odd"),  # closed before it was opened: no cycle
]


def row(number, outcome, opened, amount, **more):
    told = {"opportunity_id": number, "outcome": outcome, "opened_us": opened, "amount": Decimal(amount), "currency": "EUR"}
    return told | more


@pytest.fixture
def frame():
    leads = [{"lead_id": row["lead_id"], "channel": row["channel"]} for row in DEALS]
    rows = [{key: value for key, value in row.items() if key != "channel"} for row in DEALS]
    return framed(at=NOW, opportunities=rows, leads=leads)


@pytest.fixture
def quarter() -> Period:
    return containing(NOW.date(), "quarter", "Europe/Berlin")


def told(frame, name, quarter, by=""):
    return {one.value: one.figure for one in ask(frame, name, quarter, by)}


def test_money_is_of_the_agreements_currency(frame, quarter):
    assert told(frame, "revenue_closed", quarter) == {"": Decimal(410)}
    assert told(frame, "open_pipeline", quarter) == {"": Decimal(1750)}
    assert told(frame, "pipeline_created", quarter) == {"": Decimal(2660)}
    assert told(frame, "open_pipeline", quarter, "channel") == {"email": Decimal(1700), "fair": Decimal(50)}


def test_amounts_in_other_currencies_become_the_agreements_at_the_rate_of_their_day(quarter):
    """HALDEN counts in EUR and converts USD at the rate of the day a deal was created: 900 USD at 0.92, the rate of Friday 2
    January until Monday, is 828.00; yen have no agreed rate and stay beside."""
    deals = [row(1, "won", us(1, 1), 100, closed_us=us(2, 1)), row(2, "won", us(1, 4), 900, closed_us=us(2, 1)) | {"currency": "USD"}]
    deals.append(row(3, "won", us(1, 4), 5000, closed_us=us(2, 1)) | {"currency": "JPY"})
    rates = [
        {"rate_id": n, "said": n, "received_us": us(1, 6), "currency": "USD", "becomes": "EUR", "rate_on": date(2026, 1, day), "rate": rate}
        for n, (day, rate) in enumerate([(2, Decimal("0.92")), (5, Decimal("0.93"))], 1)
    ]
    (one,) = ask(framed(at=NOW, opportunities=deals, rates=rates), "revenue_closed", quarter)
    assert (one.figure, one.n, dict(one.others)) == (Decimal(928), 3, {"JPY": Decimal(5000)})


def test_win_rate_is_by_count_with_its_range_and_by_value_another_ask(frame, quarter):
    (one,) = ask(frame, "win_rate", quarter)
    assert (one.figure, one.k, one.n) == (Decimal(4) / 6, 4, 6)
    assert (one.low, one.high) == wilson(4, 6)
    assert told(frame, "win_rate", quarter, "channel") == {"email": Decimal(2) / 3, "fair": Decimal("0.5"), "odd": Decimal(1)}
    assert told(frame, "win_rate_by_value", quarter) == {"": Decimal(410) / 910}


def test_the_cycle_is_told_three_ways_and_never_runs_backwards(frame, quarter):
    """Ten, thirty and forty days: the middle is 30, the mean 26.67, four fifths of the way 36."""
    assert told(frame, "sales_cycle_median", quarter) == {"": Decimal(30)}
    assert told(frame, "sales_cycle_mean", quarter) == {"": Decimal("26.67")}
    assert told(frame, "sales_cycle_p80", quarter) == {"": Decimal(36)}


def test_velocity_is_its_four_levers(frame, quarter):
    """Three open in euros, 136.67 on average (410 of three with an amount), four of six won, 26.67 days."""
    (one,) = ask(frame, "pipeline_velocity", quarter)
    assert one.parts["open"] == 3
    assert one.figure == (3 * (Decimal(410) / 3) * (Decimal(4) / 6) / Decimal("26.67")).quantize(Decimal("0.01"))


def test_nothing_measured_is_nothing_not_zero(quarter):
    row = {key: value for key, value in deal(1, "open", us(1, 1), None, 5).items() if key != "channel"}
    frame = framed(at=NOW, opportunities=[row])
    assert told(frame, "win_rate", quarter) == {"": None}
    assert [one.figure for one in ask(frame, "pipeline_velocity", quarter)] == [None]


def test_every_number_says_what_it_is():
    for name, measure in CATALOGUE.items():
        assert measure.name == name
        assert measure.says.endswith(".")
        assert measure.formula
        assert measure.version >= 1


def test_an_unknown_number_or_dimension_is_told_the_others(frame, quarter):
    with pytest.raises(NoSuchNumber, match="'win' is no number: use pipeline_created, "):
        ask(frame, "win", quarter)
    with pytest.raises(NoSuchNumber, match="win_rate is not told apart by 'weather': use segment, "):
        ask(frame, "win_rate", quarter, "weather")


def test_a_part_without_a_case_is_told_and_all_stand_in_the_order_of_the_way(frame, quarter):
    steps = ask(frame, "stage_conversion", quarter)
    assert [one.part for one in steps] == [step_name(*pair) for pair in pairwise(whole_way(frame.terms))]
    assert [one.figure for one in steps] == [None] * len(steps)


def test_the_waterfall_balances_deal_by_deal():
    """Until 31 March. One there from the start rose and was won; one was put off to June; one came in, shrank, and is open."""
    changes = [
        (1, 1, "amount", "100", "01-01"), (2, 1, "amount", "130", "02-01"),
        (3, 2, "amount", "70", "01-01"), (4, 2, "close_on", "2026-03-31", "01-01"), (5, 2, "close_on", "2026-06-30", "02-10"),
        (6, 3, "amount", "60", "02-02"), (7, 3, "amount", "50", "02-20"),
    ]  # fmt: skip
    names = ("change_id", "opportunity_id", "field", "value", "at_us")
    made = framed(
        at=NOW,
        opportunities=[
            {
                "opportunity_id": 1,
                "outcome": "won",
                "opened_us": us(1, 1),
                "closed_us": us(3, 1),
                "amount": Decimal(130),
                "currency": "EUR",
            },
            {
                "opportunity_id": 2,
                "outcome": "open",
                "opened_us": us(1, 1),
                "amount": Decimal(70),
                "currency": "EUR",
                "close_on": date(2026, 6, 30),
            },
            {"opportunity_id": 3, "outcome": "open", "opened_us": us(2, 2), "amount": Decimal(50), "currency": "EUR"},
        ],
        opportunity_changes=[dict(zip(names, (*row[:4], us(*map(int, row[4].split("-")))), strict=True)) for row in changes],
    )
    february_on = Period("month", date(2026, 1, 15), date(2026, 4, 1), "Europe/Berlin")
    lines = {one.part: one.figure for one in ask(made, "pipeline_waterfall", february_on)}
    assert lines == {
        "opening": 170, "created": 60, "moved in": 0, "increased": 30, "decreased": -10, "moved out": -70, "won": -130, "lost": 0,
        "closing": 50,
    }  # fmt: skip
    assert sum(amount for line, amount in lines.items() if line != "closing") == lines["closing"]


def test_every_number_is_told_apart_by_every_dimension_it_names(frame, quarter):
    """Each dimension once, by numbers that take turns; and what only some cases bring is offered by those alone."""
    from treaty.funnel.catalogue import Measure, dimensions_of

    measures = [one for one in CATALOGUE.values() if isinstance(one, Measure)]
    for place, measure in enumerate(measures):
        names = dimensions_of(measure)
        ask(frame, measure.name, quarter, names[-1 - place % 3])
    assert "reason" in dimensions_of(CATALOGUE["acceptance_rate"])
    assert "reason" not in dimensions_of(CATALOGUE["waiting"])
    assert told(frame, "open_pipeline", quarter, "stage") == {"": Decimal(1750)}


def test_averages_are_rounded_to_the_smallest_unit_a_half_away_from_zero(quarter):
    """Of 100.01 and 100.02 the middle is 100.015, of 100.02 and 100.03 it is 100.025: half a cent goes up both times."""
    for amounts, average in ((("100.01", "100.02"), "100.02"), (("100.02", "100.03"), "100.03")):
        deals = [row(n, "won", us(1, 1), amount, closed_us=us(2, 1)) for n, amount in enumerate(amounts, 1)]
        frame = framed(at=NOW, opportunities=deals)
        for name in ("average_won", "average_created"):
            assert told(frame, name, quarter) == {"": Decimal(average)}


def test_what_is_made_of_others_is_rounded_by_the_same_rule():
    """1 × 0.05 × 0.5 is half a cent more than 0.02; 1 × 5 × 0.5 is half a yen more than 2; 0.25 / 10 is 0.025."""
    from treaty.funnel.catalogue.entries.made import velocity
    from treaty.funnel.catalogue.rounding import each, ratio

    assert velocity(1, Decimal("0.05"), Decimal("0.5"), Decimal(1), "EUR") == Decimal("0.03")
    assert velocity(1, Decimal(5), Decimal("0.5"), Decimal(1), "JPY") == Decimal(3)
    assert (each(Decimal("0.25"), 10, "EUR"), each(Decimal("-0.25"), 10, "EUR")) == (Decimal("0.03"), Decimal("-0.03"))
    assert (each(Decimal(5), 2, "JPY"), each(Decimal("0.0025"), 2, "KWD")) == (Decimal(3), Decimal("0.001"))
    assert (each(None, 2, "EUR"), each(Decimal(1), 0, "EUR"), ratio(Decimal(1), Decimal(8))) == (None, None, Decimal("0.13"))


def test_half_a_hundredth_of_a_day_goes_up(quarter):
    """Cycles of 10.005 and 10.015 days, ten days and half a hundredth, or one and a half."""
    ends = [us(1, 11) + 432_000_000, us(1, 11) + 3 * 432_000_000]
    for end, shown in zip(ends, ("10.01", "10.02"), strict=True):
        frame = framed(at=NOW, opportunities=[row(1, "won", us(1, 1), 5, closed_us=end)])
        assert told(frame, "sales_cycle_median", quarter) == {"": Decimal(shown)}
