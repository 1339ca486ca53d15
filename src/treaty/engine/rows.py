"""Reading the operational database for the lake: one snapshot of all tables, rows in batches, nothing locked."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from treaty.engine.manifest import Settled
from treaty.engine.meanwhile import meanwhile
from treaty.engine.tables import KEY, Table

BATCH = 50_000
SOME = 10_000
_EXACT = ("number", "moment", "text", "flag", "day")
"""Kinds that JSON of SQLite keeps as they are; of fractions it writes fifteen digits."""
Row = Sequence[Any]


class Rows:
    """A snapshot of SQLite: writers come one at a time, so row numbers are complete in order."""

    def __init__(self, cursor_of: Any) -> None:
        self._cursor_of = cursor_of

    def batches(self, sql: str, size: int = BATCH) -> Iterator[list[Row]]:
        with closing(self._cursor_of()) as cursor:
            cursor.execute(sql)
            while rows := cursor.fetchmany(size):
                yield rows

    def all(self, sql: str) -> list[Row]:
        return [row for batch in self.batches(sql) for row in batch]

    def tables(self, table: Table, after: int, *conditions: str) -> Iterator[pa.Table]:
        """Rows with a number above `after`, as files keep them, in order of their number, some thousands at a time.

        SQLite makes one text of each column, which is read in half the time its rows are: a row is never put together. Only of
        what JSON keeps exactly; fractions come as rows do. What was read is made into columns while SQLite reads on.
        """
        exact = [name for name, column in table.columns.items() if column.kind in _EXACT]
        rest = [exact[0], *(name for name in table.columns if name not in exact)]
        parts = self._parts(table.only(exact), table.only(rest), after, conditions)
        return meanwhile(lambda part: _columns(table, exact, rest, *part), parts)

    def _parts(self, exact: Table, rest: Table, after: int, conditions: Sequence[str]) -> Iterator[tuple[list[str], list[Row]]]:
        """Some thousand rows after others: each exact column as JSON, the rest as rows in order of their number.

        Where the part ends is asked first: SQLite gathers a plain range half again as fast as the first rows of an ordered one.
        The conditions say nothing of where to begin: of two such limits it would begin at the lower one, each time.
        """
        key = exact.only([next(iter(exact.columns))])
        while True:
            ordered = key.select(f"{KEY} > {after}", *conditions)
            [(last,)] = self.all(f"with some(id) as ({ordered} limit {SOME}) select max(id) from some")  # noqa: S608 - names of our own
            if last is None:
                return
            limits = (f"{KEY} > {after}", f"{KEY} <= {last}", *conditions)
            [texts] = self.all(exact.gathered("json_group_array({})", *limits))
            yield list(texts), self.all(rest.select(*limits)) if len(rest.columns) > 1 else []
            after = last

    def settled(self, table: Table, before: Settled | None) -> Settled | None:
        return None

    def digest(self, table: Table, *conditions: str) -> str:
        """The statement that boils all exported values of some rows down to one text; null when there are no rows."""
        return " ".join(["select group_concat(row_text) from (", table.digest("json_array({})", *conditions), ")"])


class PostgresRows(Rows):
    """A snapshot of PostgreSQL."""

    def tables(self, table: Table, after: int, *conditions: str) -> Iterator[pa.Table]:
        for batch in self.batches(table.select(f"{KEY} > {after}", *conditions)):
            yield table.of_columns(list(zip(*batch, strict=True)))

    def digest(self, table: Table, *conditions: str) -> str:
        return " ".join(["select md5(string_agg(row_text, ',')) from (", table.digest("row({})::text", *conditions), ") as r"])


class SettlingRows(PostgresRows):
    """The same among other writers: a smaller row number may be committed after a greater one."""

    def settled(self, table: Table, before: Settled | None) -> Settled | None:
        """Row numbers are complete up to the last one given out before every transaction still running began.

        So each round exports what the round before had seen given out, once all transactions of that time have ended.
        """
        sequence = f"pg_get_serial_sequence('{table.source}', 'id')::regclass"
        sql = f"""select coalesce(pg_sequence_last_value({sequence}), 0),
            pg_snapshot_xmin(pg_current_snapshot())::text, pg_snapshot_xmax(pg_current_snapshot())::text"""
        last, oldest, next_one = (int(value) for value in self.all(sql)[0])
        if before is None:
            return Settled(0, last, next_one)
        if oldest < before.until_transaction:
            return before
        return Settled(before.last, last, next_one)


def _columns(table: Table, exact: list[str], rest: list[str], texts: list[str], rows: list[Row]) -> pa.Table:
    """One column after the other, and its values dropped: they stay near the processor."""
    by_name = dict(zip(exact, texts, strict=True))
    numbers: list[int] = msgspec.json.decode(by_name[exact[0]])
    order = None if numbers == sorted(numbers) else sorted(range(len(numbers)), key=numbers.__getitem__)
    others = dict(zip(rest, zip(*rows, strict=True), strict=True)) if len(rest) > 1 else {}
    if others and list(others[exact[0]]) != sorted(numbers):
        raise RuntimeError(f"{table.name}: one snapshot gave two answers")
    kinds = {name: column.kind for name, column in table.columns.items()}
    return table.of_columns(_values(by_name[name], kind, order) if name in by_name else others[name] for name, kind in kinds.items())


def _values(text: str, kind: str, order: list[int] | None) -> Any:
    """What the JSON text of one column lists, without an object per value where nothing in it needs reading.

    order: by the numbers of the rows, where SQLite went another way.
    """
    if order is not None:
        values = msgspec.json.decode(text, type=list)
        return [values[place] for place in order]
    if kind in ("number", "moment") and "null" not in text:
        return np.fromstring(text[1:-1], np.int64, sep=",")
    if kind == "text" and "null" not in text and "\\" not in text:  # so every quotation mark begins a value or ends one
        return pc.split_pattern(pa.array([text[2:-2]]), '","').flatten()
    return msgspec.json.decode(text, type=list)


@contextmanager
def snapshot() -> Iterator[Rows]:
    """All tables as of one moment. Inside a transaction (a test's) that transaction is the snapshot."""
    is_postgres = connection.vendor == "postgresql"
    if connection.in_atomic_block:
        yield (PostgresRows if is_postgres else Rows)(connection.cursor)
    elif is_postgres:
        with _postgres() as rows:
            yield rows
    else:
        with _sqlite(str(connection.settings_dict["NAME"])) as rows:
            yield rows


@contextmanager
def _sqlite(name: str) -> Iterator[Rows]:
    uri = name if name.startswith("file:") else f"file:{name}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=20, isolation_level=None)) as own:
        own.execute("begin")
        yield Rows(own.cursor)


@contextmanager
def _postgres() -> Iterator[Rows]:
    own = connection.copy()
    try:
        with _read_only(own):
            yield SettlingRows(own.chunked_cursor)
    finally:
        own.close()


@contextmanager
def _read_only(own: Any) -> Iterator[None]:
    own.set_autocommit(False)
    with own.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
    yield
    own.rollback()
