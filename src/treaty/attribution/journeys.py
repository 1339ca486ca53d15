"""From touches and conversions as they come to what the models read. Tables in, tables out.

What comes in: touches (journey, channel, at_us, row) and, if there are any, conversions (journey, n, value, at_us, lead_us,
opportunity_us, row). row: the place in the file, which settles ties in time.
"""

from typing import Any

import ibis

from treaty.attribution.measures import Terms


def numbered(conversions: Any) -> Any:
    """Conversions with a number of their own, `conversion`."""
    return conversions.rename(conversion="row")


def paths(conversions: Any, terms: Terms) -> Any:
    """The stretches for the chain of journeys that converted, see `measures.steps`: one up to each conversion, and one after the last,
    whether or not a touch is in it.

    A stretch begins after the conversion before it, and not earlier than the look-back allows. `path` is the conversion's number,
    and of what came after the last one a number below 0.
    """
    order = ibis.window(group_by="journey", order_by=["at_us", "conversion"])
    before = conversions.mutate(after_us=conversions.at_us.lag(1).over(order))
    won = before.select(
        "journey", "n", "value",
        path=before.conversion.cast("int64"), after_us=_later(before.after_us, before.at_us, terms), until_us=before.at_us,
        lost=ibis.literal(0.0),
    )  # fmt: skip
    ends = conversions.group_by("journey").agg(last_us=conversions.at_us.max(), first=conversions.conversion.min().cast("int64"))
    ends = ends.filter(ends.last_us.notnull())
    lost = ends.select(
        "journey",
        n=ibis.literal(0.0), value=ibis.literal(0.0), path=-1 - ends.first, after_us=ends.last_us, until_us=ibis.null("int64"),
        lost=ibis.literal(1.0),
    )  # fmt: skip
    return ibis.union(won, lost)


def _later(after: Any, end: Any, terms: Terms) -> Any:
    if not terms.lookback_us:
        return after
    begins = end - terms.lookback_us
    return ibis.cases((after.isnull() | (after < begins), begins), else_=after)


def conversions_in(touches: Any) -> Any:
    """Conversions told among the touches: (journey, n, value, at_us, row) of a table with `n` and `value` beside each touch.

    A journey whose touches all say that it converted, and for the same value, converted once, with its last touch: the file says
    it of the journey. Otherwise each touch that says so is a conversion. value: 0 where none is told.
    """
    told = touches.mutate(n=touches.n.fill_null(0.0), value=touches.value.fill_null(0.0))
    per = told.group_by("journey").agg(
        all_say=told.count() == told.count(where=told.n > 0),
        kinds=told.value.nullif(0.0).nunique(),
        counts=told.n.nunique(),
        worth=told.value.max(),
        lead=told.lead_us.max(),
        opportunity=told.opportunity_us.max(),
    )
    said = told.filter(told.n > 0).inner_join(per, "journey")
    is_last = ibis.row_number().over(ibis.window(group_by="journey", order_by=[ibis.desc("at_us"), ibis.desc("row")])) == 0
    said = said.mutate(is_last=is_last, whole=said.all_say & (said.kinds <= 1) & (said.counts == 1))
    said = said.filter(~said.whole | said.is_last)
    return said.select(
        "journey", "n", "at_us", "row",
        value=ibis.cases((said.whole, said.worth), else_=said.value),
        lead_us=ibis.coalesce(said.lead_us, said.lead), opportunity_us=ibis.coalesce(said.opportunity_us, said.opportunity),
    )  # fmt: skip


def exploded(paths_: Any, separator: str) -> Any:
    """Touches of written paths: (journey, channel, row). paths_: (journey, path), channels joined by the separator."""
    listed = paths_.mutate(channel=paths_.path.split(separator))
    one = listed.select("journey", "channel", row=ibis.range(listed.channel.length()))
    one = one.mutate(pair=one.channel.zip(one.row)).select("journey", pair=lambda t: t.pair.unnest())
    return one.select("journey", channel=one.pair["f1"].strip(), row=one.pair["f2"].cast("int32")).filter(lambda t: t.channel != "")
