"""Which measure lists what: one function per figure, from what is asked to rows and a title."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

from treaty.attribution import deals as credit
from treaty.attribution.agreed import agreed_model, journey_of
from treaty.attribution.credit import UNATTRIBUTED
from treaty.engine.measuring import rows_of
from treaty.feedback import measures as feedback
from treaty.funnel import stages
from treaty.funnel.queries import Deal, closed, deals_since, opened
from treaty.plan.answers import DAYS, walk
from treaty.plan.queries import amount_of, moment_of
from treaty.plan.values import SIDES, promise_that
from treaty.sla import measures as sla
from treaty.web import formats
from treaty.web.figures import words
from treaty.web.pages.figures.asked import Asked

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Behind:
    """What a list holds: leads or deals, and what it says of them: `becoming marketing qualified`."""

    kind: Literal["leads", "deals"]
    rows: Rows
    says: str
    note: str = ""


def _took(us: int) -> str:
    return formats.duration(timedelta(microseconds=us), in_days=True)


def _qualified(asked: Asked) -> Behind:
    stage = asked.stage("stage", asked.frame.terms.handoff_stage)
    rows = rows_of(asked.frame.lake, stages.qualified(asked.frame.lake, stage, asked.span))
    kept = _kept(rows, asked.only("segment", "campaign", "channel"))
    said = [{**row, "at_us": row["reached_us"], "says": f"became {words(stage)}"} for row in kept]
    return Behind("leads", said, f"became {words(stage)}", "Each lead is counted once, when it first reached the stage.")


def _answers(asked: Asked) -> Behind:
    promise = promise_that(asked.frame.terms, "disposition")
    rows = rows_of(asked.frame.lake, feedback.ends(asked.frame.lake, promise, asked.span))
    chosen = asked.only("outcome", "reason", *feedback.ORIGINS)
    if "back" in asked.query:
        rows = [row for row in rows if row["outcome"] in ("rejected", "recycled")]
    said = [{**row, "says": _answer(row)} for row in _kept(rows, chosen)]
    what = chosen.get("outcome") or ("back" if "back" in asked.query else "decided")
    because = f", {words(chosen['reason'])}" if chosen.get("reason") else ""
    return Behind("leads", said, f"{ENDED.get(what, what)}{because}", "What ran out without an answer counts as not accepted.")


ENDED = {"decided": "were decided", "expired": "ran out of time without an answer", "accepted": "were accepted"} | {
    "rejected": "were rejected",
    "recycled": "were given back for later",
    "back": "came back",
}


def _answer(row: Mapping[str, Any]) -> str:
    said = "time ran out" if row["outcome"] == "expired" else row["outcome"]
    return f"{said}: {words(row['reason'])}" if row["reason"] else said


def _first_contact(asked: Asked) -> Behind:
    promise = promise_that(asked.frame.terms, "first_contact")
    rows = rows_of(asked.frame.lake, sla.first_contacts(asked.frame.lake, promise, asked.span))
    said = [{**row, "at_us": row["stopped_us"], "says": f"{_took(row['took_us'])} after the handoff"} for row in rows]
    return Behind("leads", said, "had their first contact", "On the wall clock, nights and weekends included.")


def _cohort(asked: Asked) -> Behind:
    way = walk(asked.frame.terms)
    start, then = asked.stage("stage", way[min(1, len(way) - 1)]), asked.stage("then", way[-1])
    days = asked.days(DAYS)
    rows = rows_of(asked.frame.lake, stages.cohort_rows(asked.frame.lake, start, then, asked.span, days))
    if "went_on" in asked.query:
        rows = [row for row in rows if str(row["went_on"]) == asked.query["went_on"]]
    said = [{**row, "at_us": row["reached_us"], "says": _went_on(row, then)} for row in rows]
    return Behind("leads", said, f"became {words(start)}", f"Followed for {days} days each: did they become {words(then)}?")


def _went_on(row: Mapping[str, Any], then: str) -> str:
    if not row["went_on"]:
        return f"not {words(then)} in that time"
    return f"{words(then)} after {_took(row['then_us'] - row['reached_us'])}"


def _passage(asked: Asked) -> Behind:
    way = walk(asked.frame.terms)
    start, then = asked.stage("stage", way[0]), asked.stage("then", way[min(1, len(way) - 1)])
    rows = rows_of(asked.frame.lake, stages.passage_rows(asked.frame.lake, start, then, asked.span))
    said = [{**row, "at_us": row["reached_us"], "says": f"took {_took(row['took'])}"} for row in rows]
    return Behind("leads", said, f"went from {words(start)} to {words(then)}")


def _waiting(asked: Asked) -> Behind:
    stage = asked.stage("stage", asked.frame.terms.handoff_stage)
    leads = asked.frame.lake.table("leads")
    rows = rows_of(
        asked.frame.lake, leads.filter(leads.closed_us.isnull() & (leads.stage == stage)).select("lead_id", at_us="stage_since_us")
    )
    said = [{**row, "says": f"{words(stage)} since then"} for row in rows]
    return Behind("leads", said, f"are {words(stage)} now")


def _briefs(asked: Asked) -> Behind:
    rows = rows_of(asked.frame.lake, sla.briefs(asked.frame.lake, asked.span).select("lead_id", "completeness", at_us="made_us"))
    if "complete" in asked.query:
        rows = [row for row in rows if (row["completeness"] >= 1) == (asked.query["complete"] == "1")]
    said = [{**row, "says": f"{formats.percent(row['completeness'], 0)} of the agreed parts filled"} for row in rows]
    return Behind("leads", said, "were handed over with a brief", "A lead that went to a second rep was handed over twice.")


def _objections(asked: Asked) -> Behind:
    rows = rows_of(asked.frame.lake, feedback.objections(asked.frame.lake, asked.span))
    kept = [row for row in _kept(rows, asked.only("theme")) if row["lead_id"] is not None]
    said = [{**row, "says": words(row["theme"]) or "an objection"} for row in kept]
    return Behind(
        "leads", said, "with an objection", "One line for each thing said; objections to a deal without a lead are not in this list."
    )


def _pipeline(asked: Asked) -> Behind:
    rows = _deals(opened(deals_since(asked.frame, asked.span[0]), asked.span), asked, "pipeline_created")
    return Behind("deals", rows, "opened", "At what each was worth when it was opened, the first amount known.")


def _revenue(asked: Asked) -> Behind:
    rows = _deals(closed(deals_since(asked.frame, asked.span[0]), asked.span, "won"), asked, "revenue_closed")
    return Behind("deals", rows, "won", "At what each closed for.")


def _credited(asked: Asked) -> Behind:
    """Deals with what the chosen touches earned of each, by the agreed model; an amount left over is of no touch."""
    agreed = asked.frame.terms.attribution
    model = agreed_model(agreed) if agreed else None
    if agreed is None or model is None:
        return Behind("deals", [], "shared")
    t = credit.credited(asked.frame.lake, asked.span, journey_of(agreed), model)
    chosen = asked.only("channel", "campaign", "content")
    left = UNATTRIBUTED in chosen.values()
    for name, value in chosen.items() if not left else ():
        t = t.filter(t[name] == value)
    earned = {row["opportunity_id"]: row["cents"] for row in rows_of(asked.frame.lake, credit.of_deals(t))}
    found = {
        deal.opportunity_id: deal for deal in closed(deals_since(asked.frame, asked.span[0]), asked.span, "won") if deal.amount is not None
    }
    amounts = {
        pk: credit.to_cents(deal.amount or Decimal(0)) - Decimal(earned.get(pk, 0)) / 100 if left else Decimal(earned.get(pk, 0)) / 100
        for pk, deal in found.items()
        if deal.currency == asked.frame.terms.currency and (left or pk in earned)
    }
    rows = [
        {
            "opportunity_id": pk, "at_us": found[pk].closed_us, "amount": amount, "currency": found[pk].currency,
            "sourced": found[pk].sourced, "outcome": found[pk].outcome,
        }
        for pk, amount in amounts.items()
        if amount
    ]  # fmt: skip
    return Behind("deals", rows, "credited", "Each with what these touches earned of it by the agreed model.")


def _lost(asked: Asked) -> Behind:
    rows = _deals(closed(deals_since(asked.frame, asked.span[0]), asked.span, "lost"), asked, "revenue_closed")
    return Behind("deals", rows, "lost")


def _decided(asked: Asked) -> Behind:
    found = deals_since(asked.frame, asked.span[0])
    rows = [*closed(found, asked.span, "won"), *closed(found, asked.span, "lost")]
    return Behind("deals", _deals(rows, asked, "revenue_closed"), "decided", "Won and lost; open ones are not counted.")


def _deals(rows: Iterable[Deal], asked: Asked, measure: str) -> Rows:
    chosen = asked.only("sourced", "segment", "channel", "currency", "lost_reason")
    side = SIDES.get(asked.query.get("side", ""))
    return [
        {
            "opportunity_id": deal.opportunity_id,
            "at_us": moment_of(deal, measure) or None,
            "amount": amount_of(deal, measure),
            "currency": deal.currency,
            "sourced": deal.sourced,
            "outcome": deal.outcome,
        }
        for deal in rows
        if all(getattr(deal, name) == value for name, value in chosen.items()) and (side is None or deal.sourced in side)
    ]


def _kept(rows: Iterable[Mapping[str, Any]], chosen: Mapping[str, str]) -> Rows:
    """Rows that have the chosen values; an empty one stands for rows without."""
    return [row for row in rows if all((row[name] or "") == value for name, value in chosen.items())]


SOURCES: dict[str, Callable[[Asked], Behind]] = {
    "qualified": _qualified,
    "answers": _answers,
    "first_contact": _first_contact,
    "cohort": _cohort,
    "passage": _passage,
    "waiting": _waiting,
    "briefs": _briefs,
    "pipeline_created": _pipeline,
    "revenue_closed": _revenue,
    "credited": _credited,
    "lost": _lost,
    "objections": _objections,
    "decided": _decided,
}
