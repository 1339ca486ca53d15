"""Does what is agreed on cost and worth hold together?"""

from treaty.agreement.findings import Finding, Findings, twice
from treaty.agreement.terms import Terms
from treaty.agreement.terms_economics import Economics
from treaty.agreement.yamltree import Path

AT: Path = ("economics",)


def check(terms: Terms) -> Findings:
    one = terms.economics
    if one is None:
        return
    yield from twice((((*AT, "costs", i, "id"), cost.id) for i, cost in enumerate(one.costs)), "the cost")
    for i, cost in enumerate(one.costs):
        if cost.until is not None and cost.until < cost.from_:
            yield Finding((*AT, "costs", i, "until"), f"cost {cost.id} ends before it begins", "write a later day, or leave it out")
        if cost.amount < 0:
            yield Finding((*AT, "costs", i, "amount"), f"cost {cost.id} is less than nothing", "write what it costs")
    yield from _worth(one)
    if one.unassigned == "by_won" and terms.attribution is None:
        yield Finding((*AT, "unassigned"), "shared by credit, but no model of credit is agreed", "add `attribution`, or use by_touches")


def _worth(one: Economics) -> Findings:
    if one.churn is not None and one.lifetime is not None:
        yield Finding((*AT, "lifetime"), "churn and lifetime both say how long a customer stays", "keep one of them")
    if one.churn is not None and not one.churn.share:
        yield Finding((*AT, "churn", "share"), "nobody ever leaves: a customer's worth has no end", "write a share above 0%")
    if one.margin is not None and not one.margin:
        yield Finding((*AT, "margin"), "a margin of 0%: no customer is worth anything", "write the share of revenue that is left")
