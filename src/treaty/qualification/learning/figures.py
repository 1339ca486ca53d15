"""How good a score is, on rows it has not seen: AUC with its interval, lift, calibration, Brier. Pure numpy."""

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np

from treaty.qualification.learning.tables import Bools, Floats
from treaty.shares import SURE, wilson


@dataclass(frozen=True, slots=True)
class Auc:
    """The chance that a converted lead stands before one that is not, ties for a half, and the interval it lies in 95 of 100 times."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Part:
    """Rows taken together. expected: mean probability · low, high: Wilson's interval of the observed share · auc: where it can be told."""

    label: str
    rows: int
    converted: int
    expected: float
    auc: Auc | None = None

    @property
    def observed(self) -> float:
        return self.converted / self.rows if self.rows else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.converted, self.rows)

    @property
    def is_off(self) -> bool:
        """What was expected lies outside the interval of what was observed."""
        low, high = self.interval
        return not low <= self.expected <= high


def midranks(values: Floats) -> Floats:
    """Ranks from 1, equal values sharing the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]


def _components(outcome: Bools, score: Floats) -> tuple[float, Floats, Floats]:
    """AUC, and what each converted row and each other row add to it (DeLong, DeLong and Clarke-Pearson 1988, by ranks: Sun and Xu 2014)."""
    won, lost = score[outcome], score[~outcome]
    together = midranks(np.concatenate((won, lost)))
    of_won = (together[: len(won)] - midranks(won)) / len(lost)
    of_lost = 1 - (together[len(won) :] - midranks(lost)) / len(won)
    return float(of_won.mean()), of_won, of_lost


def _variance(of_won: Floats, of_lost: Floats) -> float:
    return float(of_won.var(ddof=1) / len(of_won) + of_lost.var(ddof=1) / len(of_lost))


def auc(outcome: Bools, score: Floats) -> Auc | None:
    """None where fewer than two rows converted or did not. The interval is taken on the logit, so it stays between 0 and 1."""
    if outcome.sum() < 2 or (~outcome).sum() < 2:
        return None
    value, of_won, of_lost = _components(outcome, score)
    if not 0 < value < 1:
        return Auc(value, value, value)
    half = SURE * sqrt(_variance(of_won, of_lost)) / (value * (1 - value))
    middle = log(value / (1 - value))
    return Auc(value, *(1 / (1 + exp(-min(max(middle + side * half, -700), 700))) for side in (-1, 1)))


def auc_difference(outcome: Bools, score: Floats, other: Floats) -> Auc | None:
    """How much more the first score reaches than the other on the same rows, with the interval of that difference."""
    if outcome.sum() < 2 or (~outcome).sum() < 2:
        return None
    value, of_won, of_lost = _components(outcome, score)
    other_value, other_won, other_lost = _components(outcome, other)
    half = SURE * sqrt(_variance(of_won - other_won, of_lost - other_lost))
    return Auc(value - other_value, value - other_value - half, value - other_value + half)


def brier(outcome: Bools, probability: Floats) -> float:
    """Mean squared distance of the probability from what happened: 0 is perfect."""
    return float(((probability - outcome) ** 2).mean())


def tenths(outcome: Bools, probability: Floats, parts: int = 10) -> list[Part]:
    """Parts of about equal size from the highest probability down; equal probabilities stay together, so there may be fewer."""
    order = np.argsort(-probability, kind="stable")
    ordered, happened = probability[order], outcome[order]
    edges = [0]
    for n in range(1, parts):
        at = round(n * len(ordered) / parts)
        while 0 < at < len(ordered) and ordered[at] == ordered[at - 1]:
            at += 1
        if at > edges[-1]:
            edges.append(at)
    spans = [(begin, end) for begin, end in zip(edges, [*edges[1:], len(ordered)], strict=True) if end > begin]
    return [
        Part(
            f"{ordered[end - 1]:.3f} to {ordered[begin]:.3f}", end - begin, int(happened[begin:end].sum()), float(ordered[begin:end].mean())
        )
        for begin, end in spans
    ]


def lift(outcome: Bools, probability: Floats, share: float) -> tuple[float, float]:
    """Of the best `share` of the rows: how many times more often they convert than all, and which part of all conversions they hold.

    Rows of equal probability at the edge count by their part.
    """
    wanted = share * len(outcome)
    values, inverse = np.unique(-probability, return_inverse=True)
    rows, won = np.bincount(inverse, minlength=len(values)), np.bincount(inverse, outcome, minlength=len(values))
    before = np.concatenate(([0], np.cumsum(rows)[:-1]))
    taken = np.clip((wanted - before) / rows, 0, 1)
    held = float((won * taken).sum()) / float(outcome.sum())
    return held / share, held


def parts_by(labels: list[str], of: np.ndarray, outcome: Bools, probability: Floats) -> list[Part]:
    """One part for each label, of the rows that `of` says are its own; labels without rows are left out. AUC from 20 of each end on."""
    found = []
    for at, label in enumerate(labels):
        mine = of == at
        rows, won = int(mine.sum()), int(outcome[mine].sum())
        if rows:
            told = auc(outcome[mine], probability[mine]) if min(won, rows - won) >= 20 else None
            found.append(Part(label, rows, won, float(probability[mine].mean()), told))
    return found
