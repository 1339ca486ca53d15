"""`/funnel/time/`: how long leads stay in each stage, those who are still there counted for as long as they were seen."""

from collections.abc import Sequence

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.funnel import catalogue, changes
from treaty.funnel.catalogue import CATALOGUE, Number
from treaty.funnel.changes import Change
from treaty.web import charts, formats, sections
from treaty.web.figures import here_frame, nothing_yet, words
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind
from treaty.web.measured import CALLED, said, sentence
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
from treaty.web.pieces import Empty, Faint, Figure, Piece
from treaty.web.sections import Section

STAYS, PASSAGES, WAITING = "time_in_stage", "stage_passage", "waiting"
NAMES = (STAYS, PASSAGES)
LEDE = (
    "Everyone who entered a stage in the period, until they left it or for as long as they have been there: the curve of Kaplan and Meier. "
    "The longest waits are not cut off, so a median is not too short while many still wait."
)
EMPTY = Empty(title="Nobody entered a stage in this time", words="Choose a longer time.")
MOST_DAYS = 90


@require_GET
@page
def time(here: Here) -> HttpResponseBase:
    """`?when=quarter&by=segment`."""
    frame = here_frame(here)
    if frame is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)))
    view = viewed(here, frame, NAMES)
    found = view.looked(*NAMES)
    stays = [one for one in found[STAYS] if _may_leave(view, one.now.part) and one.now.n]
    steps = [one for one in found[PASSAGES] if one.now.n]
    parts = [
        Section(
            id="stays",
            title=f"How long those stayed who entered a stage in {view.said}",
            drawings=_curves(view),
            kind=_stay_kind(view),
            rows=lines(view, stays, lambda one: formats.capital(words(one.part)), lambda one: view.records(STAYS, one, part=one.part)),
        ),
        Section(
            id="passages",
            title=f"From one stage to the next, of those who arrived in {view.said}",
            note="Only those who arrived; whoever still waits is in the table above",
            kind=_passage_kind(view),
            rows=lines(view, steps, lambda one: _step(one.part), lambda one: _passage_href(view, one)),
        ),
    ]
    return sections.show(
        here,
        frame.lake.as_of,
        parts,
        choices(view, NAMES),
        title=_title(view, [*stays, *steps]),
        name="time in stage",
        lede=LEDE,
        tabs=tabs(view),
        tabs_label="Parts of the funnel",
        below=[CALLED, *whose(view)],
    )


def _may_leave(view: View, stage: str) -> bool:
    """Whether the agreed graph has a way out of it: in the last stage everybody stays."""
    found = view.frame.terms.stages.get(stage)
    return bool(found and found.moves)


def _step(part: str) -> str:
    return formats.capital(words(part))


def _passage_href(view: View, one: Number) -> str:
    return view.records("passage", one, stage=one.part.partition(" to ")[0])


def _stay_kind(view: View) -> Kind[Line]:
    def still(line: Line, here: Here) -> Piece:
        n = formats.number(line.now.parts.get("still", 0), here.viewer.manner)
        return n if view.by else Figure(n, view.records(WAITING, stage=line.now.part)) if line.now.parts.get("still") else n

    def most(line: Line, here: Here) -> Piece:
        days = line.now.parts.get("p80_days")
        return Faint("too early") if days is None else said(days, CATALOGUE[STAYS], view.frame, here.viewer)

    return Kind(
        name="time in stage",
        path="/funnel/time/",
        fields=(
            Field(words="Stage", value=lambda line: line.part),
            *value_field(view),
            count_field("Entered"),
            Field(words="Left", value=lambda line: line.now.parts.get("left"), is_number=True),
            Field(words="Still there", value=lambda line: line.now.parts.get("still"), show=still, is_number=True),
            figure_field(view, "Half left within"),
            Field(words="Four in five left within", value=lambda line: line.now.parts.get("p80_days"), show=most, is_number=True),
            *past_fields(view),
        ),
        empty=EMPTY,
    )


def _passage_kind(view: View) -> Kind[Line]:
    return Kind(
        name="from stage to stage",
        path="/funnel/time/",
        fields=(
            Field(words="Step", value=lambda line: line.part),
            *value_field(view),
            count_field("Arrived"),
            figure_field(view, "Half within"),
            *past_fields(view)[1:],
        ),
        empty=Empty(title="Nobody made a step in this time"),
    )


def _title(view: View, found: Sequence[Change]) -> str:
    called = changes.flagged([found])
    if called:
        named = lines(view, called[:1], lambda one: _step(one.part))[0]
        what = f"{named.part}{f', {named.name}' if view.by else ''} in {view.said}"
        return sentence(called[0], what, view.frame, view.here.viewer)
    slow = [one for one in _stays(view) if one.figure is not None]
    if not slow:
        return f"Nobody has stayed long enough to say, of those who entered a stage in {view.said}"
    longest = max(slow, key=lambda one: one.figure or 0)
    days = said(longest.figure, CATALOGUE[STAYS], view.frame, view.here.viewer)
    return f"The longest stay is in {words(longest.part)}: half of those who entered it in {view.said} left within {days}"


def _stays(view: View) -> list[Number]:
    return [one for one in catalogue.ask(view.frame, STAYS, view.period) if _may_leave(view, one.part)]


def _curves(view: View) -> dict[str, charts.Drawing]:
    """One small picture a stage, all together whatever the dimension: on one scale of days, so that they may be compared."""
    found = [one for one in _stays(view) if one.parts.get("left")]
    lengths = [one.parts["curve"][-1][0] for one in found if one.parts.get("curve")]
    end = min(MOST_DAYS, max(lengths, default=1.0))
    return {f"stay-{place}": _curve(view, one, end) for place, one in enumerate(found, 1)}


def _curve(view: View, one: Number, end: float) -> charts.Drawing:
    half = None if one.figure is None else float(one.figure)
    days = said(one.figure, CATALOGUE[STAYS], view.frame, view.here.viewer)
    stage = formats.capital(words(one.part))
    title = f"{stage}: half left within {days}" if half is not None else f"{stage}: more than half are still there"
    note = f"Share still there after so many days, of {formats.number(one.n)} who entered"
    curve = charts.Curve(steps=one.parts.get("curve", []), end=end, half=half, half_words=days)
    return charts.survival_curve(curve, charts.Caption(title=title, note=note))
