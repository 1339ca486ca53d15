"""What the numbers say against a column: that it decides, that being filled tells, that alone it beats all others. On rows not seen.

Every finding has a weight: 3 is enough to refuse a column, 2 to suspect it, 1 speaks only beside another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

import numpy as np

from treaty.qualification.learning.figures import Auc, auc, auc_difference
from treaty.qualification.learning.tables import Bools, Floats, Ints
from treaty.shares import wilson

REFUSES, SUSPECTS, SPEAKS = 3, 2, 1
_SETTLES = ((0.5, REFUSES), (0.3, SUSPECTS))
"""Which part of what is uncertain about the outcome one column may settle."""
_NEARLY, _HARDLY = 0.85, 0.06
_FAR = exp(2)
"""How many times the odds of all rows a level must have before it is said to decide."""
_HELD = ((0.5, REFUSES), (0.3, SUSPECTS), (0.1, SPEAKS))
"""Which part of an end, of the conversions or of the others, lies in levels that nearly decide it."""
_COMMON = 0.15
"""Where fewer leads convert than this, or more than the rest of it, the usual end says nothing by itself."""
_ROWS = 20
_SMOOTH = 10


@dataclass(frozen=True, slots=True)
class Evidence:
    """kind: `level`, `fill`, `alone`, `words` or `dates` · says: a sentence with its numbers."""

    kind: str
    weight: int
    says: str


@dataclass(frozen=True, slots=True)
class Alone:
    """What one column tells by itself.

    chance: of each row, by the shares of the other folds
    settled: part of the uncertainty, 0 to 1."""

    chance: Floats
    settled: float
    auc: Auc


def alone(codes: Ints, count: int, outcome: Bools, fold: Ints) -> Alone:
    """codes: the bin of each row, 0 to count - 1."""
    share = float(outcome.mean())
    rows = _table(codes, count, fold)
    won = _table(codes[outcome], count, fold[outcome])
    others_rows, others_won = rows.sum(0) - rows, won.sum(0) - won
    rates = (others_won + _SMOOTH * share) / (others_rows + _SMOOTH)
    chance = rates[fold, codes]
    loss = -float(np.where(outcome, np.log(chance), np.log1p(-chance)).mean())
    uncertain = -(share * np.log(share) + (1 - share) * np.log1p(-share))
    told = auc(outcome, chance)
    return Alone(chance, 1 - loss / float(uncertain), told if told is not None else Auc(0.5, 0.0, 1.0))


def _table(codes: Ints, count: int, fold: Ints) -> Ints:
    folds = int(fold.max(initial=0)) + 1
    return np.bincount(fold * count + codes, minlength=folds * count).reshape(folds, count)


def settles(found: Alone) -> list[Evidence]:
    """It alone settles more than an honest signal does."""
    weight = next((weight for least, weight in _SETTLES if found.settled >= least), 0)
    if not weight:
        return []
    return [Evidence("alone", weight, f"alone it settles {found.settled:.0%} of what is uncertain about the outcome ({_auc(found.auc)})")]


def beats(found: Alone, others: Floats | None, outcome: Bools) -> list[Evidence]:
    """It alone tells as much as all the others together, or far more.

    others: what those tell of each row not seen, None if there are none.
    """
    if found.auc.low < 0.75:
        return []
    rest = auc(outcome, others) if others is not None else None
    more = auc_difference(outcome, found.chance, others) if others is not None else None
    value = rest.value if rest is not None else 0.5
    least = more.low if more is not None else found.auc.low - 0.5
    says = f"({_auc(found.auc)}; they {value:.3f})"
    if found.auc.low >= 0.85 and least >= 0.02:
        return [Evidence("alone", SUSPECTS, f"alone it tells more than all columns together that are not suspect {says}")]
    if found.auc.value >= value - 0.02:
        return [Evidence("alone", SPEAKS, f"alone it tells as much as all columns together that are not suspect {says}")]
    return []


def _auc(found: Auc) -> str:
    return f"AUC {found.value:.3f}, {found.low:.3f} to {found.high:.3f}"


def decides(codes: Ints, labels: Sequence[str], outcome: Bools, half: Bools) -> list[Evidence]:
    """Levels that nearly decide: found on one half of the rows, and so again on the other, where they are counted.

    half: rows of the first half. Where conversions are rare, that nobody of a level converted says nothing. The weight grows with
    the part of an end, of the conversions or of the others, that such levels hold.
    """
    found = []
    for end in (True, False) if outcome.mean() >= _COMMON else (True,):
        both = (_extreme(codes[part], len(labels), outcome[part], float(outcome.mean()), end=end) for part in (half, ~half))
        places = np.flatnonzero(np.logical_and(*both))
        there, happened = codes[~half], outcome[~half]
        held = float((np.isin(there, places) & (happened == end)).sum() / max((happened == end).sum(), 1))
        weight = next((weight for least, weight in _HELD if held >= least), 0)
        if weight:
            largest = max(places.tolist(), key=lambda at: int((there == at).sum()))
            found.append(Evidence("level", weight, _decided(labels[largest], happened[there == largest], len(places), held, end=end)))
    return sorted(found, key=lambda one: -one.weight)[:1]


def _extreme(codes: Ints, count: int, outcome: Bools, share: float, *, end: bool) -> Bools:
    """Which bins, of at least 20 rows, nearly decide for this end. share: of all rows that converted."""
    rows, won = np.bincount(codes, minlength=count), np.bincount(codes[outcome], minlength=count)
    bounds = np.array([wilson(int(k), int(n)) for k, n in zip(won, rows, strict=True)])
    found: Bools = (bounds[:, 1] <= _HARDLY) & (_odds(won / np.maximum(rows, 1)) <= _odds(share) / _FAR)
    if end:
        found = (bounds[:, 0] >= _NEARLY) & (_odds(bounds[:, 0]) >= _FAR * _odds(share))
    return found & (rows >= _ROWS)


def _odds(share: Any) -> Any:
    return share / (1 - share + 1e-9)


def _decided(label: str, happened: Bools, levels: int, held: float, *, end: bool) -> str:
    """happened: of the rows of the largest such level."""
    count, won = len(happened), int(happened.sum())
    low, high = wilson(won, count)
    who, of = (f"{label!r} and {levels - 1} more nearly decide", "of the first ") if levels > 1 else (f"{label!r} nearly decides", "")
    what = "conversions" if end else "leads that did not convert"
    return f"{who}: {of}{won} of {count} converted ({low:.1%} to {high:.1%}); such levels hold {held:.0%} of all {what}"


def fill_tells(filled: Bools, outcome: Bools) -> list[Evidence]:
    """It is filled for one end alone, or empty for one end alone: known because of the outcome.

    At least 10 rows must be filled, and 30 empty where that tells.
    """
    share = float(outcome.mean())
    found = []
    for is_filled, least in ((True, 10), (False, 30)):
        mine = filled == is_filled
        count, won = int(mine.sum()), int(outcome[mine].sum())
        if count < least or len(mine) - count < 10:
            continue
        low, high = wilson(won, count)
        weight = _filled(low, high, share) if is_filled else _empty(high, share)
        if weight:
            rest, rest_won = len(mine) - count, int(outcome.sum()) - won
            word, other = ("filled", "empty") if is_filled else ("empty", "filled")
            says = f"where it is {word} {won} of {count} converted ({low:.1%} to {high:.1%}), where it is {other} {rest_won} of {rest}"
            found.append(Evidence("fill", weight, says))
    return sorted(found, key=lambda one: -one.weight)[:1]


def _filled(low: float, high: float, share: float) -> int:
    """Filling is an act: where those for whom it was done convert nine times of ten, or never, it was done because of that.

    low, high: the interval of the share that converted; share: of all rows. An answer may well triple the odds; twenty times is no answer.
    """
    more, less = _odds(low) / _odds(share), _odds(share) / _odds(high)
    if (low >= 0.9 and more >= exp(2) and share <= 0.6) or (low >= 0.5 and more >= exp(3)):
        return REFUSES
    if (low >= 0.8 and more >= exp(2)) or (high <= 0.03 and less >= exp(3) and share < _COMMON):
        return SUSPECTS
    return REFUSES if share >= _COMMON and high <= 0.03 and less >= exp(2.5) else 0


def _empty(high: float, share: float) -> int:
    """Nobody of whom it is not known converted: they were perhaps never asked. Where conversions are rare that says nothing."""
    return SUSPECTS if share >= _COMMON and high <= 0.03 and _odds(share) / _odds(high) >= exp(2.5) else 0
