"""Whole points a person can add up. 100 points are an even chance, and each 10 more double the odds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from treaty.qualification.learning.bins import Bins
from treaty.qualification.learning.tables import Column, Floats, Ints

EVEN, DOUBLES = 100, 10
PER_LOG_ODDS = DOUBLES / float(np.log(2))


@dataclass(frozen=True, slots=True)
class Signal:
    """The points of one column, by bin. unseen: for what training saw nothing of, the mean of its rows."""

    bins: Bins
    points: tuple[int, ...]
    unseen: int

    @property
    def name(self) -> str:
        return self.bins.name

    def of(self, codes: Ints) -> Ints:
        """The points of each row, from its bin; bins below zero were never seen."""
        return np.array([*self.points, self.unseen, self.unseen], np.int64)[codes]


@dataclass(frozen=True, slots=True)
class Card:
    """base: what a lead has that is in the most usual bin of every signal."""

    base: int
    signals: tuple[Signal, ...]

    def total(self, columns: dict[str, Column], rows: int) -> Ints:
        """The points of each row. A column that is missing counts as never seen."""
        total = np.full(rows, self.base, np.int64)
        for signal in self.signals:
            column = columns.get(signal.name)
            total += signal.unseen if column is None else signal.of(signal.bins.codes(column))
        return total


def probability(total: Ints) -> Floats:
    """The chance that goes with a number of points: 90 are 1 in 3, 100 an even chance, 110 are 2 in 3, 120 4 in 5."""
    return 1 / (1 + np.exp2((EVEN - total) / DOUBLES))


def card(bins: Sequence[Bins], effects: Sequence[Floats], intercept: float, codes: Sequence[Ints], slope: float, shift: float) -> Card:
    """Effects on the log odds as whole points, after calibration: the log odds are shift + slope × what was fitted.

    effects, codes: of each signal those of its bins, and the bin of each row. The most usual bin of each signal gets no points.
    """
    base, signals = shift + slope * intercept, []
    for one, effect, code in zip(bins, effects, codes, strict=True):
        rows = np.bincount(code, minlength=one.count)
        usual = int(rows.argmax())
        base += slope * float(effect[usual])
        exact = slope * (effect - effect[usual]) * PER_LOG_ODDS
        points = tuple(int(each) for each in np.rint(exact))
        signals.append(Signal(one, points, round(float(rows @ exact) / max(int(rows.sum()), 1))))
    return Card(EVEN + round(base * PER_LOG_ODDS), tuple(signals))
