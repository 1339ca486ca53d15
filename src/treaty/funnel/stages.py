"""Leads on their way through the stages: when they got there, whether they went on, how long they stayed. Tables in, table out."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import ibis

from treaty.engine.measuring import Lake, Span, within

DAY_US = 86_400_000_000


def _moves(lake: Lake) -> Any:
    moves = lake.table("stage_moves")
    return moves.filter(moves.withdrawn_us.isnull())


def firsts(lake: Lake, way: Sequence[str]) -> Any:
    """Per lead the moment it first reached each stage: (lead_id, at_0, at_1, …), null for one it never reached."""
    moves = _moves(lake)
    moves = moves.filter(moves.to_stage.isin(list(way)))
    return moves.group_by("lead_id").agg(**{f"at_{place}": moves.at_us.min(where=moves.to_stage == name) for place, name in enumerate(way)})


def reached(lake: Lake, way: Sequence[str], span: Span) -> Any:
    """Leads that first reached a stage in a period: (lead_id, at_us, stage), one row for each stage."""
    moves = _moves(lake)
    first = moves.filter(moves.to_stage.isin(list(way))).group_by(["lead_id", "to_stage"]).agg(at_us=moves.at_us.min())
    return within(first, first.at_us, span).select("lead_id", "at_us", stage="to_stage")


def steps(lake: Lake, way: Sequence[str], span: Span, days: int) -> Any:
    """Each lead that first reached a stage in the period, beside the next stage of the way: (lead_id, at_us, step, then_us,
    went_on), went_on when it first reached the next within so many days after. A cohort, never a ratio of two periods' counts."""
    wide = firsts(lake, way)
    return _union([_step(wide, place, pair, span, days) for place, pair in enumerate(pairwise(way))])


def _step(wide: Any, place: int, pair: tuple[str, str], span: Span, days: int) -> Any:
    start, then = wide[f"at_{place}"], wide[f"at_{place + 1}"]
    in_time = then.notnull() & (then >= start) & (then < start + days * DAY_US)
    rows = wide.select("lead_id", at_us=start, step=ibis.literal(step_name(*pair)), then_us=then, went_on=in_time)
    return within(rows, rows.at_us, span)


def passages(lake: Lake, way: Sequence[str], span: Span) -> Any:
    """How long leads took that first reached a stage in the period since they reached the one before: (lead_id, at_us, step,
    from_us, took), in microseconds; a step back is none."""
    wide = firsts(lake, way)
    return _union([_passage(wide, place, pair, span) for place, pair in enumerate(pairwise(way))])


def _passage(wide: Any, place: int, pair: tuple[str, str], span: Span) -> Any:
    start, then = wide[f"at_{place}"], wide[f"at_{place + 1}"]
    rows = wide.filter(then >= start)
    rows = rows.select("lead_id", at_us=then, step=ibis.literal(step_name(*pair)), from_us=start, took=then - start)
    return within(rows, rows.at_us, span)


def _union(parts: list[Any]) -> Any:
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def step_name(start: str, then: str) -> str:
    """How a step is named wherever it is told apart."""
    return f"{start} to {then}"


def stays(lake: Lake, way: Sequence[str], span: Span, at_us: int) -> Any:
    """Every time a lead entered a stage in the period: (lead_id, at_us, stage, left_us, until_us). left_us is null while it is
    there still; until_us: when it left, or the moment asked."""
    moves = _moves(lake)
    moves = moves.filter(moves.at_us <= at_us)
    after = moves.at_us.lead(1).over(ibis.window(group_by="lead_id", order_by=["at_us", "move_id"]))
    rows = moves.mutate(left_us=after).filter(moves.to_stage.isin(list(way)))
    rows = rows.select("lead_id", "at_us", "left_us", stage="to_stage", until_us=rows.left_us.fill_null(at_us))
    return within(rows, rows.at_us, span)


def waiting(lake: Lake) -> Any:
    """Open leads: (lead_id, stage, at_us), the moment each entered the stage it is in."""
    leads = lake.table("leads")
    return leads.filter(leads.closed_us.isnull()).select("lead_id", "stage", at_us="stage_since_us")


def with_deals(lake: Lake, stage: str, span: Span, days: int) -> Any:
    """Leads that first reached a stage in the period: (lead_id, at_us, has_deal, has_won), whether an opportunity of theirs was
    opened, and won, within so many days after."""
    first = reached(lake, (stage,), span).select("lead_id", "at_us")
    o = lake.table("opportunities")
    joined = first.left_join(o.select("lead_id", "opened_us", "closed_us", "outcome"), "lead_id").drop("lead_id_right")
    until = joined.at_us + days * DAY_US
    opened = (joined.opened_us >= joined.at_us) & (joined.opened_us < until)
    is_won = (joined.outcome == "won") & (joined.closed_us >= joined.at_us) & (joined.closed_us < until)
    joined = joined.mutate(opened=opened.fill_null(False), is_won=is_won.fill_null(False))
    return joined.group_by(["lead_id", "at_us"]).agg(has_deal=joined.opened.any(), has_won=joined.is_won.any())
