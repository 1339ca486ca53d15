"""Opportunities as every figure counts them: what they were worth, and who found them. Tables in, table out."""

from typing import Any

import ibis

from treaty.engine.laid import laid
from treaty.engine.measuring import Lake, Span, within

MARKETING, HELPED, SALES = "marketing", "sales_helped", "sales"
NEW, EXPANSION = "new", "expansion"


def deals(lake: Lake) -> Any:
    """One row per opportunity: (opportunity_id, key, account_id, lead_id, owner_id, stage, outcome, opened_us, closed_us, amount,
    currency, product, lost_reason, close_on)."""
    return lake.table("opportunities")


def with_first_amount(lake: Lake, rows: Any) -> Any:
    """With `created_amount`: the first amount known; of those known from one moment on the one that was told first."""
    changes = lake.table("opportunity_changes")
    amounts = changes.filter((changes.field == "amount") & (changes.value != "")).semi_join(rows, "opportunity_id")
    place = ibis.row_number().over(ibis.window(group_by="opportunity_id", order_by=["at_us", "change_id"]))
    amounts = amounts.mutate(place=place)
    first = amounts.filter(amounts.place == 0).select("opportunity_id", first_amount=lambda t: t.value.cast("decimal(18, 4)"))
    joined = rows.left_join(first, "opportunity_id").drop("opportunity_id_right")
    return joined.mutate(created_amount=ibis.coalesce(joined.first_amount, joined.amount)).drop("first_amount")


def with_sourced(lake: Lake, rows: Any) -> Any:
    """Deals with `sourced`: `marketing` when the lead was made by the signed definition; `sales_helped` when sales found it
    but a person of its account had been touched by marketing before; `sales` otherwise. Source: R30, R32."""
    return rows.left_join(laid(lake, ("sourced",), lambda: _sourced(lake)), "opportunity_id").drop("opportunity_id_right")


def _sourced(lake: Lake) -> Any:
    """(opportunity_id, sourced) of every deal: it takes all moves and touches there are, so it is asked once for all questions."""
    rows = deals(lake).select("opportunity_id", "lead_id", "account_id", "opened_us")
    joined = rows.left_join(_made_by_definition(lake.table("stage_moves")), "lead_id").drop("lead_id_right")
    joined = joined.left_join(_touched_accounts(lake, rows), "account_id").drop("account_id_right")
    helped = joined.first_touch_us.notnull() & (joined.first_touch_us < joined.opened_us)
    sourced = ibis.cases((joined.by_definition == 1, MARKETING), (helped, HELPED), else_=SALES)
    return joined.select("opportunity_id", sourced=sourced)


def _made_by_definition(moves: Any) -> Any:
    begun = moves.filter(moves.withdrawn_us.isnull() & (moves.from_stage == "") & moves.how.isin(["definition", "passed_through"]))
    return begun.select("lead_id", by_definition=ibis.literal(1, "int8")).distinct()


def _touched_accounts(lake: Lake, rows: Any) -> Any:
    """(account_id, first_touch_us) of the accounts of some deals alone: most touches are of others."""
    people = lake.table("people").select("person_id", "account_id").semi_join(rows, "account_id")
    touches = lake.table("touches").select("person_id", "occurred_us")
    joined = touches.inner_join(people, "person_id")
    return joined.group_by("account_id").agg(first_touch_us=joined.occurred_us.min())


def with_customer(lake: Lake, rows: Any) -> Any:
    """Deals with `customer_id`: their account, or else the account of their lead's person; one of neither is a customer by itself."""
    leads = lake.table("leads").select("lead_id", of_lead="account_id")
    joined = rows.left_join(leads, "lead_id").drop("lead_id_right")
    return joined.mutate(customer_id=ibis.coalesce(joined.account_id, joined.of_lead, -joined.opportunity_id)).drop("of_lead")


def with_business(lake: Lake, rows: Any) -> Any:
    """Deals with `business`: `expansion` when their customer had won another before this one ended, else `new`. Two won in one
    moment: the one recorded first is new. Source: R32, new business and expansion apart."""
    o = lake.table("opportunities")
    won = with_customer(lake, o.filter((o.outcome == "won") & o.closed_us.notnull()))
    first = won.mutate(place=ibis.row_number().over(ibis.window(group_by="customer_id", order_by=["closed_us", "opportunity_id"])))
    first = first.filter(first.place == 0).select(first_of="customer_id", first_id="opportunity_id", first_us="closed_us")
    rows = with_customer(lake, rows)
    joined = rows.left_join(first, rows.customer_id == first.first_of)
    ended = joined.closed_us.coalesce(joined.first_us + 1)
    is_later = (joined.first_us < ended) | ((joined.first_us == ended) & (joined.first_id < joined.opportunity_id))
    is_more = joined.first_id.notnull() & (joined.first_id != joined.opportunity_id) & is_later
    return joined.mutate(business=ibis.cases((is_more.fill_null(False), EXPANSION), else_=NEW)).drop("first_of", "first_id", "first_us")


def created(lake: Lake, span: Span) -> Any:
    """Deals opened in a period, with `counted`: what each was worth then."""
    rows = deals(lake)
    rows = with_first_amount(lake, within(rows, rows.opened_us, span))
    return rows.mutate(at_us=rows.opened_us, counted=rows.created_amount)


def decided(lake: Lake, span: Span) -> Any:
    """Deals won and lost in a period, with `counted`: what each closed for. Open ones are never among them."""
    rows = deals(lake)
    rows = within(rows.filter(rows.outcome.isin(["won", "lost"])), rows.closed_us, span)
    return rows.mutate(at_us=rows.closed_us, counted=rows.amount, is_won=rows.outcome == "won")


def won(lake: Lake, span: Span) -> Any:
    rows = decided(lake, span)
    return rows.filter(rows.is_won)


def lost(lake: Lake, span: Span) -> Any:
    rows = decided(lake, span)
    return rows.filter(~rows.is_won)


def cycles(lake: Lake, span: Span) -> Any:
    """Deals won in a period, with `took`, microseconds from opened to won; one closed before it was opened counts nothing."""
    rows = won(lake, span)
    return rows.filter(rows.opened_us.notnull() & (rows.closed_us >= rows.opened_us)).mutate(took=lambda t: t.closed_us - t.opened_us)


def open_at(lake: Lake, at_us: int) -> Any:
    """Deals open at a moment, with `counted`: what each is worth now. One that nobody dated the beginning of was always there;
    one that has ended, at a moment nobody told, is not; one that was opened again is."""
    rows = deals(lake)
    has_begun = (rows.opened_us <= at_us).fill_null(True)
    return rows.filter(has_begun & ((rows.outcome == "open") | (rows.closed_us > at_us).fill_null(False))).mutate(
        at_us=ibis._.opened_us, counted=ibis._.amount
    )


def odds(lake: Lake, at_us: int) -> Any:
    """Per stage, what became of the deals decided before a moment that were ever in it: (stage, stage_won, stage_decided)."""
    changes, o = lake.table("opportunity_changes"), lake.table("opportunities")
    been = changes.filter((changes.field == "stage") & (changes.value != "")).select("opportunity_id", stage=changes.value).distinct()
    decided = o.filter(o.outcome.isin(["won", "lost"]) & (o.closed_us < at_us)).select("opportunity_id", "outcome")
    rows = been.inner_join(decided, "opportunity_id")
    return rows.group_by("stage").agg(stage_won=rows.count(where=rows.outcome == "won"), stage_decided=rows.count())
