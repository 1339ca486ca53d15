"""Measures of selling, per value of a dimension: what was won and lost, how long it took, what is open. Tables in, table out."""

from typing import Any

import ibis

from treaty.engine.measuring import Lake, Span, within
from treaty.funnel import deals

ALL = ""
"""The dimension of those who ask for everything in one row."""
DIMENSIONS = ("segment", "channel", "campaign", "product", "sourced", "owner_id")
"""What deals can be told apart by; columns of `deals.deals`."""


def _grouped(rows: Any, dimension: str) -> Any:
    named = rows[dimension].cast("string").coalesce("") if dimension else ibis.literal("")
    return rows.mutate(worth=named, money=rows.currency.coalesce("")).group_by(["worth", "money"])


def decided(lake: Lake, span: Span, dimension: str = ALL) -> Any:
    """Deals closed in a period: (worth, money, won, lost, won_amount, lost_amount, priced). worth: the dimension's value, money: the
    currency. priced: how many of the won have an amount. Open deals are never among them."""
    rows = deals.deals(lake)
    rows = within(rows.filter(rows.outcome.isin(["won", "lost"])), rows.closed_us, span)
    is_won = rows.outcome == "won"
    rows = rows.mutate(is_won=is_won)
    return _grouped(rows, dimension).agg(
        won=lambda t: t.count(where=t.is_won),
        lost=lambda t: t.count(where=~t.is_won),
        won_amount=lambda t: t.amount.sum(where=t.is_won),
        lost_amount=lambda t: t.amount.sum(where=~t.is_won),
        priced=lambda t: t.amount.count(where=t.is_won),
    )


def cycles(lake: Lake, span: Span, dimension: str = ALL) -> Any:
    """How long deals took from opened to won, those won in a period: (worth, n, median_us, p80_us, mean_us). One that was closed
    before it was opened counts nothing."""
    rows = deals.deals(lake)
    rows = within(rows.filter((rows.outcome == "won") & rows.opened_us.notnull()), rows.closed_us, span)
    rows = rows.filter(rows.closed_us >= rows.opened_us).mutate(took=lambda t: t.closed_us - t.opened_us, currency=ibis.literal(""))
    grouped = _grouped(rows, dimension).agg(
        n=lambda t: t.count(),
        median_us=lambda t: t.took.quantile(0.5),
        p80_us=lambda t: t.took.quantile(0.8),
        mean_us=lambda t: t.took.mean(),
    )
    return grouped.drop("money")


def open_at(lake: Lake, at_us: int, dimension: str = ALL) -> Any:
    """Deals open at a moment: (worth, money, n, amount), at what each is worth now."""
    rows = deals.deals(lake)
    is_open = (rows.opened_us <= at_us) & (rows.closed_us.isnull() | (rows.closed_us > at_us))
    rows = rows.filter(is_open)
    return _grouped(rows, dimension).agg(n=lambda t: t.count(), amount=lambda t: t.amount.sum())


def created(lake: Lake, span: Span, dimension: str = ALL) -> Any:
    """Deals opened in a period: (worth, money, n, amount), at what each was worth then."""
    rows = deals.deals(lake)
    rows = within(rows, rows.opened_us, span)
    return _grouped(rows, dimension).agg(n=lambda t: t.count(), amount=lambda t: t.created_amount.sum())
