"""Which signals came before a win: corrected for how many were tried, beside those taken already, and again on later leads. Pure numpy."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, log, sqrt

import numpy as np

from treaty.pilot.shares import Lift, Share, share
from treaty.pilot.suggesting.testing import holm, periods_of, simes, standing, two_sided
from treaty.qualification.learning.tables import Bools, Floats, Ints
from treaty.shares import SURE

CERTAIN = 0.05
"""Up to this chance a signal is believed."""
NEAR = 1.0
"""Of one question asked in several ways the simplest is taken that lies within so many standard errors of the best."""
VARIANTS = 8
_AGAIN = 0.84
"""Standard errors: 80 of 100 signals that say nothing stay below on later leads. They are few, and had to pass Holm's correction on the
earlier ones: a stricter look would lose more that is so than it would catch that is not."""

HOLDS, EXPLAINED, GONE, UNSURE, CHANCE, FEW = "holds", "explained", "gone", "unsure", "chance", "few"
"""It says something by itself, earlier and later · what it says another one says · it said something earlier and not again later · it did
earlier, and there are too few later leads to see whether it does again · no more than chance · too few leads with it, or without it."""


@dataclass(frozen=True, slots=True)
class Leads:
    """Those whose end is known. won, later: of each lead; later ones check what the earlier say · moments: microseconds."""

    won: Bools
    later: Bools
    moments: Ints


@dataclass(frozen=True, slots=True)
class Sides:
    """Won of the leads with a signal, and of those without it."""

    having: Share
    lacking: Share

    @property
    def lift(self) -> Lift:
        """How many times as often as without it. Its range is Katz's of a ratio of shares, half a lead added to each side where one is
        empty. Source: Katz, Baptista, Azen and Pike 1978."""
        a, n, c, m = self.having.k, self.having.n, self.lacking.k, self.lacking.n
        if not n or not m or not a + c:
            return Lift(None, None, None)
        if not a or not c:
            a, n, c, m = a + 0.5, n + 1, c + 0.5, m + 1
        value = (a / n) / (c / m)
        half = SURE * sqrt(max(1 / a - 1 / n + 1 / c - 1 / m, 0))
        return Lift(value, exp(log(value) - half), exp(log(value) + half))


@dataclass(frozen=True, slots=True)
class Ranked:
    """What is said of one question.

    place: of the signal that asks it best · distance: in standard errors, beside those taken before it · corrected: the chance, by Holm
    over all questions · by: the place of the signal that says it already, of an EXPLAINED one · variants: places that may be used in
    a definition
    """

    place: int
    verdict: str
    distance: float
    corrected: float
    earlier: Sides
    later: Sides
    by: int | None = None
    variants: tuple[int, ...] = field(default=())

    @property
    def is_for(self) -> bool:
        """Whether leads with it are won more often."""
        return self.distance > 0


def later_ones(moments: Ints, won: Bools, part: float = 0.3) -> Bools:
    """The leads that check the others: from the moment on behind which that part of the won ones lies."""
    ordered = np.sort(moments[won])
    if not len(ordered):
        return np.zeros(len(moments), np.bool_)
    since = ordered[min(len(ordered) - 1, int((1 - part) * len(ordered)))]
    found: Bools = moments >= since
    return found


def ranked(holds: Bools, question: Ints, leads: Leads) -> list[Ranked]:
    """One verdict for each question: those that were looked at beside others in the order they were taken, then the rest.

    holds: (signals, leads), simpler ones first · question: of each signal its number, so that one kind of touch counted once, twice and
    within a week is one question
    """
    return _Ranking(holds, question, leads).all()


class _Ranking:
    def __init__(self, holds: Bools, question: Ints, leads: Leads) -> None:
        self.question = question
        self.members = {number: np.flatnonzero(question == number) for number in np.unique(question).tolist()}
        self.early, self.late = np.ascontiguousarray(holds[:, ~leads.later]), np.ascontiguousarray(holds[:, leads.later])
        self.won, self.won_late = leads.won[~leads.later], leads.won[leads.later]
        self.time = periods_of(leads.moments[~leads.later], self.won)
        self.time_late = periods_of(leads.moments[leads.later], self.won_late, 2)
        self.distance = standing(self.early, self.won, self.time)

    def all(self) -> list[Ranked]:
        alone = {number: self._chance(self.distance[places]) for number, places in self.members.items()}
        asked = [number for number, places in self.members.items() if not np.isnan(self.distance[places]).all()]
        corrected = dict(zip(asked, holm([alone[number] for number in asked]), strict=True))
        found = self._taken([number for number in asked if corrected[number] <= CERTAIN], list(asked))
        taken = [one for one in found if one.verdict == HOLDS]
        done = {int(self.question[one.place]) for one in found}
        for number, places in self.members.items():
            if number not in done:
                best = self._best(places, self.distance[places])
                found.append(self._left(best, corrected.get(number), taken))
        return found

    def _chance(self, distance: Floats) -> float:
        return simes(two_sided(distance[~np.isnan(distance)]))

    def _best(self, places: Ints, distance: Floats) -> int:
        return int(places[int(np.argmax(np.where(np.isnan(distance), -1.0, np.abs(distance))))])

    def _taken(self, believed: list[int], waiting: list[int]) -> list[Ranked]:
        """One after the other, each beside those taken before; what does not come out again on later leads is not taken.

        First those that are believed by themselves; when none of them says anything more, what only shows beside the others.
        """
        found, beside, beside_late = list[Ranked](), self.time, self.time_late
        while True:
            every = standing(self.early, self.won, beside)
            number, corrected = self._first([one for one in believed if one in waiting], every)
            if number is None:
                number, corrected = self._first(waiting, every)
            if number is None:
                return found
            waiting.remove(number)
            usable = self._usable(self.members[number], every[self.members[number]])
            place, far = usable[0], float(every[usable[0]])
            later = float(standing(self.late[[place]], self.won_late, beside_late)[0]) * float(np.sign(far))
            verdict = UNSURE if np.isnan(later) else HOLDS if later >= _AGAIN else GONE
            found.append(self._ranked(place, verdict, corrected, distance=far, variants=usable))
            if verdict == HOLDS:
                beside = np.column_stack([beside, self.early[place]])
                beside_late = np.column_stack([beside_late, self.late[place]])

    def _first(self, numbers: Sequence[int], every: Floats) -> tuple[int | None, float]:
        """The question farthest from chance, if it is believed among these."""
        chances = [self._chance(every[self.members[number]]) for number in numbers]
        if not chances:
            return None, 1.0
        first = int(np.argmin(chances))
        corrected = holm(chances)[first]
        return (numbers[first] if corrected <= CERTAIN else None), corrected

    def _usable(self, places: Ints, distance: Floats) -> tuple[int, ...]:
        """The simplest of those near the best, then the others that are believed and say the same, the best first."""
        best = self._best(places, distance)
        at = dict(zip(places.tolist(), distance.tolist(), strict=True))
        corrected = dict(zip(places.tolist(), holm(two_sided(distance).tolist()), strict=True))
        same = [place for place in places.tolist() if at[place] * at[best] > 0 and corrected[place] <= CERTAIN] or [best]
        chosen = next(place for place in same if abs(at[place]) >= abs(at[best]) - NEAR)
        rest = sorted((place for place in same if place != chosen), key=lambda place: -abs(at[place]))
        return (chosen, *rest[: VARIANTS - 1])

    def _left(self, best: int, corrected: float | None, taken: Sequence[Ranked]) -> Ranked:
        """What was not taken: explained by the one taken it goes with most, where by itself it is more than chance."""
        if corrected is None or corrected > CERTAIN or not taken:
            return self._ranked(best, FEW if corrected is None else CHANCE, 1.0 if corrected is None else corrected)
        mine = self.early[best].astype(np.float64)
        alike = [abs(float(np.corrcoef(mine, self.early[one.place])[0, 1])) for one in taken]
        return self._ranked(best, EXPLAINED, corrected, by=taken[int(np.argmax(alike))].place)

    def _ranked(
        self,
        place: int,
        verdict: str,
        corrected: float,
        *,
        distance: float | None = None,
        by: int | None = None,
        variants: tuple[int, ...] = (),
    ) -> Ranked:
        """distance: beside those taken before; from what is expected without them if not said."""
        earlier, later = self._sides(self.early[place], self.won), self._sides(self.late[place], self.won_late)
        far = float(self.distance[place]) if distance is None else distance
        return Ranked(place, verdict, far, corrected, earlier, later, by, variants)

    def _sides(self, mine: Bools, won: Bools) -> Sides:
        return Sides(*(share(int(won[part].sum()), int(part.sum())) for part in (mine, ~mine)))
