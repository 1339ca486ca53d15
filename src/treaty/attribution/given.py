"""Tables as somebody has them, in a DuckDB of one question alone: whatever offers itself as Arrow, or a Parquet file.

A file is read anew by each question and never held: a hundred million touches need no more memory than a few.
"""

from collections.abc import Sequence
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

    def take(self, name: str, table: Any, columns: Sequence[str]) -> Any:
        """Those of the columns that the table has, and `row`, its place in the table: a short number where it can be."""
        found = [one for one in columns if one in names_of(table)]
        if not isinstance(table, Path):
            rows = pa.array(np.arange(table.num_rows, dtype=np.int32 if table.num_rows < _SHORT else np.int64))
            return self.register(name, table.select(found).append_column("row", rows))
        kind = "int32" if pq.read_metadata(table).num_rows < _SHORT else "int64"
        source = f"read_parquet({duck.literal(str(table.absolute()))}, file_row_number = true)"
        listed = ", ".join(f'"{one}"' for one in found)
        self._connection.execute(f"create view {name} as select {listed}, file_row_number::{kind} as row from {source}")  # noqa: S608
        read = ibis.Schema.from_pyarrow(pa.schema([_schema(table).field(one) for one in found]))
        return ibis.table({**read, "row": kind}, name=name)

    def register(self, name: str, table: pa.Table) -> Any:
        self._connection.register(name, table)
        return ibis.table(ibis.Schema.from_pyarrow(table.schema), name=name)

    def view(self, name: str, rows: Any) -> Any:
        self._connection.execute(f"create view {name} as {duck.sql(rows)}")
        return ibis.table(rows.schema(), name=name)

    def keep(self, name: str, rows: Any) -> Any:
        self._connection.execute(f"create temp table {name} as {duck.sql(rows)}")
        return ibis.table(rows.schema(), name=name)

    def fetch(self, expression: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = duck.fetch(expression, self._connection, seconds=_PATIENCE).to_pylist()
        return rows

    def close(self) -> None:
        self._connection.close()


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


def channel(t: Any) -> Any:
    """A touch that names no channel has one that says so."""
    return t.channel.cast("string").nullif("").fill_null(NONE)


def journey(t: Any, *others: Any) -> Any:
    """Whose it is: whole numbers where all tables say it so, which is faster; else texts."""
    are_numbers = all(one.journey.type().is_integer() for one in (t, *others))
    return t.journey.cast("int64" if are_numbers else "string")
