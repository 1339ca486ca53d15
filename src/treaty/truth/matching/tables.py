"""Plain tables to rows that can be compared: texts, ids, and the columns that mean the same in two files."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from treaty.truth.matching.kinds import ID, LABEL, UNUSED, Column, is_unique, kind_by_name, recognised, words_of

_BY_HEADER = {"words", "text", "category", "title", "national id"}
"""Kinds of which only columns of one name can be compared: two numbers are not the same number."""


_LONGEST = 300
"""Characters of a cell that are compared: distances between novels take for ever."""
_NAMES = {"first name", "last name", "full name"}


class CannotMatch(ValueError):
    """The tables cannot be matched. The text names the value and the way out."""


@dataclass(frozen=True, slots=True)
class Stacked:
    """Rows of one or two tables, one below the other, ordered by id so that the order of a file changes nothing.

    ids, sides: of each row; sides are 0, and 1 for the second table · texts: of every compared column, by `Column.at`
    compared: what is compared · columns: what every column was taken for, by table · refused: (table, row, problem)
    """

    names: str
    ids: list[str]
    sides: NDArray[np.int8]
    texts: list[list[str]]
    compared: list[Column]
    columns: list[list[Column]]
    refused: list[tuple[int, int, str]]


def as_columns(table: Any) -> dict[str, list[str]]:
    """Texts by column, from a mapping, a pandas frame or an Arrow table. Missing values are empty texts."""
    told: Mapping[Any, Any] = table.to_pydict() if hasattr(table, "to_pydict") else table
    return {str(name): [_text(value) for value in told[name]] for name in told}


def _text(value: Any) -> str:
    missing = value is None or (isinstance(value, float) and math.isnan(value))
    return "" if missing else str(value).strip()


def stacked(tables: Sequence[Any], id_column: str, ignored: Sequence[str]) -> Stacked:
    """Raises CannotMatch for a table with fewer than two rows, and for columns named that are not there."""
    told = [as_columns(table) for table in tables]
    _check(told, id_column, ignored)
    columns, orders, ids, refused = [], [], [], []
    for side, one in enumerate(told):
        at = _id_at(one, id_column)
        columns.append(recognised(list(one), list(one.values()), id_at=at, ignored=ignored))
        names, bad = _named(one, at)
        refused += [(side, row, problem) for row, problem in bad]
        left_out = {row for row, _ in bad}
        order = sorted((row for row in range(len(names)) if row not in left_out), key=lambda row: _natural(names[row]))
        orders.append(order)
        ids.append([names[row] for row in order])
    shared = _shared(columns)
    texts = [[text for side, order in enumerate(orders) for text in _texts(told[side], same[side], order)] for same in shared]
    compared = []
    for at, same in enumerate(shared):
        first = next(column for column in same if column is not None)
        compared.append(Column(first.header, at, first.kind, first.why))
    sides = np.concatenate([np.full(len(order), side, np.int8) for side, order in enumerate(orders)])
    return Stacked(_list(len(told)), [name for one in ids for name in one], sides, texts, compared, columns, refused)


def _list(tables: int) -> str:
    return "the table" if tables == 1 else "both tables"


def _check(told: Sequence[dict[str, list[str]]], id_column: str, ignored: Sequence[str]) -> None:
    for one in told:
        rows = len(next(iter(one.values()), []))
        if not rows or (rows == 1 and len(told) == 1):
            raise CannotMatch(f"{'one row' if rows else 'no rows'}: two records are the least that can be matched")
        if id_column and id_column not in one:
            raise CannotMatch(f"there is no column {id_column!r} to name the rows: the columns are {', '.join(list(one)[:20])}")
    unknown = [name for name in ignored if not any(name in one for one in told)]
    if unknown:
        raise CannotMatch(f"there is no column {unknown[0]!r} to leave out: the columns are {', '.join(list(told[0])[:20])}")


def _id_at(one: dict[str, list[str]], id_column: str) -> int | None:
    """The column that names the rows: as said, or one whose values all differ, called like an id before any other."""
    headers = list(one)
    if id_column:
        return headers.index(id_column)
    unique = [at for at, name in enumerate(headers) if is_unique(one[name])]
    called = [at for at in unique if kind_by_name(headers[at]) == ID]
    silent = [at for at in unique if not kind_by_name(headers[at]) and not any(" " in value for value in one[headers[at]])]
    return next(iter([*called, *silent]), None)


def _named(one: dict[str, list[str]], at: int | None) -> tuple[list[str], list[tuple[int, str]]]:
    """The id of every row, and the rows that have none of their own."""
    if at is None:
        return [str(row) for row in range(1, len(next(iter(one.values()))) + 1)], []
    header, names = list(one.items())[at]
    first: dict[str, int] = {}
    bad = []
    for row, name in enumerate(names):
        if not name:
            bad.append((row, f"{header} is empty: give each row a name of its own"))
        elif first.setdefault(name, row) != row:
            bad.append((row, f"{header} {name[:80]!r} stands in an earlier row too: give each row a name of its own"))
    if 2 * len(bad) > len(names):
        raise CannotMatch(f"{header!r} names no rows, most of its values come twice or are empty: say with --id which column does")
    return names, bad


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Ids in the order people expect: `rec-9` before `rec-10`."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", name) if part]


def _texts(table: dict[str, list[str]], column: Column | None, order: Sequence[int]) -> list[str]:
    values = list(table.values())[column.at] if column is not None else None
    return [values[row][:_LONGEST] if values is not None else "" for row in order]


def _shared(columns: Sequence[list[Column]]) -> list[tuple[Column | None, ...]]:
    """Columns that mean the same in every table: by kind and place, and by name where a kind says too little.

    Names of people are kept whole or in parts: one file's full name meets the other's given and family name.
    """
    usable = [[column for column in one if column.kind not in (ID, LABEL, UNUSED)] for one in columns]
    if len(usable) == 1:
        return [(column,) for column in usable[0]]
    pairs: list[tuple[Column | None, ...]] = []
    if all(any(column.kind in _NAMES for column in one) for one in usable):
        pairs += [(column, None) for column in usable[0] if column.kind in _NAMES]
        pairs += [(None, column) for column in usable[1] if column.kind in _NAMES]
    others = [column for column in usable[0] if column.kind not in _NAMES]
    return pairs + [(left, right) for left in others if (right := _partner(left, *usable)) is not None]


def _partner(left: Column, ours: list[Column], theirs: list[Column]) -> Column | None:
    if left.kind in _BY_HEADER:
        return next((one for one in theirs if one.kind == left.kind and words_of(one.header) == words_of(left.header)), None)
    place = [one for one in ours if one.kind == left.kind].index(left)
    same = [one for one in theirs if one.kind == left.kind]
    return same[place] if place < len(same) else None
