"""Measures of leads: how many reached a stage, how many went on, how long it took. Tables in, table out."""

from collections.abc import Sequence
from typing import Any

import ibis

from treaty.engine.measuring import Lake, Span, by_period, within

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


def qualified_by_period(lake: Lake, stage: str, edges: Sequence[int]) -> Any:
    """Leads that first reached a stage, per period and segment: (period, segment, n)."""
    joined = reached(lake, stage).inner_join(lake.table("leads").select("lead_id", "segment"), "lead_id")
    rows = by_period(joined, joined.reached_us, edges)
    return rows.group_by(["period", "segment"]).agg(n=rows.count())


def cohort_rows(lake: Lake, from_stage: str, to_stage: str, span: Span, days: int) -> Any:
    """The leads of a cohort: (lead_id, reached_us, then_us, went_on), 1 for those that went on in time."""
    start = within(reached(lake, from_stage), ibis._.reached_us, span)
    return _went_on(start, reached(lake, to_stage), days)


def _went_on(start: Any, after: Any, days: int) -> Any:
    joined = start.left_join(after.select("lead_id", then_us="reached_us"), "lead_id").drop("lead_id_right")
    in_time = joined.then_us.notnull() & (joined.then_us >= joined.reached_us) & (joined.then_us < joined.reached_us + days * DAY_US)
    return joined.mutate(went_on=in_time.cast("int64"))


def cohorts(lake: Lake, from_stage: str, to_stage: str, edges: Sequence[int], days: int) -> Any:
    """`cohort` for periods that follow each other: (period, n, went_on)."""
    start = by_period(reached(lake, from_stage), ibis._.reached_us, edges)
    rows = _went_on(start, reached(lake, to_stage), days)
    return rows.group_by("period").agg(n=rows.count(), went_on=rows.went_on.sum())


def cohort(lake: Lake, from_stage: str, to_stage: str, span: Span, days: int) -> Any:
    """Of the leads that first reached `from_stage` in the period: (n, went_on) within so many days after.

    A cohort, never a ratio of two periods' counts. Whether it is mature is for the caller: it is once `days`
    have passed since the period's end.
    """
    rows = cohort_rows(lake, from_stage, to_stage, span, days)
    return rows.agg(n=rows.count(), went_on=rows.went_on.sum().coalesce(0))


def passage(lake: Lake, from_stage: str, to_stage: str, span: Span) -> Any:
    """How long leads took that first reached `to_stage` in the period: (n, median_us, p90_us) since `from_stage`."""
    took = passage_rows(lake, from_stage, to_stage, span)
    return took.agg(n=took.count(), median_us=took.took.quantile(0.5), p90_us=took.took.quantile(0.9))


def passage_rows(lake: Lake, from_stage: str, to_stage: str, span: Span) -> Any:
    """The leads of a passage: (lead_id, reached_us, from_us, took), in microseconds; a step back is none."""
    end = within(reached(lake, to_stage), ibis._.reached_us, span)
    begun = reached(lake, from_stage).select("lead_id", from_us="reached_us")
    joined = end.inner_join(begun, "lead_id")
    return joined.filter(joined.reached_us >= joined.from_us).mutate(took=lambda r: r.reached_us - r.from_us)


def passages(lake: Lake, steps: Sequence[tuple[str, str]], span: Span) -> Any:
    """`passage` for several steps in one question: (step, n, median_us, p90_us), step counted from 0."""
    parts = [
        passage(lake, from_stage, to_stage, span).mutate(step=ibis.literal(step, "int64"))
        for step, (from_stage, to_stage) in enumerate(steps)
    ]
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def waiting(lake: Lake) -> Any:
    """Open leads per stage: (stage, n, oldest_us), the moment the longest-waiting entered it."""
    leads = lake.table("leads")
    open_ = leads.filter(leads.closed_us.isnull())
    return open_.group_by("stage").agg(n=open_.count(), oldest_us=open_.stage_since_us.min())
