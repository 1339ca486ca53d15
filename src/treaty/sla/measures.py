"""Measures of promises: how often kept, how fast, and whose delay it was. Tables in, table out."""

from collections.abc import Sequence
from typing import Any

import ibis

from treaty.engine.measuring import Lake, Span, by_period, within


def judged(lake: Lake, promise: str, span: Span) -> Any:
    """Clocks of one promise that were due in a period, with their standing.

    (clock_id, lead_id, handoff_id, owner_id, version_id, starts_us, due_us, stopped_us, kept, not_kept):
    kept: met by the due moment. not_kept: late, or its moment passed. Neither: still running, or moved to
    another owner before its moment. A clock that stands (no due moment) is counted when it was stopped.
    """
    of = _standing(lake)
    of = of.filter(of.promise == promise)
    return within(of, of.counted_us, span).drop("counted_us")


def _standing(lake: Lake) -> Any:
    """Every clock that counts, with whether it was kept, and `counted_us`: the moment whose period it belongs to."""
    clocks = lake.table("clocks")
    counted = clocks.filter(clocks.ended != "void")
    return counted.mutate(
        kept=(counted.ended == "met").cast("int64"),
        not_kept=((counted.ended == "late") | (counted.breached_us.notnull() & (counted.ended != "met"))).cast("int64"),
        counted_us=counted.due_us.coalesce(counted.stopped_us),
    )


def stopped(lake: Lake, promise: str, span: Span, most: int) -> Any:
    """The latest clocks of a promise that were due in a period and are done with, at most so many:
    (clock_id, lead_id, owner_id, version_id, starts_us, due_us, stopped_us, kept)."""
    rows = judged(lake, promise, span)
    done = rows.filter(rows.ended.isin(["met", "late"]))
    latest = done.order_by([ibis.desc("stopped_us"), "clock_id"]).limit(most)
    return latest.select("clock_id", "lead_id", "owner_id", "version_id", "starts_us", "due_us", "stopped_us", "kept")


def not_kept(lake: Lake, span: Span) -> Any:
    """Clocks of every promise that were due in a period and not kept: (promise, lead_id, owner_id, starts_us, due_us,
    stopped_us, ended)."""
    standing = _standing(lake)
    rows = standing.filter(standing.not_kept == 1)
    return within(rows, rows.counted_us, span).select("promise", "lead_id", "owner_id", "starts_us", "due_us", "stopped_us", "ended")


def attainment_by_period(lake: Lake, edges: Sequence[int]) -> Any:
    """`attainment` of every promise in periods that follow each other: (promise, period, kept, not_kept, running, moved).

    moved: of those not kept, the ones that went to another owner when their time ran out.
    """
    standing = _standing(lake)
    rows = by_period(standing, standing.counted_us, edges)
    undecided = (rows.kept + rows.not_kept == 0) & (rows.ended == "")
    moved = (rows.not_kept == 1) & (rows.ended == "moved")
    return rows.group_by(["promise", "period"]).agg(
        kept=rows.kept.sum(), not_kept=rows.not_kept.sum(), running=rows.count(where=undecided), moved=rows.count(where=moved)
    )


def attainment(lake: Lake, promise: str, span: Span) -> Any:
    """(kept, not_kept, running): attainment = kept / (kept + not_kept); running are shown, never divided by."""
    rows = judged(lake, promise, span)
    undecided = (rows.kept + rows.not_kept == 0) & (rows.ended == "")
    return rows.agg(kept=rows.kept.sum(), not_kept=rows.not_kept.sum(), running=rows.count(where=undecided))


def first_contacts(lake: Lake, promise: str, span: Span) -> Any:
    """First contacts made in a period: (lead_id, handoff_id, stopped_us, took_us, kept), wall time since the handoff."""
    clocks = lake.table("clocks")
    done = clocks.filter((clocks.promise == promise) & clocks.ended.isin(["met", "late"]))
    return within(done, done.stopped_us, span).select(
        "lead_id", "handoff_id", "stopped_us", took_us=lambda r: r.stopped_us - r.starts_us, kept=lambda r: (r.ended == "met").cast("int64")
    )


def first_contact_hours_p90(lake: Lake, promise: str, span: Span) -> Any:
    """(n, p90_us): the time within which nine of ten first contacts of a period came."""
    return p90(first_contacts(lake, promise, span))


def p90(contacts: Any) -> Any:
    """The same for some first contacts: (n, p90_us)."""
    return contacts.agg(n=contacts.count(), p90_us=contacts.took_us.quantile(0.9))


def delays(lake: Lake, span: Span) -> Any:
    """Handoffs of a period: (n, source_us, system_us), medians of what passed before anybody could act.

    source: from the deciding fact until we had it; system: from then until the owner was told. The human part
    is `first_contacts`. Source: R25, delay split.
    """
    rows = lake.table("handoffs")
    handoffs = within(rows, rows.made_us, span)
    return handoffs.agg(
        n=handoffs.count(),
        source_us=(handoffs.received_us - handoffs.qualified_us).quantile(0.5),
        system_us=(handoffs.made_us - handoffs.received_us).quantile(0.5),
    )


def way(lake: Lake, promise: str, span: Span) -> Any:
    """From the deciding fact to the first contact, for handoffs contacted in a period: one row per stretch,
    (stretch, n, mean_us, median_us, p90_us).

    0 source: until we had the fact. 1 system: until the first owner was told. 2 human: until the first contact, through
    all owners it had. All three over the same handoffs, so the means add up to the mean of the whole way. A fact that
    came again after the handoff it caused counts as there by then. Source: R25, delay split.
    """
    handoffs = lake.table("handoffs")
    told = handoffs.group_by(["lead_id", "qualified_us"]).agg(told_us=handoffs.made_us.min())
    contacts = first_contacts(lake, promise, span).select("handoff_id", "stopped_us")
    rows = handoffs.inner_join(contacts, "handoff_id").inner_join(told, ["lead_id", "qualified_us"])
    had_us = ibis.least(rows.received_us, rows.told_us)
    lengths = (had_us - rows.qualified_us, rows.told_us - had_us, rows.stopped_us - rows.told_us)
    parts = [_stretch(rows, length, place) for place, length in enumerate(lengths)]
    return ibis.union(*parts)


def _stretch(rows: Any, length: Any, place: int) -> Any:
    counted = rows.agg(n=rows.count(), mean_us=length.mean(), median_us=length.quantile(0.5), p90_us=length.quantile(0.9))
    return counted.mutate(stretch=ibis.literal(place, "int64"))


def completeness(lake: Lake, span: Span) -> Any:
    """Briefs of a period: (n, complete), those with every agreed part filled."""
    return complete(briefs(lake, span))


def complete(handoffs: Any) -> Any:
    """The same for some handoffs: (n, complete)."""
    return handoffs.agg(n=handoffs.count(), complete=handoffs.count(where=handoffs.completeness >= 1.0))


def briefs(lake: Lake, span: Span) -> Any:
    """Handoffs made in a period, with how complete their brief was, 0 to 1."""
    rows = lake.table("handoffs")
    return within(rows, rows.made_us, span)
