"""Periods: how many first reached each stage in a time, each counted where it happened; and the last periods of a number."""

from collections.abc import Sequence

from treaty.engine.periods import Period
from treaty.funnel import catalogue, changes
from treaty.funnel.catalogue import Number
from treaty.funnel.changes import Change
from treaty.web import charts, formats
from treaty.web.figures import period_words, words
from treaty.web.listing import Field, Kind
from treaty.web.measured import sentence
from treaty.web.pages.funnel.view import Line, View, count_field, last_periods, lines, past_fields, value_field
from treaty.web.pieces import Empty
from treaty.web.sections import Section

REACHED = "stage_reached"
SHOWN = 7
"""Months or quarters of a small picture."""
NOT_CONVERSIONS = (
    "These are arrivals, each counted in the time it happened. Dividing one by the one above is no conversion: those who arrive at a "
    "later stage reached the one before at another time, so the ratio can pass 100%. Choose cohorts to see who went on."
)
EMPTY = Empty(title="No lead reached a stage in this time", words="Leads appear here when the signed definition or a member moves them.")


def history(view: View, name: str) -> tuple[list[Period], list[list[Number]]]:
    """The last periods as long as the one chosen, up to this one where it is near; months for another stretch of time. Those
    before anything was recorded are left out."""
    periods = last_periods(view, {"month": SHOWN, "quarter": SHOWN})
    found = catalogue.series(view.frame, name, periods)
    while len(periods) > 1 and not any(one.n for one in found[0]):
        periods, found = periods[1:], found[1:]
    return periods, found


def periods(view: View) -> tuple[str, list[Section], str]:
    found = view.looked(REACHED)[REACHED]
    shown = [one for one in found if one.now.n or one.usual]
    rows = lines(view, shown, lambda one: formats.capital(words(one.part)), lambda one: view.records(REACHED, one, part=one.part))
    title = f"How many first reached each stage in {view.said}"
    stages = Section(id="stages", title=title, drawings=_arrivals(view), kind=_period_kind(view), rows=rows)
    return _period_title(view, found), [stages], NOT_CONVERSIONS


def _period_kind(view: View) -> Kind[Line]:
    return Kind(
        name="arrivals at stages",
        path="/funnel/",
        fields=(Field(words="Stage", value=lambda line: line.part), *value_field(view), count_field("Leads"), *past_fields(view)[1:]),
        empty=EMPTY,
    )


def _period_title(view: View, found: Sequence[Change]) -> str:
    called = changes.flagged([found])
    if called:
        named = lines(view, called[:1], lambda one: formats.capital(words(one.part)))[0]
        return sentence(called[0], f"{named.part}{f', {named.name}' if view.by else ''} in {view.said}", view.frame, view.here.viewer)
    handoff = view.frame.terms.handoff_stage
    n = sum(one.n for one in catalogue.ask(view.frame, REACHED, view.period) if one.part == handoff)
    return f"{formats.capital(formats.spell(n, 'lead'))} first became {words(handoff)} in {view.said}"


def _arrivals(view: View) -> dict[str, charts.Drawing]:
    periods, found = history(view, REACHED)
    return {
        f"stage-{place}": _arrival(view, part, periods, [next((one.n for one in each if one.part == part), 0) for each in found])
        for place, part in enumerate([one.part for one in found[-1]], 1)
    }


def _arrival(view: View, part: str, periods: Sequence[Period], counts: Sequence[int]) -> charts.Drawing:
    months = [
        charts.Month(name=formats.month(period.first_on)[:3], value=n, words=formats.number(n), is_before=not view.frame.is_over(period))
        for period, n in zip(periods, counts, strict=True)
    ]
    place = periods.index(view.period) if view.period in periods else -1
    title = f"{formats.capital(words(part))}: {formats.number(counts[place])} in {period_words(periods[place], view.frame)}"
    label = f"{title}. " + ", ".join(f"{month.name} {month.words}" for month in months)
    note = "Grey: not over yet" if months[-1].is_before else "First arrivals"
    return charts.month_bars(charts.Months(months=months), charts.Caption(title=title, note=note, label=label), is_small=True)
