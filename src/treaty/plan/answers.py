"""Four questions both teams ask: enough leads, prompt follow-up, conversion as expected, where the bottleneck is (R31)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from treaty.engine.measuring import Span
from treaty.engine.periods import Period
from treaty.funnel import catalogue
from treaty.funnel.catalogue import Number
from treaty.funnel.catalogue.entries.leads import FOLLOWED
from treaty.funnel.frame import Frame
from treaty.funnel.stages import step_name
from treaty.funnel.way import walk
from treaty.plan.promises import SERIES, Kept, PromiseNow, promises, qualified
from treaty.shares import wilson
from treaty.sla.promises import Contact, contacts

DAYS = FOLLOWED
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
    wanted = frame.terms.promise_that("first_contact")
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
    asked, step = catalogue.series(frame, "stage_conversion", months), step_name(way[1], way[2])
    found = [(month, one) for month, numbers in zip(months, asked, strict=True) for one in numbers if one.part == step and one.n]
    mature = [Cohort(month, one.n, one.k) for month, one in found if one.is_mature]
    young = [Cohort(month, one.n, one.k) for month, one in found if not one.is_mature]
    return Converting((way[1], way[2]), mature[-1] if mature else None, mature[:-1], young)


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
    """Over the last LOOK_BACK days. Source: `stage_passage`, medians of time between first reaching two stages."""
    recent = Period("day", frame.today - timedelta(days=LOOK_BACK), frame.today + timedelta(days=1), frame.zone)
    way = [name for name in walk(frame.terms) if frame.terms.stages[name].when is None]
    steps = {step_name(*pair): pair for pair in pairwise(way)}
    took = {one.part: one for one in catalogue.ask(frame, "stage_passage", recent) if one.n}
    waits = {one.part: one.n for one in catalogue.ask(frame, "waiting", recent)}
    found = [_passage(pair, took[name], waits) for name, pair in steps.items() if name in took]
    return Bottleneck(recent.us, recent.first_on, found)


def _passage(step: tuple[str, str], found: Number, waits: Mapping[str, int]) -> Passage:
    median, p90 = (timedelta(microseconds=found.parts[name]) for name in ("median_us", "p90_us"))
    return Passage(*step, found.n, median, p90, waits.get(step[0], 0))


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
