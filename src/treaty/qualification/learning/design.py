"""Bins as columns of a regression: steps at the cuts of a number, one column for each level. Few of them, so they lie dense."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from treaty.qualification.learning.bins import Bins
from treaty.qualification.learning.tables import NUMBER, Bools, Floats, Ints

Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Design:
    """rows: one column for each coefficient · blocks: of each signal which coefficients are its own, and what each bin takes of them
    never_less: coefficients that may not be below zero, for the steps of a signal that only rises or only falls."""

    rows: Singles
    blocks: list[tuple[slice, Singles]]
    never_less: Bools

    def effects(self, coefficients: Floats) -> list[Floats]:
        """What each bin of each signal adds, in natural logarithms of the odds."""
        return [block.astype(np.float64) @ coefficients[at] for at, block in self.blocks]


def design_of(bins: Sequence[Bins], codes: Sequence[Ints], directions: dict[str, int]) -> Design:
    """codes: of each signal the bin of every row. directions: by name 1 for a signal that only rises, -1 for one that only falls."""
    made = [block_of(one, directions.get(one.name, 0)) for one in bins]
    rows = np.empty((len(codes[0]) if codes else 0, sum(block.shape[1] for block in made)), np.float32)
    blocks, never_less, begin = [], [], 0
    for one, code, block in zip(bins, codes, made, strict=True):
        end = begin + block.shape[1]
        rows[:, begin:end] = block[code]
        blocks.append((slice(begin, end), block))
        steps = one.cells - 1 if one.kind == NUMBER else 0
        never_less += [bool(directions.get(one.name))] * steps + [False] * (block.shape[1] - steps)
        begin = end
    return Design(rows, blocks, np.array(never_less, np.bool_))


def block_of(bins: Bins, direction: int) -> Singles:
    """A row for each bin. Of a number a bin takes every step below it, counted from above where it only falls."""
    if bins.kind != NUMBER:
        return np.eye(bins.count, dtype=np.float32)
    steps = np.tri(bins.cells, bins.cells - 1, -1, dtype=np.float32)
    if direction < 0:
        steps = 1 - steps
    block = np.zeros((bins.count, bins.cells - 1 + bins.has_blank), np.float32)
    block[: bins.cells, : bins.cells - 1] = steps
    if bins.has_blank:
        block[-1, -1] = 1
    return block
