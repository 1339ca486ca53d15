"""Numbers of unit economics that are counted from records: what was spent, who became a customer, what was credited to whom."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from treaty.agreement.terms_economics import Economics
from treaty.engine.days import DAY_US
from treaty.engine.measuring import Lake
from treaty.engine.periods import ONE_DAY
from treaty.funnel import credited, deals, spending
from treaty.funnel.catalogue.measure import Asked, Measure, Number, Row, amounts_of, cases_of, count, money, total
from treaty.funnel.catalogue.rounding import each
from treaty.truth.measures import Exchange, as_agreed

ORIGINS = ("channel", "campaign")


@lru_cache(maxsize=16)
def terms_of(words: str) -> Economics:
    """What an agreement says of economics, from its JSON; of empty words, what holds where nothing is agreed."""
    return Economics.model_validate_json(words) if words else Economics()


# Spend


def _spent(lake: Lake, asked: Asked, lag_days: int = 0) -> Any:
    """Spend of the period up to the day of the lake, or of so many days before: then each row counts so many days later than it
    was spent. What is booked for days to come is not spent yet, as agreed costs are not."""
    agreed, back = terms_of(asked.economics), timedelta(days=lag_days)
    end_on = min(asked.end_on, asked.today + ONE_DAY)
    days = (asked.first_on - back, max(end_on, asked.first_on) - back)
    begun_us = asked.span[0] - lag_days * DAY_US
    rows = spending.spent(lake, days, begun_us, () if agreed.spend == "all" else tuple(agreed.spend))
    rows = rows.mutate(opened_us=rows.at_us, closed_us=rows.at_us)  # the day whose rate another currency has
    rows = as_agreed(lake, rows, _exchange(asked), ("amount",))
    weights = _weights(lake, asked, agreed)
    if weights is not None:
        rows = spending.assigned(rows, weights, asked.months)
    return rows.mutate(counted=rows.amount, at_us=rows.at_us + lag_days * DAY_US)


def _exchange(asked: Asked) -> Exchange:
    assert asked.exchange is not None  # noqa: S101 - numbers of spend and credit are always told
    return asked.exchange


def _weights(lake: Lake, asked: Asked, agreed: Economics) -> Any | None:
    """By what spend without a name is shared; None where it stays, or no model is agreed to share it by."""
    if agreed.unassigned == "stays":
        return None
    if agreed.unassigned == "by_touches":
        return spending.touched(lake, asked.months)
    if not asked.sharings:
        return None
    won, own = deals.won(lake, (asked.months[0], asked.months[-1])), _exchange(asked).currency
    earned = credited.attributed(lake, won.filter(won.amount.notnull()), asked.sharings, own)
    return spending.earned(earned.filter(earned.currency == own), asked.months)


def _spent_before(lake: Lake, asked: Asked) -> Any:
    return _spent(lake, asked, asked.lag_days)


def _spend_sums(rows: Any) -> dict[str, Any]:
    """A row of spend that several share is one."""
    return {"n": rows.spend_id.nunique(), "priced": rows.spend_id.nunique(where=rows.counted.notnull()), "amount": rows.counted.sum()}


# Customers and what was credited


def _first_won(lake: Lake, asked: Asked) -> Any:
    rows = deals.with_business(lake, deals.won(lake, asked.span))
    return rows.filter(rows.business == deals.NEW)


def _customers(lake: Lake, asked: Asked) -> Any:
    return deals.with_customer(lake, deals.won(lake, asked.span))


def _per_customer(rows: Any) -> dict[str, Any]:
    return {**amounts_of(rows), "customers": rows.customer_id.nunique(where=rows.counted.notnull())}


def _average(rows: Sequence[Row], own: str) -> Number:
    """Over the accounts that have an amount in the agreement's currency."""
    found, n = money(rows, own), total([row for row in rows if row["money"] == own], "customers")
    missing = () if n else ("nothing was won with an amount in the period",)
    parts = {**found.parts, "amount": found.figure}
    return Number(each(found.figure, n, own), n, others=found.others, parts=parts, missing=missing)


def _credit(lake: Lake, asked: Asked) -> Any:
    return _shares_of(lake, asked, deals.won(lake, asked.span))


def _credit_of_new(lake: Lake, asked: Asked) -> Any:
    return _shares_of(lake, asked, _first_won(lake, asked))


def _shares_of(lake: Lake, asked: Asked, won: Any) -> Any:
    return credited.shares(lake, won, asked.parts, asked.sharings, _exchange(asked).currency)


def _credit_sums(rows: Any) -> dict[str, Any]:
    return {"n": rows.opportunity_id.nunique(), "priced": rows.opportunity_id.nunique(), "amount": rows.counted.sum()}


def _shares(rows: Any) -> dict[str, Any]:
    return {"n": rows.opportunity_id.nunique(), "share": rows.share.sum()}


def _shared(rows: Sequence[Row], _: str) -> Number:
    return Number(Decimal(str(round(sum(row["share"] for row in rows), 6))), total(rows, "n"))


ECONOMICS: tuple[Measure, ...] = (
    Measure(
        name="spend",
        version=3,
        subject="spend",
        says="What was spent in the period on the agreed channels, up to today where it runs.",
        formula="sum of what was spent on the days of the period that have come",
        unit="money",
        counts="period",
        cases=_spent,
        sums=_spend_sums,
        figure=money,
        in_money=True,
        is_of_now=True,
    ),
    Measure(
        name="acquisition_spend",
        version=3,
        subject="spend",
        says="The spend that the customers of the period are held against: that of the period, or of one median sales cycle before.",
        formula="sum of what was spent on the days of the period that have come, moved back by the agreed lag",
        unit="money",
        counts="period",
        cases=_spent_before,
        sums=_spend_sums,
        figure=money,
        in_money=True,
        is_bucketed=False,
        is_of_now=True,
        is_lagged=True,
    ),
    Measure(
        name="new_customers",
        subject="opportunity",
        says="Accounts with their first won opportunity in the period; what they buy later is expansion.",
        formula="count of opportunities won that are the first of their account",
        unit="count",
        counts="period",
        cases=_first_won,
        sums=cases_of,
        figure=count,
    ),
    Measure(
        name="average_revenue_per_account",
        subject="opportunity",
        says="What the accounts that bought in the period brought on average, new and expanding ones together.",
        formula="amount won / accounts it was won with",
        unit="money",
        counts="period",
        cases=_customers,
        sums=_per_customer,
        figure=_average,
        in_money=True,
    ),
    Measure(
        name="average_new_account",
        subject="opportunity",
        says="What the first opportunity of the new customers of the period closed for on average.",
        formula="amount of first opportunities won / new customers with an amount",
        unit="money",
        counts="period",
        cases=_first_won,
        sums=_per_customer,
        figure=_average,
        in_money=True,
    ),
    Measure(
        name="credited_revenue",
        subject="credit",
        says="What was won in the period, by the touches it is credited to: each deal by the version in force when it closed.",
        formula="sum of each touch's part of the amounts won, to the smallest unit",
        version=2,
        unit="money",
        counts="period",
        cases=_credit,
        sums=_credit_sums,
        figure=money,
        in_money=True,
    ),
    Measure(
        name="credited_customers",
        subject="credit",
        says="New customers of the period, by the touches they are credited to: each by the version in force when it was won.",
        formula="sum of each touch's share of the first opportunities won",
        version=2,
        unit="count",
        counts="period",
        cases=_credit_of_new,
        sums=_shares,
        figure=_shared,
    ),
)
