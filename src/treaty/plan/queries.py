"""Where each agreed goal stands now, and the one number both teams own with what it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate, pairwise

from treaty.agreement.terms_parties import Period as Per
from treaty.agreement.terms_plan import Goal
from treaty.agreement.vocabulary import MEASURES
from treaty.engine.periods import Period
from treaty.funnel import catalogue
from treaty.funnel.catalogue import Number
from treaty.funnel.catalogue.rounding import to_places
from treaty.funnel.deals import HELPED, MARKETING, SALES
from treaty.funnel.frame import Frame
from treaty.plan.rules import Pace, pace, working_days
from treaty.plan.values import value, where_of

PARTS = (MARKETING, HELPED, SALES)
EARLY = 10
"""With fewer cases than this a share or a length says too little to judge it."""


class Standing(StrEnum):
    REACHED = "reached"
    AHEAD = "ahead"
    BELOW = "below"
    KEPT = "kept"
    NOT_KEPT = "not kept"
    EARLY = "early"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class GoalNow:
    """One goal in the period that is running.

    bound: what is to be reached in the measure's unit; None while there is no baseline to grow from. baseline: the
    period compared with, and its value. pace: of sums only; a share or a length has a bound at any time.
    """

    goal: Goal
    period: Period
    now: Number
    bound: Decimal | None
    pace: Pace | None = None
    baseline: tuple[Period, Number] | None = None

    @property
    def unit(self) -> str:
        return MEASURES[self.goal.measure].unit

    @property
    def is_most(self) -> bool:
        """Whether less is better."""
        return self.goal.at_most is not None

    @property
    def standing(self) -> Standing:
        if self.bound is None or (self.now.figure is None and self.pace is None):
            return Standing.UNKNOWN
        if self.pace is not None:
            return Standing.REACHED if self.pace.is_reached else Standing.AHEAD if self.pace.gap >= 0 else Standing.BELOW
        if self.now.n < EARLY or self.now.figure is None:
            return Standing.EARLY
        is_kept = self.now.figure <= self.bound if self.is_most else self.now.figure >= self.bound
        return Standing.KEPT if is_kept else Standing.NOT_KEPT


def goals(frame: Frame) -> list[GoalNow]:
    """Every goal of the terms in force, in their order."""
    return [_goal(frame, goal) for goal in frame.terms.goals]


def _goal(frame: Frame, goal: Goal) -> GoalNow:
    period = frame.period(_per(goal))
    now = value(frame, goal.measure, period, goal.where)
    baseline = _baseline(frame, goal, period)
    bound = _bound(goal, baseline[1] if baseline else None)
    found = None
    if bound is not None and MEASURES[goal.measure].unit in ("money", "count"):
        found = pace(now.figure or Decimal(0), bound, period, frame.today, frame.weekdays)
    return GoalNow(goal, period, now, bound, found, baseline)


def _per(goal: Goal) -> Per:
    """The period of a goal: the one it names, else that of what it is compared with, else the month."""
    if goal.per:
        return goal.per
    return next((per for per in PERS if goal.against and goal.against.removesuffix("_last_year").endswith(per)), "month")


PERS: tuple[Per, ...] = ("day", "week", "month", "quarter", "year")


def _bound(goal: Goal, baseline: Number | None) -> Decimal | None:
    figure = goal.target or goal.at_least or goal.at_most
    if figure is not None:
        return figure.number
    if goal.change is None or baseline is None or not baseline.figure:
        return None
    return to_places(baseline.figure * (1 + goal.change))


def _baseline(frame: Frame, goal: Goal, period: Period) -> tuple[Period, Number] | None:
    if goal.change is None or goal.against is None:
        return None
    if goal.against.endswith("last_year"):
        day = period.first_on
        then = frame.containing(date(day.year - 1, day.month, min(day.day, 28)), period.per)
    else:
        then = frame.before(period)
    return then, value(frame, goal.measure, then, goal.where)


@dataclass(frozen=True, slots=True)
class Part:
    """Deals of one finder: how many, and their amount in the agreement's currency."""

    sourced: str
    n: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Shared:
    """The number both teams own: its goal, the parts that add up to it, and the sum at the end of each working day so far."""

    goal: GoalNow
    parts: Sequence[Part]
    days: Sequence[Decimal]
    months: Sequence[tuple[int, date]]


def shared(frame: Frame) -> Shared | None:
    """The first goal in money that both own; None when the agreement has none."""
    goal = next((one for one in frame.terms.goals if one.owned_by == "both" and one.measure in IN_MONEY), None)
    if goal is None:
        return None
    now = _goal(frame, goal)
    where = where_of(goal.measure, goal.where)
    found = {one.value: one for one in catalogue.ask(frame, goal.measure, now.period, "sourced", where)}
    parts = [Part(name, one.n, one.figure or Decimal(0)) for name in PARTS for one in [found.get(name, Number(None))]]
    return Shared(now, parts, _days(frame, goal, now.period), _months(frame, now.period))


IN_MONEY = ("pipeline_created", "revenue_closed")


def _days(frame: Frame, goal: Goal, period: Period) -> list[Decimal]:
    """What a free day brought counts with the working day before it; the last sum is the figure itself."""
    days = [day for day in working_days(period, frame.weekdays) if day <= frame.today]
    if not days:
        return []
    edges = [period.first_on, *days[1:], period.end_on]
    each = [Period("day", first, end, period.zone) for first, end in pairwise(edges)]
    brought = catalogue.series(frame, goal.measure, each, where=where_of(goal.measure, goal.where))
    return list(accumulate(one.figure or Decimal(0) for (one,) in brought))


def _months(frame: Frame, period: Period) -> list[tuple[int, date]]:
    """Working days before each month of the period, and its first day."""
    days = working_days(period, frame.weekdays)
    firsts = sorted({day.replace(day=1) for day in period.days()})
    return [(sum(day < first for day in days), max(first, period.first_on)) for first in firsts]
