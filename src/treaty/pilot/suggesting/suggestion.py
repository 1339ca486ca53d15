"""A definition suggested from what was won and lost: the signals, what was refused, the curve, and the point sales can work."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from treaty.agreement.conditions import Condition
from treaty.engine.laid import laid
from treaty.engine.limit import TookTooLong
from treaty.engine.measuring import Fetching
from treaty.engine.periods import Period, weeks_within
from treaty.moments import from_us
from treaty.pilot import entries
from treaty.pilot.backtest import NoHistory, returns_of
from treaty.pilot.replayed import Replayed
from treaty.pilot.suggesting import counting
from treaty.pilot.suggesting.asked import counted_of
from treaty.pilot.suggesting.counting import WON
from treaty.pilot.suggesting.enough import LEAST_WON, Enough, enough
from treaty.pilot.suggesting.leaks import Judged, Looked, judged, number_column
from treaty.pilot.suggesting.matrix import Counts, Matrix, account_counts, fields_of, matrix, own_counts
from treaty.pilot.suggesting.points import Asked, Point, condition_of, front, point, with_ways
from treaty.pilot.suggesting.ranking import HOLDS, Leads, Ranked, later_ones, ranked
from treaty.pilot.suggesting.signals import Counted, Signal, is_name, united
from treaty.pilot.suggesting.ways import Part, curve
from treaty.qualification.learning.leakage import Verdict

WEEKS = 13
"""Leads a week are counted over so many whole weeks, the last."""
WORKED = 0.75
"""Sales can work what it began to work in one of four weeks, or more."""


@dataclass(frozen=True, slots=True)
class Told:
    """One signal with what is said of it. by: what says it already, of one that is explained."""

    signal: Signal
    ranked: Ranked
    by: Signal | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is suggested for one stage of one document.

    enough: whether there are leads enough, and how many would be · told: one for each question, those that hold first · verdicts: of
    everything that was looked at, by its name · points: the curve, from many leads to few; empty where nothing holds or there is too
    little · now: the document's own definition, None where it took too long to replay · capacity: the leads a week sales can work, None
    where that is not known · chosen: the place in `points` of the one that fits it · since: the moment from which on leads checked what
    those before it said · questions, tried: how many were asked, and in how many ways · end: what
    counted as good; then `won` means that
    """

    stage: str
    enough: Enough
    told: tuple[Told, ...]
    verdicts: tuple[Verdict, ...]
    points: tuple[Point, ...]
    now: Point | None
    capacity: float | None
    chosen: int | None
    since: datetime | None
    as_of: datetime
    questions: int = 0
    tried: int = 0
    end: str = WON


def suggest(lake: Fetching, document: Replayed, *, keep: Collection[str] = (), capacity: float | None = None, end: str = WON) -> Suggestion:
    """Find what came before a win, and put it into few clauses.

    keep: names that are looked at whatever is said against them. capacity: leads a week sales can work; what it worked so far if not said.
    end: what counts as good, WON or ACCEPTED, which far more leads have an answer to.
    Raises NoHistory, CannotLearn for a name to keep that is not there, NotReplayable, TookTooLong. Source: R5.
    """
    span = entries.span_of(lake)
    if span is None:
        raise NoHistory("nothing happened yet that could be learnt from: import touches first (`treaty import`), or wait for some")
    return _Asking(lake, document, span, keep, end).suggestion(capacity)


class _Asking:
    def __init__(self, lake: Fetching, document: Replayed, span: tuple[int, int], keep: Collection[str], end: str) -> None:
        self.lake, self.document, self.span, self.keep, self.end = lake, document, span, keep, end
        self.returns = sorted(returns_of(document.terms))
        rows = lake.fetch(self.ended.order_by("person_id"))
        self.people, self.moments, self.won = (rows[name].to_numpy(zero_copy_only=False) for name in ("person_id", "at_us", "won"))
        self.won = self.won.astype(np.bool_)

    @property
    def acts(self) -> Any:
        """Asked for anew each time: what is laid goes when much else was laid since."""
        return laid(self.lake, ("first acts",), lambda: counting.first_acts(self.lake))

    @property
    def ended(self) -> Any:
        return laid(
            self.lake, ("ended", tuple(self.returns), self.end), lambda: counting.ended(self.lake, self.acts, self.returns, self.end)
        )

    @property
    def before(self) -> Any:
        return laid(self.lake, ("before", tuple(self.returns), self.end), lambda: counting.before(self.lake, self.ended))

    def suggestion(self, capacity: float | None) -> Suggestion:
        closed, won = len(self.won), int(self.won.sum())
        if min(won, closed - won) < LEAST_WON:
            return self._nothing(enough(won, closed, 1))
        counted = counted_of(self.lake, self.before)
        counts = self._counts(counted)
        fields = self._fields()
        verdicts = judged([*fields, *_looked(counted, counts)], self.won, self.moments, self.keep)
        signals = self._matrix(counted, counts, fields, verdicts)
        leads = Leads(self.won, later_ones(self.moments, self.won), self.moments)
        found = ranked(signals.holds, signals.question, leads)
        signals, parts = _parts(signals, found)
        early = ~leads.later
        sets = curve(np.ascontiguousarray(signals.holds[:, early]), self.won[early], parts)
        weeks = self._weeks()
        asked = self._asked(leads, weeks)
        ways = [[condition_of(way, signals.signals, self._excluded()) for way in one] for one in sets]
        points = front([one for one in (self._point(with_ways(self.document, way), asked) for way in ways) if one is not None])
        room = capacity if capacity is not None else self._worked(weeks)
        questions = len(set(signals.question.tolist()))
        return Suggestion(
            self.document.stage, enough(won, closed, questions), tuple(_told(signals, found)), tuple(verdicts.verdicts.values()),
            tuple(points), self._point(self.document, asked), room, chosen(points, room), from_us(asked.since_us), self.lake.as_of,
            questions, len(signals.signals), self.end,
        )  # fmt: skip

    def _nothing(self, told: Enough) -> Suggestion:
        return Suggestion(self.document.stage, told, (), (), (), None, None, None, None, self.lake.as_of, end=self.end)

    def _counts(self, counted: Mapping[str, Counted]) -> Counts:
        own, there = ({key: one for key, one in counted.items() if one.by == by} for by in ("person", "account"))
        keys = self.lake.fetch(counting.told_apart(self.before, own))
        found = own_counts(self.people, self.lake.fetch(counting.own_touches(self.before)), keys)
        return found | account_counts(self.people, self.lake.fetch(counting.account_touches(self.lake, self.ended)), there)

    def _fields(self) -> list[Looked]:
        return fields_of(self.people, self.lake.fetch(counting.values(self.lake, self.ended)))

    def _matrix(self, counted: Mapping[str, Counted], counts: Counts, fields: Sequence[Looked], told: Judged) -> Matrix:
        used = told.used
        asked = {key: one for key, one in counted.items() if one.name in used}
        return matrix(
            asked, counts, [one for one in fields if one.name in used and is_name(one.name.rpartition(".")[2])], told.bins, len(self.people)
        )

    def _point(self, document: Replayed, asked: Asked) -> Point | None:
        """A definition replayed; None for one that takes too long, for the others say enough."""
        try:
            return point(self.lake, document, asked)
        except TookTooLong:
            return None

    def _excluded(self) -> list[Condition]:
        """What the document excludes stays excluded."""
        enter = self.document.terms.stages[self.document.stage].enter
        return list(enter.none or ()) if enter else []

    def _weeks(self) -> list[Period]:
        return weeks_within(self.span, self.document.zone)[1:-1][-WEEKS:]

    def _asked(self, leads: Leads, weeks: Sequence[Period]) -> Asked:
        recent = (weeks[0].us[0], weeks[-1].us[1]) if weeks else self.span
        return Asked(self.span, self.returns, int(self.moments[leads.later].min()), recent, len(weeks), self.end)

    def _worked(self, weeks: Sequence[Period]) -> float | None:
        if not weeks:
            return None
        edges = [week.us[0] for week in weeks] + [weeks[-1].us[1]]
        found = {int(row["period"]): int(row["n"]) for row in self.lake.fetch(counting.worked_weekly(self.acts, edges)).to_pylist()}
        return float(np.quantile([found.get(place, 0) for place in range(len(weeks))], WORKED))


def _looked(counted: Mapping[str, Counted], counts: Counts) -> Iterator[Looked]:
    """How often each lead did it, whenever that was."""
    for key, one in counted.items():
        part = one.by if one.where == () else "of a sort"
        yield Looked(one.name, number_column(one.name, counts[f"{key}_"].astype(np.float64)), part=part)


def _parts(signals: Matrix, found: Sequence[Ranked]) -> tuple[Matrix, list[Part]]:
    """What may be asked: every variant of what holds, and levels of one field that are good together."""
    held = [one for one in found if one.verdict == HOLDS]
    parts = [Part(int(signals.question[place]), place, one.is_for) for one in held for place in one.variants]
    rows, more, question = [signals.holds], list(signals.signals), signals.question.tolist()
    for places in _levels(signals, held):
        parts.append(Part(max(question) + 1, len(more), is_for=True))
        question.append(max(question) + 1)
        more.append(united([signals.signals[place] for place in places]))
        rows.append(np.logical_or.reduce(signals.holds[places], axis=0)[None, :])
    return Matrix(tuple(more), np.vstack(rows), np.array(question, np.int64)), parts


def _levels(signals: Matrix, held: Sequence[Ranked]) -> Iterator[list[int]]:
    by_field: dict[str, list[int]] = {}
    for one in held:
        signal = signals.signals[one.place]
        if signal.levels and one.is_for:
            by_field.setdefault(signal.field, []).append(one.place)
    yield from (places for places in by_field.values() if len(places) > 1)


def _told(signals: Matrix, found: Sequence[Ranked]) -> Iterator[Told]:
    for one in found:
        yield Told(signals.signals[one.place], one, None if one.by is None else signals.signals[one.by])


def chosen(points: Sequence[Point], room: float | None) -> int | None:
    """The point with the most leads that sales can work; the one with the fewest where even that is more."""
    if not points:
        return None
    fitting = [place for place, one in enumerate(points) if room is None or one.a_week <= room]
    return fitting[0] if fitting else len(points) - 1
