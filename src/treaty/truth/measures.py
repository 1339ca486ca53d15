"""Measures of money: what an amount is worth in the agreement's currency, at the rate of its day. Tables in, table out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis

from treaty.agreement.terms import Terms
from treaty.agreement.terms_parties import Rate
from treaty.currencies import OTHERS, decimals
from treaty.engine.days import day_number, local_day
from treaty.engine.measuring import Lake

AMOUNT, RATE, EXACT = "decimal(18, 4)", "decimal(19, 10)", "decimal(38, 14)"
"""A digit more than a rate has: DuckDB multiplies up to 18 digits in 64 bits, and Spark keeps all of no more than 38."""
MOST = Decimal(10) ** 14
"""Of this much and more nothing is made in another currency: it would leave the whole numbers."""
_DAY_OF = {"deal_created": ("opened_us",), "deal_closed": ("closed_us", "opened_us")}
"""By which moments an amount is dated; a deal that is still open by the day it was created."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What an agreement says of money: its currency, its zone, and how each other currency becomes its own."""

    currency: str
    zone: str
    rates: tuple[tuple[str, Rate], ...] = ()

    @property
    def dated(self) -> tuple[str, ...]:
        """Currencies whose rate is the one of a day."""
        return tuple(code for code, rate in self.rates if rate.source != "stated")


def exchange_of(terms: Terms) -> Exchange:
    """What these terms say of money."""
    return Exchange(terms.currency, terms.time_zone, tuple(sorted(terms.rates.items(), key=lambda pair: pair[0])))


def in_currency(lake: Lake, deals: Any, exchange: Exchange, amounts: Sequence[str] = ("amount",)) -> Any:
    """Deals with what they are worth in the agreement's currency, each once.

    deals: one row per deal, with `currency`, `opened_us`, `closed_us` and the decimal columns `amounts`; other columns stay
    Returns the same rows with `rate` (what one unit is worth in the agreement's currency; 1 for its own), `rate_on` (the day it is
    of; null for the own currency and a stated rate), and for each amount `<name>_units`: whole smallest units of the agreement's
    currency, half a unit away from zero. Both are null where no rate is agreed or known for the day or the deal names no currency:
    not converted, and for the caller to name. A rate is the latest on or before the local day that the term names, in the
    agreement's zone. Deterministic: the rates come from the same snapshot as the deals.
    Source: agreement, "Rates"; landscape facts 5.5, reliability facts 2.1.
    """
    t = deals.mutate(currency=deals.currency.coalesce(""))
    t = _on_days(lake, t, exchange) if exchange.dated else t.mutate(rate=_fixed(t, exchange), rate_on=ibis.null("date"))
    return t.mutate(
        **{f"{name}_units": _units((t[name].cast(AMOUNT) * t.rate.cast(RATE)).cast(EXACT), exchange.currency) for name in amounts}
    )


def as_agreed(lake: Lake, deals: Any, exchange: Exchange, amounts: Sequence[str]) -> Any:
    """Deals with amounts in the agreement's currency, at the rate of their day; where there is none they stay as they are.

    deals: as for `in_currency` · `currency` says what the amounts are in; `deal_currency` what the deal itself names.
    """
    rows = in_currency(lake, deals, exchange, amounts)
    return in_other(rows, exchange.currency, amounts, rows.rate.notnull()).drop("rate", "rate_on")


def in_other(rows: Any, becomes: str, amounts: Sequence[str], is_known: Any) -> Any:
    """Rows of `in_currency` with all their amounts in another currency, or, where one of them has no worth in it, with none.

    becomes: the currency of `<name>_units` · is_known: where there is a rate, whatever the amounts
    """
    places = decimals(becomes)
    unit = ibis.literal(Decimal(1).scaleb(-places), f"decimal(19, {places})")
    is_other = (rows.currency != becomes) & is_known
    for name in amounts:
        is_other &= rows[name].isnull() | rows[f"{name}_units"].notnull()
    worth = {name: (rows[f"{name}_units"].cast("decimal(18, 0)") * unit).cast(AMOUNT) for name in amounts}
    changed = {name: ibis.cases((is_other, amount), else_=rows[name]) for name, amount in worth.items()}
    currency = ibis.cases((is_other, becomes), else_=rows.currency)
    return rows.mutate(**changed, deal_currency=rows.currency, currency=currency).drop(*(f"{name}_units" for name in amounts))


def in_units(amount: Any, currency: Any) -> Any:
    """An amount as whole smallest units of its own currency, half a unit away from zero. currency: a column of codes."""
    others = ((currency.isin(codes), _whole(amount, places)) for places, codes in OTHERS.items())
    return ibis.cases(*others, else_=_whole(amount, 2))


def _units(amount: Any, currency: str) -> Any:
    return ibis.cases((amount.abs() < ibis.literal(MOST, EXACT), _whole(amount, decimals(currency))))


def _whole(amount: Any, places: int) -> Any:
    return (amount.cast(f"decimal(34, {places})") * 10**places).cast("int64")


def _fixed(t: Any, exchange: Exchange) -> Any:
    """The rate that no table is asked for: 1 for the own currency, and those that are stated; null for all others."""
    stated = [(code, rate.rate) for code, rate in exchange.rates if rate.source == "stated" and rate.rate is not None]
    worth = [(exchange.currency, Decimal(1)), *stated]
    return ibis.cases(*((t.currency == code, ibis.literal(rate, RATE)) for code, rate in worth))


def _on_days(lake: Lake, t: Any, exchange: Exchange) -> Any:
    t = t.mutate(rate_day=_day(t, exchange))
    rates = _latest(lake, exchange)
    wanted = t.filter(t.rate_day.notnull()).select("currency", "rate_day").distinct()
    found = _in_force(wanted, rates).select(rate_currency="currency", rate_asked="rate_day", rate="rate", rate_on="rate_on")
    t = t.left_join(found, [t.currency == found.rate_currency, t.rate_day == found.rate_asked])
    return t.mutate(rate=ibis.coalesce(_fixed(t, exchange), t.rate)).drop("rate_day", "rate_currency", "rate_asked")


def _day(t: Any, exchange: Exchange) -> Any:
    """The local day of which the rate is asked, as days since 1970; null for currencies that need none."""
    ways: dict[tuple[str, ...], list[str]] = {}
    for code, rate in exchange.rates:
        if code in exchange.dated:
            ways.setdefault(_DAY_OF[rate.on], []).append(code)
    moments = [(t.currency.isin(codes), ibis.coalesce(*(t[name] for name in names))) for names, codes in ways.items()]
    return local_day(ibis.cases(*moments), exchange.zone)


def _latest(lake: Lake, exchange: Exchange) -> Any:
    """One rate per currency and day, the last that was stated: (currency, rate_day, rate, rate_on)."""
    rates = lake.table("rates")
    rates = rates.filter((rates.becomes == exchange.currency) & rates.currency.isin(exchange.dated))
    last = ibis.window(group_by=["currency", "rate_on"], order_by=[ibis.desc("said")])
    rates = rates.mutate(place=ibis.row_number().over(last))
    rates = rates.filter(rates.place == 0)
    return rates.select("currency", "rate", "rate_on", rate_day=day_number(rates.rate_on))


def _in_force(wanted: Any, rates: Any) -> Any:
    """For each wanted (currency, rate_day) the latest rate of that day or before: (currency, rate_day, rate, rate_on); none, no row.

    One pass in order of the days: the greatest day of a rate so far is the one in force.
    """
    there = rates.select("currency", "rate_day", asked=ibis.literal(0, "int8"), of_day=rates.rate_day)
    asked = wanted.select("currency", "rate_day", asked=ibis.literal(1, "int8"), of_day=ibis.null("int64"))
    line = ibis.union(there, asked)
    so_far = ibis.cumulative_window(group_by="currency", order_by=["rate_day", "asked"])
    line = line.mutate(of_day=line.of_day.max().over(so_far))
    line = line.filter(line.asked == 1).select("currency", "rate_day", "of_day")
    of = rates.select(of_currency="currency", of_rate_day="rate_day", rate="rate", rate_on="rate_on")
    return line.inner_join(of, [line.currency == of.of_currency, line.of_day == of.of_rate_day])
