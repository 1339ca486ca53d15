"""The few clauses that say most: ways into a stage, each of a few clauses, along the trade of volume for precision. Pure numpy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from treaty.qualification.learning.tables import Bools, Floats

CLAUSES, WAYS = 3, 3
"""A way asks at most so many things, and there are at most so many ways: it is short enough to be said aloud."""
PRICES = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0)
"""What a lead costs, as a part of a won one: the odds of a win that it asks for, in times those of all leads. Each gives one point."""
_WIDE = 12
_WORTH = 0.01
"""A further clause, or a further way, must be worth this part of all won leads."""
_Bits = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A clause that may be asked. place: of the signal · question: its number; a way asks each once · is_for: false: it must not hold."""

    question: int
    place: int
    is_for: bool


Way = tuple[Part, ...]


def curve(holds: Bools, won: Bools, parts: Sequence[Part]) -> list[tuple[Way, ...]]:
    """Sets of ways, each once, from many leads to few: for each price of a lead those whose won leads outweigh what all of them cost most.

    holds: (signals, leads), of leads whose end is known · Found greedily: the best way, then the best of what is left; a way by trying
    every clause beside the best few so far.
    """
    if not parts or not won.any():
        return []
    search = _Search(holds, won, sorted(parts))
    odds = float(won.mean()) / max(1 - float(won.mean()), 1e-9)
    found = [search.ways(price * odds / (1 + price * odds)) for price in PRICES]
    return [ways for at, ways in enumerate(found) if ways and ways not in found[:at]]


class _Search:
    def __init__(self, holds: Bools, won: Bools, parts: Sequence[Part]) -> None:
        self.parts = parts
        self.bits = _packed(np.array([holds[one.place] == one.is_for for one in parts]))
        self.won = _packed(won[None, :])[0]
        self.least = max(1.0, _WORTH * float(won.sum()))

    def ways(self, price: float) -> tuple[Way, ...]:
        left = ~np.zeros_like(self.won)
        found: list[Way] = []
        while len(found) < WAYS:
            way, worth, covered = self._best(left, price)
            if worth < self.least:
                break
            found.append(way)
            left = left & ~covered
        return tuple(found)

    def _best(self, left: _Bits, price: float) -> tuple[Way, float, _Bits]:
        """The way of the greatest worth among leads that are left; a longer one only if it is worth more by `least`."""
        first = self._extended((), left, price, only_for=True)
        best = beam = first
        for _ in range(CLAUSES - 1):
            beam = sorted((one for way, _, bits in beam for one in self._extended(way, bits, price)), key=_order)[:_WIDE]
            if beam and (not best or beam[0][1] >= best[0][1] + self.least):
                best = beam
        return best[0] if best else ((), -np.inf, left)

    def _extended(self, way: Way, bits: _Bits, price: float, *, only_for: bool = False) -> list[tuple[Way, float, _Bits]]:
        asked = {one.question for one in way}
        places = [at for at, one in enumerate(self.parts) if one.question not in asked and (one.is_for or not only_for)]
        if not places:
            return []
        mine = self.bits[places] & bits
        worth = _count(mine & self.won) - price * _count(mine)
        kept = np.argsort(-worth, kind="stable")[:_WIDE]
        return [((*way, self.parts[places[at]]), float(worth[at]), mine[at]) for at in kept.tolist()]


def _order(one: tuple[Way, float, _Bits]) -> tuple[float, Way]:
    return -one[1], one[0]


def _packed(rows: Bools) -> _Bits:
    packed = np.packbits(rows, axis=1)
    padded = np.zeros((len(rows), -(-packed.shape[1] // 8) * 8), np.uint8)
    padded[:, : packed.shape[1]] = packed
    return padded.view(np.uint64)


def _count(bits: _Bits) -> Floats:
    found: Floats = np.bitwise_count(bits).sum(axis=-1).astype(np.float64)
    return found
