"""A rare name shared says more than a common one: bits for how often a shared value is, counted among people and not among rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from treaty.truth.matching.candidates import Pairs
from treaty.truth.matching.compare import Levels
from treaty.truth.matching.levels import Comparison

_LEAST, _MOST = -6.0, 6.0


def frequency(
    comparisons: Sequence[Comparison], fields: dict[str, list[Any]], pairs: Pairs, levels: Levels, entities: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Bits to add for every pair and comparison: more than nothing where the value shared is rarer than agreeing values are on average.

    entities: of each row, whom it is taken for so far; a person with nine records has a name once.
    """
    found = np.zeros(levels.shape, np.float32)
    for at, comparison in enumerate(comparisons):
        for place, level in enumerate(comparison.levels):
            if level.often:
                hit = np.flatnonzero(levels[:, at] == place)
                found[hit, at] = _rarity(fields[level.often], entities)[pairs[hit]].max(axis=1) if len(hit) else 0.0
    return found


def _rarity(values: Sequence[Any], entities: NDArray[np.int64]) -> NDArray[np.float64]:
    """For each row, bits its value is rarer than the value of two people who happen to agree."""
    numbers: dict[Any, int] = {}
    codes = np.array([-1 if value is None else numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)
    said = codes >= 0
    if not said.any():
        return np.zeros(len(codes))
    once = np.unique(np.stack([codes[said], entities[said]], axis=1), axis=0)[:, 0]
    share = np.bincount(once, minlength=len(numbers)) / len(once)
    bits = np.clip(np.log2((share**2).sum() / share), _LEAST, _MOST)
    return np.where(said, bits[np.maximum(codes, 0)], 0.0)
