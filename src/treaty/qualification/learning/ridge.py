"""Logistic regression with a ridge, and with coefficients that may not fall below zero where that is asked. Pure numpy.

The penalty is half the strength times the sum of squares; the intercept is free. Newton's method on the coefficients that are free
to move (Bertsekas 1982), its second derivatives kept while they still lead down.
"""

from dataclasses import dataclass

import numpy as np

from treaty.qualification.learning.design import Singles
from treaty.qualification.learning.tables import Bools, Floats

_STEPS, _KNOWN = 60, 25
_NEAR = 1e-3
"""What a step gains of the whole loss, where it is the last: a thousandth of what tells two models apart."""


@dataclass(frozen=True, slots=True)
class Fit:
    """intercept and coefficients, in natural logarithms of the odds."""

    intercept: float
    coefficients: Floats

    def score(self, rows: Singles) -> Floats:
        return self.intercept + (rows @ self.coefficients.astype(np.float32)).astype(np.float64)


def logistic(score: Floats) -> Floats:
    """Probability of natural logarithms of odds."""
    return 1 / (1 + np.exp(-np.clip(score, -40, 40)))


def fitted(
    rows: Singles, outcome: Floats, strength: float, never_less: Bools, *, start: Fit | None = None, curvature: Floats | None = None
) -> Fit:
    """The coefficients for these rows. start: where to begin; curvature: second derivatives nearly known, good for the first steps."""
    share = min(max(float(outcome.mean()), 1e-6), 1 - 1e-6)
    flat = np.concatenate(([np.log(share / (1 - share))], np.zeros(rows.shape[1])))
    now = flat if start is None else np.concatenate(([start.intercept], start.coefficients))
    bounded = np.concatenate(([False], never_less))
    penalty = np.concatenate(([0.0], np.full(rows.shape[1], strength)))
    loss = _loss(rows, outcome, now, penalty)
    for step in range(_STEPS):
        slope, weight = _slope(rows, outcome, now, penalty)
        known = curvature is not None and step < _KNOWN
        hessian = curvature if curvature is not None and known else curvature_of(rows, weight) + np.diag(penalty)
        then, then_loss = _step(rows, outcome, now, loss, slope, hessian, bounded, penalty)
        gained, now, loss = loss - then_loss, then, then_loss
        if gained < _NEAR:
            break
    return Fit(float(now[0]), now[1:])


def curvature_of(rows: Singles, weight: Floats) -> Floats:
    """Second derivatives of the loss without the penalty, the intercept first. weight: p(1-p) of each row."""
    root = np.sqrt(weight).astype(np.float32)
    scaled = rows * root[:, None]
    found = np.empty((rows.shape[1] + 1, rows.shape[1] + 1))
    found[1:, 1:] = scaled.T @ scaled
    found[0, 1:] = found[1:, 0] = root @ scaled
    found[0, 0] = weight.sum()
    return found


def _score(rows: Singles, now: Floats) -> Floats:
    return Fit(float(now[0]), now[1:]).score(rows)


def _loss(rows: Singles, outcome: Floats, now: Floats, penalty: Floats) -> float:
    score = _score(rows, now)
    return float(np.logaddexp(0, score).sum() - outcome @ score + 0.5 * penalty @ (now * now))


def _slope(rows: Singles, outcome: Floats, now: Floats, penalty: Floats) -> tuple[Floats, Floats]:
    p = logistic(_score(rows, now))
    rest = p - outcome
    slope = np.concatenate(([rest.sum()], (rest.astype(np.float32) @ rows).astype(np.float64))) + penalty * now
    return slope, p * (1 - p)


def _step(
    rows: Singles, outcome: Floats, now: Floats, loss: float, slope: Floats, hessian: Floats, bounded: Bools, penalty: Floats
) -> tuple[Floats, float]:
    """One step down: what lies at its bound and would go through it stays; halved until it leads down."""
    free = ~(bounded & (now <= 0) & (slope > 0))
    way = np.zeros(len(now))
    way[free] = np.linalg.solve(hessian[np.ix_(free, free)] + 1e-9 * np.eye(int(free.sum())), slope[free])
    length = 1.0
    for _ in range(12):
        then = now - length * way
        then[bounded] = np.maximum(then[bounded], 0)
        then_loss = _loss(rows, outcome, then, penalty)
        if then_loss <= loss:
            return then, then_loss
        length /= 2
    return now, loss
