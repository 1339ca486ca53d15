"""Unit economics on hand-written rows, looked at on Monday 9 March 2026: every expected figure is worked beside it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plan.frames import MONDAY, frame, us
from tests.world import HALDEN
from treaty.engine.days import DAY_US
from treaty.engine.periods import Period, containing
from treaty.funnel import campaigns, catalogue, origin
from treaty.funnel.catalogue.asking import lag_of
from treaty.funnel.catalogue.rounding import to_places

AGREED = """
economics:
  spend: all
  unassigned: {unassigned}
  costs:
    - {{id: salaries, what: salaries, side: marketing, amount: 3_100, per: month, from: 2026-01-01}}
    - {{id: tools, what: tools, side: sales, amount: 900, per: quarter, from: 2026-01-01, until: 2026-03-31}}
  lag: {lag}
  margin: 60%
  amount_covers: 12 months
  churn: {{share: 2%, per: month}}
"""


def text(unassigned="stays", lag="none", **instead):
    agreed = AGREED.format(unassigned=unassigned, lag=lag)
    for written, other in instead.items():
        agreed = "\n".join(line for line in agreed.splitlines() if not line.strip().startswith(f"{written}:")) if other is None else agreed
    return HALDEN.replace("\nincentives:", f"{agreed}\nincentives:")


def spent(number, on, amount, channel="", campaign="", currency="EUR"):
    return {
        "spend_id": number, "source_id": 1, "spent_on": date.fromisoformat(f"2026-{on}"), "amount": Decimal(amount),
        "channel": channel, "campaign": campaign, "currency": currency,
    }  # fmt: skip


def won(number, closed, amount, account, **more):
    """A won deal whose person, of the same number as the account, may have touches."""
    return {
        "opportunity_id": number, "account_id": account, "outcome": "won", "closed_us": us(closed), "currency": "EUR",
        "opened_us": us(closed) - 20 * DAY_US, "amount": None if amount is None else Decimal(amount), **more,
    }  # fmt: skip


def touch(number, person, on, channel, campaign=""):
    return {"touch_id": number, "person_id": person, "occurred_us": us(on), "channel": channel, "campaign": campaign, "content": ""}


ROWS = {
    "spend": [
        spent(1, "01-10", "1000", "search", "spring"),
        spent(2, "02-10", "500.50", "search"),
        spent(3, "02-20", "300", "fair", "fair-1"),
        spent(4, "03-05", "99.99"),
        spent(5, "03-06", "70", "search", currency="USD"),
        spent(6, "03-07", "10", "", "fair-1"),
    ],
    "campaigns": [{"campaign_id": 1, "slug": "fair-1", "channel": "fair"}],
    "opportunities": [
        won(1, "01-20", "6000", 1),
        won(2, "02-20", "2400", 1),  # the second of the same account: expansion
        won(3, "03-02", "3600", 2),
        won(4, "03-03", None, 3),  # a customer without an amount
        won(5, "03-04", "1200", None, lead_id=9),  # of the account of its lead's person, which is 1: expansion
        won(6, "03-05", "900", None),  # of nobody known: a customer by itself
    ],
    "leads": [{"lead_id": 9, "person_id": 91, "account_id": 1, "channel": "search"}],
    "people": [{"person_id": n, "account_id": n} for n in (1, 2, 3)],
    "touches": [
        touch(1, 1, "01-05", "search", "spring"),
        touch(2, 2, "02-06", "search"),
        touch(3, 2, "02-07", "fair", "fair-1"),
        touch(4, 3, "03-01", "search", "spring"),
        touch(5, 3, "03-02", "search", "summer"),
        touch(6, 3, "03-02", "fair", "fair-1"),
    ],
    "sources": [{"source_id": 1, "name": "ads"}],
}


def framed(at=MONDAY, **words):
    return frame(at=at, text=text(**words), **ROWS)


@pytest.fixture
def quarter():
    return containing(MONDAY.date(), "quarter", "Europe/Berlin")


def told(frame, name, period, by=""):
    return {one.value: one.figure for one in catalogue.ask(frame, name, period, by)}


def test_spend_is_told_apart_and_adds_up(quarter):
    """1000 + 500.50 + 300 + 99.99 + 10 = 1910.49; the dollars are beside. What names a campaign alone has the campaign's channel."""
    made = framed()
    (one,) = catalogue.ask(made, "spend", quarter)
    assert (one.figure, one.others, one.n) == (Decimal("1910.49"), {"USD": Decimal(70)}, 6)
    assert told(made, "spend", quarter, "channel") == {"": Decimal("99.99"), "fair": Decimal(310), "search": Decimal("1500.50")}
    assert told(made, "spend", quarter, "month") == {"2026-01": Decimal(1000), "2026-02": Decimal("800.50"), "2026-03": Decimal("109.99")}
    assert told(made, "spend", quarter, "source") == {"ads": Decimal("1910.49")}


def test_spend_of_months_adds_up_to_the_quarter(quarter):
    made = framed(unassigned="by_touches")
    months = [containing(date(2026, month, 1), "month", "Europe/Berlin") for month in (1, 2, 3)]
    each = [one.figure for (one,) in catalogue.series(made, "spend", months)]
    assert each == [Decimal(1000), Decimal("800.50"), Decimal("109.99")]


def test_spend_without_a_channel_is_shared_by_the_touches_of_its_month(quarter):
    """March has two touches on search and one of the fair: of 99.99 search has 66.66 and the fair 33.33. Of search's 66.66 spring
    and summer have one touch each. February's 500.50 of search name no campaign, and no touch of that month on search does."""
    made = framed(unassigned="by_touches")
    assert told(made, "spend", quarter, "channel") == {"fair": Decimal("343.33"), "search": Decimal("1567.16")}
    assert told(made, "spend", quarter, "campaign") == {
        "": Decimal("500.50"), "fair-1": Decimal("343.33"), "spring": Decimal("1033.33"), "summer": Decimal("33.33"),
    }  # fmt: skip


def test_spend_may_be_shared_by_what_was_won(quarter):
    """March's 99.99: won 3600 with person 2, W-shaped without a lead: first touch 30 and the last before the opening; both its
    touches are before 10 February, so search 50 and fair 50. Others of March have no touch in reach, or no amount."""
    found = told(framed(unassigned="by_won"), "spend", quarter, "channel")
    assert found == {"fair": Decimal("360.00"), "search": Decimal("1550.49")}  # of equal parts `fair` sorts first


RATED = ("USD: {source: ecb, on: deal_created}", "USD: {source: stated, on: deal_closed, rate: 0.5}")


@pytest.mark.parametrize(
    ("unassigned", "expected"),
    [
        ("stays", {"fair-1": Decimal(310), "spring": Decimal(1000)}),
        # as above, and of the 70 dollars of search in March, 35 euros, spring and summer have a touch each: 17.50
        ("by_touches", {"fair-1": Decimal("343.33"), "spring": Decimal("1050.83"), "summer": Decimal("50.83")}),
        # the fair has half of 99.99 by what was won, 50.00; nothing that search won in March names a campaign, and spring won all that
        # search did in February: 500.50
        ("by_won", {"fair-1": Decimal("360.00"), "spring": Decimal("1500.50")}),
    ],
)
def test_a_campaign_costs_on_its_page_what_economics_says(quarter, unassigned, expected):
    """A pound has no rate: March's 30 stay beside, shared or not."""
    rows = {**ROWS, "spend": [*ROWS["spend"], spent(7, "03-06", "30", "fair", "fair-1", currency="GBP")]}
    made = frame(text=text(unassigned=unassigned).replace(*RATED), **rows)
    costs = campaigns.costs(made, quarter)
    assert {slug: cost for slug, (cost, _) in costs.items()} == expected
    assert {slug: others for slug, (_, others) in costs.items() if others} == {"fair-1": {"GBP": Decimal(30)}}
    earned, back = campaigns.revenue(made, "campaign", quarter), told(made, "return_on_spend", quarter, "campaign")
    assert {slug: back[slug] for slug in costs if slug in earned} == {
        slug: to_places(earned[slug].credited / cost) for slug, (cost, _) in costs.items() if slug in earned
    }
    for slug, cost in expected.items():
        months = origin.cost_by_month(made, origin.Which("campaign", slug), quarter)
        assert sum(one.amount for one in months if one.currency == "EUR") == cost


def test_what_is_shared_is_whole_units_of_its_currency(quarter):
    """Of 100 yen search has two thirds, 66.67: 67; of a dinar 0.667. No rate is agreed for either."""
    rows = {**ROWS, "spend": [spent(1, "03-05", "100", currency="JPY"), spent(2, "03-05", "1", currency="KWD")]}
    found = catalogue.ask(frame(text=text(unassigned="by_touches"), **rows), "spend", quarter, "channel")
    assert {one.value: one.others for one in found} == {
        "fair": {"JPY": Decimal(33), "KWD": Decimal("0.333")}, "search": {"JPY": Decimal(67), "KWD": Decimal("0.667")},
    }  # fmt: skip


def test_named_channels_alone_may_count(quarter):
    made = frame(text=text().replace("spend: all\n", "spend: [fair]\n"), **ROWS)
    assert told(made, "spend", quarter) == {"": Decimal(310)}


def test_new_business_and_expansion_are_apart(quarter):
    """Accounts 1, 2, 3 and the deal of nobody are new; the second deal of account 1 and the one by its lead are expansion."""
    made = framed()
    assert told(made, "new_customers", quarter) == {"": Decimal(4)}
    assert told(made, "revenue_closed", quarter, "business") == {"new": Decimal(10500), "expansion": Decimal(3600)}
    assert sorted(row["opportunity_id"] for row in catalogue.behind(made, "new_customers", quarter.us)) == [1, 3, 4, 6]


def test_a_customer_of_an_earlier_time_is_no_new_one(quarter):
    march = containing(MONDAY.date(), "month", "Europe/Berlin")
    assert told(framed(), "new_customers", march) == {"": Decimal(3)}


def test_cac_holds_spend_and_the_agreed_costs_so_far(quarter):
    """Costs up to and with 9 March: salaries 3100 + 3100 + 3100 × 9/31 = 7100; tools 900 × 68/90 = 680. With 1910.49 of spend it is
    9690.49 for four customers."""
    (one,) = catalogue.ask(framed(), "cac", quarter)
    assert one.parts["costs"] == {"salaries": Decimal(7100), "tools": Decimal(680)}
    assert one.figure == Decimal("2422.62")
    assert (one.n, one.parts["spend"], one.others) == (4, Decimal("1910.49"), {"USD": Decimal(70)})


def test_spend_of_days_to_come_is_not_spent_yet(quarter):
    """Rows booked for 9 and 10 March, on the 9th: the first has come, the second has not, in no figure that holds spend. Once the
    quarter is over both are in it."""
    rows = {**ROWS, "spend": [*ROWS["spend"], spent(7, "03-09", "5", "fair"), spent(8, "03-10", "40", "fair")]}
    running, over = frame(text=text(), **rows), frame(at=MONDAY + timedelta(days=60), text=text(), **rows)
    over.lake.as_of = over.at
    for name in ("spend", "acquisition_spend"):
        assert told(running, name, quarter) == {"": Decimal("1915.49")}
        assert told(over, name, quarter) == {"": Decimal("1955.49")}
        assert 8 not in {row["spend_id"] for row in catalogue.behind(running, name, quarter.us)}
    assert catalogue.one(running, "cac", quarter).parts["spend"] == Decimal("1915.49")
    assert [one.figure for (one,) in catalogue.series(running, "spend", running.last("month", 2))] == [Decimal("800.50"), Decimal("114.99")]


def test_costs_and_spend_of_a_running_period_end_with_the_lake(quarter):
    """The page is of 9 March, the lake of 6 March 12:00: spend of the 7th is not in it, and no cost of the three days after."""
    made = framed()
    made.lake.as_of = MONDAY - timedelta(days=3)
    (one,) = catalogue.ask(made, "cac", quarter)
    assert one.parts["spend"] == Decimal("1900.49")
    assert one.parts["costs"] == {"salaries": Decimal(6800), "tools": Decimal(650)}  # 3100 × 2 + 3100 × 6/31, 900 × 65/90


def test_customers_may_follow_their_cost_by_a_sales_cycle(quarter):
    """Every cycle takes 20 days: the quarter up to today is held against 12 December to 17 February: spend of 10 January and 10
    February, salaries 3100 + 3100 × 17/28, tools 900 × 48/90."""
    made = framed(lag="sales_cycle")
    assert lag_of(made, quarter.end_on) == 20
    (one,) = catalogue.ask(made, "cac", quarter)
    assert one.parts["spend"] == Decimal("1500.50")
    assert one.parts["costs"] == {"salaries": Decimal("4982.14"), "tools": Decimal(480)}  # 1882.1428… to the cent
    rows = catalogue.behind(made, "acquisition_spend", quarter.us)
    assert sorted(row["spend_id"] for row in rows) == [1, 2]


def test_what_a_customer_is_worth(quarter):
    """14,100 of four accounts with an amount (1, 2, and 6 make three: 12,000… account 1 has 6000 + 2400 + 1200)."""
    made = framed()
    (average,) = catalogue.ask(made, "average_revenue_per_account", quarter)
    assert (average.figure, average.n) == (Decimal(4700), 3)  # 14,100 / 3
    # a month: 4700 / 12 × 60 % = 235; churn of 2 % a month: 235 / 0.02
    assert told(made, "clv", quarter) == {"": Decimal(11750)}
    # 11750 / 2422.62; new accounts brought 10,500 / 3 = 3500, a month's margin of it is 175: 2422.62 / 175
    assert told(made, "ltv_to_cac", quarter) == {"": Decimal("4.85")}
    assert told(made, "payback_months", quarter) == {"": Decimal("13.8")}


def test_a_lifetime_stands_for_churn(quarter):
    made = frame(text=text().replace("churn: {share: 2%, per: month}", "lifetime: 4 years"), **ROWS)
    assert told(made, "clv", quarter) == {"": Decimal(11280)}  # 235 × 48


@pytest.mark.parametrize(
    ("left_out", "number", "says"),
    [
        ("margin", "clv", "no gross margin is agreed"),
        ("churn", "clv", "neither churn nor lifetime is agreed"),
        ("amount_covers", "payback_months", "it is not agreed how long an amount pays for"),
    ],
)
def test_what_is_not_agreed_is_blank_and_named(quarter, left_out, number, says):
    (one,) = catalogue.ask(framed(**{left_out: None}), number, quarter)
    assert (one.figure, one.missing) == (None, (says,))


def test_nothing_measured_is_blank_and_named(quarter):
    made = frame(text=text())
    assert catalogue.one(made, "cac", quarter).missing == ("no new customer in the period",)
    assert catalogue.one(frame(), "cac", quarter).missing == ("no spend in the period", "no new customer in the period")
    assert catalogue.one(made, "ltv_to_cac", quarter).figure is None


def test_credit_of_customers_and_revenue_is_whole(quarter):
    """Deal 1: its only touch, search, takes all of 6000. Deal 2 of the same account: the same touch. Deal 3: half search, half fair.
    Deal 4 is worth nothing yet, and its touches share the customer. Deals 5 and 6: nobody known was touched."""
    made = framed()
    revenue = told(made, "credited_revenue", quarter, "channel")
    assert revenue == {"search": Decimal(10200), "fair": Decimal(1800), "(unattributed)": Decimal(2100)}
    assert sum(revenue.values()) == told(made, "revenue_closed", quarter)[""]
    customers = told(made, "credited_customers", quarter, "channel")
    assert sum(customers.values()) == 4
    assert customers["(unattributed)"] == 1


def test_cost_and_return_per_origin(quarter):
    made = framed()
    assert told(made, "return_on_spend", quarter, "channel") == {
        "": Decimal(0),
        "search": Decimal("6.80"),
        "fair": Decimal("5.81"),
        "(unattributed)": None,
    }  # fmt: skip - 10200 / 1500.50 = 6.798, 1800 / 310 = 5.806
    found = {one.value: one for one in catalogue.ask(made, "cac_by_credit", quarter, "channel")}
    share = catalogue.ask(made, "credited_customers", quarter, "channel")
    search = next(one.figure for one in share if one.value == "search")
    assert found["search"].figure == (Decimal("1500.50") / search).quantize(Decimal("0.01"))
    assert found["fair"].missing == ("less than one customer credited in the period",)
    assert found["(unattributed)"].missing == ("no spend in the period",)
    assert found[""].missing == ("no customer credited in the period",)


def test_cost_per_stage_divides_the_spend_by_those_who_reached_it(quarter):
    moves = [
        {"move_id": n, "lead_id": n, "to_stage": stage, "at_us": us("02-01"), "how": "definition"}
        for n, stage in ((1, "engaged"), (2, "engaged"), (2, "marketing_qualified"))
    ]
    made = frame(text=text(), **{**ROWS, "leads": [{"lead_id": n, "channel": "fair"} for n in (1, 2)], "stage_moves": moves})
    found = {one.part: one.figure for one in catalogue.ask(made, "cost_per_stage", quarter)}
    assert (found["engaged"], found["marketing_qualified"]) == (Decimal("955.25"), Decimal("1910.49"))
    fair = {one.part: one.figure for one in catalogue.ask(made, "cost_per_stage", quarter, "channel") if one.value == "fair"}
    assert fair["engaged"] == Decimal(155)


amounts = st.decimals("-1000", "100000", places=4, allow_nan=False)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(amounts, st.sampled_from(["", "a", "b"]), st.sampled_from(["", "x", "y"]), st.integers(0, 89)), max_size=8),
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "x", "y", "z"]), st.integers(0, 89)), max_size=12),
)
def test_what_is_shared_is_the_spend_to_the_last_digit(rows, touches):
    """Whatever is shared by which touches: together, per row and per channel that was named, nothing is lost or made."""
    day = date(2026, 1, 1)
    spend = [
        {**spent(n, "01-01", amount, channel, campaign), "spent_on": day + timedelta(days=after)}
        for n, (amount, channel, campaign, after) in enumerate(rows)
    ]
    seen = [
        touch(n, n, "01-01", channel, campaign) | {"occurred_us": us("01-01") + after * DAY_US}
        for n, (channel, campaign, after) in enumerate(touches)
    ]
    made = frame(at=MONDAY + timedelta(days=30), text=text(unassigned="by_touches"), spend=spend, touches=seen)
    made.lake.as_of = made.at  # the quarter is over
    quarter = containing(day, "quarter", "Europe/Berlin")
    parts = {row["spend_id"]: Decimal(0) for row in spend}
    for row in catalogue.behind(made, "spend", quarter.us):
        parts[row["spend_id"]] += row["counted"]
    assert parts == {row["spend_id"]: row["amount"] for row in spend}


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**9), st.sampled_from(["month", "quarter", "year"]), st.integers(-40, 900), st.integers(0, 400), st.integers(0, 400)
)
def test_costs_of_neighbouring_stretches_add_up(cents, per, start, one, two):
    from treaty.agreement.terms_economics import Cost
    from treaty.funnel.costs import accrued

    cost = Cost.model_validate(
        {"id": "x", "what": "x", "side": "sales", "amount": Decimal(cents) / 100, "per": per, "from": date(2026, 1, 15)}
    )

    def within(first, end):
        return accrued(cost, first, end, lambda day, each: containing(day, each, "Europe/Berlin"), "EUR")

    a = date(2026, 1, 1) + timedelta(days=start)
    b, c = a + timedelta(days=one), a + timedelta(days=one + two)
    assert within(a, b) + within(b, c) == within(a, c)
    year = within(date(2027, 1, 1), date(2028, 1, 1))
    assert year == Decimal(cents) / 100 * {"month": 12, "quarter": 4, "year": 1}[per]


def test_a_week_of_spend_is_of_that_week():
    week = Period("week", date(2026, 3, 2), date(2026, 3, 9), "Europe/Berlin")
    assert told(framed(), "spend", week) == {"": Decimal("109.99")}


def test_spend_and_credit_in_another_currency_count_at_the_rate_of_their_day(quarter):
    """70 dollars of 6 March at 0.9 are 63 euros; a deal of 1000.01 dollars is 900.009, to the cent 900.01, and so are its parts."""
    rate = {
        "rate_id": 1,
        "said": 1,
        "received_us": 0,
        "currency": "USD",
        "becomes": "EUR",
        "rate_on": date(2025, 12, 31),
        "rate": Decimal("0.9"),
    }
    rows = [*ROWS["opportunities"][:3], {**ROWS["opportunities"][3], "amount": Decimal("1000.01"), "currency": "USD"}]
    made = frame(text=text(), **{**ROWS, "opportunities": rows, "rates": [rate]})
    (spend,) = catalogue.ask(made, "spend", quarter)
    assert (spend.figure, spend.others) == (Decimal("1973.49"), {})
    assert sum(told(made, "credited_revenue", quarter, "campaign").values()) == Decimal("12900.01")
    assert told(made, "revenue_closed", quarter) == {"": Decimal("12900.01")}


def test_a_campaign_is_the_same_however_its_touches_write_it(quarter):
    touches = [{**row, "campaign": f" {row['campaign'].title()}"} for row in ROWS["touches"]]
    found = told(frame(text=text(), **{**ROWS, "touches": touches}), "return_on_spend", quarter, "campaign")
    assert found["spring"] == Decimal("8.40")  # 8,400 of deals 1 and 2 for 1,000


def test_costs_accrue_in_the_smallest_unit_of_their_currency():
    """3,100 a month of 31 days is 100 a day; a third of 1,000 yen is 333 whole yen, of 1 dinar of three decimals 0.333."""
    from treaty.agreement.terms_economics import Cost
    from treaty.funnel.costs import accrued

    def of(amount, days, currency):
        cost = Cost.model_validate({"id": "x", "what": "x", "side": "sales", "amount": amount, "per": "month", "from": date(2026, 1, 1)})
        first = date(2026, 4, 1)
        return accrued(cost, first, first + timedelta(days=days), lambda day, each: containing(day, each, "Europe/Berlin"), currency)

    assert (of(1000, 10, "JPY"), of(1, 10, "KWD"), of(1000, 10, "EUR")) == (Decimal(333), Decimal("0.333"), Decimal("333.33"))
