"""How much each agreement proves: the Fellegi-Sunter model, fitted to all pairs by expectation and maximisation.

Fellegi and Sunter 1969; penalised as Winkler does, by pseudo pairs that keep start values in force while data are few.
u is counted among random pairs and again without those that turn out to be matches: files with many doubles would
otherwise take a shared address for chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from treaty.truth.matching.compare import Levels
from treaty.truth.matching.levels import PLACE, SHARED, WHO, Comparison

Floats = NDArray[np.floating[Any]]

BOUNDS = {WHO: (-60.0, 80.0), SHARED: (-6.0, 10.0), PLACE: (-6.0, 12.0)}
"""Bits that all comparisons of a group may add: street, postcode and city are one fact, and a household or an office shares it."""
_TURNS = 25
_SETTLED = 1e-4


@dataclass(slots=True)
class Model:
    """m, u: of every level, for each comparison · bits: their weights · prior: bits before anything is compared."""

    m: list[Floats]
    u: list[Floats]
    prior: float
    turns: int = 0

    @property
    def bits(self) -> list[Floats]:
        return [np.log2(m / u) for m, u in zip(self.m, self.u, strict=True)]


def start(comparisons: Sequence[Comparison], rows: int, pairs_in_all: int) -> Model:
    """The start values; a table is expected to have one double for every five rows, until its pairs say otherwise."""
    return Model(
        [np.array([level.m for level in one.levels]) / sum(level.m for level in one.levels) for one in comparisons],
        [np.array([level.u for level in one.levels]) / sum(level.u for level in one.levels) for one in comparisons],
        _bits(0.2 * rows / max(pairs_in_all, 1)),
    )


def estimated(
    comparisons: Sequence[Comparison], levels: Levels, often: Floats, random: Levels, random_often: Floats, rows: int, pairs_in_all: int
) -> Model:
    """Fit to the compared pairs and to random ones.

    levels, random: of both kinds of pairs; often, random_often: bits each agreement is rarer or commoner than usual (`frequency`)
    """
    model = start(comparisons, rows, pairs_in_all)
    model = _turn(model, comparisons, levels, np.zeros(len(levels)), random, np.zeros(len(random)), rows, pairs_in_all)
    for turn in range(1, _TURNS + 1):
        p, p_random = (chance(scored(model, comparisons, of, extra)) for of, extra in ((levels, often), (random, random_often)))
        after = _turn(model, comparisons, levels, p, random, p_random, rows, pairs_in_all)
        moved = max((float(np.abs(a - b).max()) for a, b in zip(model.m, after.m, strict=True)), default=0.0)
        model, model.turns = after, turn
        if moved < _SETTLED:
            break
    return model


def _turn(
    before: Model,
    comparisons: Sequence[Comparison],
    levels: Levels,
    p: Floats,
    random: Levels,
    p_random: Floats,
    rows: int,
    pairs_in_all: int,
) -> Model:
    """One step: weights from how often each level holds, among pairs as likely as they seem now."""
    matches = float(p.sum())
    begin = start(comparisons, rows, pairs_in_all)
    m, u = [], []
    for at in range(len(comparisons)):
        held = max(20.0, 0.1 * matches)
        m.append(_shares(_counts(levels[:, at], p, len(before.m[at])), begin.m[at], held) if matches else begin.m[at])
        u.append(_shares(_counts(random[:, at], 1 - p_random, len(before.u[at])), begin.u[at], min(1000.0, 0.05 * len(random) + 20.0)))
    prior = _bits((matches + 0.02 * rows) / max(pairs_in_all, 1)) if matches else before.prior
    return Model(m, u, prior)


def _counts(levels: NDArray[np.int8], weights: Floats, length: int) -> Floats:
    said = levels >= 0
    return np.bincount(levels[said], weights=weights[said], minlength=length).astype(np.float64)


def _shares(counts: Floats, begin: Floats, held: float) -> Floats:
    shares: Floats = (counts + held * begin) / (counts.sum() + held)
    return shares


def _bits(share: float) -> float:
    share = min(max(share, 1e-12), 0.5)
    return float(np.log2(share / (1 - share)))


def scored(model: Model, comparisons: Sequence[Comparison], levels: Levels, often: Floats) -> Floats:
    """Bits for every pair, the prior included: weights summed within each group, the group's sum kept within its bounds."""
    total = np.full(len(levels), model.prior)
    for group in BOUNDS:
        mine = [at for at, one in enumerate(comparisons) if one.group == group]
        if mine:
            summed = sum(weights(model, comparisons, levels, often, at) for at in mine)
            total += np.clip(summed, *bounds(comparisons, levels, group))
    return total


def bounds(comparisons: Sequence[Comparison], levels: Levels, group: str) -> tuple[float, Floats]:
    """The least and, for every pair, the most a group may add: nothing for what is shared by two who are clearly two."""
    least, most = BOUNDS[group]
    against = np.zeros(len(levels), bool)
    for at, comparison in enumerate(comparisons):
        against |= np.isin(levels[:, at], [place for place, level in enumerate(comparison.levels) if level.against])
    return least, np.where(against & (group == SHARED), 0.0, most)


def weights(model: Model, comparisons: Sequence[Comparison], levels: Levels, often: Floats, at: int) -> Floats:
    """Bits of one comparison for every pair, with what its rarity adds; nothing where one side says nothing."""
    mosts = np.array([*(level.most for level in comparisons[at].levels), 0.0])
    bits: Floats = np.minimum(np.append(model.bits[at], 0.0)[levels[:, at]] + often[:, at], mosts[levels[:, at]])
    return bits


def chance(bits: Floats) -> Floats:
    chances: Floats = 1 / (1 + np.exp2(-np.clip(bits, -200, 200)))
    return chances
