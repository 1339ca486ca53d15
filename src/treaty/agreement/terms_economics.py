"""What goes into cost, and what a customer is worth: agreed before anybody argues about a figure."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from treaty.agreement.base import Term
from treaty.agreement.conditions import Name, Text
from treaty.agreement.quantities import Amount, Share
from treaty.agreement.terms_parties import Day, Side

Stretch = Literal["month", "quarter", "year"]
MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
_LASTING = re.compile(r"\s*([1-9]\d{0,2})\s+(month|quarter|year)s?\s*")


def check_lasting(text: str) -> str:
    """`18 months` in its normal form. Raises ValueError for anything else."""
    found = _LASTING.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a number of months: write it as 18 months or 3 years")
    count, unit = int(found[1]), found[2]
    return f"{count} {unit}{'' if count == 1 else 's'}"


Lasting = Annotated[str, AfterValidator(check_lasting)]
"""A length that money is counted by: months, quarters or years, never days."""


def months_of(lasting: str) -> int:
    """36 for `3 years`."""
    count, unit = lasting.split(" ")
    return int(count) * MONTHS[unit.removesuffix("s")]


class Cost(Term):
    """A cost beyond what is spent on channels, stated by both sides: salaries, tools. It accrues day by day, both ends included."""

    id: Name
    what: Text
    side: Side
    amount: Amount
    per: Stretch
    from_: Day = Field(alias="from")
    until: Day | None = None


class Churn(Term):
    """The share of customers that leave in such a period."""

    share: Share
    per: Stretch


class Economics(Term):
    """spend: which channels' spend counts · unassigned: what becomes of spend that names no channel, or no campaign ·
    lag: whether customers are held against the cost of their period, or of one median sales cycle before ·
    amount_covers: how long the amount of an opportunity pays for. What is not stated leaves the figures that need it blank."""

    spend: Literal["all"] | Annotated[list[Text], Field(min_length=1, max_length=100)] = "all"
    unassigned: Literal["stays", "by_touches", "by_won"] = "stays"
    costs: list[Cost] = Field([], max_length=100)
    lag: Literal["none", "sales_cycle"] = "none"
    margin: Share | None = None
    amount_covers: Lasting | None = None
    churn: Churn | None = None
    lifetime: Lasting | None = None
