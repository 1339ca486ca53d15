"""One export that came in several files: tables of one kind with the same columns are one table."""

from bisect import bisect_left
from collections import defaultdict
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


def stacked(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """Tables of a kind and with the same headers put under each other, in their order; all others as they are.

    A record that stands in two of the files (by the first of its ids; without any, by all its cells) counts once: the
    first is kept, and its empty cells are filled from the second. Twice within one file it stays twice: a duplicate.
    """
    groups: dict[tuple[object, ...], list[Table]] = defaultdict(list)
    for number, table in enumerate(tables):
        ids = [column.header for meaning in _KEYS.get(table.kind, ()) if (column := table.column(meaning))]
        groups[table.kind, frozenset(table.headers), tuple(ids) if table.kind in _KEYS else number].append(table)
    return tuple(tables[0] if len(tables) == 1 else _one(tables) for tables in groups.values())


def _one(tables: list[Table]) -> Table:
    first = tables[0]
    columns = [_joined(column, tables) for column in first.columns if all(_same(column, table) for table in tables)]
    ends = list(accumulate(table.used for table in tables))
    once = _once(first.kind, columns, [0, *ends])
    kept = [row for row in range(ends[-1]) if row not in once]
    lines = [line for table in tables for line in table.lines]
    empty = {header: sum(table.empty.get(header, 0) for table in tables) for header in first.empty}
    return replace(
        first,
        file=", ".join(table.file for table in tables),
        columns=tuple(replace(column, values=[column.values[row] for row in kept]) for column in columns),
        used=len(kept),
        lines=[lines[row] for row in kept],
        empty=empty,
        parts=tuple((table.file, bisect_left(kept, end)) for table, end in zip(tables, ends, strict=True)),
        again=len(once),
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


def _once(kind: str, columns: list[Column], starts: list[int]) -> set[int]:
    """Rows that are left out because an earlier file has their record; what only they say is given to the first."""
    keys = [column.values for meaning in _KEYS[kind] for column in columns if column.meaning == meaning]
    seen: dict[Cell | tuple[Cell, ...], tuple[int, int]] = {}
    out: set[int] = set()
    for part, (start, end) in enumerate(pairwise(starts)):
        for row in range(start, end):
            name = next((values[row] for values in keys if values[row] is not None), None) or tuple(c.values[row] for c in columns)
            first, of = seen.setdefault(name, (row, part))
            if of != part:
                out.add(row)
                _fill(columns, first, row)
    return out


def _fill(columns: list[Column], first: int, again: int) -> None:
    for column in columns:
        if column.values[first] is None:
            column.values[first] = column.values[again]
