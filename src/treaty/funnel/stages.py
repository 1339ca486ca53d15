"""Leads on their way through the stages: when they got there, whether they went on, how long they stayed. Tables in, table out."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import ibis

from treaty.engine.measuring import Lake, Span, within

DAY_US = 86_400_000_000


def _moves(lake: Lake, span: Span) -> Any:
    """Every move of the leads that moved in a period, before it and after it too: (move_id, lead_id, at_us, stage).

    Most of history is only looked through; what is grouped and ordered is that of these leads.
    """
    moves, recent = lake.table("stage_moves"), lake.table("stage_moves")
    recent = recent.filter((recent.at_us >= span[0]) & (recent.at_us < span[1]) & recent.withdrawn_us.isnull())
    moves = moves.filter(moves.withdrawn_us.isnull()).semi_join(recent, "lead_id")
    return moves.select("move_id", "lead_id", "at_us", stage="to_stage")


def _firsts(lake: Lake, span: Span) -> Any:
    """Of the leads that moved in a period, when they first reached each stage they ever did: (lead_id, stage, at_us)."""
    moves = _moves(lake, span)
    return moves.group_by(["lead_id", "stage"]).agg(at_us=moves.at_us.min())


def reached(lake: Lake, way: Sequence[str], span: Span) -> Any:
    """Leads that first reached a stage in a period: (lead_id, at_us, stage), one row for each stage."""
    firsts = _firsts(lake, span)
    return within(firsts, firsts.at_us, span).filter(firsts.stage.isin(list(way))).select("lead_id", "at_us", "stage")


def _beside(lake: Lake, span: Span, others: dict[str, str], names: dict[str, str]) -> Any:
    """Leads that first reached a stage of `others` in a period, beside when they first reached the other stage named there:
    (lead_id, at_us, step, other_us), null if they never did."""
    firsts = _firsts(lake, span)
    rows = within(firsts, firsts.at_us, span).filter(firsts.stage.isin(list(others)))
    rows = rows.mutate(other=_in_words(rows.stage, others), step=_in_words(rows.stage, names))
    joined = rows.left_join(firsts.select("lead_id", other="stage", other_us="at_us"), ["lead_id", "other"])
    return joined.select("lead_id", "at_us", "step", "other_us")


def steps(lake: Lake, way: Sequence[str], span: Span, days: int) -> Any:
    """Each lead that first reached a stage in the period, beside the next stage of the way: (lead_id, at_us, step, then_us,
    went_on), went_on when it first reached the next within so many days after. A cohort, never a ratio of two periods' counts."""
    pairs = dict(pairwise(way))
    rows = _beside(lake, span, pairs, {start: step_name(start, then) for start, then in pairs.items()})
    in_time = rows.other_us.notnull() & (rows.other_us >= rows.at_us) & (rows.other_us < rows.at_us + days * DAY_US)
    return rows.select("lead_id", "at_us", "step", then_us="other_us", went_on=in_time)


def passages(lake: Lake, way: Sequence[str], span: Span) -> Any:
    """How long leads took that first reached a stage in the period since they reached the one before: (lead_id, at_us, step,
    from_us, took), in microseconds; a step back is none."""
    pairs = {then: start for start, then in pairwise(way)}
    rows = _beside(lake, span, pairs, {then: step_name(start, then) for then, start in pairs.items()})
    rows = rows.filter(rows.other_us <= rows.at_us)
    return rows.select("lead_id", "at_us", "step", from_us="other_us", took=rows.at_us - rows.other_us)


def _in_words(column: Any, words: dict[str, str]) -> Any:
    return ibis.cases(*((column == value, word) for value, word in words.items()), else_="")


def step_name(start: str, then: str) -> str:
    """How a step is named wherever it is told apart."""
    return f"{start} to {then}"


def stays(lake: Lake, way: Sequence[str], span: Span, at_us: int) -> Any:
    """Every time a lead entered a stage in the period: (lead_id, at_us, stage, left_us, until_us). left_us is null while it is
    there still; until_us: when it left, or the moment asked. Of moves at one moment the one recorded first came first."""
    moves = _moves(lake, span)
    moves = moves.filter(moves.at_us <= at_us)
    after = moves.at_us.lead(1).over(ibis.window(group_by="lead_id", order_by=["at_us", "move_id"]))
    rows = moves.mutate(left_us=after)
    rows = within(rows, rows.at_us, span).filter(rows.stage.isin(list(way)))
    return rows.select("lead_id", "at_us", "stage", "left_us", until_us=rows.left_us.fill_null(at_us))


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
