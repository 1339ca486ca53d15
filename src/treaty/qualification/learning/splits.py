"""Which rows a score is fitted on and which it has not seen: by time where there is one, else by a hash of the row itself.

The order of the table changes nothing: rows that are the same in everything are dealt out evenly.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from treaty.qualification.learning.tables import LEVELS, Bools, CannotLearn, Column, Floats, Ints

FOLDS = 5
NEWEST = 0.25
"""Which part of the rows, the newest, is kept back where there is a time."""
LEAST = 20
"""Rows of each end there must be where a score is fitted, and where it is judged."""
_Hashes = NDArray[np.uint64]
_ODD = np.uint64(0x9E3779B97F4A7C15)


def hashes(columns: Sequence[Column], rows: int) -> _Hashes:
    """A number for each row, made of what stands in it by the names of the columns; the same on every machine.

    Texts of which most rows have their own are passed over: nothing is learnt from them.
    """
    total = np.zeros(rows, np.uint64)
    for column in columns:
        if 2 * len(column.levels) > rows > 1_000:
            continue
        name = np.uint64(zlib.crc32(column.name.encode()))
        if column.kind == LEVELS:
            told = np.array([*(zlib.crc32(level.encode()) + 1 for level in column.levels), 0], np.uint64)[column.codes]
        else:
            told = (np.where(column.filled, column.numbers, -0.5) + 0.0).view(np.uint64)
        total += _mixed(told * _ODD + name)
    return _mixed(total)


def _mixed(values: _Hashes) -> _Hashes:
    """Splitmix64: every bit of the number changes half of the others."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def folds(row_hashes: _Hashes, outcome: Bools, count: int = FOLDS) -> Ints:
    """The fold of each row, 0 to count - 1: of each end as many rows in every fold, but for one."""
    fold = np.zeros(len(outcome), np.int64)
    for end in (False, True):
        mine = np.flatnonzero(outcome == end)
        fold[mine[np.argsort(row_hashes[mine], kind="stable")]] = np.arange(len(mine)) % count
    return fold


@dataclass(frozen=True, slots=True)
class Split:
    """by: `time` or `hash` · fold: of each row, -1 for rows that are kept back as the newest

    since: where these begin, in the numbers of the time.
    """

    by: str
    fold: Ints
    since: float | None = None

    @property
    def newest(self) -> Bools:
        return self.fold < 0


def split(row_hashes: _Hashes, outcome: Bools, times: Floats | None) -> Split:
    """times: when each row came, in any number that grows, NaN where unknown; such rows are never kept back.

    Raises CannotLearn where there are too few of an end.
    """
    few = min(int(outcome.sum()), int((~outcome).sum()))
    if few < LEAST:
        raise CannotLearn(f"{int(outcome.sum())} of {len(outcome)} rows converted: a score needs {LEAST} that did and {LEAST} that did not")
    fold = folds(row_hashes, outcome)
    if times is None:
        return Split("hash", fold)
    known = np.sort(times[~np.isnan(times)])
    if not len(known):
        raise CannotLearn("the column of the time holds no date: name another with --time, or leave it out")
    since = float(known[min(len(known) - 1, round((1 - NEWEST) * len(known)))])
    newest = times >= since  # NaN is not
    _check(outcome, newest)
    return Split("time", np.where(newest, -1, fold), since)


def _check(outcome: Bools, newest: Bools) -> None:
    for part, says in ((newest, "the newest quarter"), (~newest, "what is older than the newest quarter")):
        won, rows = int(outcome[part].sum()), int(part.sum())
        if min(won, rows - won) < LEAST:
            raise CannotLearn(
                f"{says} has {won} conversions in {rows} rows: {LEAST} of each end are needed there;"
                " leave out leads that are not decided yet, or train without --time"
            )
