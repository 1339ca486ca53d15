"""`/funnel/`: of those who reached a stage, how many went on (cohorts); or how many reached each stage in a time (periods)."""

from collections.abc import Sequence
from decimal import Decimal

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.engine.periods import Period
from treaty.funnel import catalogue, changes
from treaty.funnel.catalogue import CATALOGUE, Number
from treaty.funnel.catalogue.entries.leads import FOLLOWED, TO_DEAL
from treaty.funnel.changes import Change, Look
from treaty.funnel.stages import step_name
from treaty.funnel.way import whole_way
from treaty.web import charts, formats, sections
from treaty.web.figures import here_frame, nothing_yet, period_words, words
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind
from treaty.web.measured import CALLED, matures, sentence
from treaty.web.pages.chosen import chosen
from treaty.web.pages.funnel.arrivals import EMPTY, REACHED, history, periods
from treaty.web.pages.funnel.view import (
    LATEST,
    TIMES,
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
from treaty.web.pieces import Empty, Figure, Piece
from treaty.web.sections import Choice, Section

VIEWS = {"cohort": "Cohorts: who went on", "period": "Periods: who arrived"}
STEPS = "stage_conversion"
COHORTS = (STEPS, "lead_to_opportunity", "lead_to_won")
MATURITY = (
    f"Leads that first reached a stage in the period, followed for {FOLLOWED} days each ({TO_DEAL} to an opportunity). A cohort whose "
    "last lead has not had that long is open: its share can still grow, and is held against nothing."
)


@require_GET
@page
def funnel(here: Here) -> HttpResponseBase:
    """`?view=cohort&when=latest&by=segment`; both teams see the same."""
    frame = here_frame(here)
    if frame is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)))
    kind = chosen(here, "view", VIEWS, "cohort")
    times = {LATEST: "Latest month followed to its end"} | TIMES if kind == "cohort" else TIMES
    names = COHORTS if kind == "cohort" else (REACHED,)
    view = viewed(here, frame, names, LATEST if kind == "cohort" else "last_month", times)
    title, parts, note = _cohorts(view) if kind == "cohort" else periods(view)
    return sections.show(
        here,
        frame.lake.as_of,
        parts,
        [Choice("view", "Look at", VIEWS, kind, "cohort"), *choices(view, names)],
        title=title,
        name=f"funnel {kind}",
        lede=note,
        tabs=tabs(view),
        tabs_label="Parts of the funnel",
        below=[CALLED, *whose(view)],
    )


# Cohorts: of those who reached a stage, who went on


def _cohorts(view: View) -> tuple[str, list[Section], str]:
    found = view.looked(*COHORTS)
    shown = [one for one in found[STEPS] if one.now.n or one.usual]
    rows = lines(view, shown, lambda one: _step_words(one.part), lambda one: _cohort_href(view, one))
    deals = [
        line
        for name in COHORTS[1:]
        for line in lines(view, [one for one in found[name] if one.now.n], lambda _, name=name: DEALS[name])  # type: ignore[misc]
    ]
    steps = Section(
        id="steps",
        title=f"Who went on, of those who arrived in {view.said}",
        drawings=_panels(view, found[STEPS]),
        kind=_cohort_kind(view),
        rows=rows,
    )
    to_deals = Section(id="deals", title="From the handover to an opportunity", kind=_deal_kind(view), rows=deals)
    return _cohort_title(view, found), [steps, to_deals], MATURITY


DEALS = {"lead_to_opportunity": f"to an opportunity within {TO_DEAL} days", "lead_to_won": f"to a won one within {TO_DEAL} days"}


def _step_words(part: str) -> str:
    start, _, then = part.partition(" to ")
    return f"{formats.capital(words(start))} to {words(then)}"


def _cohort_href(view: View, one: Number, **more: str) -> str:
    return view.records("cohort", one, stage=one.part.partition(" to ")[0], **more)


def _cohort_kind(view: View) -> Kind[Line]:
    def went(line: Line, here: Here) -> Piece:
        n = formats.number(line.now.k, here.viewer.manner)
        return Figure(n, _cohort_href(view, line.now, went_on="1")) if line.now.k else n

    return Kind(
        name="steps of the funnel",
        path="/funnel/",
        fields=(
            Field(words="Step", value=lambda line: line.part),
            *value_field(view),
            count_field("Arrived"),
            Field(words="Went on", value=lambda line: line.now.k, show=went, is_number=True),
            figure_field(view, "Share"),
            *past_fields(view),
        ),
        empty=EMPTY,
    )


def _deal_kind(view: View) -> Kind[Line]:
    return Kind(
        name="leads to opportunities",
        path="/funnel/",
        fields=(
            Field(words="Leads handed to sales", value=lambda line: line.part),
            *value_field(view),
            count_field("Handed over"),
            Field(words="Of them", value=lambda line: line.now.k, is_number=True),
            figure_field(view, "Share"),
            *past_fields(view),
        ),
        empty=Empty(title="No lead was handed to sales in this time"),
    )


def _cohort_title(view: View, found: dict[str, list[Change]]) -> str:
    called = changes.flagged([found[STEPS]])
    if called:
        named = lines(view, called[:1], lambda one: _step_words(one.part))[0]
        what = f"{named.part}{f', {named.name}' if view.by else ''} in {view.said}"
        return sentence(called[0], what, view.frame, view.here.viewer)
    main = _main_step(view)
    one = next((each for each in catalogue.ask(view.frame, STEPS, view.period) if each.part == main), None)
    if one is None or one.figure is None:
        return f"No lead was handed to sales in {view.said}"
    start, _, then = main.partition(" to ")
    what = f"{formats.percent(one.figure, 0)} of {formats.number(one.n)} {words(start)} leads of {view.said} became {words(then)}"
    return what if one.is_mature else f"{what} so far; they are followed until {matures(CATALOGUE[STEPS], view.period, view.frame)}"


def _main_step(view: View) -> str:
    """From the stage that is handed to sales into the next one."""
    way, handoff = whole_way(view.frame.terms), view.frame.terms.handoff_stage
    place = way.index(handoff) if handoff in way else 0
    return step_name(way[place], way[min(place + 1, len(way) - 1)])


def _panels(view: View, found: Sequence[Change]) -> dict[str, charts.Drawing]:
    """One small picture a step, all together whatever the dimension."""
    shown, past = history(view, STEPS)
    alone = found if not view.by else changes.changes(view.frame, [Look(STEPS)], view.period)[0]
    usual = {one.now.part: one.usual for one in alone}
    panels = []
    for part in [one.part for one in past[-1]]:
        ones = [next((one for one in each if one.part == part), Number(None)) for each in past]
        panels.append(_panel(view, part, list(zip(shown, ones, strict=True)), usual.get(part)))
    return {f"step-{place}": drawn for place, drawn in enumerate(charts.small_multiples(panels), 1)}


def _panel(view: View, part: str, shown: Sequence[tuple[Period, Number]], usual: Decimal | None) -> charts.Panel:
    cohorts = [_cohort(view, period, one) for period, one in shown]
    known = [(period, one) for period, one in shown if one.figure is not None]
    period, one = next((pair for pair in known if pair[0] == view.period), known[-1] if known else (view.period, Number(None)))
    title = f"{_step_words(part)}: "
    if one.figure is None:
        title, note = f"{title}nobody arrived", "Nothing to follow yet"
    else:
        so_far = "" if one.is_mature else " so far"
        title = f"{title}{formats.percent(one.figure, 0)} in {period_words(period, view.frame)}{so_far}"
        note = f"{formats.n_of(one.k, one.n)} within {FOLLOWED} days"
    label = f"{title}. " + ", ".join(f"{cohort.name} {cohort.words or 'nobody'}" for cohort in cohorts)
    words_ = "" if usual is None else f"{formats.percent(usual, 0)} usual"
    caption = charts.Caption(title=title, note=note, label=label)
    return charts.Panel(caption=caption, cohorts=cohorts, agreed=None if usual is None else float(usual), agreed_words=words_)


def _cohort(view: View, period: Period, one: Number) -> charts.Cohort:
    name = formats.month(period.first_on)[:3]
    if one.figure is None or one.low is None or one.high is None:
        return charts.Cohort(name=name, words="nobody")
    share = formats.percent(one.figure, 0)
    until = "" if one.is_mature else f", followed until {matures(CATALOGUE[STEPS], period, view.frame)}"
    title = f"{formats.n_of(one.k, one.n)}, {share}, range {formats.interval(one.low, one.high)}{until}"
    return charts.Cohort(name=name, value=float(one.figure), low=one.low, high=one.high, words=share, title=title, is_mature=one.is_mature)
