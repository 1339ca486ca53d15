"""Why did this touch get this credit, or none? Every touch of everybody who has to do with a deal. Tables in, table out.

`deals.touches` and `sharing.shared` say what counts and what it earns; here the touches they leave out stand beside, each with the
first rule of the agreement that left it out, in the order in which the rules are applied.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import ibis

from treaty.attribution import deals, sharing
from treaty.attribution.deals import Journey
from treaty.attribution.measures import DIRECT
from treaty.attribution.sharing import Model
from treaty.attribution.weights import DECAY, REST
from treaty.engine.measuring import Lake
from treaty.truth.measures import Exchange, in_currency, in_units

Left = Literal["not_counted_person", "direct", "repeated", "after_close", "too_old", ""]
"""Why a touch does not count; empty for one that does."""
DAY_US = 86_400_000_000


def one_deal(lake: Lake, opportunity_id: int, until_us: int, exchange: Exchange) -> Any:
    """A deal as something to be shared, whatever became of it: the row of `deals.valued`, an open one as if it closed at a moment."""
    rows = lake.table("opportunities")
    rows = rows.filter(rows.opportunity_id == opportunity_id)
    rows = in_currency(lake, rows.mutate(amount=rows.amount.coalesce(0)), exchange)
    leads = lake.table("leads").select("lead_id", "person_id", lead_us="opened_us")
    both = rows.left_join(leads, "lead_id")
    return both.select(
        "account_id", "person_id", "lead_us",
        "currency", "rate", "rate_on",
        conversion=both.opportunity_id, n=ibis.literal(1.0), at_us=both.closed_us.coalesce(until_us), opportunity_us=both.opened_us,
        reported=ibis.literal(exchange.currency), whole_units=in_units(both.amount, both.currency), whole_converted=both.amount_units,
    )  # fmt: skip


def path(lake: Lake, opportunity_id: int, until_us: int, journey: Journey, model: Model, exchange: Exchange) -> Any:
    """Every touch of the buying group of one deal: (touch_id, person_id, at_us, channel, campaign, content, age_us, left, and of
    those that count `place`, `share`, `units`, `converted`, `touches` and where the anchors of the model stand).

    The buying group: everybody at the account, the person of its lead, and whoever has a part in the deal.
    """
    deal = one_deal(lake, opportunity_id, until_us, exchange)
    counted = sharing.shared(deals.touches(lake, deal, journey), model, journey.terms)
    seen = left_out(lake, deal, opportunity_id, journey)
    kept = [name for name in counted.columns if name not in COMMON]
    both = seen.left_join(counted.select("touch_id", *kept), "touch_id").drop("touch_id_right")
    return both.order_by(["at_us", "touch_id"])


COMMON = (
    "conversion", "n", "currency", "reported", "rate", "rate_on", "whole_units", "whole_converted",
    "touch_id", "person_id", "channel", "campaign", "content", "at_us", "c_at_us", "lead_us",
    "opportunity_us", "age_us",
)  # fmt: skip


def left_out(lake: Lake, deal: Any, opportunity_id: int, journey: Journey) -> Any:
    """Every touch of the buying group with why it does not count: (touch_id, person_id, at_us, channel, campaign, content, age_us,
    left). deal: one row of `one_deal`."""
    t = _touches(lake, _group(lake, deal, opportunity_id, journey))
    t = t.cross_join(deal.select(c_at_us="at_us"))
    is_direct = t.channel.lower().isin(DIRECT) if not journey.counts_direct else ibis.literal(False)
    t = t.mutate(is_direct=is_direct, age_us=t.c_at_us - t.at_us)
    t = t.mutate(is_repeated=_repeated(t, journey))
    lookback = journey.terms.lookback_us
    too_old = t.age_us >= lookback if lookback else ibis.literal(False)
    left = ibis.cases(
        (~t.counts, "not_counted_person"), (t.is_direct, "direct"), (t.is_repeated, "repeated"), (t.age_us < 0, "after_close"),
        (too_old, "too_old"), else_="",
    )  # fmt: skip
    return t.mutate(left=left).select("touch_id", "person_id", "at_us", "channel", "campaign", "content", "age_us", "left")


def _group(lake: Lake, deal: Any, opportunity_id: int, journey: Journey) -> Any:
    """Who has to do with the deal, and whether their touches count for it: (person_id, counts)."""
    people, roles = lake.table("people").select("person_id", "account_id"), lake.table("buying_roles")
    by_account = deal.account_id.notnull() if journey.by_account else ibis.literal(False)
    there = people.inner_join(deal.mutate(counts=by_account).select("account_id", "counts"), "account_id").select("person_id", "counts")
    own = deal.filter(deal.person_id.notnull()).mutate(counts=~by_account).select("person_id", "counts")
    others = roles.filter(roles.opportunity_id == opportunity_id).select("person_id", counts=ibis.literal(False))
    both = ibis.union(there, own, others)
    return both.group_by("person_id").agg(counts=both.counts.any())


def _touches(lake: Lake, group: Any) -> Any:
    return deals.seen_by(lake).inner_join(group, "person_id")


def _repeated(t: Any, journey: Journey) -> Any:
    """Follows another of the same person on the same channel too soon; a direct visit that is skipped is none of them."""
    if not journey.repeats_us:
        return ibis.literal(False)
    window = ibis.window(group_by=["person_id", "channel", "is_direct"], order_by=["at_us", "touch_id"])
    return (t.at_us - t.at_us.lag(1).over(window) < journey.repeats_us).fill_null(False)


@dataclass(frozen=True, slots=True)
class Part:
    """One ground of a share. name: an anchor, `rest`, `time_decay`, `channel` or `each`; weight: what the model gives it, 0 to 1;
    among: how many touches share that."""

    name: str
    weight: float | None = None
    among: int = 1


def why(row: Mapping[str, Any], model: Model) -> tuple[Part, ...]:
    """The grounds of a touch's share, of a row of `path` that counts. Their weights are the model's own: where an anchor is missing
    the others have its share between them, so that the shares of a deal make one."""
    if model.rule is None:
        weight = (model.channels or {}).get(row["channel"])
        return (Part("channel", weight, row.get("alike") or 1),)
    if model.rule.decays:
        return (Part(DECAY, row["decay"] / row["decays"] if row["decays"] else None, row["touches"]),)
    parts = [Part(name, weight) for name, weight in model.rule.anchors.items() if row[f"at_{name}"] == row["place"]]
    if parts:
        return tuple(parts)
    taken = {row[f"at_{name}"] for name in model.rule.anchors} - {None}
    others = row["touches"] - len(taken)
    return (Part(REST if model.rule.anchors else "each", model.rule.rest, others),)
