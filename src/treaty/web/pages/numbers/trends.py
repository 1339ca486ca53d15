"""A number over the last periods as a small line, open where a cohort is still followed or a period still runs."""

from collections.abc import Sequence
from decimal import Decimal

from treaty.engine.periods import Period
from treaty.funnel import catalogue
from treaty.funnel.catalogue import CATALOGUE, Composed, Measure, Number
from treaty.funnel.catalogue.rounding import WHOLE, to_places
from treaty.web import charts, formats
from treaty.web.figures import period_words, records
from treaty.web.measured import in_unit, said, title_of
from treaty.web.pages.funnel.view import View, last_periods

SHOWN = {"month": 13, "quarter": 9, "year": 5}


def trend_of(view: View, name: str, part: str = "") -> charts.Drawing | None:
    """All together, whatever the dimension; None for a number of now, which has no past."""
    number = CATALOGUE[name]
    if number.counts == "now":
        return None
    periods = last_periods(view, SHOWN)
    found = catalogue.series(view.frame, name, periods)
    ones = [next((one for one in each if not part or one.part == part), Number(None)) for each in found]
    while len(ones) > 2 and not ones[0].n:
        periods, ones = periods[1:], ones[1:]
    points = [_point(view, number, period, one, part) for period, one in zip(periods, ones, strict=True)]

    def say(value: float) -> str:
        if number.unit == "money":
            return formats.money_short(to_places(Decimal(value), WHOLE), view.frame.terms.currency, view.here.viewer.manner)
        return in_unit(Decimal(str(round(value, 4))), number.unit, view.frame.terms.currency, view.here.viewer).partition(" ")[0]

    caption = charts.Caption(title=_finding(view, number, periods, ones), note=_note(number), label=_spoken(number, points))
    return charts.trend_line(charts.Trend(points=points, say=say), caption)


def _point(view: View, number: Measure | Composed, period: Period, one: Number, part: str) -> charts.Point:
    value = None if one.figure is None else float(one.figure)
    is_over = view.frame.is_over(period) and one.is_mature
    href = records(number.name, period, **({"part": part} if part else {})) if isinstance(number, Measure) and one.n else ""
    words = said(one.figure, number, view.frame, view.here.viewer)
    return charts.Point(name=_short(period, view), value=value, words=words, low=one.low, high=one.high, is_mature=is_over, href=href)


def _short(period: Period, view: View) -> str:
    if period.per == "month":
        return formats.month(period.first_on)[:3]
    return str(period.first_on.year) if period.per == "year" else f"{formats.month(period.first_on)[:3]} {period.first_on.year}"


def _finding(view: View, number: Measure | Composed, periods: Sequence[Period], ones: Sequence[Number]) -> str:
    """`Win rate by count: 83% in November, between 50% and 90% before`."""
    known = [(period, one) for period, one in zip(periods, ones, strict=True) if one.figure is not None]
    if not known:
        return f"{title_of(number.name)}: nothing was measured yet"
    period, one = known[-1]
    now = f"{title_of(number.name)}: {said(one.figure, number, view.frame, view.here.viewer)} in {period_words(period, view.frame)}"
    before = [other.figure for _, other in known[:-1] if other.figure is not None]
    if not before:
        return now
    low, high = (said(end, number, view.frame, view.here.viewer) for end in (min(before), max(before)))
    return f"{now}, {low} before" if low == high else f"{now}, between {low} and {high} before"


def _note(number: Measure | Composed) -> str:
    return f"{formats.capital(number.formula)}. Open dots: not over, or still followed."


def _spoken(number: Measure | Composed, points: Sequence[charts.Point]) -> str:
    return f"{title_of(number.name)}: " + ", ".join(f"{point.name} {point.words}" for point in points)
