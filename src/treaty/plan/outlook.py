"""Where each goal will end: against the agreed pace and against the company's own season, in money and in leads, with a forecast."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise
from math import ceil

from treaty.engine.measuring import kept_rows
from treaty.engine.periods import Period
from treaty.funnel import catalogue
from treaty.funnel.catalogue import CATALOGUE, Number, Where
from treaty.funnel.catalogue.entries.leads import TO_DEAL
from treaty.funnel.catalogue.rounding import to_places
from treaty.funnel.frame import Frame
from treaty.plan.queries import GoalNow, goals
from treaty.plan.rules import working_days
from treaty.plan.season import Curve, Forecast, Season, forecast, season
from treaty.plan.values import value, where_of

STEPS, LAST, YEARS = 20, 8, 3
"""Points at which a period gone by is looked at; how many last periods, and how many years back."""
WORTH = {"revenue_closed": "lead_value", "pipeline_created": "lead_pipeline"}
"""What one lead more brings to a goal."""
EARLY = timedelta(days=7)
"""So much later than a period began the records of the company may begin, for the period to count as whole."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """One goal, and all that is said of its future.

    before: the same measure in the period before · usual: what usually has come by now, of the target; None for shares and lengths ·
    worth: what a lead brings to it, None while unknown · segments: the goal by segment, where it is not of one already
    """

    found: GoalNow
    before: Number
    season: Season | None = None
    gone: int = 0
    forecast: Forecast | None = None
    worth: Decimal | None = None
    segments: Sequence[Number] = ()

    @property
    def usual(self) -> Decimal | None:
        if self.season is None or self.found.bound is None:
            return None
        return to_places(self.found.bound * Decimal(str(self.season.shares[self.gone])))

    @property
    def gap(self) -> Decimal | None:
        """Against the usual; below it is negative."""
        return None if self.usual is None else (self.found.now.figure or Decimal(0)) - self.usual

    @property
    def gap_in_leads(self) -> int | None:
        """How many leads more would usually close the gap; none when there is no gap, None while it is not known what one brings."""
        if self.gap is None or not self.worth:
            return None
        return ceil(-self.gap / self.worth) if self.gap < 0 else 0

    @property
    def progress(self) -> Decimal | None:
        """Of the target, what is there."""
        return (self.found.now.figure or Decimal(0)) / self.found.bound if self.found.pace and self.found.bound else None


def outlooks(frame: Frame) -> list[Outlook]:
    """Every goal of the terms in force, in their order."""
    return [_outlook(frame, found) for found in goals(frame)]


def _outlook(frame: Frame, found: GoalNow) -> Outlook:
    goal, period = found.goal, found.period
    before = value(frame, goal.measure, frame.before(period), goal.where)
    segments = _by_segment(frame, found)
    if found.pace is None:
        return Outlook(found, before, segments=segments)
    where = where_of(goal.measure, goal.where)
    last = [_curve(frame, goal.measure, one, where) for one in _whole(frame, frame.last(period.per, LAST + 1)[:-1])]
    years = [_curve(frame, goal.measure, one, where) for one in _whole(frame, _years_before(frame, period))]
    days = working_days(period, frame.weekdays)
    gone = sum(day <= frame.today for day in days)
    return Outlook(
        found,
        before,
        season(years, last, len(days)),
        gone,
        forecast(found.now.figure or Decimal(0), last, gone / len(days) if days else 1.0),
        worth(frame, goal.measure, where),
        segments,
    )


def _years_before(frame: Frame, period: Period) -> list[Period]:
    """The same period of the years before, the nearest first."""
    if period.per not in ("month", "quarter"):
        return []
    middle = period.first_on + (period.end_on - period.first_on) / 2
    return [frame.containing(date(middle.year - years, middle.month, min(middle.day, 28)), period.per) for years in range(1, YEARS + 1)]


def _whole(frame: Frame, periods: Sequence[Period]) -> list[Period]:
    """Those that began when there were records already: of half a period nothing can be learnt."""
    rows = kept_rows(frame.lake, ("first opportunity",), lambda: frame.lake.table("opportunities").agg(at=lambda t: t.opened_us.min()))
    begun = rows[0]["at"] if rows else None
    return [one for one in periods if begun is not None and begun < one.us[0] + EARLY // timedelta(microseconds=1)]


def _curve(frame: Frame, measure: str, period: Period, where: Where) -> Curve:
    """What had come by each of STEPS points; what a free day brought counts with the working day before it."""
    days = working_days(period, frame.weekdays)
    steps = min(STEPS, len(days))
    if not steps:
        return [Decimal(0), catalogue.one(frame, measure, period, where).figure or Decimal(0)]
    inner = [days[round(step * len(days) / steps)] for step in range(1, steps)]
    edges = [period.first_on, *inner, period.end_on]
    each = [Period("day", first, end, period.zone) for first, end in pairwise(edges)]
    brought = catalogue.series(frame, measure, each, where=where)
    return [Decimal(0), *accumulate(one.figure or Decimal(0) for (one,) in brought)]


def worth(frame: Frame, measure: str, where: Where) -> Decimal | None:
    """What a lead handed to sales brings to a goal, by the leads of a year that were followed to their end; None while unknown."""
    name = WORTH.get(measure)
    if name is None:
        return None
    end_on = frame.today - timedelta(days=TO_DEAL)
    year = Period("day", end_on - timedelta(days=365), end_on, frame.zone)
    known = {key: values for key, values in where.items() if key in catalogue.dimensions_of(CATALOGUE[name])}
    return catalogue.one(frame, name, year, known).figure or None


def _by_segment(frame: Frame, found: GoalNow) -> list[Number]:
    goal = found.goal
    number = CATALOGUE.get(goal.measure)
    if number is None or (goal.where and goal.where.segment) or "segment" not in catalogue.dimensions_of(number):
        return []
    return catalogue.ask(frame, goal.measure, found.period, "segment", where_of(goal.measure, goal.where))
