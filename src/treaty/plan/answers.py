"""Four questions both teams ask: enough leads, prompt follow-up, conversion as expected, where the bottleneck is (R31)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any

from treaty.agreement.terms import Terms
from treaty.engine.measuring import Span, edges_of, kept_rows
from treaty.engine.periods import Period, midnight
from treaty.funnel import stages
from treaty.funnel.frame import Frame
from treaty.moments import to_us
from treaty.plan.promises import SERIES, Kept, PromiseNow, promises, qualified
from treaty.plan.rules import wilson
from treaty.plan.values import promise_that
from treaty.sla.promises import Contact, contacts

DAYS = 30
"""How long a cohort is followed; it is mature so many days after its month."""
COHORTS = 13
LOOK_BACK = 90
EARLY = 10
"""A share of fewer cases than this is not judged."""


class Verdict(StrEnum):
    YES = "yes"
    MORE = "more"
    MOSTLY = "mostly"
    NO = "no"
    EARLY = "early"
    UNASKED = "unasked"
    """The agreement promises nothing to hold it against."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A period of a series: how many, and what was promised for it then."""

    period: Period
    n: int
    promised: Decimal | None


@dataclass(frozen=True, slots=True)
class Enough:
    """Qualified leads so far against what was due by now."""

    stage: str
    now: Kept | None
    bars: Sequence[Bar]

    @property
    def verdict(self) -> Verdict:
        if self.now is None or self.now.due is None:
            return Verdict.UNASKED
        if self.now.due <= 0:
            return Verdict.EARLY
        n, due = Decimal(self.now.value.n), self.now.due
        behind = [part for part in self.now.segments if part.n < part.due]
        return Verdict.NO if n < due * Decimal("0.9") else Verdict.MOSTLY if n < due or behind else Verdict.YES


def enough(frame: Frame, both: Sequence[PromiseNow]) -> Enough:
    """By the first promise of marketing that delivers a stage's leads."""
    found = next((one for one in both if one.side == "marketing" and one.promise.deliver in frame.terms.stages), None)
    stage = (found.promise.deliver if found else None) or frame.terms.handoff_stage
    per = (found.promise.per if found else None) or "month"
    bars = [_bar(frame, stage, period, found.promise.id if found else "") for period in frame.last(per, SERIES)]
    return Enough(stage, found.periods[-1] if found and found.periods else None, bars)


def _bar(frame: Frame, stage: str, period: Period, promise: str) -> Bar:
    terms = frame.terms_at(min(period.ends_at, frame.at)) if period.first_on >= frame.began_on else None
    then = next((one for _, one in terms.each_promise() if one.id == promise and one.at_least), None) if terms else None
    n = sum(qualified(frame, stage, period).values())
    return Bar(period, n, then.at_least.number if then and then.at_least else None)


@dataclass(frozen=True, slots=True)
class Prompt:
    """First contacts due in the running month, and the length of the latest ones."""

    now: Kept | None
    contacts: Sequence[Contact]

    @property
    def verdict(self) -> Verdict:
        if self.now is None:
            return Verdict.UNASKED
        if self.now.value.figure is None:
            return Verdict.EARLY
        if self.now.value.figure >= self.now.bound:
            return Verdict.YES if self.now.value.k == self.now.value.n else Verdict.MOSTLY
        return Verdict.NO


def prompt(frame: Frame, both: Sequence[PromiseNow]) -> Prompt:
    wanted = promise_that(frame.terms, "first_contact")
    found = next((one for one in both if one.promise.id == wanted), None)
    now = found.periods[-1] if found and found.periods else None
    if now is None or now.promise.within is None or now.promise.within.unit == "working days":
        return Prompt(now, ())
    return Prompt(now, contacts(frame.lake, now.promise, now.period.us))


@dataclass(frozen=True, slots=True)
class Cohort:
    """Leads that entered a stage in a month, and those of them that went on within DAYS."""

    period: Period
    n: int
    k: int


@dataclass(frozen=True, slots=True)
class Converting:
    """The last mature month against the mature months before it. low, high: what the share may really be, 95 of 100."""

    steps: tuple[str, str]
    last: Cohort | None
    before: Sequence[Cohort]
    young: Sequence[Cohort]

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.last.k, self.last.n) if self.last else (0.0, 1.0)

    @property
    def usual(self) -> tuple[int, int]:
        """Cases that went on, and all, of the months before."""
        return sum(one.k for one in self.before), sum(one.n for one in self.before)

    @property
    def verdict(self) -> Verdict:
        k, n = self.usual
        if self.last is None or self.last.n < EARLY or n < EARLY:
            return Verdict.EARLY
        low, high = self.interval
        return Verdict.MORE if k / n < low else Verdict.NO if k / n > high else Verdict.YES


def converting(frame: Frame) -> Converting | None:
    """From the stage sales accepts into the next one; None when the agreement's graph has no such step."""
    way = walk(frame.terms)
    if len(way) < 3:
        return None
    months = frame.last("month", COHORTS)
    edges = edges_of(months)
    rows = kept_rows(frame.lake, ("cohorts", way[1], way[2], edges, DAYS), lambda: stages.cohorts(frame.lake, way[1], way[2], edges, DAYS))
    found = sorted((Cohort(months[row["period"]], row["n"], int(row["went_on"])) for row in rows), key=lambda one: one.period.first_on)
    mature = [one for one in found if one.period.ends_at + timedelta(days=DAYS) <= frame.at]
    young = [one for one in found if one not in mature]
    return Converting((way[1], way[2]), mature[-1] if mature else None, mature[:-1], young)


def walk(terms: Terms) -> list[str]:
    """The stages sales takes a lead through, from the handoff on, by the agreed graph."""
    way = [terms.handoff_stage]
    while True:
        moves = terms.stages[way[-1]].moves
        onward = (name for name in moves if name not in way and terms.stages[name].owner == "sales")
        following = next(onward, None)
        if following is None:
            return way
        way.append(following)


@dataclass(frozen=True, slots=True)
class Passage:
    """How long half of the leads took for a step, and how many wait before it now."""

    from_stage: str
    to_stage: str
    n: int
    median: timedelta
    p90: timedelta
    waiting: int


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """Steps of a lead's way from the handoff to the opportunity; how long a deal takes is another question."""

    span: Span
    first_on: date
    passages: Sequence[Passage]

    @property
    def longest(self) -> Passage | None:
        judged = [one for one in self.passages if one.n >= EARLY]
        return max(judged, key=lambda one: one.median, default=None)


def bottleneck(frame: Frame) -> Bottleneck:
    """Over the last LOOK_BACK days. Source: medians of time between first reaching two stages."""
    first_on = date.fromordinal(frame.today.toordinal() - LOOK_BACK)
    span = (to_us(midnight(first_on, frame.zone)), to_us(midnight(date.fromordinal(frame.today.toordinal() + 1), frame.zone)))
    way = [name for name in walk(frame.terms) if frame.terms.stages[name].when is None]
    steps = tuple(pairwise(way))
    if not steps:
        return Bottleneck(span, first_on, ())
    rows = kept_rows(frame.lake, ("passages", steps, span), lambda: stages.passages(frame.lake, steps, span))
    waits = {row["stage"]: row["n"] for row in kept_rows(frame.lake, ("waiting",), lambda: stages.waiting(frame.lake))}
    found = [_passage(steps[row["step"]], row, waits) for row in sorted(rows, key=lambda row: row["step"]) if row["n"]]
    return Bottleneck(span, first_on, found)


def _passage(step: tuple[str, str], row: Mapping[str, Any], waits: Mapping[str, int]) -> Passage:
    return Passage(step[0], step[1], row["n"], _length(row["median_us"]), _length(row["p90_us"]), waits.get(step[0], 0))


def _length(us: float) -> timedelta:
    return timedelta(microseconds=round(us))


@dataclass(frozen=True, slots=True)
class Answers:
    enough: Enough
    prompt: Prompt
    converting: Converting | None
    bottleneck: Bottleneck


def answers(frame: Frame) -> Answers:
    """All four, from one snapshot of the lake."""
    both = promises(frame)
    return Answers(enough(frame, both), prompt(frame, both), converting(frame), bottleneck(frame))
