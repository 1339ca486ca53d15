"""Measures of deals: created, closed, won, and who found them. Tables in, table out."""

from typing import Any

import ibis

from treaty.engine.measuring import Lake, Span, within

MARKETING, HELPED, SALES = "marketing", "sales_helped", "sales"


def deals(lake: Lake) -> Any:
    """One row per opportunity: (opportunity_id, key, account_id, lead_id, owner_id, outcome, opened_us, closed_us,
    amount, created_amount, currency, product, lost_reason, segment, campaign, channel, sourced).

    created_amount: what it was worth when it was opened, the first amount known. sourced: `marketing` when its
    lead was made by the signed definition; `sales_helped` when sales found it but a person of its account had
    been touched by marketing before; `sales` otherwise. Source: R30, R32.
    """
    o, leads = lake.table("opportunities"), lake.table("leads")
    lead = leads.select("lead_id", lead_person_id="person_id", segment="segment", campaign="campaign", channel="channel")
    first = _first_amount(lake.table("opportunity_changes"))
    made = _made_by_definition(lake.table("stage_moves"))
    touched = _touched_accounts(lake)
    joined = o.left_join(lead, "lead_id").drop("lead_id_right")
    joined = joined.left_join(first, "opportunity_id").drop("opportunity_id_right")
    joined = joined.left_join(made, "lead_id").drop("lead_id_right")
    joined = joined.left_join(touched, "account_id").drop("account_id_right")
    helped = joined.first_touch_us.notnull() & (joined.first_touch_us < joined.opened_us)
    return joined.mutate(
        created_amount=ibis.coalesce(joined.first_amount, joined.amount),
        sourced=ibis.cases((joined.by_definition == 1, MARKETING), (helped, HELPED), else_=SALES),
    ).drop("first_amount", "by_definition", "first_touch_us")


def _first_amount(changes: Any) -> Any:
    amounts = changes.filter(changes.field == "amount")
    return amounts.group_by("opportunity_id").agg(first_amount=amounts.value.argmin(amounts.at_us).cast("decimal(18, 4)"))


def _made_by_definition(moves: Any) -> Any:
    begun = moves.filter((moves.from_stage == "") & moves.how.isin(["definition", "passed_through"]))
    return begun.select("lead_id", by_definition=ibis.literal(1, "int8")).distinct()


def _touched_accounts(lake: Lake) -> Any:
    touches, people = lake.table("touches"), lake.table("people")
    joined = touches.inner_join(people.select("person_id", "account_id"), "person_id")
    return joined.filter(joined.account_id.notnull()).group_by("account_id").agg(first_touch_us=joined.occurred_us.min())


def pipeline_created(lake: Lake, span: Span) -> Any:
    """Deals opened in a period, at what they were worth then: rows of `deals` with `counted`, the amount."""
    rows = deals(lake)
    return within(rows, rows.opened_us, span).mutate(counted=lambda r: r.created_amount)


def revenue_closed(lake: Lake, span: Span) -> Any:
    """Deals won in a period, at what they closed for: rows of `deals` with `counted`, the amount."""
    rows = deals(lake)
    won = rows.filter(rows.outcome == "won")
    return within(won, won.closed_us, span).mutate(counted=lambda r: r.amount)


def by(rows: Any, dimension: str) -> Any:
    """Counts and sums of deals per value of a dimension and currency: (value, currency, n, amount)."""
    return rows.group_by([rows[dimension].name("value"), rows.currency]).agg(n=rows.count(), amount=rows.counted.sum())


def decided(lake: Lake, span: Span) -> Any:
    """Won and lost in a period: (won, lost, won_amount, lost_amount). Win rate never divides by open deals."""
    rows = deals(lake)
    closed = within(rows.filter(rows.outcome != "open"), rows.closed_us, span)
    is_won = closed.outcome == "won"
    return closed.agg(
        won=closed.count(where=is_won),
        lost=closed.count(where=~is_won),
        won_amount=closed.amount.sum(where=is_won),
        lost_amount=closed.amount.sum(where=~is_won),
    )
