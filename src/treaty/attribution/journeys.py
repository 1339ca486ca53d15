"""From touches and conversions as they come to what the models read. Tables in, tables out.

What comes in: touches (journey, channel, at_us, row) and, if there are any, conversions (journey, n, value, at_us, lead_us,
opportunity_us, row). row: the place in the file, which settles ties in time.
"""

from typing import Any

import ibis

from treaty.attribution.measures import Terms


def placed(touches: Any) -> Any:
    """Touches with their `place` in their journey: by time, then by row; what has no time by row alone."""
    order = ibis.window(group_by="journey", order_by=["at_us", "row"])
    return touches.mutate(place=ibis.row_number().over(order)).drop("row")


def numbered(conversions: Any) -> Any:
    """Conversions with a number of their own, `conversion`."""
    return conversions.mutate(conversion=ibis.row_number().over(ibis.window(order_by="row"))).drop("row")


def paths(touches: Any, conversions: Any, terms: Terms) -> Any:
    """The stretches of all journeys for the chain, see `measures.steps`: one up to each conversion, and what came after the last.

    A stretch begins after the conversion before it, and not earlier than the look-back allows. Journeys that never converted
    are one stretch that ended in none; their look-back counts from their last touch.
    """
    order = ibis.window(group_by="journey", order_by=["at_us", "conversion"])
    before = conversions.mutate(after_us=conversions.at_us.lag(1).over(order))
    won = before.select(
        "journey", "n", "value",
        after_us=_later(before.after_us, before.at_us, terms), until_us=before.at_us, lost=ibis.literal(0.0),
    )  # fmt: skip
    ends = conversions.group_by("journey").agg(after_us=conversions.at_us.max(), known=conversions.count())
    last = touches.group_by("journey").agg(last_us=touches.at_us.max()).left_join(ends, "journey")
    open_ = last.filter(last.known.isnull() | (last.last_us > last.after_us))
    lost = open_.select(
        "journey",
        n=ibis.literal(0.0), value=ibis.literal(0.0),
        after_us=_later(open_.after_us, open_.last_us, terms), until_us=ibis.null("int64"), lost=ibis.literal(1.0),
    )  # fmt: skip
    both = ibis.union(won, lost)
    return both.mutate(path=ibis.row_number().over(ibis.window(order_by=["journey", "after_us", "until_us"])))


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
    """Touches of written paths: (journey, channel, place). paths_: (journey, path), channels joined by the separator."""
    listed = paths_.mutate(channel=paths_.path.split(separator))
    one = listed.select("journey", "channel", place=ibis.range(listed.channel.length()))
    one = one.mutate(pair=one.channel.zip(one.place)).select("journey", pair=lambda t: t.pair.unnest())
    return one.select("journey", channel=one.pair["f1"].strip(), place=one.pair["f2"].cast("int64")).filter(lambda t: t.channel != "")
