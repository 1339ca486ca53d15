"""Measures of sales' answers: accepted, rejected, why, and where the leads came from. Tables in, table out."""

from typing import Any

import ibis

from treaty.engine.measuring import Lake, Span, within
from treaty.truth.origins import with_origins

ENDS = ("accepted", "rejected", "recycled", "expired")
"""What may become of a handoff; expired: its time ran out and nobody has answered since."""


def of_leads(lake: Lake, rows: Any, segment: str | None = None, channel: str | None = None) -> Any:
    """Rows with a `lead_id`, only of leads of a segment and a channel; None lets all pass."""
    leads = lake.table("leads")
    for column, wanted in (("segment", segment), ("channel", channel)):
        if wanted is not None:
            leads = leads.filter(leads[column] == wanted)
    return rows if segment is None and channel is None else rows.semi_join(leads, "lead_id")


def answers(lake: Lake, span: Span) -> Any:
    """Answers that count, given in a period, with the lead's origin: (disposition_id, key, handoff_id, lead_id,
    outcome, reason, at_us, by_id, segment, campaign, channel, source)."""
    given = lake.table("dispositions")
    given = given.filter(given.withdrawn_us.isnull())
    handoffs = lake.table("handoffs").select("handoff_id", "lead_id")
    leads = with_origins(lake.table("leads").select("lead_id", "segment", "campaign", "channel", "source"))
    joined = within(given, given.at_us, span).inner_join(handoffs, "handoff_id").inner_join(leads, "lead_id")
    return joined


def expired(lake: Lake, promise: str, span: Span) -> Any:
    """Handoffs whose time for an answer ran out in a period and that have none still: (handoff_id, lead_id, at_us)."""
    clocks = lake.table("clocks")
    out = clocks.filter((clocks.promise == promise) & clocks.breached_us.notnull() & clocks.stopped_us.isnull() & (clocks.ended == ""))
    return within(out, out.breached_us, span).select("handoff_id", "lead_id", at_us="breached_us")


def acceptance(lake: Lake, promise: str, span: Span) -> Any:
    """(accepted, given_back, expired): acceptance rate = accepted / the sum of all three; expired is always shown.

    promise: the id of sales' disposition promise. given_back: rejected or recycled.
    """
    rows = answers(lake, span)
    counted = rows.agg(accepted=rows.count(where=rows.outcome == "accepted"), given_back=rows.count(where=rows.outcome != "accepted"))
    late = expired(lake, promise, span)
    return counted.cross_join(late.agg(expired=late.count()))


def by(lake: Lake, dimension: str, span: Span) -> Any:
    """Answers per value of a dimension: (value, accepted, given_back), most given back first."""
    rows = answers(lake, span)
    grouped = rows.group_by(rows[dimension].name("value")).agg(
        accepted=rows.count(where=rows.outcome == "accepted"), given_back=rows.count(where=rows.outcome != "accepted")
    )
    return grouped.order_by([ibis.desc("given_back"), "value"])


def ends(lake: Lake, promise: str, span: Span) -> Any:
    """Handoffs answered or run out in a period, one row each: (lead_id, at_us, outcome, reason, segment, campaign, channel, source).

    promise: the id of sales' disposition promise; its handoffs without any answer have the outcome `expired`, at the
    moment their time ran out. What `acceptance` and `origins` count.
    """
    columns = ("lead_id", "at_us", "outcome", "reason", *ORIGINS)
    leads = with_origins(lake.table("leads").select("lead_id", *ORIGINS))
    out = expired(lake, promise, span).inner_join(leads, "lead_id").mutate(outcome=ibis.literal("expired"), reason=ibis.literal(""))
    return ibis.union(answers(lake, span).select(*columns), out.select(*columns))


ORIGINS = ("segment", "campaign", "channel", "source")


def origins(lake: Lake, promise: str, dimension: str, span: Span) -> Any:
    """`ends` counted per origin: (value, accepted, rejected, recycled, expired). Their sum is what was decided.

    dimension: one of ORIGINS, or `reason`.
    """
    rows = ends(lake, promise, span)
    counts = {name: rows.count(where=rows.outcome == name) for name in ENDS}
    return rows.group_by(rows[dimension].name("value")).agg(**counts)


def given_by(lake: Lake, span: Span) -> Any:
    """Answers per member who gave them: (by_id, accepted, rejected, recycled). For that member and their manager alone."""
    rows = answers(lake, span)
    counts = {name: rows.count(where=rows.outcome == name) for name in ENDS[:3]}
    return rows.group_by("by_id").agg(**counts)


def reasons(lake: Lake, span: Span) -> Any:
    """Rejections per reason: (reason, n), most frequent first."""
    rows = answers(lake, span)
    rejected = rows.filter(rows.outcome == "rejected")
    return rejected.group_by("reason").agg(n=rejected.count()).order_by([ibis.desc("n"), "reason"])


def objections(lake: Lake, span: Span) -> Any:
    """What buyers said against buying in a period: (objection_id, lead_id, opportunity_id, theme, at_us)."""
    rows = lake.table("objections")
    return within(rows, rows.at_us, span).select("objection_id", "lead_id", "opportunity_id", "theme", "at_us")
