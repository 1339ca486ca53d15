"""Which deals were won, and which touches count for each by the agreement's own terms. Tables in, table out."""

from dataclasses import dataclass
from typing import Any

import ibis

from treaty.attribution import measures
from treaty.attribution.measures import DIRECT, Terms
from treaty.engine.measuring import Lake, Span, within
from treaty.truth.measures import Exchange, in_currency, in_units
from treaty.truth.origins import with_origins


@dataclass(frozen=True, slots=True)
class Journey:
    """What the agreement says of the way to a deal. by_account: everybody at the account counts; a deal without one has the
    person of its lead. repeats_us: of touches of one person on one channel, none further apart, only the first counts."""

    terms: Terms = measures.USUAL
    by_account: bool = True
    repeats_us: int = 0
    counts_direct: bool = True


def closed(lake: Lake, span: Span) -> Any:
    """Deals won in a period, with an amount or without, `to_share`."""
    return to_share(lake, _won(lake, span))


def to_share(lake: Lake, deals: Any) -> Any:
    """Opportunities, whatever became of them, as what is shared among the touches up to their `at_us`: (conversion, account_id,
    person_id, n, at_us, lead_us, opportunity_us)."""
    leads = lake.table("leads").select("lead_id", "person_id", lead_us="opened_us")
    both = deals.left_join(leads, "lead_id")
    return both.select(
        "account_id", "person_id", "lead_us", "at_us",
        conversion=both.opportunity_id, n=ibis.literal(1.0), opportunity_us=both.opened_us,
    )  # fmt: skip


def won(lake: Lake, span: Span) -> Any:
    """Deals won in a period that have an amount, as it is: `closed` with (value, currency)."""
    deals = _won(lake, span)
    deals = deals.filter(deals.amount.notnull()).select(of_deal="opportunity_id", value="amount", currency=deals.currency.coalesce(""))
    rows = closed(lake, span)
    return rows.inner_join(deals, rows.conversion == deals.of_deal).drop("of_deal")


def valued(lake: Lake, span: Span, exchange: Exchange) -> Any:
    """Deals won in a period that have an amount: `closed` with (currency, reported, whole_units, whole_converted, rate, rate_on).

    reported: the agreement's currency; whole_units: the amount in the smallest units of its own; whole_converted: in those of
    `reported`, at the rate of its day, null where there is none. See `truth.measures.in_currency`.
    """
    return priced(lake, closed(lake, span), span, exchange)


def priced(lake: Lake, rows: Any, span: Span, exchange: Exchange) -> Any:
    """Rows of deals won in the span, by `conversion`, with the money of `valued`; those of a deal without an amount are left out."""
    return with_money(lake, rows, with_amount(_won(lake, span)), exchange)


def with_money(lake: Lake, rows: Any, deals: Any, exchange: Exchange) -> Any:
    """Rows by `conversion` with the money of `valued`. deals: opportunities, each once; rows of others are left out."""
    worth = in_currency(lake, deals, exchange)
    money = worth.select(
        "currency", "rate", "rate_on",
        reported=ibis.literal(exchange.currency), priced_id=worth.opportunity_id,
        whole_units=in_units(worth.amount, worth.currency), whole_converted=worth.amount_units,
    )  # fmt: skip
    return rows.inner_join(money, rows.conversion == money.priced_id).drop("priced_id")


def with_amount(deals: Any) -> Any:
    """Those that say what they are worth."""
    return deals.filter(deals.amount.notnull())


def all_won(lake: Lake) -> Any:
    """Opportunities that were won, whenever, with `at_us`: when each closed."""
    deals = lake.table("opportunities")
    return deals.filter((deals.outcome == "won") & deals.closed_us.notnull()).mutate(at_us=deals.closed_us)


def _won(lake: Lake, span: Span) -> Any:
    deals = all_won(lake)
    return within(deals, deals.at_us, span)


def in_all(lake: Lake, span: Span, exchange: Exchange) -> Any:
    """What there is to share: (currency, reported, is_converted, n, units, converted) of the deals won in a period, see `sharing.by`."""
    rows = valued(lake, span, exchange)
    rows = rows.mutate(is_converted=rows.whole_converted.notnull())
    return rows.group_by(["currency", "reported", "is_converted"]).agg(
        n=rows.count(), units=rows.whole_units.sum(), converted=rows.whole_converted.sum().coalesce(0)
    )


def touches(lake: Lake, deals: Any, journey: Journey) -> Any:
    """Touches that count for each deal, in its order: all columns of the deal but those that name its people, and (channel, place,
    age_us, lead, opportunity, touch_id, person_id, campaign, content, at_us). The deal's own moment is `c_at_us`."""
    ways = _ways(lake, deals, journey).rename(c_at_us="at_us")
    # before anything is ordered: most people have nothing to do with these deals
    seen = that_count(seen_by(lake).semi_join(ways, "person_id"), journey)
    own = [name for name in ways.columns if name not in ("person_id", "c_at_us")]
    t = seen.inner_join(ways, "person_id")
    t = t.select(*own, "touch_id", "person_id", "channel", "campaign", "content", "at_us", "c_at_us")
    t = measures.still_counts(t, journey.terms)
    t = t.mutate(
        place=ibis.row_number().over(ibis.window(group_by="conversion", order_by=["at_us", "touch_id"])), age_us=t.c_at_us - t.at_us
    )
    return measures.with_anchors(t)


def _ways(lake: Lake, deals: Any, journey: Journey) -> Any:
    """Each deal beside everybody whose touches can count for it, `person_id`: those at its account, or the person of its lead."""
    is_account = deals.account_id.notnull() if journey.by_account else ibis.literal(False)
    of_people = deals.filter(~is_account).drop("account_id")
    of_people = of_people.filter(of_people.person_id.notnull())
    people = lake.table("people").select("person_id", "account_id")
    at_accounts = deals.filter(is_account).drop("person_id").inner_join(people, "account_id")
    return ibis.union(at_accounts.select(*of_people.columns), of_people)


def seen_by(lake: Lake) -> Any:
    """Every touch: (touch_id, person_id, channel, campaign, content, at_us), empty texts where none are known; campaign and content
    as they are recognised, see `truth.origins`."""
    t = lake.table("touches").select("touch_id", "person_id", "channel", "campaign", "content", at_us="occurred_us")
    return with_origins(t.mutate(channel=t.channel.coalesce("")))


def that_count(seen: Any, journey: Journey) -> Any:
    """Of `seen_by` those that count for anybody: without direct visits and repeats, where the agreement says so."""
    if not journey.counts_direct:
        seen = seen.filter(~seen.channel.lower().isin(DIRECT))
    if journey.repeats_us:
        before = seen.at_us.lag(1).over(ibis.window(group_by=["person_id", "channel"], order_by=["at_us", "touch_id"]))
        seen = seen.mutate(before_us=before)
        seen = seen.filter(seen.before_us.isnull() | (seen.at_us - seen.before_us >= journey.repeats_us)).drop("before_us")
    return seen
