"""Measures of what campaigns and contents touched: people, leads, answers, deals, money. Tables in, table out.

An origin is a campaign or a content by its slug (`truth.origins`); touches without one have none and are left out. What is touched
is counted whole, so a lead that three campaigns touched counts with each; only credit is shared and adds up.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import ibis

from treaty.attribution import versions
from treaty.attribution.versions import Sharing
from treaty.engine.laid import laid
from treaty.engine.measuring import Lake, Span, within
from treaty.feedback import measures as feedback
from treaty.funnel import deals, stages
from treaty.truth.origins import origin

Dimension = Literal["campaign", "content"]
Money = Literal["revenue", "pipeline"]


def touches(lake: Lake, dimension: Dimension) -> Any:
    """Touches that name an origin: (touch_id, person_id, t_us, channel, origin)."""
    rows = lake.table("touches")
    rows = rows.select("touch_id", "person_id", t_us="occurred_us", channel=rows.channel.coalesce(""), origin=origin(rows[dimension]))
    return rows.filter(rows.origin != "")


def reach(lake: Lake, dimension: Dimension, span: Span) -> Any:
    """Whom each origin reached in a period: (origin, touches, people, accounts). Visitors without a name are people too."""
    t = touches(lake, dimension)
    t = within(t, t.t_us, span).left_join(lake.table("people").select("person_id", "account_id"), "person_id")
    return t.group_by("origin").agg(touches=t.count(), people=t.person_id.nunique(), accounts=t.account_id.nunique())


def reached(lake: Lake, dimension: Dimension, one: str, span: Span) -> Any:
    """The people one origin reached in a period: (person_id, touches, at_us), the moment of the first."""
    t = touches(lake, dimension)
    t = within(t.filter(t.origin == one), t.t_us, span)
    return t.group_by("person_id").agg(touches=t.count(), at_us=t.t_us.min())


def begun(lake: Lake, dimension: Dimension) -> Any:
    """When each origin was first seen, by which channel and how often: (origin, channel, n, first_us, last_us)."""
    t = touches(lake, dimension)
    return t.group_by(["origin", "channel"]).agg(n=t.count(), first_us=t.t_us.min(), last_us=t.t_us.max())


def first_spent(lake: Lake) -> Any:
    """When money was first spent in the name of each campaign: (origin, first_on)."""
    rows = lake.table("spend")
    rows = rows.mutate(origin=origin(rows.campaign))
    rows = rows.filter((rows.origin != "") & (rows.amount != 0))
    return rows.group_by("origin").agg(first_on=rows.spent_on.min())


def before(lake: Lake, dimension: Dimension, cases: Any, lookback_us: int) -> Any:
    """Cases beside each origin that touched their person by then: their columns with `origin`, each once an origin.

    cases: with person_id and at_us. lookback_us: a touch that long before, or longer, no longer counts; 0 for no bound.
    """
    t = touches(lake, dimension).semi_join(cases, "person_id").select("origin", "t_us", t_person_id="person_id")
    both = cases.inner_join(t, [cases.person_id == t.t_person_id])
    counts = both.t_us <= both.at_us
    if lookback_us:
        counts &= both.t_us > both.at_us - lookback_us
    return both.filter(counts).drop("t_us", "t_person_id").distinct()


def qualified(lake: Lake, dimension: Dimension, stage: str, span: Span, lookback_us: int) -> Any:
    """Leads that first reached a stage in a period after a touch of each origin: (lead_id, person_id, at_us, origin)."""
    first = stages.reached(lake, [stage], span).inner_join(lake.table("leads").select("lead_id", "person_id"), "lead_id")
    return before(lake, dimension, first.select("lead_id", "person_id", "at_us"), lookback_us)


def rejected(lake: Lake, dimension: Dimension, span: Span, lookback_us: int) -> Any:
    """Rejections in a period of leads an origin had touched by then: (disposition_id, lead_id, person_id, reason, at_us, origin)."""
    rows = feedback.answers(lake, span)
    rows = rows.filter(rows.outcome == "rejected").select("disposition_id", "lead_id", "reason", "at_us")
    cases = rows.inner_join(lake.table("leads").select("lead_id", "person_id"), "lead_id")
    return before(lake, dimension, cases.select("disposition_id", "lead_id", "person_id", "reason", "at_us"), lookback_us)


def stage_now(lake: Lake, dimension: Dimension, one: str, span: Span) -> Any:
    """Leads one origin touched in a period, by the stage they are in now: (stage, leads, is_open)."""
    leads = lake.table("leads")
    people = reached(lake, dimension, one, span).select("person_id", touched_us="at_us")
    rows = leads.inner_join(people, "person_id")
    rows = rows.filter(rows.closed_us.isnull() | (rows.closed_us >= rows.touched_us))
    return rows.group_by(["stage", rows.closed_us.isnull().name("is_open")]).agg(leads=rows.count())


def opened(lake: Lake, span: Span) -> Any:
    """Opportunities opened in a period, to be shared among the touches until then, at what each was worth then: `amount`, `at_us`."""
    rows = deals.created(lake, span)
    return rows.mutate(amount=rows.counted.coalesce(0))


def every(lake: Lake, now_us: int) -> Any:
    """All opportunities, to be shared among the touches until each closed, or until now: `amount`, `at_us`."""
    rows = deals.deals(lake)
    return rows.mutate(amount=rows.amount.coalesce(0), at_us=ibis.least(rows.closed_us.coalesce(now_us), ibis.literal(now_us, "int64")))


def parts(t: Any, dimension: Dimension) -> Any:
    """What each origin has of each deal it touched: (origin, opportunity_id, at_us, currency, reported, is_converted, touches, share,
    units, whole_units, converted, whole_converted, is_first, is_last), see `sharing.shared`. t: rows of `versions.shared`."""
    deal = ibis.window(group_by="conversion")
    t = t.mutate(
        origin=t[dimension], is_converted=t.whole_converted.notnull(),
        is_first=t.place == t.place.min().over(deal), is_last=t.place == t.place.max().over(deal),
    )  # fmt: skip
    t = t.filter(t.origin != "")
    keys = ["origin", t.conversion.name("opportunity_id"), t.c_at_us.name("at_us"), "currency", "reported", "is_converted"]
    return t.group_by(keys).agg(
        touches=t.count(), share=t.share.sum(), is_first=t.is_first.any(), is_last=t.is_last.any(),
        units=t.units.sum(), whole_units=t.whole_units.max(),
        converted=t.converted.sum().coalesce(0), whole_converted=t.whole_converted.max().coalesce(0),
    )  # fmt: skip


def earned(lake: Lake, dimension: Dimension, what: Money, span: Span, found: Sequence[Sharing]) -> Any:
    """`parts` of the deals won in a period, each by the version in force when it closed; or of those opened in it, at what they were
    worth then, by the version in force when they were opened: a new version moves neither. found: `versions.sharings` of the period."""
    if what == "revenue":
        return parts(versions.credited(lake, found), dimension)
    key = ("credit of pipeline", span, repr(tuple(found)))
    return parts(laid(lake, key, lambda: versions.shared(lake, opened(lake, span), found)), dimension)


def sums(rows: Any) -> Any:
    """`parts` added up: (origin, currency, reported, is_converted, deals, n, units, whole_units, converted, whole_converted, first,
    last, only). whole: the amounts of the deals touched.

    first, last: deals whose first or last touch it was; only: those that are both.
    """
    amounts = {name: rows[name].sum() for name in ("units", "whole_units", "converted", "whole_converted")}
    return rows.group_by(["origin", "currency", "reported", "is_converted"]).agg(
        deals=rows.count(), n=rows.share.sum(), **amounts,
        first=rows.count(where=rows.is_first), last=rows.count(where=rows.is_last), only=rows.count(where=rows.is_first & rows.is_last),
    )  # fmt: skip


def in_windows(rows: Any, windows: Mapping[str, Span]) -> Any:
    """Rows with `origin` and `at_us` that lie in the window of their origin, half-open; origins without one have none."""
    starts = ibis.cases(*((rows.origin == name, ibis.literal(span[0], "int64")) for name, span in windows.items()))
    ends = ibis.cases(*((rows.origin == name, ibis.literal(span[1], "int64")) for name, span in windows.items()))
    return rows.filter((rows.at_us >= starts) & (rows.at_us < ends))
