"""What lists what a figure counts: the records of the catalogue's number, and how they are said.

Any number of the catalogue is a list by its own name; some have a name people know from elsewhere, and words of their own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from treaty.engine.measuring import rows_of
from treaty.feedback import measures as feedback
from treaty.funnel import catalogue
from treaty.funnel.catalogue import CATALOGUE, Measure
from treaty.funnel.stages import step_name
from treaty.funnel.way import whole_way
from treaty.plan.values import SIDES
from treaty.web import formats
from treaty.web.figures import words
from treaty.web.pages.figures import touched
from treaty.web.pages.figures.asked import Asked
from treaty.web.pages.figures.behind import Behind, Rows
from treaty.web.pages.figures.credited import credited

Row = Mapping[str, Any]


def _took(us: int) -> str:
    return formats.duration(timedelta(microseconds=us), in_days=True)


def _counted(asked: Asked, name: str, part: str = "", with_: Iterable[str] = ()) -> Rows:
    """The records of a number, those of the values the address chooses."""
    number = CATALOGUE[name]
    where: dict[str, Sequence[str]] = {key: (value,) for key, value in asked.only(*catalogue.dimensions_of(number)).items()}
    if side := SIDES.get(asked.query.get("side", "")):
        where["sourced"] = side
    return catalogue.behind(asked.frame, name, asked.span, where, part=part, with_=with_)


def _leads(rows: Iterable[Row], says: Callable[[Row], str]) -> Rows:
    return [{"lead_id": row["lead_id"], "at_us": row["at_us"], "says": says(row)} for row in rows if row["lead_id"] is not None]


def _deals(rows: Iterable[Row]) -> Rows:
    return [
        {
            "opportunity_id": row["opportunity_id"],
            "at_us": row["at_us"],
            "amount": row.get("counted"),
            "currency": row["currency"] or "",
            "sourced": row["sourced"],
            "outcome": row["outcome"],
        }
        for row in rows
    ]


def _qualified(asked: Asked) -> Behind:
    stage = asked.stage("stage", asked.frame.terms.handoff_stage)
    rows = _leads(_counted(asked, "stage_reached", stage), lambda _: f"became {words(stage)}")
    return Behind("leads", rows, f"became {words(stage)}", "Each lead is counted once, when it first reached the stage.")


def _answers(asked: Asked) -> Behind:
    rows = _counted(asked, "acceptance_rate")
    if "back" in asked.query:
        rows = [row for row in rows if row["outcome"] in ("rejected", "recycled")]
    chosen = asked.only("outcome", "reason")
    what = chosen.get("outcome") or ("back" if "back" in asked.query else "decided")
    because = f", {words(chosen['reason'])}" if chosen.get("reason") else ""
    said = _leads(rows, _answer)
    return Behind("leads", said, f"{ENDED.get(what, what)}{because}", "What ran out without an answer counts as not accepted.")


ENDED = {"decided": "were decided", "expired": "ran out of time without an answer", "accepted": "were accepted"} | {
    "rejected": "were rejected",
    "recycled": "were given back for later",
    "back": "came back",
}


def _answer(row: Row) -> str:
    said = "time ran out" if row["outcome"] == "expired" else row["outcome"]
    return f"{said}: {words(row['reason'])}" if row["reason"] else said


def _first_contact(asked: Asked) -> Behind:
    rows = _leads(_counted(asked, "first_contact_hours_p90"), lambda row: f"{_took(row['took_us'])} after the handoff")
    return Behind("leads", rows, "had their first contact", "On the wall clock, nights and weekends included.")


def _steps(asked: Asked) -> tuple[str, str]:
    """The step of the way that the address names by its first stage."""
    way = whole_way(asked.frame.terms)
    start = asked.stage("stage", asked.frame.terms.handoff_stage)
    place = min(way.index(start) if start in way else 0, max(0, len(way) - 2))
    return way[place], way[min(place + 1, len(way) - 1)]


def _cohort(asked: Asked) -> Behind:
    start, then = _steps(asked)
    rows = _counted(asked, "stage_conversion", step_name(start, then))
    if "went_on" in asked.query:
        rows = [row for row in rows if str(int(row["went_on"])) == asked.query["went_on"]]
    number = CATALOGUE["stage_conversion"]
    note = f"Followed for {number.days if isinstance(number, Measure) else 0} days each: did they become {words(then)}?"
    return Behind("leads", _leads(rows, lambda row: _went_on(row, then)), f"became {words(start)}", note)


def _went_on(row: Row, then: str) -> str:
    if not row["went_on"]:
        return f"not {words(then)} in that time"
    return f"{words(then)} after {_took(row['then_us'] - row['at_us'])}"


def _passage(asked: Asked) -> Behind:
    start, then = _steps(asked)
    rows = _leads(_counted(asked, "stage_passage", step_name(start, then)), lambda row: f"took {_took(row['took'])}")
    return Behind("leads", rows, f"went from {words(start)} to {words(then)}")


def _waiting(asked: Asked) -> Behind:
    stage = asked.stage("stage", asked.frame.terms.handoff_stage)
    rows = _leads(_counted(asked, "waiting", stage), lambda _: f"{words(stage)} since then")
    return Behind("leads", rows, f"are {words(stage)} now")


def _briefs(asked: Asked) -> Behind:
    rows = _counted(asked, "brief_completeness")
    if "complete" in asked.query:
        rows = [row for row in rows if row["is_complete"] == (asked.query["complete"] == "1")]
    said = _leads(rows, lambda row: f"{formats.percent(row['completeness'], 0)} of the agreed parts filled")
    return Behind("leads", said, "were handed over with a brief", "A lead that went to a second rep was handed over twice.")


def _objections(asked: Asked) -> Behind:
    rows = rows_of(asked.frame.lake, feedback.objections(asked.frame.lake, asked.span))
    kept = [row for row in rows if all((row[name] or "") == value for name, value in asked.only("theme").items())]
    note = "One line for each thing said; objections to a deal without a lead are not in this list."
    return Behind("leads", _leads(kept, lambda row: words(row["theme"]) or "an objection"), "with an objection", note)


def _pipeline(asked: Asked) -> Behind:
    rows = _deals(_counted(asked, "pipeline_created", with_=["sourced"]))
    return Behind("deals", rows, "opened", "At what each was worth when it was opened, the first amount known.")


def _revenue(asked: Asked) -> Behind:
    return Behind("deals", _deals(_counted(asked, "revenue_closed", with_=["sourced"])), "won", "At what each closed for.")


def _lost(asked: Asked) -> Behind:
    return Behind("deals", _deals(_counted(asked, "deals_lost", with_=["sourced"])), "lost")


def _decided(asked: Asked) -> Behind:
    return Behind("deals", _deals(_counted(asked, "win_rate", with_=["sourced"])), "decided", "Won and lost; open ones are not counted.")


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
    "credited": credited,
    "lost": _lost,
    "objections": _objections,
    "decided": _decided,
    "touched_people": touched.people,
    "touched_qualified": touched.qualified,
    "touched_rejected": touched.rejected,
    "touched_revenue": touched.revenue,
    "touched_pipeline": touched.pipeline,
    "said": touched.heard,
}


def source(name: str) -> Callable[[Asked], Behind] | None:
    """What lists a figure; None for one nobody knows, and for numbers made of others, which count no records themselves."""
    number = CATALOGUE.get(name)
    if name in SOURCES or not isinstance(number, Measure):
        return SOURCES.get(name)
    return lambda asked: _of_number(asked, number)


def _of_number(asked: Asked, number: Measure) -> Behind:
    part = asked.query.get("part", "")
    says = f"in {words(part)}" if part else "counted"
    if number.subject == "spend":
        return Behind("spend", _counted(asked, number.name, part), "of spend", number.says)
    if number.subject == "credit":
        return Behind("deals", _credit(asked, number), "credited", number.says)
    if number.subject == "opportunity":
        return Behind("deals", _deals(_counted(asked, number.name, part, ["sourced"])), says, number.says)
    return Behind("leads", _leads(_counted(asked, number.name, part), lambda row: _kept_apart(row, number)), says, number.says)


def _won(asked: Asked) -> Rows:
    return _deals(catalogue.behind(asked.frame, "revenue_closed", asked.span, with_=["sourced"]))


def _credit(asked: Asked, number: Measure) -> Rows:
    """Each deal once, with what the chosen touches have of it."""
    earned: dict[int, Decimal] = {}
    for row in _counted(asked, number.name):
        earned[row["opportunity_id"]] = earned.get(row["opportunity_id"], Decimal(0)) + row["counted"]
    return [{**row, "amount": earned[row["opportunity_id"]]} for row in _won(asked) if row["opportunity_id"] in earned]


def _kept_apart(row: Row, number: Measure) -> str:
    return words(str(row[number.of])) if number.of else ""
