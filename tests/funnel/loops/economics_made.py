"""Unit economics made of other numbers, and the costs both sides agreed, paid day by day. Source: landscape facts 5.6."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from tests.funnel.loops.economics import DAY, agreed_of, come, lag, to_cents

MONTHS = {"month": 1, "quarter": 3, "year": 12}


def costs(asked, days):
    """{id: what it comes to, day by day}: so many days into its month, quarter or year, whole cents of that part of it are paid."""
    first, end = asked.first_on, come(asked)
    found = {}
    for cost in agreed_of(asked).costs:
        cents = 0
        for number in range((end - first).days):
            day = first + (number - days) * DAY
            if cost.from_ <= day and (cost.until is None or day <= cost.until):
                begun, length = stretch(day, cost.per)
                gone, whole = (day - begun).days, int(cost.amount * 100)
                cents += whole * (gone + 1) // length - whole * gone // length
        found[cost.id] = Decimal(cents) / 100
    return found


def stretch(day, per):
    """(its first day, how many it has) of the month, quarter or year a day lies in; years begin in January."""
    months = MONTHS[per]
    begun = date(day.year, (day.month - 1) // months * months + 1, 1)
    after = begun.year * 12 + begun.month - 1 + months
    return begun, (date(after // 12, after % 12 + 1, 1) - begun).days


def in_months(lasting):
    count, unit = lasting.split()
    return int(count) * MONTHS[unit.rstrip("s")]


def cac(found, asked, records):
    spend, n, days = found["acquisition_spend"]["figure"], found["new_customers"]["n"], lag(records, asked)
    added = costs(asked, days)
    cost = spend + sum(added.values())
    parts = {"spend": spend, "costs": added, "cost": cost, "customers": n, "lag_days": days}
    return {"figure": to_cents(cost or None, n), "n": n, "parts": parts}


def cac_by_credit(found, *_):
    spend, customers_ = found["acquisition_spend"]["figure"], found["credited_customers"]["figure"]
    has_some = customers_ is not None and customers_ >= 1
    return {"figure": to_cents(spend or None, customers_) if has_some else None, "n": found["credited_customers"]["n"]}


def returned(found, *_):
    earned_ = found["credited_revenue"]
    return {"figure": to_cents(earned_["figure"] or Decimal(0), found["acquisition_spend"]["figure"]), "n": earned_["n"]}


def per_stage(found, *_):
    n = found["stage_reached"]["n"]
    return {"figure": to_cents(found["spend"]["figure"] or None, n), "n": n}


def clv(found, asked, _):
    """The margin an account brings a month, for as long as it stays: for ever so long as 1 / the share that leaves, or as stated."""
    agreed, average = agreed_of(asked), found["average_revenue_per_account"]
    stays = None
    if agreed.lifetime:
        stays = Fraction(in_months(agreed.lifetime))
    elif agreed.churn and agreed.churn.share:
        stays = MONTHS[agreed.churn.per] / Fraction(agreed.churn.share)
    if average["figure"] is None or not agreed.margin or not agreed.amount_covers or stays is None:
        return {"figure": None, "n": average["n"]}
    worth = Fraction(average["figure"]) * Fraction(agreed.margin) / in_months(agreed.amount_covers) * stays
    return {"figure": to_cents(worth.numerator, worth.denominator), "n": average["n"]}


def ltv_to_cac(found, *_):
    return {"figure": to_cents(found["clv"]["figure"], found["cac"]["figure"]), "n": found["cac"]["n"]}


def payback(found, asked, _):
    agreed, average, monthly = agreed_of(asked), found["average_new_account"]["figure"], None
    if average is not None and agreed.margin and agreed.amount_covers:
        monthly = to_cents(average * agreed.margin, in_months(agreed.amount_covers))
    return {"figure": to_cents(found["cac"]["figure"], monthly, "0.1"), "n": found["cac"]["n"]}


NUMBERS = {
    "cost_per_stage": (("spend", "stage_reached"), per_stage),
    "cac": (("acquisition_spend", "new_customers"), cac),
    "cac_by_credit": (("acquisition_spend", "credited_customers"), cac_by_credit),
    "clv": (("average_revenue_per_account",), clv),
    "ltv_to_cac": (("clv", "cac"), ltv_to_cac),
    "payback_months": (("cac", "average_new_account"), payback),
    "return_on_spend": (("acquisition_spend", "credited_revenue"), returned),
}
