"""Tables as somebody has them, in a DuckDB of one question alone: whatever offers itself as Arrow, or a Parquet file.

A file is read anew by each question and never held: a hundred million touches need no more memory than a few.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from treaty.attribution.credit import NONE
from treaty.engine import duck

MEMORY = "1GB"
"""What the engine may hold. What does not fit waits on disk, and questions are no slower for it (performance facts 1.3)."""
MOST_NUMBERED = 100
_PATIENCE = 3_600.0
_SHORT = 1 << 31


def given(table: Any) -> Any:
    """A Path as it is; all else as Arrow: pandas, Polars and DuckDB offer a stream of it."""
    return table if isinstance(table, Path | pa.Table) else pa.table(table)


def names_of(table: Any) -> list[str]:
    return _schema(table).names  # type: ignore[no-any-return]


def _schema(table: Any) -> Any:
    return pq.read_schema(table) if isinstance(table, Path) else table.schema


class Engine:
    """`take`: a table that was given. `view`: a name for an expression, computed anew by each that uses it. `keep`: its answer under
    a name, for further expressions. `fetch`: its rows."""

    def __init__(self, tables: Sequence[Any]) -> None:
        files = [table.absolute() for table in tables if isinstance(table, Path)]
        self._connection = duck.connect(files=files, memory_limit=MEMORY)
        self._names: list[str] = []

    def take(self, name: str, table: Any, columns: Sequence[str], *, numbered: bool = False) -> Any:
        """Those of the columns that the table has, and `row`, its place in the table: a short number where it can be.

        numbered: channels as numbers from 1, by `numbers`, where there are few of them; `fetch` gives their names.
        """
        found = [one for one in columns if one in names_of(table)]
        source, kind = self._source(name, table, found)
        read = {one: f'"{one}"' for one in found if one != "channel"}
        kinds = dict(ibis.Schema.from_pyarrow(pa.schema([_schema(table).field(one) for one in found])))
        if "channel" in found:
            self._names = self._few(source) if numbered else []
            read["channel"] = _number_of(self._names) if self._names else f"coalesce(nullif(channel::varchar, ''), {duck.literal(NONE)})"
            kinds["channel"] = dt.int8 if self._names else dt.string
        listed = ", ".join(f'{text} as "{one}"' for one, text in read.items())
        self._connection.execute(f"create view {name} as select {listed}, {kind[0]}::{kind[1]} as row from {source}")  # noqa: S608
        return ibis.table({**{one: kinds[one] for one in read}, "row": kind[1]}, name=name)

    def _source(self, name: str, table: Any, found: Sequence[str]) -> tuple[str, tuple[str, str]]:
        """(what a statement reads from, (the column of its rows, as what)).  A short number is sorted faster."""
        if isinstance(table, Path):
            kind = "int32" if pq.read_metadata(table).num_rows < _SHORT else "int64"
            return f"read_parquet({duck.literal(str(table.absolute()))}, file_row_number = true)", ("file_row_number", kind)
        kind = "int32" if table.num_rows < _SHORT else "int64"
        rows = pa.array(np.arange(table.num_rows, dtype=kind))
        self._connection.register(f"{name}_rows", table.select(found).append_column("row", rows))
        return f"{name}_rows", ("row", kind)

    def _few(self, source: str) -> list[str]:
        """The channels, by their numbers, if there are few: looking one up takes as long as there are."""
        listed = self._connection.execute(f"select distinct channel::varchar from {source} limit {MOST_NUMBERED}").fetchall()  # noqa: S608
        return sorted({one or NONE for (one,) in listed}) if len(listed) < MOST_NUMBERED else []

    def numbers(self, channels: Sequence[str | int]) -> tuple[str | int, ...]:
        """As the tables have them: numbers, where channels are numbered."""
        return tuple(place for place, name in enumerate(self._names, 1) if name.lower() in channels) if self._names else tuple(channels)

    def view(self, name: str, rows: Any) -> Any:
        self._connection.execute(f"create view {name} as {_statement(rows.op())}")
        return ibis.table(rows.schema(), name=name)

    def keep(self, name: str, rows: Any) -> Any:
        self._connection.execute(f"create temp table {name} as {_statement(rows.op())}")
        return ibis.table(rows.schema(), name=name)

    def fetch(self, expression: Any) -> list[dict[str, Any]]:
        with duck.at_most(_PATIENCE, self._connection):
            rows: list[dict[str, Any]] = self._connection.execute(_statement(expression.op())).to_arrow_table().to_pylist()
        for row in rows if self._names else ():
            row.update({name: self._name(row[name]) for name in row if name == "channel" or name.startswith("before_")})
        return rows

    def _name(self, number: int) -> str:
        return self._names[number - 1] if number else ""

    def close(self) -> None:
        self._connection.close()


@lru_cache(maxsize=64)
def _statement(operation: Any) -> str:
    """Written once for each question of the same form: operations are equal when they ask the same of tables of the same names and
    columns. None of them holds data."""
    return duck.sql(operation.to_expr())


@ibis.udf.scalar.builtin(signature=((dt.timestamp,), dt.int64))  # type: ignore[untyped-decorator]
def epoch_us(at: Any) -> Any:
    """DuckDB's own."""


def moment(t: Any, name: str) -> Any:
    """A column of moments as microseconds UTC; one without a zone is UTC. Null where there is no such column."""
    if name not in t.columns:
        return ibis.null("int64")
    column = t[name]
    is_moment = column.type().is_timestamp() or column.type().is_date()
    return epoch_us(column.cast("timestamp")) if is_moment else column.cast("int64")


def number(t: Any, name: str, otherwise: int | None) -> Any:
    """otherwise: where there is no such column; an empty cell of one is 0."""
    if name in t.columns:
        return t[name].cast("float64").fill_null(0.0)
    return ibis.null("float64") if otherwise is None else ibis.literal(otherwise).cast("float64")


def _number_of(names: Sequence[str]) -> str:
    """A channel's number as a statement has it; one that is not named has that of NONE. Asked once for each text of a dictionary, so
    that ten million cost what a few do: `coalesce` before it would undo that."""
    listed = ", ".join(duck.literal(name) for name in (*names, ""))
    number = f"list_position([{listed}], channel::varchar)::tinyint"
    return f"coalesce(nullif({number}, {len(names) + 1}), {names.index(NONE) + 1})" if NONE in names else number


def journey(t: Any, *others: Any) -> Any:
    """Whose it is: whole numbers where all tables say it so, which is faster; else texts."""
    are_numbers = all(one.journey.type().is_integer() for one in (t, *others))
    return t.journey.cast("int64" if are_numbers else "string")
