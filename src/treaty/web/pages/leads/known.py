"""What is on record about a lead, as tables and lists: its walk, its owners, its clocks, what sales answered."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from treaty.agreement.queries import signed_of
from treaty.agreement.terms import Terms
from treaty.feedback import rules
from treaty.feedback.models import Disposition
from treaty.moments import to_us
from treaty.qualification.history import Moved, summary
from treaty.sla.models import SlaClock
from treaty.sla.rules import Standing as State
from treaty.truth import gaps, gates
from treaty.truth.models import Assignment, Lead, Opportunity, StageMove
from treaty.truth.queries import Step
from treaty.web import charts, clocks, formats
from treaty.web.context import who
from treaty.web.figures import words
from treaty.web.here import Here
from treaty.web.pages.queue.brief import with_names, with_pools
from treaty.web.pieces import BriefPart, BriefRow, Column, Link, Piece, Row, Standing, Table
from treaty.web.plain import plain

_MOMENT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?[+-]\d\d:\d\d")
SHOWN = 60
"""Rows of a timeline before one asks for all of it."""


def walk(lead: Lead, here: Here) -> Table | None:
    """Each stage the lead was in: first and last reached, how often, how long. The times add up to its age."""
    moves = [Moved(m.to_stage, m.at) for m in StageMove.objects.filter(lead=lead, withdrawn_at=None).order_by("at", "id")]
    if not moves:
        return None
    found = summary(moves, at=here.at, closed_at=lead.closed_at)
    rows = [
        Row((plain(stage).capitalize(), _short(seen.first_at, here), _short(seen.last_at, here), str(seen.visits), _length(seen.spent)))
        for stage, seen in found.items()
    ]
    total = sum((seen.spent for seen in found.values()), start=timedelta())
    columns = [Column("Stage"), Column("First reached", is_short=True), Column("Last reached", is_short=True)]
    columns += [Column("Times", is_number=True), Column("Time there", is_number=True)]
    return Table(columns=columns, rows=rows, foot=Row(("In all", "", "", "", _length(total))), caption="The walk through the stages")


def ledger(lead: Lead, here: Here) -> Table:
    """Who owned it from when to when, by which rule and why."""
    pools = signed_of(lead.version).terms.pools
    owned = list(Assignment.objects.filter(lead=lead).select_related("owner").order_by("starts_at", "id"))
    rows = [
        Row((who(row.owner), _short(row.starts_at, here), _short(row.ends_at, here) if row.ends_at else "now", with_pools(because, pools)))
        for row, because in zip(owned, with_names([_because(row) for row in owned]), strict=True)
    ]
    columns = [Column("Owner"), Column("From", is_short=True), Column("Until", is_short=True), Column("Why")]
    return Table(columns=columns, rows=rows, caption="Who owned it")


def _because(row: Assignment) -> str:
    return "; ".join(str(reason) for reason in row.reasons) or words(row.rule)


def promises(lead: Lead, here: Here) -> Table | None:
    """Every clock that ran for this lead, of both sides, and how it stands."""
    found = list(SlaClock.objects.filter(lead=lead).select_related("owner", "version").order_by("starts_at", "id"))
    if not found:
        return None
    pauses = clocks.pauses_of(found)
    rows = []
    for clock in found:
        reading = clocks.read(clock, here.at, pauses.get(clock.pk, ()))
        said, href = clocks.article_of(clock.version, clock.promise)
        promise: Piece = Link(clocks.group_words(reading.promise), href) if said else clocks.group_words(reading.promise)
        due = _short(clock.due_at, here) if clock.due_at else "stands"
        rows.append(Row((promise, who(clock.owner), _short(clock.starts_at, here), due, standing(reading, here))))
    columns = [Column("Promise"), Column("Owner"), Column("Began", is_short=True), Column("Due", is_short=True), Column("Standing")]
    return Table(columns=columns, rows=rows, caption="Promises about this lead")


def standing(reading: clocks.Reading, here: Here) -> Standing:
    """How a clock stands, as shape and word."""
    clock = reading.clock
    if clock.ended == SlaClock.Ended.MOVED:
        return Standing("", "went on with the next owner")
    if clock.ended == SlaClock.Ended.VOID:
        return Standing("", "no longer asked")
    if clock.ended == SlaClock.Ended.MET:
        return Standing("kept", "kept")
    if clock.ended == SlaClock.Ended.LATE:
        over = formats.duration(-reading.left) if reading.left is not None else ""
        return Standing("late", f"done {over} late" if over else "done late")
    said = clocks.row_words(reading, here.viewer, here.at)
    if reading.standing == State.BREACHED:
        return Standing("late", said, now=True)
    return Standing("soon" if reading.is_soon else "running", said, now=reading.is_soon)


def given(lead: Lead) -> list[Disposition]:
    """What sales answered, newest first, answers taken back included."""
    found = Disposition.objects.filter(handoff__lead=lead).select_related("by", "handoff__owner", "dispute__by", "dispute__ruled_by")
    return list(found.order_by("-at", "-id"))


def answer_words(row: Disposition) -> str:
    """`Rejected: competitor (Vibrosys)`."""
    said = row.get_outcome_display().capitalize()
    if row.reason:
        said += f": {rules.words(row.reason).lower()}"
    return f"{said} ({row.detail})" if row.detail else said


def gate(lead: Lead, terms: Terms, captured: Mapping[str, str]) -> BriefPart | None:
    """What must be known before each of the next stages, and what of it is missing (R17)."""
    rows = []
    for name in terms.stages[lead.stage].moves if lead.stage in terms.stages else ():
        for wanted in terms.stages[name].captured:
            there = captured.get(wanted)
            mark = Standing("kept", "known") if there else Standing("below", "missing", now=True)
            rows.append(BriefRow((f"{plain(wanted).capitalize()} for {plain(name)} ", mark), there or ""))
    return BriefPart(title="What must be known next", rows=rows) if rows else None


def wanted_by_house(lead: Lead, terms: Terms) -> BriefPart | None:
    """What the house asks to know at this stage and at the next ones, and what of it is missing; it stops no step."""
    house = gaps.house(terms)
    stages = [lead.stage, *(terms.stages[lead.stage].moves if lead.stage in terms.stages else ())]
    asked = {one: stage for stage in reversed(stages) for one in house.get(stage, ())}
    there = gaps.known_of([lead.person], {one.field for one in asked})[lead.person_id]
    rows = [
        BriefRow(
            (f"{gates.words_of(one.field).capitalize()} ", Standing("below", "missing", now=stage == lead.stage)),
            f"{one.reason or 'asked for'}; at {plain(stage)}",
        )
        for one, stage in asked.items()
        if one.field not in there
    ]
    return BriefPart(title="Still to find out", rows=rows) if rows else None


def deals(lead: Lead, here: Here) -> BriefPart | None:
    rows = [
        BriefRow(Link(str(deal), f"/opportunities/{deal.key}/"), " · ".join(_deal_words(deal, here)))
        for deal in Opportunity.objects.filter(lead=lead, gone_at=None).order_by("-opened_at", "-id")
    ]
    return BriefPart(title="Opportunities", rows=rows) if rows else None


def _deal_words(deal: Opportunity, here: Here) -> list[str]:
    amount = formats.money(deal.amount, deal.currency, here.viewer.manner) if deal.amount is not None else ""
    return [word for word in (amount, plain(deal.stage), deal.outcome) if word]


def anchor(at: datetime) -> str:
    """Where on a timeline a moment stands."""
    return f"at-{to_us(at)}"


def timeline(steps: Sequence[Step], here: Here, most: int | None = SHOWN, but: str = "") -> list[BriefRow]:
    """Steps as rows, each with the mark of its party; the first of a moment can be linked to. but: whose name goes unsaid."""
    rows, seen = [], set()
    for step in steps[:most]:
        place = anchor(step.at)
        who_did = "" if step.person == but else step.person
        aside = " · ".join(word for word in (_readable(step.detail, here), who_did) if word)
        said: Piece = Link(step.says, step.href) if step.href else plain(step.says)
        rows.append(BriefRow(said, aside, _short(step.at, here), step.party, "" if place in seen else place))
        seen.add(place)
    return rows


def _readable(detail: str, here: Here) -> str:
    """The detail of a step; a moment in it as the viewer's clock shows it."""
    return plain(_MOMENT.sub(lambda found: _short(datetime.fromisoformat(found[0]), here), detail))


def way(steps: Sequence[Step], until: datetime, end: charts.path.End, title: str, here: Here) -> charts.Drawing | None:
    """Marketing's circles and sales' squares on one line of time."""
    marks = [
        charts.Mark(party=step.party, at=step.at, words=f"{_short(step.at, here)} {plain(step.says)}", href=step.href)
        for step in steps
        if step.party != "both"
    ]
    if not marks:
        return None
    first = min(mark.at for mark in marks)
    shown = charts.Path(
        marks=marks, until=max(until, first), end=end, first=_short(first, here), last="now" if end == "open" else _short(until, here)
    )
    return charts.path_line(shown, charts.Caption(title=title))


def _short(at: datetime, here: Here) -> str:
    return formats.short(at, here.viewer, here.at)


def _length(length: timedelta) -> str:
    return formats.duration(length, in_days=True)
