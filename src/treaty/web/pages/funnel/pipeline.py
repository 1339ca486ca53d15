"""`/funnel/pipeline/`: how the pipeline became what it is, what it is worth by the odds of its stages, and whether it is enough."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.funnel import catalogue, changes
from treaty.funnel.catalogue import Number
from treaty.funnel.changes import Change
from treaty.web import charts, formats, sections
from treaty.web.figures import here_frame, nothing_yet, records, uncounted
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind
from treaty.web.measured import CALLED, sentence, title_of
from treaty.web.pages.funnel.view import (
    Line,
    View,
    choices,
    count_field,
    figure_field,
    lines,
    past_fields,
    tabs,
    value_field,
    viewed,
    whose,
)
from treaty.web.pages.funnel.worth import coverage_section, money, odds_section
from treaty.web.pieces import Empty, Figure, Piece
from treaty.web.sections import Section

NAMES = ("open_pipeline", "pipeline_created", "pipeline_due")
FLOW = "pipeline_waterfall"
LINES = {
    "opening": "Open when it began",
    "created": "Created",
    "moved in": "Moved in",
    "increased": "Increased",
    "decreased": "Decreased",
    "moved out": "Moved out",
    "won": "Won",
    "lost": "Lost",
    "closing": "Open at its end",
}
LEDE = "Open opportunities at what each is worth. Without an agreed rate or an amount it stands beside, never in a sum."


@require_GET
@page
def pipeline(here: Here) -> HttpResponseBase:
    """`?when=quarter&by=owner`."""
    frame = here_frame(here)
    if frame is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)))
    view = viewed(here, frame, NAMES)
    found = view.looked(*NAMES)
    flow = catalogue.ask(frame, FLOW, view.period)
    parts = [_waterfall(view, flow), _amounts(view, found), odds_section(view), coverage_section(view)]
    return sections.show(
        here,
        frame.lake.as_of,
        parts,
        choices(view, NAMES),
        title=_title(view, flow, found),
        name="pipeline",
        lede=LEDE,
        tabs=tabs(view),
        tabs_label="Parts of the funnel",
        below=[CALLED, *whose(view)],
    )


def _title(view: View, flow: Sequence[Number], found: Mapping[str, Sequence[Change]]) -> str:
    called = changes.flagged(found.values())
    if called:
        one = called[0]
        what = f"{title_of(one.name)}{f', {lines(view, [one])[0].name}' if view.by else ''} in {view.said}"
        return sentence(one, what, view.frame, view.here.viewer)
    worth = {one.part: one.figure or Decimal(0) for one in flow}
    start, end = worth.get("opening", Decimal(0)), worth.get("closing", Decimal(0))
    way = "grew" if end > start else "shrank" if end < start else "stayed as it was"
    return f"The pipeline due by the end of {view.said} {way}: {money(view, start)} became {money(view, end)}"


# The waterfall


def _waterfall(view: View, flow: Sequence[Number]) -> Section:
    rows = [one for one in flow if one.n or one.part in ("opening", "closing")]
    ended = sum((one.figure or Decimal(0) for one in flow if one.part != "closing"), Decimal(0))
    closing = next((one.figure or Decimal(0) for one in flow if one.part == "closing"), Decimal(0))
    until = "so far" if not view.frame.is_over(view.period) else "at its end"
    says: list[Piece] = [
        f"What is due by the end of {view.said}, or has no date. All lines before the last add up to {money(view, ended)}; "
        f"open {until}: {money(view, closing)}.",
        *_others(view, flow),
    ]
    return Section(
        id="waterfall",
        title=f"How it became what it is in {view.said}",
        says=says,
        drawings={"waterfall": _falls(view, rows)},
        kind=_flow_kind(view),
        rows=rows,
    )


def _line(view: View, part: str) -> str:
    return "Open now" if part == "closing" and not view.frame.is_over(view.period) else LINES[part]


def _others(view: View, flow: Sequence[Number]) -> list[str]:
    others = next((one.others for one in flow if one.part == "closing"), {})
    return uncounted(others, view.here.viewer, without=0, unnamed=0)


def _falls(view: View, rows: Sequence[Number]) -> charts.Drawing:
    falls = [
        charts.Fall(
            name=_line(view, one.part),
            amount=one.figure or Decimal(0),
            words=_signed(view, one),
            is_total=one.part in ("opening", "closing"),
            href=records(FLOW, view.period, part=one.part) if one.n else "",
        )
        for one in rows
    ]
    spoken = ", ".join(f"{fall.name} {fall.words}" for fall in falls)
    title = f"{falls[0].words} became {falls[-1].words}" if falls else "Nothing was open"
    note = "Filled: what is there. Grey: what came. Outlined: what went."
    return charts.waterfall_bars(charts.Waterfall(falls=falls), charts.Caption(title=title, note=note, label=f"{title}: {spoken}"))


def _signed(view: View, one: Number) -> str:
    amount = money(view, one.figure)
    return f"+{amount}" if one.part not in ("opening", "closing") and (one.figure or 0) > 0 else amount


def _flow_kind(view: View) -> Kind[Number]:
    def n(one: Number, here: Here) -> Piece:
        return Figure(formats.number(one.n, here.viewer.manner), records(FLOW, view.period, part=one.part)) if one.n else "0"

    return Kind(
        name="waterfall",
        path="/funnel/pipeline/",
        fields=(
            Field(words="Line", value=lambda one: _line(view, one.part)),
            Field(words="Opportunities", value=lambda one: one.n, show=n, is_number=True),
            Field(words="Amount", value=lambda one: one.figure, show=lambda one, _: _signed(view, one), is_number=True),
            Field(words="Currency", value=lambda _: view.frame.terms.currency, in_page=False),
        ),
    )


# Amounts, beside their past


def _amounts(view: View, found: Mapping[str, Sequence[Change]]) -> Section:
    rows = [line for name in NAMES for line in lines(view, [one for one in found[name] if one.now.n], lambda _, name=name: title_of(name))]  # type: ignore[misc]
    kind: Kind[Line] = Kind(
        name="pipeline amounts",
        path="/funnel/pipeline/",
        fields=(
            Field(words="Number", value=lambda line: line.part),
            *value_field(view),
            figure_field(view, "Amount"),
            count_field("Opportunities"),
            *past_fields(view)[1:],
        ),
        empty=Empty(title="Nothing is open, and nothing was opened in this time"),
    )
    return Section(id="amounts", title="What is open and what was opened", kind=kind, rows=rows)
