"""How open pipeline became what it is: opening, created, moved in, increased, decreased, moved out, won, lost, closing."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import ibis

from treaty.engine.measuring import Lake, Span, within
from treaty.funnel.deals import deals, with_first_amount
from treaty.truth.measures import Exchange, as_agreed, in_currency, in_other

LINES = ("opening", "created", "moved in", "increased", "decreased", "moved out", "won", "lost", "closing")
"""All but the last add up to the last, deal by deal: that is how they are made."""


def flows(lake: Lake, span: Span, end_on: date, exchange: Exchange | None = None, exchanges: Sequence[tuple[Span, Exchange]] = ()) -> Any:
    """One row per deal and line, with `line`, `at_us`, and `counted`: what the deal adds to the line, negative where it leaves.

    Pipeline is what is open and due before `end_on`, the day after the period, or has no date. A deal that was due later and
    comes to be due moves in; one that is put off moves out. Of a deal that nobody valued nothing is counted; one that nobody
    dated the beginning of was always there. exchange: how amounts become the agreement's; that is done before anything is taken
    from anything else, so each deal still balances. exchanges: the same where rates differ by the version in force, from just before the
    span to its end; see `_by_version`.
    """
    rows = _valued(_at(_at(with_first_amount(lake, deals(lake)), lake, span[0], "before"), lake, span[1], "after"), span, end_on)
    rows = rows.filter(rows.enters != "")
    if exchanges:
        rows = _by_version(lake, rows, span, exchanges)
    else:
        rows = as_agreed(lake, rows, exchange, ("begun", "final")) if exchange else rows.mutate(deal_currency=rows.currency)
    change = rows.final - rows.begun
    parts = [
        _line(rows, rows.enters, rows.begun, rows.opened_us.fill_null(span[0])),
        _line(rows.filter(change > 0), "increased", change, span[1] - 1),
        _line(rows.filter(change < 0), "decreased", change, span[1] - 1),
        _line(rows.filter(rows.leaves != "closing"), rows.leaves, -rows.final, rows.closed_us.fill_null(span[1] - 1)),
        _line(rows.filter(rows.leaves == "closing"), "closing", rows.final, span[1] - 1),
    ]
    return ibis.union(*parts)


def _at(rows: Any, lake: Lake, at_us: int, name: str) -> Any:
    """With the amount and the due date a deal had just before a moment; the first ones known where that is earlier."""
    changes = lake.table("opportunity_changes")
    changes = changes.filter((changes.at_us < at_us) & changes.field.isin(["amount", "close_on"]) & (changes.value != ""))
    place = ibis.row_number().over(ibis.window(group_by=["opportunity_id", "field"], order_by=[ibis.desc("at_us"), ibis.desc("change_id")]))
    last = changes.mutate(place=place)
    last = last.filter(last.place == 0)
    amounts = last.filter(last.field == "amount").select("opportunity_id", amount_then=lambda t: t.value.cast("decimal(18, 4)"))
    dates = last.filter(last.field == "close_on").select("opportunity_id", due_then=lambda t: t.value.cast("date"))
    rows = rows.left_join(amounts, "opportunity_id").drop("opportunity_id_right").left_join(dates, "opportunity_id")
    worth = ibis.coalesce(rows.amount_then, rows.created_amount, 0).cast("decimal(18, 4)")
    rows = rows.mutate(**{f"worth_{name}": worth, f"due_{name}": ibis.coalesce(rows.due_then, rows.close_on)})
    return rows.drop("amount_then", "due_then", "opportunity_id_right")


def _valued(rows: Any, span: Span, end_on: date) -> Any:
    """With the line by which each deal enters and leaves, and what it was worth at either."""

    def was_open(at_us: int) -> Any:
        had_begun = (rows.opened_us < at_us).fill_null(True)
        return had_begun & ((rows.outcome == "open") | (rows.closed_us >= at_us).fill_null(False))

    def due(column: Any) -> Any:
        return column.isnull() | (column < ibis.literal(end_on))

    at_start, at_end = was_open(span[0]), was_open(span[1])
    opened = ((rows.opened_us >= span[0]) & (rows.opened_us < span[1])).fill_null(False)
    ended = rows.outcome.isin(["won", "lost"]) & ((rows.closed_us >= span[0]) & (rows.closed_us < span[1])).fill_null(False)
    stays = ended | (at_end & due(rows.due_after))
    enters = ibis.cases((at_start & due(rows.due_before), "opening"), (at_start & stays, "moved in"), (opened & stays, "created"), else_="")
    leaves = ibis.cases((ended, rows.outcome), (at_end & due(rows.due_after), "closing"), else_="moved out")
    nothing = ibis.literal(0).cast("decimal(18, 4)")
    return rows.mutate(
        enters=enters,
        leaves=leaves,
        begun=ibis.cases((at_start, rows.worth_before), else_=ibis.coalesce(rows.created_amount, nothing)),
        final=ibis.cases((ended, ibis.coalesce(rows.amount, nothing)), else_=rows.worth_after),
    )


def _by_version(lake: Lake, rows: Any, span: Span, exchanges: Sequence[tuple[Span, Exchange]]) -> Any:
    """With what a deal was worth when it entered by the version of that moment, and when it left by the version of that: what was
    created or won is what other pages say, a stretch opens with what the one before closed with, and what amended rates change of a deal
    in between is an increase or a decrease. A deal that either version has no rate for stays in its own currency."""
    moments = {
        "begun": ibis.cases((rows.enters == "created", rows.opened_us), else_=span[0] - 1),
        "final": ibis.cases((rows.leaves.isin(["won", "lost"]), rows.closed_us), else_=max(span) - 1),
    }
    rows = rows.mutate(**{f"{name}_us": moment for name, moment in moments.items()})
    for name in moments:
        parts = [in_currency(lake, within(rows, rows[f"{name}_us"], of), one, (name,)).drop("rate", "rate_on") for of, one in exchanges]
        rows = ibis.union(*parts)
    return in_other(rows, exchanges[0][1].currency, list(moments), ibis.literal(True))


def _line(rows: Any, line: Any, counted: Any, at_us: Any) -> Any:
    named = rows.mutate(line=_value(line), counted=counted.cast("decimal(18, 4)"), at_us=_value(at_us))
    kept = (
        "opportunity_id",
        "account_id",
        "lead_id",
        "owner_id",
        "outcome",
        "currency",
        "product",
        "lost_reason",
        "opened_us",
        "closed_us",
        "stage",
    )
    return named.select(*kept, "deal_currency", "line", "counted", "at_us")


def _value(given: Any) -> Any:
    """A word or a moment as a column; a bare string would name one."""
    return ibis.literal(given) if isinstance(given, str) else ibis.literal(given, "int64") if isinstance(given, int) else given
