"""Measures of what campaigns and contents touched: people, leads, answers, deals, money. Tables in, table out.

An origin is a campaign or a content by its slug (`truth.origins`); touches without one have none and are left out. What is touched
is counted whole, so a lead that three campaigns touched counts with each; only credit is shared and adds up.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

import ibis

from treaty.attribution import deals as credit
from treaty.attribution.deals import Journey
from treaty.attribution.sharing import Model, shared
from treaty.engine.measuring import Lake, Span, within
from treaty.feedback import measures as feedback
from treaty.funnel import deals, stages
from treaty.truth.origins import origin

Dimension = Literal["campaign", "content"]


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


def spent(lake: Lake, first_on: date, end_on: date) -> Any:
    """What each campaign cost in [first_on, end_on): (origin, currency, amount, first_on)."""
    rows = lake.table("spend")
    rows = rows.mutate(origin=origin(rows.campaign), currency=rows.currency.coalesce(""))
    rows = rows.filter((rows.origin != "") & (rows.spent_on >= ibis.literal(first_on)) & (rows.spent_on < ibis.literal(end_on)))
    return rows.group_by(["origin", "currency"]).agg(amount=rows.amount.sum(), first_on=rows.spent_on.min())


def spent_by_month(lake: Lake, one: str) -> Any:
    """What one campaign cost, month by month: (year, month, channel, currency, amount, days)."""
    rows = lake.table("spend")
    rows = rows.mutate(origin=origin(rows.campaign), currency=rows.currency.coalesce(""), channel=rows.channel.coalesce(""))
    rows = rows.filter(rows.origin == one).mutate(year=lambda r: r.spent_on.year(), month=lambda r: r.spent_on.month())
    return rows.group_by(["year", "month", "channel", "currency"]).agg(amount=rows.amount.sum(), days=rows.spent_on.nunique())


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
    """Deals opened in a period, to be shared among the touches until then, at what each was worth then: rows like `credit.won`."""
    rows = deals.created(lake, span)
    return _to_share(lake, rows, rows.opened_us, rows.counted)


def every(lake: Lake, now_us: int) -> Any:
    """All deals, to be shared among the touches until each closed, or until now: rows like `credit.won`."""
    rows = deals.deals(lake)
    return _to_share(lake, rows, rows.closed_us.coalesce(now_us), rows.amount)


def _to_share(lake: Lake, rows: Any, at: Any, amount: Any) -> Any:
    rows = rows.mutate(at_us=at, worth=amount.coalesce(0))
    leads = lake.table("leads").select("lead_id", "person_id", lead_us="opened_us")
    both = rows.left_join(leads, "lead_id")
    return both.select(
        "account_id", "person_id", "lead_us", "at_us",
        conversion=both.opportunity_id, n=ibis.literal(1.0), value=both.worth,
        opportunity_us=both.opened_us, currency=both.currency.coalesce(""),
    )  # fmt: skip


def parts(lake: Lake, dimension: Dimension, conversions: Any, journey: Journey, model: Model) -> Any:
    """What each origin has of each deal it touched: (origin, opportunity_id, at_us, currency, touches, whole, share, units,
    is_first, is_last). whole and units: the deal's amount and the part of it, in its smallest units."""
    t = shared(credit.touches(lake, conversions, journey), model, journey.terms)
    t = t.mutate(origin=origin(t[dimension]), whole=t.whole_units)
    deal = ibis.window(group_by="conversion")
    t = t.mutate(is_first=t.place == t.place.min().over(deal), is_last=t.place == t.place.max().over(deal))
    t = t.filter(t.origin != "")
    return t.group_by(["origin", t.conversion.name("opportunity_id"), t.c_at_us.name("at_us"), "currency"]).agg(
        touches=t.count(), whole=t.whole.max(), share=t.share.sum(), units=t.units.sum(), is_first=t.is_first.any(), is_last=t.is_last.any()
    )  # fmt: skip


def sums(rows: Any) -> Any:
    """`parts` added up: (origin, currency, deals, n, units, whole, first, last, only). whole: the amounts of the deals touched.

    first, last: deals whose first or last touch it was; only: those that are both.
    """
    return rows.group_by(["origin", "currency"]).agg(
        deals=rows.count(), n=rows.share.sum(), units=rows.units.sum(), whole=rows.whole.sum(),
        first=rows.count(where=rows.is_first), last=rows.count(where=rows.is_last), only=rows.count(where=rows.is_first & rows.is_last),
    )  # fmt: skip


def in_windows(rows: Any, windows: Mapping[str, Span]) -> Any:
    """Rows with `origin` and `at_us` that lie in the window of their origin, half-open; origins without one have none."""
    starts = ibis.cases(*((rows.origin == name, ibis.literal(span[0], "int64")) for name, span in windows.items()))
    ends = ibis.cases(*((rows.origin == name, ibis.literal(span[1], "int64")) for name, span in windows.items()))
    return rows.filter((rows.at_us >= starts) & (rows.at_us < ends))
