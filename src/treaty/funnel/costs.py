"""What the agreement adds to spend: costs both sides state, day by day and to the smallest unit of their currency. Pure."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from treaty.agreement.terms_economics import MONTHS, Cost, Economics, months_of
from treaty.currencies import in_units, of_units
from treaty.engine.periods import ONE_DAY, Per, Period

Containing = Callable[[date, Per], Period]
"""The period of the agreement in which a day lies."""


def accrued(cost: Cost, first_on: date, end_on: date, containing: Containing, currency: str) -> Decimal:
    """What a cost comes to in the days [first_on, end_on): each day of its month, quarter or year carries the same part.

    Parts are cut from the running sum, so the days of a month make its amount and neighbouring stretches add up.
    """
    day, last = max(first_on, cost.from_), min(end_on, cost.until + ONE_DAY if cost.until else end_on)
    units = 0
    while day < last:
        whole = containing(day, cost.per)
        until = min(last, whole.end_on)
        units += _up_to(cost, until, whole, currency) - _up_to(cost, day, whole, currency)
        day = until
    return of_units(units, currency)


def _up_to(cost: Cost, day: date, whole: Period, currency: str) -> int:
    gone, days = (day - whole.first_on).days, (whole.end_on - whole.first_on).days
    return in_units(cost.amount, currency) * gone // days


def stays_months(economics: Economics) -> Decimal | None:
    """How many months a customer stays on average, by the lifetime or the churn that is stated; None when neither is."""
    if economics.lifetime is not None:
        return Decimal(months_of(economics.lifetime))
    churn = economics.churn
    return MONTHS[churn.per] / churn.share if churn and churn.share else None
