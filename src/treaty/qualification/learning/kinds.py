"""Which columns can be signals, and why the others cannot: ids, free text, dates, columns that hold one value."""

import numpy as np

from treaty.qualification.learning.bins import least_rows
from treaty.qualification.learning.placeholders import same
from treaty.qualification.learning.tables import DATE, NUMBER, Column
from treaty.truth.matching.kinds import ID, kind_by_name, words_of

AN_ID = "an id"
_MOST = 0.5
"""Texts of which more than this part of the rows has its own are words, not levels."""
_LONG = 8


def left_out(column: Column) -> str:
    """Why a column is no signal, for a person to read; empty if it can be one."""
    rows = len(column.filled)
    filled = int(column.filled.sum())
    if not filled:
        return "empty"
    if column.kind == DATE:
        return "a date"
    if column.kind == NUMBER:
        return _left_out_number(column, rows, filled)
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.levels))
    if len(column.levels) == filled and filled > 1 and rows >= 20:
        return (
            f"{AN_ID}: every row has its own" if _is_called_id(column.name) or not _is_wordy(column) else "free text: every row has its own"
        )
    if len(column.levels) > _MOST * filled and len(column.levels) > 20:
        return "free text: most rows have their own"
    if _is_wordy(column) and len(column.levels) > 50:
        return "free text"
    groups: dict[str, int] = {}
    for level, count in zip(column.levels, counts.tolist(), strict=True):
        groups[same(level)] = groups.get(same(level), 0) + count
    return _one_value([*groups.values(), rows - filled], rows)


def _left_out_number(column: Column, rows: int, filled: int) -> str:
    told, counts = np.unique(column.numbers[column.filled], return_counts=True)
    is_whole = bool((told == np.rint(told)).all())
    if len(told) == filled and rows >= 20 and is_whole and (_is_called_id(column.name) or _runs(column)):
        return f"{AN_ID}: every row has its own"
    return _one_value([*counts.tolist(), rows - filled], rows)


def _is_called_id(name: str) -> bool:
    return kind_by_name(name) == ID or bool({"id", "number", "no", "nr", "nummer", "numero", "key", "code"} & {*words_of(name)[-1:]})


def _runs(column: Column) -> bool:
    """Consecutive numbers, whatever order the rows are in."""
    values = column.numbers[column.filled]
    return float(values.max() - values.min()) < 2 * len(values) and len(values) > 100


def _one_value(counts: list[int], rows: int) -> str:
    """Nothing can be learnt from a column in which all but a few rows hold the same; a few is what a rare level is."""
    rest = rows - max(counts)
    if not rest:
        return "one value"
    return f"one value in all but {rest} rows" if rest < least_rows(rows) else ""


def _is_wordy(column: Column) -> bool:
    some = column.levels[:: max(1, len(column.levels) // 500)]
    return sum(len(level.split()) for level in some) > _LONG * len(some)
