"""Credit for won deals by the agreement's own terms: which touches earned each, to the cent. Tables in, table out."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import ibis

from treaty.attribution import measures
from treaty.attribution.measures import DIRECT, Terms
from treaty.attribution.weights import Rule
from treaty.engine.measuring import Lake, Span, within

CENTS = 100
_SAME = 1e-6
"""Cents below which a float is taken for the whole number next to it."""


@dataclass(frozen=True, slots=True)
class Model:
    """How the touches of one deal share it: by their place, or each by the weight of its channel.

    rule: None for a model by channel · channels: weight per channel, for Markov its removal effect · is_shared: for Shapley, a
    channel counts once however often it was touched, and its touches share that evenly.
    """

    rule: Rule | None = None
    channels: Mapping[str, float] | None = None
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Journey:
    """What the agreement says of the way to a deal. by_account: everybody at the account counts; a deal without one has the
    person of its lead. repeats_us: of touches of one person on one channel, none further apart, only the first counts."""

    terms: Terms = measures.USUAL
    by_account: bool = True
    repeats_us: int = 0
    counts_direct: bool = True


def won(lake: Lake, span: Span) -> Any:
    """Deals won in a period with an amount, as `conversions`."""
    deals = lake.table("opportunities")
    return conversions(lake, within(deals.filter((deals.outcome == "won") & deals.amount.notnull()), deals.closed_us, span))


def conversions(lake: Lake, deals: Any) -> Any:
    """Opportunities as what is shared: (conversion, account_id, person_id, n, value, at_us, lead_us, opportunity_us, currency)."""
    leads = lake.table("leads").select("lead_id", "person_id", lead_us="opened_us")
    both = deals.left_join(leads, "lead_id")
    return both.select(
        "account_id", "person_id", "lead_us",
        conversion=both.opportunity_id, n=ibis.literal(1.0), value=both.amount, at_us=both.closed_us,
        opportunity_us=both.opened_us, currency=both.currency.coalesce(""),
    )  # fmt: skip


def in_all(lake: Lake, span: Span) -> Any:
    """What there is to share: (currency, n, cents) of the deals won in a period."""
    rows = won(lake, span)
    return rows.group_by("currency").agg(n=rows.count(), cents=_cents(rows.value).sum())


def to_cents(amount: Decimal) -> Decimal:
    """The amount that is shared: to the cent, half a cent away from zero, as the measures round."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _cents(amount: Any) -> Any:
    return (amount.cast("decimal(18, 2)") * CENTS).cast("int64")


def touches(lake: Lake, deals: Any, journey: Journey) -> Any:
    """Touches that count for each deal, in its order: (conversion, n, value, channel, place, age_us, lead, opportunity, touch_id,
    person_id, campaign, content, at_us, currency)."""
    is_account = deals.account_id.notnull() if journey.by_account else ibis.literal(False)
    of_accounts = deals.filter(is_account).drop("person_id")
    of_people = deals.filter(~is_account).drop("account_id")
    people = lake.table("people").select("person_id", "account_id").semi_join(of_accounts, "account_id")
    wanted = ibis.union(people.select("person_id"), of_people.filter(of_people.person_id.notnull()).select("person_id"))
    seen = lake.table("touches").select("touch_id", "person_id", "channel", "campaign", "content", at_us="occurred_us")
    seen = seen.mutate(channel=seen.channel.coalesce(""), campaign=seen.campaign.coalesce(""), content=seen.content.coalesce(""))
    seen = seen.semi_join(wanted, "person_id")  # before anything is ordered: most people have nothing to do with these deals
    if not journey.counts_direct:
        seen = seen.filter(~seen.channel.lower().isin(DIRECT))
    if journey.repeats_us:
        before = seen.at_us.lag(1).over(ibis.window(group_by=["person_id", "channel"], order_by=["at_us", "touch_id"]))
        seen = seen.mutate(before_us=before)
        seen = seen.filter(seen.before_us.isnull() | (seen.at_us - seen.before_us >= journey.repeats_us)).drop("before_us")
    at_accounts = seen.inner_join(people, "person_id").inner_join(of_accounts, "account_id", rname="c_{name}").drop("account_id")
    by_people = seen.inner_join(of_people, "person_id", rname="c_{name}")
    t = ibis.union(at_accounts.select(*_COLUMNS), by_people.select(*_COLUMNS))
    t = measures.still_counts(t, journey.terms)
    t = t.mutate(
        place=ibis.row_number().over(ibis.window(group_by="conversion", order_by=["at_us", "touch_id"])), age_us=t.c_at_us - t.at_us
    )
    return measures.with_anchors(t)


_COLUMNS = (
    "conversion", "n", "value", "currency", "touch_id", "person_id", "channel", "campaign", "content", "at_us", "c_at_us", "lead_us",
    "opportunity_us",
)  # fmt: skip


def shared(t: Any, model: Model, terms: Terms) -> Any:
    """`touches` with the `share` each has of its deal, and its `cents`: whole, and together what the shares make of the amount.

    The cents are split by the largest remainder; of equal remainders the earlier touch has the cent.
    """
    t = _by_place(t, model.rule, terms) if model.rule else _by_channel(t, model)
    t = t.mutate(whole=_cents(t.value))
    t = t.mutate(exact=t.whole.cast("float64") * t.share)
    t = t.mutate(cents=(t.exact + _SAME).floor().cast("int64"))
    t = t.mutate(left=(t.exact - t.cents).round(6))
    deal = ibis.window(group_by="conversion")
    t = t.mutate(
        missing=ibis.cases(
            ((t.share.sum().over(deal) - 1).abs() < 1e-9, t.whole), else_=(t.exact.sum().over(deal) + _SAME).floor().cast("int64")
        )
        - t.cents.sum().over(deal),
        turn=ibis.row_number().over(ibis.window(group_by="conversion", order_by=[ibis.desc("left"), "place"])),
    )
    return t.mutate(cents=t.cents + (t.turn < t.missing).cast("int64")).drop("whole", "exact", "left", "missing", "turn")


def _by_place(t: Any, rule: Rule, terms: Terms) -> Any:
    t = measures.with_places(t, [rule], terms)
    return t.mutate(share=measures.share(t, rule, terms))


def _by_channel(t: Any, model: Model) -> Any:
    weights = model.channels or {}
    weight = ibis.cases(*((t.channel == name, share) for name, share in weights.items()), else_=0.0) if weights else ibis.literal(1.0)
    t = t.mutate(weight=weight)
    if model.is_shared:
        t = t.mutate(weight=t.weight / t.count().over(ibis.window(group_by=["conversion", "channel"])))
    total = t.weight.sum().over(ibis.window(group_by="conversion"))
    return t.mutate(share=ibis.cases((total > 0, t.weight / total.nullif(0)), else_=0.0))


def credited(lake: Lake, span: Span, journey: Journey, model: Model) -> Any:
    """`shared` for the deals won in a period."""
    return shared(touches(lake, won(lake, span), journey), model, journey.terms)


def of_deals(t: Any) -> Any:
    """What each deal's chosen touches have of it: (opportunity_id, currency, won_us, n, cents). t: rows of `shared`."""
    return t.group_by([t.conversion.name("opportunity_id"), "currency", t.c_at_us.name("won_us")]).agg(n=t.share.sum(), cents=t.cents.sum())


def by(t: Any, dimension: str) -> Any:
    """Credit per value of a dimension and currency: (value, currency, deals, n, cents). t: `shared`; dimension: channel, campaign, content.

    deals: that it touched, whole; n: its share of them.
    """
    return t.group_by([t[dimension].name("worth"), t.currency]).agg(
        deals=t.conversion.nunique(), n=(t.n * t.share).sum(), cents=t.cents.sum()
    ).rename(value="worth")  # fmt: skip
