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
    rows: Singles,
    outcome: Floats,
    strength: float,
    never_less: Bools,
    *,
    kept: Floats | None = None,
    start: Fit | None = None,
    curvature: Floats | None = None,
) -> Fit:
    """The coefficients for these rows.

    kept: 1 for the rows that count and 0 for the others, all of them if nothing is said; start: where to begin
    curvature: second derivatives of the loss, nearly known: good for the first steps, and much cheaper than new ones at every step
    """
    counts = np.ones(len(outcome)) if kept is None else kept
    share = min(max(float(outcome @ counts / counts.sum()), 1e-6), 1 - 1e-6)
    flat = np.concatenate(([np.log(share / (1 - share))], np.zeros(rows.shape[1])))
    now = flat if start is None else np.concatenate(([start.intercept], start.coefficients))
    problem = _Problem(
        rows, outcome, counts, np.concatenate(([0.0], np.full(rows.shape[1], strength))), np.concatenate(([False], never_less))
    )
    here = problem.at(now)
    for step in range(_STEPS):
        p = logistic(here.score)
        known = curvature if step < _KNOWN else None
        hessian = (curvature_of(rows, p * (1 - p) * counts) if known is None else known) + np.diag(problem.penalty)
        there = problem.step(here, problem.slope(here, p), hessian)
        gained, here = here.loss - there.loss, there
        if gained < _NEAR:
            break
    return Fit(float(here.now[0]), here.now[1:])


def curvature_of(rows: Singles, weight: Floats) -> Floats:
    """Second derivatives of the loss without the penalty, the intercept first. weight: p(1-p) of each row."""
    root = np.sqrt(weight).astype(np.float32)
    scaled = rows * root[:, None]
    found = np.empty((rows.shape[1] + 1, rows.shape[1] + 1))
    found[1:, 1:] = scaled.T @ scaled
    found[0, 1:] = found[1:, 0] = root @ scaled
    found[0, 0] = weight.sum()
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    now: Floats
    score: Floats
    loss: float


@dataclass(frozen=True, slots=True)
class _Problem:
    """penalty, bounded: of each coefficient, the intercept first."""

    rows: Singles
    outcome: Floats
    counts: Floats
    penalty: Floats
    bounded: Bools

    def at(self, now: Floats) -> _Place:
        score = Fit(float(now[0]), now[1:]).score(self.rows)
        loss = self.counts @ (np.logaddexp(0, score) - self.outcome * score) + 0.5 * self.penalty @ (now * now)
        return _Place(now, score, float(loss))

    def slope(self, here: _Place, p: Floats) -> Floats:
        rest = (p - self.outcome) * self.counts
        return np.concatenate(([rest.sum()], (rest.astype(np.float32) @ self.rows).astype(np.float64))) + self.penalty * here.now

    def step(self, here: _Place, slope: Floats, hessian: Floats) -> _Place:
        """One step down: what lies at its bound and would go through it stays; halved until it leads down."""
        free = ~(self.bounded & (here.now <= 0) & (slope > 0))
        way = np.zeros(len(here.now))
        way[free] = np.linalg.solve(hessian[np.ix_(free, free)] + 1e-9 * np.eye(int(free.sum())), slope[free])
        for halved in range(12):
            then = here.now - way / 2**halved
            then[self.bounded] = np.maximum(then[self.bounded], 0)
            there = self.at(then)
            if there.loss <= here.loss:
                return there
        return here
