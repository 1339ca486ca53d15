"""Each record once: tables of one kind with the same columns are one table, and a row that repeats an id is left out."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from treaty.diagnosis.tables import Cell, Column, Table

_KEYS = {
    "leads": ("lead id", "email"),
    "opportunities": ("opportunity id",),
    "accounts": ("account id", "account"),
    "members": ("member id", "member"),
    "products": ("product",),
}
"""What is stacked, and by what a record is known again."""
_IDS = {"leads": "lead id", "opportunities": "opportunity id", "accounts": "account id", "members": "member id"}
_APART = {"opportunities": ("amount", "product")}
"""Where these differ, one id stands for several things: the lines of an order, say."""


def stacked(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """Tables of a kind and with the same headers put under each other, in their order; all others as they are.

    A record that stands in two of the files (by the first of its ids; without any, by all its cells) counts once: the
    first is kept, and its empty cells are filled from the second. So does one whose id stands twice within a file, except
    a deal with another amount or product there. An address or a name that stands twice stays: a duplicate.
    """
    groups: dict[tuple[object, ...], list[Table]] = defaultdict(list)
    for number, table in enumerate(tables):
        ids = [column.header for meaning in _KEYS.get(table.kind, ()) if (column := table.column(meaning))]
        groups[table.kind, frozenset(table.headers), tuple(ids) if table.kind in _KEYS else number].append(table)
    return tuple(tables[0] if len(tables) == 1 and not _repeats_ids(tables[0]) else _one(tables) for tables in groups.values())


def _repeats_ids(table: Table) -> bool:
    ids = [value for value in table.values(_IDS[table.kind]) if value is not None] if table.kind in _IDS else []
    return len(set(ids)) < len(ids)


def _one(tables: list[Table]) -> Table:
    first = tables[0]
    columns = [_joined(column, tables) for column in first.columns if all(_same(column, table) for table in tables)]
    ends = list(accumulate(table.used for table in tables))
    across, within = _once(first.kind, columns, [0, *ends])
    for row, again in sorted({**across, **within}.items()):
        _fill(columns, again, row)
    kept = [row for row in range(ends[-1]) if row not in across and row not in within]
    lines = [line for table in tables for line in table.lines]
    empty = {header: sum(table.empty.get(header, 0) for table in tables) for header in first.empty}
    return replace(
        first,
        file=", ".join(table.file for table in tables),
        columns=tuple(replace(column, values=[column.values[row] for row in kept]) for column in columns),
        used=len(kept),
        lines=[lines[row] for row in kept],
        empty=empty,
        parts=tuple((table.file, bisect_left(kept, end)) for table, end in zip(tables, ends, strict=True)) if len(tables) > 1 else (),
        again=len(across),
        repeats=tuple((bisect_left(kept, again), lines[row]) for row, again in within.items()),
    )


def _same(column: Column, table: Table) -> Column | None:
    return next((other for other in table.columns if (other.header, other.meaning) == (column.header, column.meaning)), None)


def _joined(column: Column, tables: list[Table]) -> Column:
    values: list[Cell] = []
    markers: dict[str, int] = defaultdict(int)
    for table in tables:
        other = _same(column, table)
        if other is not None:
            values += other.values
            for marker, times in other.markers.items():
                markers[marker] += times
    return Column(column.header, column.meaning, values, dict(markers))


def _once(kind: str, columns: list[Column], starts: list[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Rows that are left out, each with the one that is kept: their record stands in an earlier file, or before in the same.

    An id that most rows of the file share is none: then only what stands in an earlier file is left out.
    """
    keys = [column.values for meaning in _KEYS[kind] for column in columns if column.meaning == meaning]
    ids = next((column.values for column in columns if column.meaning == _IDS.get(kind)), None)
    apart = [column.values for column in columns if column.meaning in _APART.get(kind, ())]
    seen: dict[Cell | tuple[Cell, ...], tuple[int, int]] = {}
    across: dict[int, int] = {}
    within: dict[int, int] = {}
    for part, (start, end) in enumerate(pairwise(starts)):
        for row in range(start, end):
            name = next((values[row] for values in keys if values[row] is not None), None) or tuple(c.values[row] for c in columns)
            first, of = seen.setdefault(name, (row, part))
            if of != part:
                across[row] = first
            elif first != row and ids is not None and ids[row] is not None and _are_one(apart, first, row):
                within[row] = first
    return across, within if 2 * len(within) <= starts[-1] else {}


def _are_one(apart: Sequence[Sequence[Cell]], first: int, again: int) -> bool:
    return all(values[first] is None or values[again] is None or values[first] == values[again] for values in apart)


def _fill(columns: list[Column], first: int, again: int) -> None:
    for column in columns:
        if column.values[first] is None:
            column.values[first] = column.values[again]
