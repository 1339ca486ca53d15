"""A number held against itself: the same number in the periods before, and which of many looked at together have changed (R32)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from treaty.engine.periods import Period
from treaty.funnel import catalogue
from treaty.funnel.catalogue import Composed, Measure, Number, Where
from treaty.funnel.catalogue.rounding import TENTH, to_places
from treaty.funnel.chances import count_differs, false_among, share_differs, trimmed, unrest, value_differs
from treaty.funnel.frame import Frame

BEFORE = 6
"""Periods before, of the same length, that a number is held against."""
FALSE = 0.10
"""Of the changes a page shows, at most so many are chance, on average."""
ENOUGH = 10
"""Cases below which a share or a count is not held against anything."""
FEWEST = 3
"""Earlier periods below which there is no usual share or count. Lengths and amounts need all of BEFORE: their spread is unknown."""

Lack = Literal["", "few", "few before", "few periods", "young", "running", "now", "odd period"]
"""Why a number is not judged: too few cases in the period, or in those before; too few periods before; a cohort that is not
followed to its end, or a period that is not over; a number of now, which has no periods; a period that is none of the calendar's."""


@dataclass(frozen=True, slots=True)
class Change:
    """A number now, beside what it usually was.

    usual: of the periods before, all their cases together for a share, the mean of a period for a count, the mean without the
    extremes for lengths and amounts · periods: how many there were · chance: how likely a difference like this is when nothing
    changed, None if not judged · is_flagged: whether it is called a change, all numbers looked at together considered.
    """

    name: str
    now: Number
    usual: Decimal | None = None
    periods: int = 0
    chance: float | None = None
    lack: Lack = ""
    is_flagged: bool = False

    @property
    def is_up(self) -> bool:
        return self.now.figure is not None and self.usual is not None and self.now.figure > self.usual


@dataclass(frozen=True, slots=True)
class Look:
    """One number to be looked at, in all values of a dimension."""

    name: str
    by: str = ""
    where: Where = field(default_factory=dict)


def changes(frame: Frame, looks: Iterable[Look], period: Period, before: int = BEFORE, rate: float = FALSE) -> list[list[Change]]:
    """For each look its numbers in a period, each held against its own past. All of them together are corrected for being many."""
    found = [_changes(frame, look, period, before) for look in looks]
    judged = [one.chance for each in found for one in each if one.chance is not None]
    called = iter(false_among(judged, rate))
    return [[one if one.chance is None else replace(one, is_flagged=next(called)) for one in each] for each in found]


def earlier(frame: Frame, period: Period, count: int) -> list[Period]:
    """The periods of the calendar just before one, oldest first; none of a stretch that is no period of the calendar."""
    if frame.containing(period.first_on, period.per) != period:
        return []
    found = [period]
    while len(found) <= count:
        found.insert(0, frame.before(found[0]))
    return found[:-1]


def _changes(frame: Frame, look: Look, period: Period, count: int) -> list[Change]:
    number = catalogue.find(look.name)
    if lack := _not_judged(frame, number, period):
        return [Change(look.name, one, lack=lack) for one in catalogue.ask(frame, look.name, period, look.by, look.where)]
    past = earlier(frame, period, count)
    *before, now = catalogue.series(frame, look.name, [*past, period], look.by, look.where)
    lived = len(past) - sum(not any(one.n for one in each) for each in _leading(before))
    lived -= 0 < lived < len(past)  # what was recorded first may have begun in the middle of its period
    spans = [_worked(frame, one) for one in [*past[len(past) - lived :], period]] if lived else []
    by_key = [{(one.part, one.value): one for one in each} for each in before[len(before) - lived :]] if lived else []
    now = [*now, *(_gone(number, by_key, now))]
    return [_held(number, one, [found.get((one.part, one.value)) for found in by_key], spans) for one in now]


def _gone(number: Measure | Composed, before: Sequence[Mapping[tuple[str, str], Number]], now: Sequence[Number]) -> list[Number]:
    """Counts of what was there before and is not there now: nothing is a number too."""
    if number.unit != "count":
        return []
    there = {(one.part, one.value) for one in now}
    gone = sorted({key for each in before for key in each} - there)
    return [Number(Decimal(0)).of(value, part) for part, value in gone]


def _leading(before: Sequence[Sequence[Number]]) -> list[Sequence[Number]]:
    """The periods in which nothing was recorded yet."""
    found = []
    for each in before:
        if any(one.n for one in each):
            break
        found.append(each)
    return found


def _not_judged(frame: Frame, number: Measure | Composed, period: Period) -> Lack:
    if number.counts == "now":
        return "now"
    if frame.containing(period.first_on, period.per) != period:
        return "odd period"
    return "" if frame.is_over(period) or not _grows(number) else "running"


def _grows(number: Measure | Composed) -> bool:
    """Whether it becomes more while its period runs, whatever happens."""
    return number.unit in ("count", "money")


def _worked(frame: Frame, period: Period) -> int:
    """Days of a period on which work is done: short months bring fewer leads."""
    return sum(day.weekday() in frame.weekdays for day in period.days()) or 1


def _held(number: Measure | Composed, now: Number, before: Sequence[Number | None], spans: Sequence[int]) -> Change:
    if not now.is_mature:
        return Change(number.name, now, lack="young")
    if number.unit == "count":
        return _count(number.name, now, before, spans)
    if number.unit == "share" and isinstance(number, Measure) and not number.in_money:
        return _share(number.name, now, [one for one in before if one is not None])
    return _value(number.name, now, [one for one in before if one is not None and one.figure is not None])


def _share(name: str, now: Number, before: Sequence[Number]) -> Change:
    """k of n against all cases of the periods before together."""
    k, n = sum(one.k for one in before), sum(one.n for one in before)
    usual, periods = (Decimal(k) / n if n else None), sum(one.n > 0 for one in before)
    found = Change(name, now, usual, periods)
    if lack := _too_little(now.n, n, periods):
        return replace(found, lack=lack)
    part = k / n
    clumps = unrest([((one.k - one.n * part) ** 2, one.n * part * (1 - part)) for one in before if one.n])
    mine, theirs = _shrunk(now.k, now.n, clumps), _shrunk(k, n, clumps)
    return replace(found, chance=share_differs(*mine, *theirs))


def _shrunk(k: int, n: int, clumps: float) -> tuple[int, int]:
    """Cases counted by the clump they came in."""
    fewer = max(1, round(n / clumps))
    return min(fewer, round(k / clumps)), fewer


def _count(name: str, now: Number, before: Sequence[Number | None], spans: Sequence[int]) -> Change:
    """How many a working day, against all working days of the periods before together."""
    counts = [0 if one is None else one.n for one in before]
    days, all_ = sum(spans[:-1]), sum(counts)
    usual = Decimal(all_) / days * spans[-1] if days else None
    found = Change(name, now, None if usual is None else to_places(usual, TENTH), len(counts))
    if len(counts) < FEWEST:
        return replace(found, lack="few periods")
    if usual is None or max(Decimal(now.n), usual) < ENOUGH:
        return replace(found, lack="few")
    rate = all_ / days
    clumps = unrest([((n - rate * span) ** 2, rate * span) for n, span in zip(counts, spans[:-1], strict=True)])
    chance = count_differs(round(now.n / clumps), round(all_ / clumps), spans[-1] / (days + spans[-1]))
    return replace(found, chance=chance)


def _value(name: str, now: Number, before: Sequence[Number]) -> Change:
    """A length or an amount, against the spread of the periods before."""
    figures = [float(one.figure) for one in before if one.figure is not None]
    if len(figures) < BEFORE or now.figure is None:
        return Change(name, now, None, len(figures), lack="few periods" if now.figure is not None else "few")
    usual = Decimal(str(trimmed(figures)[0])).quantize(Decimal("0.0001"))
    return Change(name, now, usual, len(figures), value_differs(float(now.figure), figures))


def _too_little(n: int, base_n: int, periods: int) -> Lack:
    if n < ENOUGH:
        return "few"
    if base_n < ENOUGH:
        return "few before"
    return "few periods" if periods < FEWEST else ""


def flagged(found: Iterable[Sequence[Change]]) -> list[Change]:
    """Those called changes, the least likely to be chance first."""
    return sorted((one for each in found for one in each if one.is_flagged), key=lambda one: one.chance or 0.0)


def keyed(found: Iterable[Change]) -> Mapping[tuple[str, str], Change]:
    """By part and value."""
    return {(one.now.part, one.now.value): one for one in found}
