"""From pairs to whom each record belongs: the surest pairs first, and no chain whose ends disagree."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from treaty.truth.matching.candidates import Pairs

_UNCOMPARED = -6.0
"""Bits of a pair in a cluster that had nothing in common to be compared for."""
_BOUND = 12.0


def clustered(rows: int, pairs: Pairs, bits: NDArray[np.floating[Any]], least: float) -> NDArray[np.int64]:
    """Of each row the first row of its cluster.

    Pairs of at least `least` bits join their clusters, the surest first, if the pairs across are for it on average: a
    record between two people joins the nearer one and no chain runs through it.
    """
    near: list[dict[int, float]] = [{} for _ in range(rows)]
    for (left, right), weight in zip(pairs.tolist(), np.clip(bits, -_BOUND, _BOUND).tolist(), strict=True):
        near[left][right] = near[right][left] = weight
    members = {row: [row] for row in range(rows)}
    of = list(range(rows))
    strong = np.flatnonzero(bits >= least)
    order = strong[np.lexsort((pairs[strong, 1], pairs[strong, 0], -bits[strong]))]
    for left, right in pairs[order].tolist():
        one, two = sorted((of[left], of[right]))
        if one != two and _across(members[one], members[two], near) >= 0:
            for row in members[two]:
                of[row] = one
            members[one] += members.pop(two)
    return np.array([min(members[first]) for first in of], dtype=np.int64)


def _across(ours: list[int], theirs: list[int], near: list[dict[int, float]]) -> float:
    return sum(near[one].get(two, _UNCOMPARED) for one in ours for two in theirs) / (len(ours) * len(theirs))


def certainties(clusters: NDArray[np.int64], pairs: Pairs, chances: NDArray[np.floating[Any]]) -> dict[tuple[int, int], float]:
    """The chance of every pair within a cluster: its own, or that of the surest way through others, if that is more."""
    members: dict[int, list[int]] = {}
    for row, first in enumerate(clusters.tolist()):
        members.setdefault(first, []).append(row)
    place = {row: at for rows in members.values() for at, row in enumerate(rows)}
    tables = {first: np.zeros((len(rows), len(rows))) for first, rows in members.items() if len(rows) > 1}
    within = clusters[pairs[:, 0]] == clusters[pairs[:, 1]] if len(pairs) else np.zeros(0, bool)
    for (left, right), p in zip(pairs[within].tolist(), chances[within].tolist(), strict=True):
        table = tables[int(clusters[left])]
        table[place[left], place[right]] = table[place[right], place[left]] = p
    found = {}
    for first, table in tables.items():
        best = _ways(table)
        found.update(
            {(one, two): float(best[i, j]) for i, one in enumerate(members[first]) for j, two in enumerate(members[first]) if i < j}
        )
    return found


def _ways(table: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """The product along the surest way between any two (Floyd and Warshall)."""
    for through in range(len(table)):
        table = np.maximum(table, np.outer(table[:, through], table[through]))
    return table
