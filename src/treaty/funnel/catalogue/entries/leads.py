"""Numbers of leads: how many reached a stage, went on, were taken, and how long it took."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from treaty.engine.measuring import Lake
from treaty.feedback import measures as feedback
from treaty.funnel import stages
from treaty.funnel.catalogue.measure import DAY_US, HOUR_US, Asked, Measure, Number, Row, cases_of, count, days, share, total
from treaty.funnel.rules import kaplan_meier, until
from treaty.sla import measures as sla

FOLLOWED, TO_DEAL = 30, 90
"""Days a lead is followed: from one stage to the next, and to an opportunity."""


def _reached(lake: Lake, asked: Asked) -> Any:
    return stages.reached(lake, asked.way, asked.span)


def _stages(asked: Asked) -> Sequence[str]:
    return asked.way


def _step_names(asked: Asked) -> Sequence[str]:
    return [stages.step_name(*pair) for pair in pairwise(asked.way)]


def _steps(lake: Lake, asked: Asked) -> Any:
    return stages.steps(lake, asked.way, asked.span, FOLLOWED)


def _going(column: str) -> Callable[[Any], dict[str, Any]]:
    def sums(rows: Any) -> dict[str, Any]:
        return {"n": rows.count(), "k": rows.count(where=rows[column])}

    return sums


def _share(rows: Sequence[Row], _: str) -> Number:
    return share(total(rows, "k"), total(rows, "n"))


def _with_deals(lake: Lake, asked: Asked) -> Any:
    return stages.with_deals(lake, asked.handoff, asked.span, TO_DEAL)


def _passages(lake: Lake, asked: Asked) -> Any:
    return stages.passages(lake, asked.way, asked.span)


def _lengths(rows: Any) -> dict[str, Any]:
    return {"n": rows.count(), "median_us": rows.took.quantile(0.5), "p90_us": rows.took.quantile(0.9)}


def _passage(rows: Sequence[Row], _: str) -> Number:
    if not rows or not rows[0]["n"]:
        return Number(None)
    row = rows[0]
    return Number(days(row["median_us"]), row["n"], parts={"median_us": round(row["median_us"]), "p90_us": round(row["p90_us"])})


def _stays(lake: Lake, asked: Asked) -> Any:
    rows = stages.stays(lake, asked.way, asked.span, asked.at_us)
    return rows.mutate(hours=((rows.until_us - rows.at_us) / HOUR_US).floor().cast("int64"))


def _stay_counts(rows: Any) -> dict[str, Any]:
    return {"left": rows.count(where=rows.left_us.notnull()), "still": rows.count(where=rows.left_us.isnull())}


def _stay(rows: Sequence[Row], _: str) -> Number:
    """The curve is among the parts: (days, share still there, low, high)."""
    left, still = total(rows, "left"), total(rows, "still")
    curve = kaplan_meier((row["hours"], row["left"], row["still"]) for row in rows)
    median, most = (until(curve, part) for part in (0.5, 0.8))
    shown = [(one.took / 24, one.staying, one.low, one.high) for one in curve]
    parts = {"left": left, "still": still, "p80_days": _in_days(most), "curve": shown}
    return Number(_in_days(median), left + still, low=_reach(curve, "low"), high=_reach(curve, "high"), parts=parts)


def _in_days(hours: int | None) -> Decimal | None:
    return None if hours is None else days(hours * HOUR_US)


def _reach(curve: Sequence[Any], side: str) -> float | None:
    """Where a bound of the curve crosses one half: the range of the median. Source: Brookmeyer and Crowley 1982."""
    found = next((one.took for one in curve if getattr(one, side) <= 0.5), None)
    return None if found is None else found * HOUR_US / DAY_US


def _waiting(lake: Lake, _: Asked) -> Any:
    return stages.waiting(lake)


def _ends(lake: Lake, asked: Asked) -> Any:
    return feedback.ends(lake, asked.promise("disposition"), asked.span)


def _outcomes(rows: Any) -> dict[str, Any]:
    return {name: rows.count(where=rows.outcome == name) for name in feedback.ENDS}


def _acceptance(rows: Sequence[Row], _: str) -> Number:
    """What ran out without an answer counts as not accepted, and is shown."""
    sums = {name: total(rows, name) for name in feedback.ENDS}
    return share(sums["accepted"], sum(sums.values()), sums)


def _contacts(lake: Lake, asked: Asked) -> Any:
    rows = sla.first_contacts(lake, asked.promise("first_contact"), asked.span)
    return rows.mutate(at_us=rows.stopped_us)


def _p90(rows: Any) -> dict[str, Any]:
    return {"n": rows.count(), "p90_us": rows.took_us.quantile(0.9)}


def _contact_hours(rows: Sequence[Row], _: str) -> Number:
    if not rows or not rows[0]["n"]:
        return Number(None)
    return Number(Decimal(round(rows[0]["p90_us"])) / HOUR_US, rows[0]["n"])


def _briefs(lake: Lake, asked: Asked) -> Any:
    rows = sla.briefs(lake, asked.span)
    return rows.select("lead_id", "completeness", at_us=rows.made_us, is_complete=rows.completeness >= 1.0)


def _leads(**more: Any) -> Measure:
    return Measure(subject="lead", **more)


LEADS: tuple[Measure, ...] = (
    _leads(
        name="stage_reached",
        says="Leads that first reached each stage in the period.",
        formula="count of leads by the first time they reached the stage",
        unit="count",
        counts="period",
        of="stage",
        parts=_stages,
        cases=_reached,
        sums=cases_of,
        figure=count,
    ),
    _leads(
        name="stage_conversion",
        says=f"Of the leads that first reached a stage in the period, those that reached the next within {FOLLOWED} days.",
        formula=f"reached the next stage within {FOLLOWED} days / reached the stage in the period",
        unit="share",
        counts="cohort",
        over=f"leads of the cohort that reached the next stage within {FOLLOWED} days",
        under="leads that first reached the stage in the period",
        days=FOLLOWED,
        of="step",
        parts=_step_names,
        cases=_steps,
        sums=_going("went_on"),
        figure=_share,
    ),
    _leads(
        name="stage_passage",
        version=2,
        says="Half of the leads that reached a stage in the period took so long from the stage before.",
        formula="median of the days between first reaching the two stages",
        unit="days",
        counts="period",
        of="step",
        parts=_step_names,
        cases=_passages,
        sums=_lengths,
        figure=_passage,
    ),
    _leads(
        name="time_in_stage",
        says="After so long half of those who entered a stage in the period have left it; who is still there counts for as long.",
        formula="median of the Kaplan–Meier curve of whole hours in the stage, in days",
        unit="days",
        counts="period",
        of="stage",
        parts=_stages,
        fine="hours",
        is_of_now=True,
        cases=_stays,
        sums=_stay_counts,
        figure=_stay,
    ),
    _leads(
        name="lead_to_opportunity",
        says=f"Of the leads handed to sales in the period, those with an opportunity within {TO_DEAL} days.",
        formula=f"an opportunity of theirs was opened within {TO_DEAL} days / first reached the stage of the handoff",
        unit="share",
        counts="cohort",
        over=f"leads of the cohort with an opportunity opened within {TO_DEAL} days",
        under="leads that first reached the stage of the handoff in the period",
        days=TO_DEAL,
        cases=_with_deals,
        sums=_going("has_deal"),
        figure=_share,
    ),
    _leads(
        name="lead_to_won",
        says=f"Of the leads handed to sales in the period, those with a won opportunity within {TO_DEAL} days.",
        formula=f"an opportunity of theirs was won within {TO_DEAL} days / first reached the stage of the handoff",
        unit="share",
        counts="cohort",
        over=f"leads of the cohort with an opportunity won within {TO_DEAL} days",
        under="leads that first reached the stage of the handoff in the period",
        days=TO_DEAL,
        cases=_with_deals,
        sums=_going("has_won"),
        figure=_share,
    ),
    _leads(
        name="waiting",
        says="Open leads in each stage now.",
        formula="count of open leads by the stage they are in",
        unit="count",
        counts="now",
        of="stage",
        parts=_stages,
        cases=_waiting,
        sums=cases_of,
        figure=count,
    ),
    _leads(
        name="acceptance_rate",
        says="Of the handovers decided in the period, those that sales accepted; what ran out without an answer counts as not accepted.",
        formula="accepted / (accepted + rejected + recycled + expired)",
        unit="share",
        counts="period",
        over="handovers accepted",
        under="handovers accepted, rejected, recycled, or expired without an answer",
        own=("reason", "outcome"),
        cases=_ends,
        sums=_outcomes,
        figure=_acceptance,
    ),
    _leads(
        name="first_contact_hours_p90",
        says="Nine of ten first contacts of the period came within so many hours of the handover, on the wall clock.",
        formula="90th percentile of the hours from the handover to the first contact",
        unit="hours",
        counts="period",
        cases=_contacts,
        sums=_p90,
        figure=_contact_hours,
    ),
    _leads(
        name="brief_completeness",
        says="Of the handovers made in the period, those whose brief had every agreed part.",
        formula="briefs with every agreed part / handovers",
        unit="share",
        counts="period",
        over="handovers with every agreed part of the brief filled",
        under="handovers made in the period",
        cases=_briefs,
        sums=_going("is_complete"),
        figure=_share,
    ),
)
