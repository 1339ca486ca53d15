"""What was spent, day by day; spend that names no channel or campaign is shared as agreed, to the smallest unit. Tables in, table out."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Literal

import ibis

from treaty.currencies import OTHERS, USUAL
from treaty.engine.days import DAY_US, day_number
from treaty.engine.measuring import Lake, bucket, within
from treaty.truth.origins import origin

_SAME = 1e-6
"""Smallest units below which a float is taken for the whole number next to it."""
AMOUNT = "decimal(18, 4)"
Rule = Literal["stays", "by_touches", "by_won"]


def spent(lake: Lake, days: tuple[date, date], start_us: int, channels: Sequence[str] = ()) -> Any:
    """Spend of the local days [first, end): (spend_id, spent_on, channel, campaign, source, currency, amount, at_us, month).

    start_us: the moment the first day begins; `at_us` is about noon of the day, which no change of the clocks moves to another
    channels: those that count; none for all · A row without a channel has that of its campaign, where the campaign is known.
    """
    rows = lake.table("spend")
    rows = rows.filter((rows.spent_on >= days[0]) & (rows.spent_on < days[1]))
    rows = rows.mutate(campaign=origin(rows.campaign))
    campaigns = lake.table("campaigns").select(of_slug="slug", of_campaign="channel")
    rows = rows.left_join(campaigns, rows.campaign == campaigns.of_slug)
    sources = lake.table("sources").select(of_source="source_id", source="name")
    rows = rows.left_join(sources, rows.source_id == sources.of_source)
    rows = rows.select(
        "spend_id", "spent_on", "amount", "source",
        channel=ibis.coalesce(rows.channel.nullif(""), rows.of_campaign, ""), campaign=rows.campaign,
        currency=rows.currency.coalesce(""), month=_month(rows.spent_on),
        at_us=start_us + (day_number(rows.spent_on) - _number(days[0])) * DAY_US + DAY_US // 2,
    )  # fmt: skip
    return rows.filter(rows.channel.isin(list(channels))) if channels else rows


def _month(day: Any) -> Any:
    """`2026-03`."""
    return day.year().cast("string") + "-" + day.month().cast("string").lpad(2, "0")


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)) // timedelta(days=1)


def touched(lake: Lake, months: Sequence[int]) -> Any:
    """How many touches each channel and campaign had in each month: (month_no, of_channel, of_campaign, weight)."""
    t = lake.table("touches").select("channel", "campaign", "occurred_us")
    t = within(t, t.occurred_us, (months[0], months[-1]))
    t = t.mutate(month_no=bucket(t.occurred_us, months), of_channel=t.channel.coalesce(""), of_campaign=origin(t.campaign))
    return t.group_by(["month_no", "of_channel", "of_campaign"]).agg(weight=t.count().cast("float64"))


def earned(credit: Any, months: Sequence[int]) -> Any:
    """What each channel and campaign earned in each month, as `touched`. credit: rows of `credited.shares`."""
    t = within(credit, credit.at_us, (months[0], months[-1]))
    t = t.mutate(month_no=bucket(t.at_us, months), of_channel=t.channel, of_campaign=t.campaign)
    return t.group_by(["month_no", "of_channel", "of_campaign"]).agg(
        weight=(t.counted.cast("decimal(18, 4)") * 10_000).cast("int64").sum().cast("float64")
    )


def assigned(rows: Any, weights: Any, months: Sequence[int]) -> Any:
    """`spent` with spend of no channel shared among the channels of its month, and what names no campaign among those of its
    channel; each by its weight. Where nothing has a weight it stays as it is.

    The parts of a row make its amount, to the smallest unit of its currency by the largest remainder; of equal remainders the name that
    sorts first has the unit. What an amount has below a unit goes with its first part.
    """
    weights = weights.filter(weights.weight > 0)
    rows = rows.mutate(month_no=bucket(rows.at_us, months))
    channels = weights.filter(weights.of_channel != "").group_by(["month_no", "of_channel"]).agg(weight=weights.weight.sum())
    rows = _shared(rows, channels, "channel", ["month_no"])
    campaigns = weights.filter(weights.of_campaign != "").mutate(channel=weights.of_channel)
    return _shared(rows, campaigns, "campaign", ["month_no", "channel"]).drop("month_no")


def _shared(rows: Any, weights: Any, name: str, keys: Sequence[str]) -> Any:
    """Rows without a name each become one row for every name that has a weight under their keys."""
    wanted, rest = rows.filter(rows[name] == ""), rows.filter(rows[name] != "")
    both = wanted.left_join(weights, list(keys), rname="w_{name}")
    both = both.mutate(**{name: ibis.coalesce(both[f"of_{name}"], "")})
    row = ["spend_id", "channel"] if name == "campaign" else ["spend_id"]
    every = ibis.window(group_by=row)
    t = both.mutate(share=ibis.coalesce(both.weight / both.weight.sum().over(every), 1.0), whole=_units(both.amount, both.currency))
    t = t.mutate(exact=t.whole.cast("float64") * t.share)
    t = t.mutate(units=(t.exact + _SAME).floor().cast("int64"))
    t = t.mutate(left=(t.exact - t.units).round(6))
    turn = ibis.row_number().over(ibis.window(group_by=row, order_by=[ibis.desc("left"), name]))
    t = t.mutate(missing=t.whole - t.units.sum().over(every), turn=turn)
    below = ibis.cases((t.turn == 0, t.amount - _money(t.whole, t.currency)), else_=ibis.literal(0, AMOUNT))
    t = t.mutate(amount=(_money(t.units + (t.turn < t.missing).cast("int64"), t.currency) + below).cast(AMOUNT))
    return ibis.union(rest, t.select(*rest.columns))


def _units(amount: Any, currency: Any) -> Any:
    """Whole smallest units of its currency that are in an amount."""
    return _by_places(currency, lambda places: (amount * 10**places).floor().cast("int64"))


def _money(units: Any, currency: Any) -> Any:
    return _by_places(currency, lambda places: (units.cast("float64") / 10**places).cast(AMOUNT))


def _by_places(currency: Any, make: Callable[[int], Any]) -> Any:
    return ibis.cases(*((currency.isin(codes), make(places)) for places, codes in OTHERS.items()), else_=make(USUAL))
