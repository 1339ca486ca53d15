"""The whole way from plain tables to matched records. Needs neither server nor files:

from treaty.truth.matching.matcher import match
found = match(frame)            # a mapping of columns, a pandas frame or an Arrow table
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from treaty.truth.matching.candidates import Pairs, candidates, sampled
from treaty.truth.matching.clusters import certainties, clustered
from treaty.truth.matching.compare import Levels, compared
from treaty.truth.matching.estimate import BOUNDS, Floats, Model, bounds, chance, estimated, scored, weights
from treaty.truth.matching.features import Prepared, prepared
from treaty.truth.matching.frequency import frequency
from treaty.truth.matching.kinds import Column
from treaty.truth.matching.levels import Comparison
from treaty.truth.matching.tables import CannotMatch, Stacked, stacked

THRESHOLD = 0.8
"""From this chance on two records are one: the default, chosen on labelled sets (docs/matching.md)."""
SIDES = ("left", "right")
_SAMPLE = 100_000
_SEED = 1969


@dataclass(frozen=True, slots=True)
class Proof:
    """One line of a pair's evidence: what was compared, what was found, and the bits it adds."""

    left: str
    right: str
    compared: str
    found: str
    bits: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that are one: of one file the earlier id left, of two files the first file's."""

    left: str
    right: str
    probability: float


@dataclass(frozen=True, slots=True)
class Matched:
    """pairs: by id · clusters: (id, cluster, side), every record once; a cluster is called like its first record, of two
    tables as `left:7`, for both may have a 7; of one table the side is empty
    · columns: what each was taken for, by table · refused: (table, row, problem), rows that are no record · evidence: if asked
    · doubtful: pairs that were asked about and compared, and are not taken for one."""

    pairs: list[Pair]
    clusters: list[tuple[str, str, str]]
    columns: list[list[Column]]
    refused: list[tuple[int, int, str]]
    evidence: list[Proof]
    doubtful: list[Pair]


def match(
    table: Any,
    other: Any = None,
    *,
    id_column: str = "",
    ignored: Sequence[str] = (),
    threshold: float = THRESHOLD,
    prove: bool = False,
    asked: Collection[tuple[str, str]] = (),
) -> Matched:
    """Find the records that speak of the same person or company: in one table, or between two.

    table, other: columns of texts by name, as a mapping, a pandas frame or an Arrow table
    id_column: names the rows; else a column whose values all differ, else the number of the row
    threshold: the chance from which two records are one, above 0 and below 1; prove: also the evidence of every pair
    asked: pairs by id whose chance is told however small it is, if they were compared
    The same rows in another order give the same result where an id names them. Raises CannotMatch, NoSplink.
    """
    if not 0 < threshold < 1:
        raise CannotMatch(f"a threshold of {threshold} is no chance: use one above 0 and below 1, such as {THRESHOLD}")
    rows = stacked([table] if other is None else [table, other], id_column, ignored)
    ready = prepared(rows.compared, rows.texts)
    if not ready.comparisons:
        told = ", ".join(f"{column.header} ({column.kind}, {column.why})" for column in rows.columns[0][:12])
        raise CannotMatch(f"no column of {rows.names} can be compared: {told}. Name columns such as name, email, phone, address")
    fitted = _fit(ready, rows.sides, _bits(threshold))
    return _matched(rows, ready, fitted, prove=prove, asked=asked)


def _bits(probability: float) -> float:
    return float(np.log2(probability / (1 - probability)))


@dataclass(frozen=True, slots=True)
class Fitted:
    """Everything known of the compared pairs. bits: of each, the prior included · entities: of each row its cluster's first row."""

    pairs: Pairs
    levels: Levels
    often: NDArray[np.float32]
    model: Model
    bits: Floats
    entities: NDArray[np.int64]


def _fit(ready: Prepared, sides: NDArray[np.int8], least: float) -> Fitted:
    """Compare, estimate, cluster; then once more with values counted among the people found, not among rows."""
    pairs = candidates(ready, sides)
    random = sampled(ready.rows, sides, _SAMPLE, _SEED)
    levels, random_levels = _compared(ready, pairs, random)
    all_pairs = int((sides == 0).sum()) * int((sides == 1).sum()) if sides.any() else ready.rows * (ready.rows - 1) // 2
    entities = np.arange(ready.rows)
    for _ in range(2):
        often = frequency(ready.comparisons, ready.fields, pairs, levels, entities)
        random_often = frequency(ready.comparisons, ready.fields, random, random_levels, entities)
        model = estimated(ready.comparisons, levels, often, random_levels, random_often, ready.rows, all_pairs)
        bits = scored(model, ready.comparisons, levels, often)
        entities = clustered(ready.rows, pairs, bits, least)
    return Fitted(pairs, levels, often, model, bits, entities)


def _compared(ready: Prepared, *parts: Pairs) -> list[Levels]:
    """The levels of several lists of pairs, each pair compared once."""
    packed = [part[:, 0] * ready.rows + part[:, 1] for part in parts]
    every = np.unique(np.concatenate(packed))
    if not len(every):
        return [np.zeros((0, len(ready.comparisons)), np.int8) for _ in parts]
    levels = compared(ready, np.stack([every // ready.rows, every % ready.rows], axis=1))
    return [levels[np.searchsorted(every, part)] for part in packed]


def _matched(rows: Stacked, ready: Prepared, fitted: Fitted, *, prove: bool, asked: Collection[tuple[str, str]]) -> Matched:
    sure = certainties(fitted.entities, fitted.pairs, chance(fitted.bits))
    kept = {pair: p for pair, p in sure.items() if not rows.sides.any() or rows.sides[pair[0]] != rows.sides[pair[1]]}
    others = {pair: p for pair, p in _asked(rows, fitted, asked).items() if pair not in kept}
    ids = rows.ids
    pairs, doubtful = ([Pair(ids[left], ids[right], round(p, 6)) for (left, right), p in sorted(of.items())] for of in (kept, others))
    sides = [SIDES[side] if rows.sides.any() else "" for side in rows.sides.tolist()]
    names = [f"{side}:{name}" if side else name for side, name in zip(sides, ids, strict=True)]
    clusters = [(ids[row], names[first], sides[row]) for row, first in enumerate(fitted.entities.tolist())]
    evidence = _evidence(ids, ready.comparisons, fitted, sorted({**kept, **others})) if prove else []
    return Matched(pairs, clusters, rows.columns, rows.refused, evidence, doubtful)


def _asked(rows: Stacked, fitted: Fitted, asked: Collection[tuple[str, str]]) -> dict[tuple[int, int], float]:
    """The chance of these pairs, by row, of those that were compared."""
    if not asked:
        return {}
    row = {name: at for at, name in enumerate(rows.ids)}
    wanted = {tuple(sorted((row[one], row[other]))) for one, other in asked if one in row and other in row}
    told = zip(fitted.pairs.tolist(), chance(fitted.bits).tolist(), strict=True)
    return {(left, right): p for (left, right), p in told if (left, right) in wanted}


def _evidence(ids: Sequence[str], comparisons: Sequence[Comparison], fitted: Fitted, wanted: Sequence[tuple[int, int]]) -> list[Proof]:
    """For every wanted pair the bits that lead to its chance: they sum to the logarithm of its odds."""
    at = {(left, right): place for place, (left, right) in enumerate(fitted.pairs.tolist())}
    bits = np.stack([weights(fitted.model, comparisons, fitted.levels, fitted.often, c) for c in range(len(comparisons))], axis=1)
    found = []
    for left, right in wanted:
        place = at.get((left, right))
        lines = [("", "through others of the cluster", 0.0)] if place is None else _lines(comparisons, fitted, bits[place], place)
        found += [Proof(ids[left], ids[right], name, says, round(weight, 3)) for name, says, weight in lines]
    return found


def _lines(comparisons: Sequence[Comparison], fitted: Fitted, bits: Floats, place: int) -> list[tuple[str, str, float]]:
    lines = [("", "any two records", fitted.model.prior)]
    for c, comparison in enumerate(comparisons):
        level = int(fitted.levels[place, c])
        lines.append((comparison.name, comparison.levels[level].says if level >= 0 else "nothing said", float(bits[c])))
    for group in BOUNDS:
        total = sum(float(bits[c]) for c, one in enumerate(comparisons) if one.group == group)
        least, (most,) = bounds(comparisons, fitted.levels[place : place + 1], group)
        if not least <= total <= most:
            lines.append(("", f"{group}: kept within {least:g} and {most:g} bits", float(np.clip(total, least, most)) - total))
    return lines
