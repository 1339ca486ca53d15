"""How far the won leads with a signal are from what chance would give, beside what is known of a lead already. Pure numpy."""

from collections.abc import Sequence
from math import erfc, sqrt

import numpy as np

from treaty.qualification.learning.ridge import fitted, logistic
from treaty.qualification.learning.tables import Bools, Floats, Ints

LEAST, EXPECTED = 20, 5.0
"""Leads with a signal and without it, and won and lost ones expected of either, below which nothing is said of it."""
_STRENGTH = 0.01
_BLOCK = 64
_ALIKE = 1e-3
"""A signal of which less than this part is its own says what those beside it say."""


def standing(holds: Bools, won: Bools, beside: Floats) -> Floats:
    """How many standard errors more leads with each signal were won than expected, less than nothing for fewer; NaN where too few could be.

    holds: (signals, leads) · won: of each lead · beside: (leads, columns) what is known already, such as the time and other signals.
    What is expected comes from a logistic fit on `beside`; the distance is the root of twice the logarithm of the likelihood ratio of the
    four cells, widened by what of the signal is its own. Without columns that is the G-test of a table of two by two.
    Source: Sokal and Rohlf 1995, 17.2; Rao 1948 for what is its own.
    """
    fit = fitted(beside.astype(np.float32), won.astype(np.float64), _STRENGTH, np.zeros(beside.shape[1], np.bool_))
    chance = logistic(fit.score(beside.astype(np.float32)))
    chance = np.minimum(chance * (float(won.sum()) / max(float(chance.sum()), 1e-9)), 1 - 1e-9)
    weight = chance * (1 - chance)
    known = np.column_stack([np.ones(len(won)), beside])
    inner: Floats = np.linalg.pinv(known.T @ (known * weight[:, None])).astype(np.float64)
    told = np.column_stack([np.ones(len(won)), won, chance, weight, known * weight[:, None]])
    found = [_of(holds[at : at + _BLOCK].astype(np.float64) @ told, inner, won, weight) for at in range(0, len(holds), _BLOCK)]
    return np.concatenate(found) if found else np.zeros(0)


def _of(sums: Floats, inner: Floats, won: Bools, weight: Floats) -> Floats:
    """sums: of each signal its leads, its won ones, those expected, their weight, and the weighted columns."""
    count, hits, expected, own = sums[:, 0], sums[:, 1], sums[:, 2], sums[:, 3]
    leads, all_won, whole = float(len(won)), float(won.sum()), float(weight.sum())
    beside = sums[:, 4:]
    left = own - ((beside @ inner) * beside).sum(1)
    apart = own * (whole - own) / max(whole, 1e-12)
    cells = (
        _cell(hits, expected)
        + _cell(count - hits, count - expected)
        + _cell(all_won - hits, all_won - expected)
        + _cell(leads - count - all_won + hits, leads - count - all_won + expected)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        far = np.sign(hits - expected) * np.sqrt(np.maximum(2 * cells, 0) * apart / left)
    rest = leads - all_won
    least = np.minimum.reduce([expected, all_won - expected, count - expected, rest - count + expected])
    enough = (np.minimum(count, leads - count) >= LEAST) & (least >= EXPECTED)
    return np.where(enough, np.where(left > _ALIKE * np.maximum(own, 1e-12), far, 0.0), np.nan)


def _cell(observed: Floats, expected: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(observed > 0, observed * np.log(observed / np.maximum(expected, 1e-12)), 0.0)


def two_sided(distance: Floats) -> Floats:
    """The chance of a distance as far as that, either way; 1 where nothing is said."""
    return np.array([1.0 if np.isnan(one) else erfc(abs(one) / sqrt(2)) for one in distance.tolist()])


def simes(chances: Floats) -> float:
    """The chance that all of some questions, alike or not, are answered by chance alone. Source: Simes 1986; it holds for those that rise
    together, as one kind of touch counted twice and counted three times do."""
    ordered = np.sort(chances)
    return float(min(1.0, (ordered * len(ordered) / np.arange(1, len(ordered) + 1)).min())) if len(ordered) else 1.0


def holm(chances: Sequence[float]) -> list[float]:
    """The chances corrected for how many were asked: who takes those up to 0.05 is wrong about any of them 5 times of 100 at most.

    Source: Holm 1979. It asks nothing of how the questions hang together.
    """
    order = sorted(range(len(chances)), key=lambda at: chances[at])
    found, largest = [0.0] * len(chances), 0.0
    for rank, at in enumerate(order):
        largest = max(largest, min(1.0, chances[at] * (len(chances) - rank)))
        found[at] = largest
    return found


def periods_of(moments: Ints, won: Bools, count: int = 4) -> Floats:
    """Columns that tell in which stretch of time a lead lies, each with about as many won ones; one less than there are."""
    ordered = np.sort(moments[won])
    if not len(ordered):
        return np.zeros((len(moments), 0))
    edges = np.unique([ordered[len(ordered) * part // count] for part in range(1, count)])
    place = np.searchsorted(edges, moments, side="right")
    there = [at for at in range(1, len(edges) + 1) if (place == at).any()]
    return np.column_stack([place == at for at in there]).astype(np.float64) if there else np.zeros((len(moments), 0))
