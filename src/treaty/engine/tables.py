"""What a room says of a table it wants in the lake: the rows it comes from, its columns and how it changes."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pyarrow as pa

from treaty.engine.manifest import Follow

SCALE, RATE_SCALE = Decimal("0.0001"), Decimal("0.0000000001")
KEY = "t.id"


@dataclass(frozen=True)
class Column:
    """A column of the lake: its kind, and the SQL that reads it from the operational database.

    The SQL must mean the same on SQLite and PostgreSQL: names, coalesce, case, nothing else.
    """

    kind: Literal["number", "moment", "text", "real", "flag", "money", "rate", "day"]
    sql: str


@dataclass(frozen=True)
class Table:
    """A table of the lake.

    rows: the FROM clause, beginning with the table that numbers the rows, `as t`; the first column is its id
    mode: `append` for rows that are never changed or removed, exported once in order of their number;
          `replace` for all others, exported again in stretches of row numbers where anything changed
    changes: of a replaced table, the only columns that ever change once a row is there; all when not given
    cluster: of an appended table, columns by which its files are sorted, so that a reader skips most of them
    taken: of an appended table, a statement whose answer is another number after rows were taken out of it all the same
    """

    name: str
    rows: str
    columns: dict[str, Column]
    mode: Literal["append", "replace"] = "replace"
    where: str = ""
    cluster: tuple[str, ...] = ()
    follow: Follow | None = None
    changes: tuple[str, ...] = ()
    taken: str = ""

    @property
    def source(self) -> str:
        """The table of the operational database that numbers the rows."""
        return self.rows.split()[0]

    @property
    def shape(self) -> str:
        """Changes when the columns or their meaning do: then the table is exported afresh."""
        return hashlib.sha256(repr((self.rows, self.columns, self.mode, self.where, self.cluster)).encode()).hexdigest()

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([(name, ARROW[column.kind]) for name, column in self.columns.items()])

    @property
    def order(self) -> tuple[str, ...]:
        """The columns by which files of an appended table are sorted: no two rows are alike in them."""
        return (*self.cluster, next(iter(self.columns)))

    @property
    def texts(self) -> list[str]:
        return [name for name, column in self.columns.items() if column.kind == "text"]

    def select(self, *conditions: str) -> str:
        """The statement that reads rows in order of their number."""
        columns = ", ".join(column.sql for column in self.columns.values())
        parts = ["select", columns, "from", self.rows, *self.filter(conditions), "order by", KEY]
        return " ".join(parts)

    def gathered(self, function: str, *conditions: str) -> str:
        """The statement that boils each column of some rows down to one value, all in the same order, whichever that is."""
        columns = ", ".join(function.format(column.sql) for column in self.columns.values())
        return " ".join(["select", columns, "from", self.rows, *self.filter(conditions)])

    def digest(self, row_text: str, *conditions: str) -> str:
        """The statement that reads the row number and all that may change as one text per row, `row_text`.

        row_text: the database's own function that makes a text of values.
        """
        watched = [column.sql for name, column in self.columns.items() if name in self.changes or not self.changes]
        values = f"{row_text.format(', '.join([KEY, *watched]))} as row_text"
        return " ".join(["select", values, "from", self.rows, *self.filter(conditions), "order by", KEY])

    def filter(self, conditions: Iterable[str] = ()) -> list[str]:
        every = [condition for condition in (self.where, *conditions) if condition]
        return ["where", " and ".join(f"({condition})" for condition in every)] if every else []

    def arrow(self, rows: Sequence[Sequence[Any]]) -> pa.Table:
        """Rows as the database gives them, in the declared types."""
        return self._arrow(list(zip(*rows, strict=True)) if rows else [() for _ in self.columns], self.schema)

    def of_columns(self, columns: Iterable[Sequence[Any]]) -> pa.Table:
        """The same of values column by column, each text a number in a list of the different ones: so files are written."""
        return self._arrow(columns, pa.schema([field.with_type(CODED) if field.name in self.texts else field for field in self.schema]))

    def _arrow(self, columns: Iterable[Sequence[Any]], schema: pa.Schema) -> pa.Table:
        kinds = (column.kind for column in self.columns.values())
        arrays = [_array(kind, values, field.type) for kind, values, field in zip(kinds, columns, schema, strict=True)]
        return pa.table(arrays, schema=schema)

    def only(self, names: Iterable[str]) -> "Table":
        """The table with some of its columns."""
        return replace(self, columns={name: self.columns[name] for name in names})


ARROW: dict[str, pa.DataType] = {
    "number": pa.int64(),
    "moment": pa.int64(),
    "text": pa.string(),
    "real": pa.float64(),
    "flag": pa.bool_(),
    "money": pa.decimal128(18, 4),
    "rate": pa.decimal128(18, 10),
    "day": pa.date32(),
}
CODED = pa.dictionary(pa.int32(), pa.string())


def _array(kind: str, values: Sequence[Any], made: pa.DataType) -> Any:
    read = READ.get(kind)
    return pa.array([None if value is None else read(value) for value in values] if read else values, made)


def _money(value: Any) -> Decimal:
    """SQLite keeps decimals as the nearest binary fraction; four places bring the written amount back."""
    return Decimal(str(value)).quantize(SCALE)


def _rate(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(RATE_SCALE)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


READ: dict[str, Callable[[Any], Any]] = {"flag": bool, "money": _money, "rate": _rate, "day": _day}
"""How values of a kind are read where the two databases give them differently."""


def number(sql: str) -> Column:
    return Column("number", sql)


def moment(sql: str) -> Column:
    """Microseconds since 1970, UTC; by custom the column's name ends in `_us`."""
    return Column("moment", sql)


def text(sql: str) -> Column:
    return Column("text", sql)


def real(sql: str) -> Column:
    return Column("real", sql)


def flag(sql: str) -> Column:
    return Column("flag", sql)


def money(sql: str) -> Column:
    return Column("money", sql)


def rate(sql: str) -> Column:
    """What one of something is worth in another: ten decimals."""
    return Column("rate", sql)


def day(sql: str) -> Column:
    return Column("day", sql)


def plain(make: Callable[[str], Column], names: str) -> dict[str, Column]:
    """Columns that are called in the lake as in the database table `t`."""
    return {name: make(f"t.{name}") for name in names.split()}


def moments(**columns: str) -> dict[str, Column]:
    """`starts_us="starts_at"`: moments under their names in the lake, from columns of `t`."""
    return {name: moment(f"t.{column}") for name, column in columns.items()}
