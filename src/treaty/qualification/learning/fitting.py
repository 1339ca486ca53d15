"""From binned columns to a card of points: the strength chosen, and the points calibrated, on rows that were not fitted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from treaty.qualification.learning.bins import Bins
from treaty.qualification.learning.design import Design, Singles, design_of
from treaty.qualification.learning.points import Card, card
from treaty.qualification.learning.ridge import Fit, curvature_of, fitted, logistic
from treaty.qualification.learning.splits import FOLDS
from treaty.qualification.learning.tables import Bools, Floats, Ints

STRENGTHS = (1.0, 4.0, 16.0, 64.0)
_SAMPLE = 8_000
_STEEPEST = 1.5


@dataclass(frozen=True, slots=True)
class Fitted:
    """design: of all rows given · fit: on all of them · unseen: of each row the score of a fit that had not seen its fold."""

    design: Design
    fit: Fit
    unseen: Floats
    by_fold: list[Fit]
    strength: float


def fit_all(
    bins: Sequence[Bins], codes: Sequence[Ints], outcome: Bools, fold: Ints, directions: dict[str, int], *, like: Fitted | None = None
) -> Fitted:
    """fold: of each row, 0 to FOLDS - 1. like: a fit of the same bins on some of the rows, whose strength is kept."""
    design, y = design_of(bins, codes, directions), outcome.astype(np.float64)
    strength, start = (like.strength, like.fit) if like is not None else _strength(design, y, fold)
    curvature = _curvature(design.rows, start)
    fit = fitted(design.rows, y, strength, design.never_less, start=start, curvature=curvature)
    by_fold = _by_fold(design, y, fold, strength, fit, curvature)
    return Fitted(design, fit, _unseen(design.rows, fold, by_fold), by_fold, strength)


def _strength(design: Design, y: Floats, fold: Ints) -> tuple[float, Fit]:
    """The strength with the least loss on rows not seen, tried on some of the rows, and the fit there; of two about as good the greater."""
    some = np.arange(len(y)) if len(y) <= _SAMPLE else np.linspace(0, len(y) - 1, _SAMPLE).astype(np.int64)
    part = Design(np.ascontiguousarray(design.rows[some]), design.blocks, design.never_less)
    fit = fitted(part.rows, y[some], STRENGTHS[1], part.never_less)
    curvature = _curvature(part.rows, fit)
    losses, fits = [], []
    for strength in STRENGTHS:
        fits.append(fitted(part.rows, y[some], strength, part.never_less, start=fit, curvature=curvature))
        score = _unseen(part.rows, fold[some], _by_fold(part, y[some], fold[some], strength, fits[-1], curvature))
        losses.append(float((np.logaddexp(0, score) - y[some] * score).mean()))
    best = max(at for at, loss in enumerate(losses) if loss <= min(losses) * 1.0005)
    return STRENGTHS[best], fits[best]


def _curvature(rows: Singles, fit: Fit) -> Floats:
    p = logistic(fit.score(rows))
    return curvature_of(rows, p * (1 - p))


def _by_fold(design: Design, y: Floats, fold: Ints, strength: float, fit: Fit, curvature: Floats) -> list[Fit]:
    """A fit without each fold. curvature: of all rows; without a fold it is about as much less as there are rows less."""
    found = []
    for n in range(FOLDS):
        kept = (fold != n).astype(np.float64)
        less = curvature * float(kept.mean())
        found.append(fitted(design.rows, y, strength, design.never_less, kept=kept, start=fit, curvature=less))
    return found


def _unseen(rows: Singles, fold: Ints, by_fold: Sequence[Fit]) -> Floats:
    score = np.zeros(len(fold))
    for n, fit in enumerate(by_fold):
        mine = fold == n
        score[mine] = fit.score(rows[mine])
    return score


def calibration(score: Floats, outcome: Bools) -> tuple[float, float]:
    """Slope and shift that make log odds of scores on rows not seen (Platt 1999): never falling, never much steeper than fitted."""
    y = outcome.astype(np.float64)
    centre = float(score.mean())
    rows = (score - centre).astype(np.float32)[:, None]
    fit = fitted(rows, y, 1e-3, np.array([True]))
    slope = min(float(fit.coefficients[0]), _STEEPEST)
    if slope < float(fit.coefficients[0]):
        share = float(y.mean())
        return slope, float(np.log(share / (1 - share))) - slope * centre
    return slope, fit.intercept - slope * centre


def card_of(found: Fitted, bins: Sequence[Bins], codes: Sequence[Ints], outcome: Bools) -> Card:
    """The points of the fit on all rows, calibrated on rows not seen."""
    slope, shift = calibration(found.unseen, outcome)
    return card(bins, found.design.effects(found.fit.coefficients), found.fit.intercept, codes, slope, shift)


def unseen_totals(found: Fitted, bins: Sequence[Bins], codes: Sequence[Ints], outcome: Bools, fold: Ints) -> Ints:
    """Of each row the points that a card gives it which was neither fitted nor calibrated on its fold."""
    total = np.zeros(len(outcome), np.int64)
    for n, fit in enumerate(found.by_fold):
        mine = fold == n
        slope, shift = calibration(found.unseen[~mine], outcome[~mine])
        kept = [code[~mine] for code in codes]
        made = card(bins, found.design.effects(fit.coefficients), fit.intercept, kept, slope, shift)
        total[mine] = made.base + sum((signal.of(code[mine]) for signal, code in zip(made.signals, codes, strict=True)), np.int64(0))
    return total


def tried(bins: Sequence[Bins], codes: Sequence[Ints], outcome: Bools, fold: Ints) -> Floats:
    """What these columns together tell of each row that was not seen, in log odds; a usual strength, no card."""
    design, y = design_of(bins, codes, {}), outcome.astype(np.float64)
    fit = fitted(design.rows, y, STRENGTHS[1], design.never_less)
    return _unseen(design.rows, fold, _by_fold(design, y, fold, STRENGTHS[1], fit, _curvature(design.rows, fit)))
