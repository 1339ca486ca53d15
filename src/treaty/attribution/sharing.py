"""Credit for won deals: what each touch has of its deal, to the smallest unit. Tables in, table out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import ibis

from treaty.attribution import measures
from treaty.attribution.deals import Journey, all_won, to_share, touches, with_amount, with_money
from treaty.attribution.measures import Terms
from treaty.attribution.weights import Rule
from treaty.engine.measuring import Lake, Span, within
from treaty.truth.measures import Exchange, in_units

_SAME = 1e-6
"""Of a unit: below it a float is taken for the whole number next to it."""


WHOLE = 10**12
"""A channel's weight counts in so many parts of one."""


@dataclass(frozen=True, slots=True)
class Model:
    """How the touches of one deal share it: by their place, or each by the weight of its channel.

    rule: None for a model by channel · channels: weight per channel, for Markov its removal effect · is_shared: for Shapley, a
    channel counts once however often it was touched, and its touches share that evenly · until: other weights for deals before each
    of these moments, the earliest first; `channels` are those of the rest.
    """

    rule: Rule | None = None
    channels: Mapping[str, float] | None = None
    is_shared: bool = False
    until: Sequence[tuple[int, Mapping[str, float]]] = ()


def shared(t: Any, model: Model, terms: Terms) -> Any:
    """`deals.touches`, `deals.priced`, with the `share` each has of its deal, and that in money: `units` of the deal's own currency,
    `converted` of the agreement's, null where the deal is not converted.

    t: touches of deals with their money, `deals.priced`, or with (value, currency) as they are, which are not converted then.
    Both are whole, and together what the shares make of the whole amount: each share rounded down, what is left to the largest
    remainders, the earlier touch first. Exact up to 10^15 units a deal.
    """
    t = _by_place(t, model.rule, terms) if model.rule else _by_channel(t, model)
    if "whole_units" not in t.columns:
        t = t.mutate(whole_units=in_units(t.value, t.currency))
    t = _split(t, "whole_units", "units")
    return _split(t, "whole_converted", "converted") if "whole_converted" in t.columns else t


def _split(t: Any, whole: str, into: str) -> Any:
    t = t.mutate(exact=t[whole].cast("float64") * t.share)
    t = t.mutate(down=(t.exact + _SAME).floor().cast("int64"))
    t = t.mutate(left=(t.exact - t.down).round(6))
    deal = ibis.window(group_by="conversion")
    is_all = (t.share.sum().over(deal) - 1).abs() < 1e-9
    t = t.mutate(
        missing=ibis.cases((is_all, t[whole]), else_=(t.exact.sum().over(deal) + _SAME).floor().cast("int64")) - t.down.sum().over(deal),
        turn=ibis.row_number().over(ibis.window(group_by="conversion", order_by=[ibis.desc("left"), "place"])),
    )
    return t.mutate(**{into: t.down + (t.turn < t.missing).cast("int64")}).drop("exact", "down", "left", "missing", "turn")


def _by_place(t: Any, rule: Rule, terms: Terms) -> Any:
    t = measures.with_places(t, [rule], terms)
    return t.mutate(share=measures.share(t, rule, terms))


def _by_channel(t: Any, model: Model) -> Any:
    """Sums are of whole numbers: those of fractions depend on the order of the rows, and a unit may hang on their last bit."""
    deal = ibis.window(group_by="conversion")
    if model.is_shared:
        alike = t.count().over(ibis.window(group_by=["conversion", "channel"]))
        t = t.mutate(alike=alike, is_new=ibis.row_number().over(ibis.window(group_by=["conversion", "channel"], order_by="place")) == 0)
        channels = t.is_new.cast("int64").sum().over(deal)
        return t.mutate(share=1.0 / (t.alike * channels).cast("float64")).drop("is_new")
    before = [(t.c_at_us < moment, _weight(t, channels)) for moment, channels in model.until]
    last = _weight(t, model.channels or {})
    t = t.mutate(weight=ibis.cases(*before, else_=last) if before else last)
    total = t.weight.sum().over(deal)
    return t.mutate(share=ibis.cases((total > 0, t.weight.cast("float64") / total.nullif(0).cast("float64")), else_=0.0))


def _weight(t: Any, channels: Mapping[str, float]) -> Any:
    known = [(t.channel == name, round(weight * WHOLE)) for name, weight in channels.items()]
    return (ibis.cases(*known, else_=0) if known else ibis.literal(0)).cast("int64")


def credited(lake: Lake, span: Span, journey: Journey, model: Model, exchange: Exchange) -> Any:
    """`shared` for the deals won in a period that have an amount."""
    deals = with_amount(all_won(lake))
    return of(lake, within(deals, deals.at_us, span), journey, model, exchange)


def of(lake: Lake, deals: Any, journey: Journey, model: Model, exchange: Exchange) -> Any:
    """`shared` for opportunities, whatever became of them. deals: with `at_us`, up to which touches count, and an amount."""
    t = touches(lake, to_share(lake, deals), journey)  # their money comes last: it would stand in the statement once for every join
    return shared(with_money(lake, t, deals, exchange), model, journey.terms)


Kind = Literal["units", "converted"]
"""Of the two amounts of a row: that in the deal's own currency, and that in the one of the agreement."""


def counts_as(row: Mapping[str, Any], currency: str) -> Kind | None:
    """With which of its amounts a row counts in sums of a currency: as it is where it is in it, converted where the agreement made it
    that; None where it is neither, to be named beside them. row: with (currency, reported, is_converted)."""
    if row["currency"] == currency:
        return "units"
    return "converted" if row["is_converted"] and row["reported"] == currency else None


def counted_in(t: Any, currency: str) -> Any:
    """Rows of `shared` with (deal_currency, currency, units) as `counts_as` has it for sums of a currency: `units` of the amount that
    counts, `currency` what it is in, and the deal's own in both where neither does."""
    is_made = (t.currency != currency) & t.converted.notnull() & (t.reported == currency)
    return t.mutate(
        deal_currency=t.currency, currency=ibis.cases((is_made, t.reported), else_=t.currency),
        units=ibis.cases((is_made, t.converted), else_=t.units).cast("int64"),
    )  # fmt: skip


def of_deals(t: Any) -> Any:
    """What each deal's chosen touches have of it: (opportunity_id, n, units, converted). t: rows of `shared`."""
    return t.group_by(t.conversion.name("opportunity_id")).agg(n=t.share.sum(), units=t.units.sum(), converted=t.converted.sum())


def by(t: Any, dimension: str) -> Any:
    """Credit per value of a dimension and currency: (value, currency, reported, is_converted, deals, n, units, converted).

    t: `shared`; dimension: channel, campaign, content. deals: that it touched, whole; n: its share of them; units: in the smallest
    units of `currency`; converted: in those of `reported`, 0 where its deals are not converted.
    """
    t = t.mutate(worth=t[dimension], is_converted=t.converted.notnull())
    found = t.group_by(["worth", "currency", "reported", "is_converted"]).agg(
        deals=t.conversion.nunique(), n=(t.n * t.share).sum(), units=t.units.sum(), converted=t.converted.sum().coalesce(0)
    )
    return found.rename(value="worth")
