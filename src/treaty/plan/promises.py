"""What each team promised the other, and what happened: every promise of the agreement, period by period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from treaty.agreement.terms import Terms
from treaty.agreement.terms_parties import Side
from treaty.agreement.terms_plan import GoalFilter
from treaty.agreement.terms_promises import Promise
from treaty.agreement.vocabulary import MEASURES
from treaty.agreement.words_promises import promises as clauses
from treaty.engine.measuring import edges_of, kept_rows
from treaty.engine.periods import ONE_DAY, Period
from treaty.funnel import catalogue
from treaty.funnel.catalogue import Number
from treaty.funnel.catalogue.measure import share
from treaty.funnel.frame import Frame
from treaty.plan.rules import pace
from treaty.plan.values import value
from treaty.sla import measures as sla

NOT_CARRIED_OUT = "Content requests are recorded in the agreement; this release does not carry them out yet."


class Standing(StrEnum):
    """kept, not kept: of a period that is over. on line, below: so far. none: nothing was due. later: no machinery yet."""

    KEPT = "kept"
    NOT_KEPT = "not kept"
    ON_LINE = "on line"
    BELOW = "below"
    NONE = "none"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a delivery that was promised by itself."""

    name: str
    n: int
    bound: Decimal
    due: Decimal


@dataclass(frozen=True, slots=True)
class Kept:
    """One promise in one period.

    value: the count, sum or share reached. bound: what was promised, in the same unit. due: of deliveries, what was
    due by now at an even pace. running: clocks without a verdict yet. promise: as it stood in the version of that time.
    """

    period: Period
    promise: Promise
    is_over: bool
    value: Number
    bound: Decimal
    due: Decimal | None = None
    running: int = 0
    segments: Sequence[Segment] = ()

    @property
    def unit(self) -> str:
        """money, count, share or hours."""
        if self.promise.kind in ("answer", "do"):
            return "share"
        measure = MEASURES.get(self.promise.deliver or self.promise.keep or "")
        return measure.unit if measure else "count"

    @property
    def is_most(self) -> bool:
        return self.promise.at_least is None and self.promise.at_most is not None

    @property
    def standing(self) -> Standing:
        if self.value.figure is None:
            return Standing.NONE
        if self.is_over:
            is_kept = self._holds(self.bound) and all(part.n >= part.bound for part in self.segments)
            return Standing.KEPT if is_kept else Standing.NOT_KEPT
        wanted = self.bound if self.due is None else self.due
        is_so_far = self._holds(wanted) and all(part.n >= part.due for part in self.segments)
        return Standing.ON_LINE if is_so_far else Standing.BELOW

    def _holds(self, bound: Decimal) -> bool:
        figure = self.value.figure or Decimal(0)
        return figure <= bound if self.is_most else figure >= bound


@dataclass(frozen=True, slots=True)
class PromiseNow:
    """says: the sentence of the agreement; then: what it says happens before and when the time runs out.

    periods: oldest first, the last one is running; those before the agreement are left out.
    """

    side: Side
    promise: Promise
    says: str
    then: str
    periods: Sequence[Kept] = ()
    note: str = ""

    @property
    def standing(self) -> Standing:
        return self.periods[-1].standing if self.periods else Standing.LATER if self.note else Standing.NONE


def promises(frame: Frame, count: int = 3) -> list[PromiseNow]:
    """Every promise of both sides in the terms in force, with its last periods."""
    words = sentences(frame.terms)
    return [_promise(frame, side, promise, words[promise.id], count) for side, promise in frame.terms.each_promise()]


def sentences(terms: Terms) -> dict[str, tuple[str, str]]:
    """Per promise its sentence without the side that gives it, and the sentences that follow."""
    found = {}
    for clause in clauses(terms):
        if clause.key.startswith("promises.") and clause.spans[0].kind in ("marketing", "sales"):
            text = "".join(span.text for span in clause.spans[1:-3]).strip()
            first, dot, rest = text.partition(". ")
            words = first.removesuffix(".")
            found[clause.key.removeprefix("promises.")] = (words[:1].upper() + words[1:], rest.strip() if dot else "")
    return found


def _promise(frame: Frame, side: Side, promise: Promise, words: tuple[str, str], count: int) -> PromiseNow:
    if promise.answer == "content_request":
        return PromiseNow(side, promise, *words, note=NOT_CARRIED_OUT)
    periods = [period for period in frame.last(promise.per or "month", count) if _is_counted(frame, promise, period)]
    found = [_kept(frame, then, period) for period in periods if (then := _then(frame, promise, period))]
    return PromiseNow(side, promise, *words, periods=found)


def _is_counted(frame: Frame, promise: Promise, period: Period) -> bool:
    """Whether a period lies under an agreement; a delivery is not judged by a period that began before it."""
    if promise.kind == "deliver" and frame.is_over(period):
        return period.first_on >= frame.began_on
    return frame.is_under_agreement(period)


def _then(frame: Frame, promise: Promise, period: Period) -> Promise | None:
    """The promise as it stood at the end of a period, by its id."""
    terms = frame.terms_at(min(period.ends_at, frame.at)) or frame.terms
    return next((one for _, one in terms.each_promise() if one.id == promise.id), None)


def _kept(frame: Frame, promise: Promise, period: Period) -> Kept:
    if promise.kind in ("answer", "do"):
        return _of_clocks(frame, promise, period)
    if promise.kind == "deliver":
        return _delivered(frame, promise, period)
    found = value(frame, promise.keep or "", period)
    return Kept(period, promise, frame.is_over(period), found, _bound(promise), running=0)


def _bound(promise: Promise) -> Decimal:
    figure = promise.at_least or promise.at_most
    return figure.number if figure else Decimal(0)


def _of_clocks(frame: Frame, promise: Promise, period: Period) -> Kept:
    months = [one for one in frame.last("month", 3) if frame.is_under_agreement(one)]
    edges = edges_of(months)
    rows = kept_rows(frame.lake, ("attainment", edges), lambda: sla.attainment_by_period(frame.lake, edges))
    row = next((row for row in rows if row["promise"] == promise.id and months[row["period"]] == period), None)
    kept, not_kept, running, moved = (int(row[name]) for name in COUNTED) if row else (0, 0, 0, 0)
    found = share(kept, kept + not_kept, {"moved": moved})
    return Kept(period, promise, frame.is_over(period), found, promise.share, running=running)


COUNTED = ("kept", "not_kept", "running", "moved")


def _delivered(frame: Frame, promise: Promise, period: Period) -> Kept:
    """A stage's leads, or a measure: of pipeline and revenue, what marketing found."""
    name, bound = promise.deliver or "", _bound(promise)
    segments: tuple[Segment, ...] = ()
    if name in MEASURES:
        found = value(frame, name, period, GoalFilter(source="marketing"))
    else:
        counts = qualified(frame, name, period)
        found = Number(Decimal(sum(counts.values())), sum(counts.values()))
        segments = tuple(
            Segment(part, counts.get(part, 0), figure.number, _due(frame, figure.number, period))
            for part, figure in promise.by_segment.items()
        )
    return Kept(period, promise, frame.is_over(period), found, bound, _due(frame, bound, period), segments=segments)


def _due(frame: Frame, bound: Decimal, period: Period) -> Decimal:
    """What was due by now at an even pace, from the day the first agreement took effect."""

    def expected(day: date) -> Decimal:
        return pace(Decimal(0), bound, period, day, frame.weekdays).expected

    return expected(frame.today) - expected(frame.began_on - ONE_DAY)


def qualified(frame: Frame, stage: str, period: Period) -> dict[str, int]:
    """Leads that first reached a stage in a period, by segment. One question serves all periods around."""
    around = frame.last(period.per, SERIES)
    if period not in around:
        around = [period]
    asked = catalogue.series(frame, "stage_reached", around, by="segment")
    return {one.value: one.n for one in asked[around.index(period)] if one.part == stage}


SERIES = 7
"""Periods asked together: as many as Home draws."""
