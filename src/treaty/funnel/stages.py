"""Leads on their way through the stages: when they got there, whether they went on, how long they stayed. Tables in, table out."""

from collections.abc import Mapping, Sequence
from typing import Any

import ibis

from treaty.engine.measuring import Lake, Span, within

DAY_US = 86_400_000_000


def _all(lake: Lake, way: Sequence[str], *more: str) -> Any:
    """Every move: (lead_id, at_us, place, and what more is asked for). Stages go by their place on the way, -1 beside it: numbers are
    joined, grouped and ordered faster than names, which come back last."""
    moves = lake.table("stage_moves")
    place = ibis.cases(*((moves.to_stage == stage, place) for place, stage in enumerate(way)), else_=-1).cast("int8")
    return moves.filter(moves.withdrawn_us.isnull()).select("lead_id", "at_us", *more, place=place)


def _moves(moves: Any, span: Span) -> Any:
    """Every move of the leads that moved in a period, before it and after it too.

    Most of history is only looked through; what is grouped and ordered is that of these leads.
    """
    return moves.semi_join(within(moves, moves.at_us, span), "lead_id")


def _firsts(lake: Lake, way: Sequence[str], span: Span) -> Any:
    """When leads that moved in a period first reached each stage: (lead_id, place, at_us)."""
    moves = _moves(_all(lake, way), span)
    return moves.group_by(["lead_id", "place"]).agg(at_us=moves.at_us.min())


def _named(place: Any, names: Mapping[int, str]) -> Any:
    return ibis.cases(*((place == one, name) for one, name in names.items()), else_="")


def reached(lake: Lake, way: Sequence[str], span: Span) -> Any:
    """Leads that first reached a stage in a period: (lead_id, at_us, stage), one row for each stage."""
    firsts = _firsts(lake, way, span)
    rows = within(firsts, firsts.at_us, span).filter(firsts.place >= 0)
    return rows.select("lead_id", "at_us", stage=_named(rows.place, dict(enumerate(way))))


def _beside(lake: Lake, way: Sequence[str], span: Span, ahead: int) -> Any:
    """Leads that first reached a stage in a period, beside when they first reached the one so far ahead of it on the way, or behind:
    (lead_id, at_us, step, other_us), null if they never did."""
    firsts = _firsts(lake, way, span)
    names = {
        place: step_name(*(way[one] for one in sorted((place, place + ahead))))
        for place in range(len(way))
        if 0 <= place + ahead < len(way)
    }
    rows = within(firsts, firsts.at_us, span).filter(firsts.place.isin(list(names)))
    rows = rows.mutate(step=_named(rows.place, names), other=(rows.place + ahead).cast("int8"))
    joined = rows.left_join(firsts.select("lead_id", other="place", other_us="at_us"), ["lead_id", "other"])
    return joined.select("lead_id", "at_us", "step", "other_us")


def steps(lake: Lake, way: Sequence[str], span: Span, days: int) -> Any:
    """Each lead that first reached a stage in the period, beside the next stage of the way: (lead_id, at_us, step, then_us,
    went_on), went_on when it first reached the next within so many days after. A cohort, never a ratio of two periods' counts."""
    rows = _beside(lake, way, span, 1)
    in_time = rows.other_us.notnull() & (rows.other_us >= rows.at_us) & (rows.other_us < rows.at_us + days * DAY_US)
    return rows.select("lead_id", "at_us", "step", then_us="other_us", went_on=in_time)


def passages(lake: Lake, way: Sequence[str], span: Span) -> Any:
    """How long leads took that first reached a stage in the period since they reached the one before: (lead_id, at_us, step,
    from_us, took), in microseconds; a step back is none."""
    rows = _beside(lake, way, span, -1)
    rows = rows.filter(rows.other_us <= rows.at_us)
    return rows.select("lead_id", "at_us", "step", from_us="other_us", took=rows.at_us - rows.other_us)


def step_name(start: str, then: str) -> str:
    """How a step is named wherever it is told apart."""
    return f"{start} to {then}"


def stays(lake: Lake, way: Sequence[str], span: Span, at_us: int) -> Any:
    """Every time a lead entered a stage in the period: (lead_id, at_us, stage, left_us, until_us). left_us is null while it is
    there still; until_us: when it left, or the moment asked. Of moves at one moment the one recorded first came first."""
    moves = _all(lake, way, "move_id")
    if span[1] <= at_us:  # until the period is over, nobody has moved since who did not in it
        moves = _moves(moves, span)
    moves = within(moves, moves.at_us, (span[0], at_us + 1))
    after = moves.at_us.lead(1).over(ibis.window(group_by="lead_id", order_by=["at_us", "move_id"]))
    rows = moves.mutate(left_us=after)
    rows = within(rows, rows.at_us, span).filter(rows.place >= 0)
    stage = _named(rows.place, dict(enumerate(way)))
    return rows.select("lead_id", "at_us", "left_us", stage=stage, until_us=rows.left_us.fill_null(at_us))


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
