"""Measures of leads: how many reached a stage, how many went on, how long it took. Tables in, table out."""

from typing import Any

import ibis

from treaty.engine.measuring import Lake, Span, within

DAY_US = 86_400_000_000


def reached(lake: Lake, stage: str) -> Any:
    """Leads that ever reached a stage: (lead_id, reached_us), the first time; withdrawn moves do not count."""
    moves = lake.table("stage_moves")
    counted = moves.filter((moves.to_stage == stage) & moves.withdrawn_us.isnull())
    return counted.group_by("lead_id").agg(reached_us=counted.at_us.min())


def qualified(lake: Lake, stage: str, span: Span) -> Any:
    """Leads that first reached a stage in a period, with what they can be told apart by.

    (lead_id, key, reached_us, segment, campaign, channel, source, owner_id, fit, engagement, version_id)
    """
    first = reached(lake, stage)
    leads = lake.table("leads").select(
        *("lead_id", "key", "segment", "campaign", "channel", "source", "owner_id", "fit", "engagement", "version_id")
    )
    joined = first.inner_join(leads, "lead_id")
    return within(joined, joined.reached_us, span)


def cohort(lake: Lake, from_stage: str, to_stage: str, span: Span, days: int) -> Any:
    """Of the leads that first reached `from_stage` in the period: (n, went_on) within so many days after.

    A cohort, never a ratio of two periods' counts. Whether it is mature is for the caller: it is once `days`
    have passed since the period's end.
    """
    start = within(reached(lake, from_stage), ibis._.reached_us, span)
    after = reached(lake, to_stage).select("lead_id", then_us="reached_us")
    joined = start.left_join(after, "lead_id")
    in_time = joined.then_us.notnull() & (joined.then_us >= joined.reached_us) & (joined.then_us < joined.reached_us + days * DAY_US)
    return joined.agg(n=joined.count(), went_on=joined.count(where=in_time))


def passage(lake: Lake, from_stage: str, to_stage: str, span: Span) -> Any:
    """How long leads took that first reached `to_stage` in the period: (n, median_us, p90_us) since `from_stage`."""
    end = within(reached(lake, to_stage), ibis._.reached_us, span)
    begun = reached(lake, from_stage).select("lead_id", from_us="reached_us")
    joined = end.inner_join(begun, "lead_id")
    took = joined.filter(joined.reached_us >= joined.from_us).mutate(took=lambda r: r.reached_us - r.from_us)
    return took.agg(n=took.count(), median_us=took.took.quantile(0.5), p90_us=took.took.quantile(0.9))


def waiting(lake: Lake) -> Any:
    """Open leads per stage: (stage, n, oldest_us), the moment the longest-waiting entered it."""
    leads = lake.table("leads")
    open_ = leads.filter(leads.closed_us.isnull())
    return open_.group_by("stage").agg(n=open_.count(), oldest_us=open_.stage_since_us.min())
