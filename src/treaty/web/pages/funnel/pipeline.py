"""`/funnel/pipeline/`: how the pipeline became what it is, what it is worth by the odds of its stages, and whether it is enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.funnel import catalogue, changes
from treaty.funnel.catalogue import CATALOGUE, Number
from treaty.funnel.changes import Change
from treaty.funnel.rules import wilson
from treaty.web import charts, formats, sections
from treaty.web.figures import here_frame, nothing_yet, records, uncounted, words
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind
from treaty.web.measured import CALLED, said, sentence, title_of
from treaty.web.pages.funnel.view import (
    Line,
    View,
    choices,
    count_field,
    exact,
    figure_field,
    lines,
    past_fields,
    tabs,
    value_field,
    viewed,
    whose,
)
from treaty.web.pieces import Empty, Faint, Figure, Piece, Row
from treaty.web.sections import Section

NAMES = ("open_pipeline", "pipeline_created", "pipeline_due")
FLOW, WEIGHED, COVERAGE = "pipeline_waterfall", "weighted_pipeline", "pipeline_coverage"
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
LEDE = "Open opportunities at what each is worth. Other currencies and opportunities without an amount stand beside, never in a sum."


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
    parts = [_waterfall(view, flow), _amounts(view, found), _odds(view), _coverage(view)]
    return sections.show(
        here,
        frame,
        parts,
        choices(view, NAMES),
        title=_title(view, flow, found),
        name="pipeline",
        lede=LEDE,
        tabs=tabs(view),
        tabs_label="Parts of the funnel",
        below=[CALLED, *whose(view)],
    )


def _money(view: View, amount: Decimal | None) -> str:
    return "–" if amount is None else formats.money(amount, view.frame.terms.currency, view.here.viewer.manner)


def _title(view: View, flow: Sequence[Number], found: Mapping[str, Sequence[Change]]) -> str:
    called = changes.flagged(found.values())
    if called:
        one = called[0]
        what = f"{title_of(one.name)}{f', {lines(view, [one])[0].name}' if view.by else ''} in {view.said}"
        return sentence(one, what, view.frame, view.here.viewer)
    worth = {one.part: one.figure or Decimal(0) for one in flow}
    start, end = worth.get("opening", Decimal(0)), worth.get("closing", Decimal(0))
    way = "grew" if end > start else "shrank" if end < start else "stayed as it was"
    return f"The pipeline due by the end of {view.said} {way}: {_money(view, start)} became {_money(view, end)}"


# The waterfall


def _waterfall(view: View, flow: Sequence[Number]) -> Section:
    rows = [one for one in flow if one.n or one.part in ("opening", "closing")]
    ended = sum((one.figure or Decimal(0) for one in flow if one.part != "closing"), Decimal(0))
    closing = next((one.figure or Decimal(0) for one in flow if one.part == "closing"), Decimal(0))
    until = "so far" if not view.frame.is_over(view.period) else "at its end"
    says: list[Piece] = [
        f"What is due by the end of {view.said}, or has no date. All lines before the last add up to {_money(view, ended)}; "
        f"open {until}: {_money(view, closing)}.",
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
    money = _money(view, one.figure)
    return f"+{money}" if one.part not in ("opening", "closing") and (one.figure or 0) > 0 else money


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


# Weighed by the odds of each stage


@dataclass(frozen=True, slots=True)
class Odds:
    """One stage of open opportunities: what became of all decided ones that were ever in it, and what that makes of what is open."""

    stage: str
    n: int
    amount: Decimal
    won: int
    decided: int
    weighed: Decimal | None


def _odds(view: View) -> Section:
    whole = catalogue.one(view.frame, WEIGHED, view.period)
    amounts = {one.value: one for one in catalogue.ask(view.frame, "open_pipeline", view.period, "stage")}
    weighed = {one.value: one for one in catalogue.ask(view.frame, WEIGHED, view.period, "stage")}
    odds: Mapping[str, tuple[int, int]] = whole.parts.get("odds", {})
    rows = [
        Odds(stage, one.n, one.figure or Decimal(0), *odds.get(stage, (0, 0)), weighed[stage].figure if stage in odds else None)
        for stage, one in amounts.items()
    ]
    left = whole.parts.get("unweighed") or Decimal(0)
    says: list[Piece] = [f"{_money(view, whole.figure)} of {_money(view, sum((row.amount for row in rows), Decimal(0)))} open."]
    if left:
        says.append(f"{_money(view, left)} is open in stages nothing was decided in yet: too early to weigh, and not in the sum.")
    return Section(
        id="odds",
        title="Weighed by how often each stage was won",
        note="Odds: won of all decided that were ever in the stage",
        says=says,
        kind=_odds_kind(view),
        rows=rows,
        foot=_odds_sum(view, rows, whole),
    )


def _odds_kind(view: View) -> Kind[Odds]:
    def odds(row: Odds, here: Here) -> Piece:
        if not row.decided:
            return Faint("nothing decided yet")
        said_, (low, high) = formats.share(row.won, row.decided, 0, here.viewer.manner), wilson(row.won, row.decided)
        return (f"{said_} ", Faint(f"{formats.n_of(row.won, row.decided)}, range {formats.interval(low, high)}"))

    def n(row: Odds, here: Here) -> Piece:
        return Figure(formats.number(row.n, here.viewer.manner), records("open_pipeline", view.period, stage=row.stage))

    return Kind(
        name="weighted pipeline",
        path="/funnel/pipeline/",
        fields=(
            Field(words="Stage it is in", value=lambda row: words(row.stage).capitalize() or "No stage"),
            Field(words="Open", value=lambda row: row.n, show=n, is_number=True),
            Field(words="Amount", value=lambda row: row.amount, show=lambda row, _: _money(view, row.amount), is_number=True),
            Field(words="Odds", value=lambda row: exact(Decimal(row.won) / row.decided) if row.decided else None, show=odds),
            Field(words="Weighed", value=lambda row: row.weighed, show=lambda row, _: _money(view, row.weighed), is_number=True),
            Field(words="Currency", value=lambda _: view.frame.terms.currency, in_page=False),
        ),
        empty=Empty(title="Nothing is open now"),
    )


def _odds_sum(view: View, rows: Sequence[Odds], whole: Number) -> Row:
    amount = sum((row.amount for row in rows), Decimal(0))
    return Row(["All", formats.number(sum(row.n for row in rows)), _money(view, amount), "", _money(view, whole.figure)])


# Coverage


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    value: Decimal | None
    words: str
    href: str = ""


def _coverage(view: View) -> Section:
    one = catalogue.one(view.frame, COVERAGE, view.period)
    parts = one.parts
    rows = [
        Part("Open and due in the period", parts["due"], _money(view, parts["due"]), records("pipeline_due", view.period)),
        Part("Agreed revenue", parts["target"], _money(view, parts["target"])),
        Part("Closed so far", parts["won"], _money(view, parts["won"]), records("revenue_closed", view.period)),
        Part("Still missing", parts["left"], _money(view, max(parts["left"], Decimal(0)) if parts["left"] is not None else None)),
        Part("Coverage", one.figure, said(one.figure, CATALOGUE[COVERAGE], view.frame, view.here.viewer)),
        Part("Needed: 1 / win rate by value", parts["needed"], said(parts["needed"], CATALOGUE[COVERAGE], view.frame, view.here.viewer)),
    ]
    kind: Kind[Part] = Kind(
        name="coverage",
        path="/funnel/pipeline/",
        fields=(
            Field(words="Of the period", value=lambda row: row.name),
            Field(
                words="Now",
                value=lambda row: exact(row.value),
                show=lambda row, _: Figure(row.words, row.href) if row.href else row.words,
                is_number=True,
            ),
        ),
    )
    return Section(id="coverage", title="Is it enough?", says=[_enough(view, one)], kind=kind, rows=rows)


def _enough(view: View, one: Number) -> Piece:
    """Three or four times is folklore: what is needed follows from what is won."""
    target, left, needed = (one.parts[name] for name in ("target", "left", "needed"))
    if target is None:
        return f"No revenue is agreed for {view.said}, so nothing has to be covered. Choose a quarter, or agree a goal."
    if left is not None and left <= 0:
        return f"The agreed {_money(view, target)} is reached: {_money(view, one.parts['won'])} is closed."
    times = said(one.figure, CATALOGUE[COVERAGE], view.frame, view.here.viewer)
    if needed is None:
        return f"What is due covers what is missing {times}. Nothing was decided yet, so nobody knows what is needed."
    wanted = said(needed, CATALOGUE[COVERAGE], view.frame, view.here.viewer)
    verdict = "Yes" if one.figure is not None and one.figure >= needed else "No"
    return f"{verdict}. What is due covers what is missing {times}; at the win rate by value of {view.said}, {wanted} is needed."
