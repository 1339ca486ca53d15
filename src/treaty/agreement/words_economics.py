"""What goes into cost and what a customer is worth, in words."""

from treaty.agreement.quantities import percent
from treaty.agreement.terms import Terms
from treaty.agreement.terms_economics import Cost, Economics
from treaty.agreement.words_base import Clause, Part, clause, day, mark, money, side, value, values
from treaty.agreement.yamltree import Path

AT: Path = ("economics",)
_UNASSIGNED = {
    "stays": "belongs to none and is shown as such",
    "by_touches": "is shared evenly among the touches of its month that name one",
    "by_won": "is shared by the revenue of its month that the agreed model credits to each",
}
_LAG = {
    "none": "with the cost of the same period",
    "sales_cycle": "with the cost of one median sales cycle before, of opportunities won in the year up to the end of the period",
}


def economics(terms: Terms) -> list[Clause]:
    """Which cost counts, against which customers, and what makes a customer's worth."""
    one = terms.economics
    if one is None:
        return []
    return [_spend(one), _unassigned(one), *_costs(one, terms.currency), _lag(one), *_worth(one)]


def _spend(one: Economics) -> Clause:
    which: Part = value("all spend", *AT, "spend") if one.spend == "all" else ["the spend on ", values(one.spend, (*AT, "spend"))]
    return clause((*AT, "spend"), "What a customer costs counts ", which, ".")


def _unassigned(one: Economics) -> Clause:
    becomes = value(_UNASSIGNED[one.unassigned], *AT, "unassigned")
    return clause((*AT, "unassigned"), "Spend that names no channel or no campaign ", becomes, ".")


def _costs(one: Economics, currency: str) -> list[Clause]:
    return [_cost(cost, currency, (*AT, "costs", i)) for i, cost in enumerate(one.costs)]


def _cost(cost: Cost, currency: str, path: Path) -> Clause:
    until: Part = [" until ", value(day(cost.until), *path, "until")] if cost.until else []
    return clause(
        path,
        ["Added is ", value(cost.what, *path, "what"), " in ", side(cost.side, (*path, "side"), begins=False)],
        [": ", value(money(cost.amount, currency), *path, "amount"), " each ", value(cost.per, *path, "per")],
        [" from ", value(day(cost.from_), *path, "from"), until, ", day by day. (", mark(cost.id, *path, "id"), ")"],
        key=f"economics.costs.{cost.id}",
    )


def _lag(one: Economics) -> Clause:
    return clause((*AT, "lag"), "New customers of a period are compared ", value(_LAG[one.lag], *AT, "lag"), ".")


def _worth(one: Economics) -> list[Clause]:
    found = []
    if one.margin is not None:
        found.append(clause((*AT, "margin"), "The gross margin is ", value(percent(one.margin), *AT, "margin"), "."))
    if one.amount_covers is not None:
        covers = value(one.amount_covers, *AT, "amount_covers")
        found.append(clause((*AT, "amount_covers"), "The amount of an opportunity is what a customer pays for ", covers, "."))
    if one.churn is not None:
        share, per = value(percent(one.churn.share), *AT, "churn", "share"), value(one.churn.per, *AT, "churn", "per")
        found.append(clause((*AT, "churn"), share, " of customers leave in a ", per, "."))
    if one.lifetime is not None:
        found.append(clause((*AT, "lifetime"), "A customer stays ", value(one.lifetime, *AT, "lifetime"), " on average."))
    if found:
        method = "What a customer is worth is average revenue per account per period × gross margin / churn per period"
        found.append(clause((*AT, "method"), method, "; a lifetime stands for the churn that is one divided by it."))
    return found
