"""PostgreSQL as the engine: each file of the lake is copied into a table of its own once, and never changed, as in the folder.

A database for this alone: whole versions of the lake come and go in it as schemas.
"""

import threading
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import sql as words

from treaty.engine import limit, views
from treaty.engine.elsewhere import Statement
from treaty.engine.manifest import Exported, Manifest

FILES = "treaty_lake"
"""The schema in which the files are kept."""
KEEP = 20
"""Versions of the lake that stay readable."""
BATCH = 10_000
TYPES = views.TYPES | {"text": "text", "real": "double precision"}
UNUSED = f"""select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = '{FILES}' and c.relkind = 'r'
    and not exists (select 1 from pg_depend d where d.refobjid = c.oid and d.deptype = 'n')"""  # noqa: S608 - a name of our own
OLD = "select nspname from pg_namespace where nspname ~ '^lake_[0-9]+_' order by split_part(nspname, '_', 2)::bigint desc offset "


class Postgres:
    def __init__(self, setting: str, place: Path) -> None:
        self.name = setting
        self._place = place
        self._of_thread = threading.local()

    def open(self, manifest: Manifest) -> None:
        """All in one transaction, one process at a time."""
        space = manifest.space
        with self._connection.transaction():
            self._run(f"select pg_advisory_xact_lock(hashtext('{FILES}'))")
            self._run(f"create schema if not exists {FILES}; drop schema if exists {space} cascade; create schema {space}")
            for name, table in views.in_order(manifest):
                for file in table.files:
                    self._load(table, file.name)
                through = f"{space}.{table.follow.through}" if table.follow else ""
                text = views.view(table, _files(table), through) if table.files else views.empty(table, TYPES)
                self._run(f"create view {space}.{name} as {text}")
            self._sweep()

    def _load(self, table: Exported, name: str) -> None:
        where = _kept(name)
        [(is_there,)] = self._run(f"select to_regclass('{where}') is not null").fetchall()
        if is_there:
            return
        self._run(f"create table {where} ({', '.join(f'{column} {TYPES[kind]}' for column, kind in table.columns.items())})")
        with self._connection.cursor() as cursor, cursor.copy(f"copy {where} from stdin") as copy:
            for batch in pq.ParquetFile(self._place / name).iter_batches(BATCH):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    copy.write_row(row)
        self._run(f"analyze {where}")

    def _sweep(self) -> None:
        for (space,) in self._run(f"{OLD} {KEEP}").fetchall():
            self._run(words.SQL("drop schema {} cascade").format(words.Identifier(space)))
        for (name,) in self._run(UNUSED).fetchall():
            self._run(words.SQL("drop table {}").format(words.Identifier(FILES, name)))

    def forget(self, manifest: Manifest) -> None:
        """Opening a newer one does, for all processes that ask this database."""

    def place(self, space: str, table: str) -> dict[str, str]:
        return {"name": table, "database": space}

    def write(self, expression: Any) -> Statement:
        return Statement(sql(expression), expression.as_table().schema().to_pyarrow())

    def ask(self, statement: Statement, *, seconds: float = limit.SECONDS) -> Any:
        self._run(f"set statement_timeout = {round(seconds * 1000)}")
        try:
            rows = self._run(statement.text).fetchall()
        except psycopg.errors.QueryCanceled as error:
            raise limit.TookTooLong(seconds) from error
        columns = list(zip(*rows, strict=True)) or [()] * len(statement.schema)
        return pa.table(
            [_array(column, field.type) for column, field in zip(columns, statement.schema, strict=True)], statement.schema.names
        )

    @property
    def _connection(self) -> Any:
        """This thread's own."""
        found = self._of_thread.__dict__.get("connection")
        if found is None or found.closed:
            found = self._of_thread.connection = psycopg.connect(self.name, autocommit=True)
        return found

    def _run(self, text: Any) -> Any:
        return self._connection.execute(text)


def sql(expression: Any) -> str:
    """The PostgreSQL text of an Ibis expression."""
    return str(_compiler().to_sqlglot(expression.as_table().unbind()).sql("postgres"))


@lru_cache
def _compiler() -> Any:
    import ibis.expr.datatypes as dt
    from ibis.backends.sql.compilers import PostgresCompiler

    class Willing(PostgresCompiler):  # type: ignore[misc]  # Ibis has no types
        def visit_Cast(self, op: Any, *, arg: Any, to: Any) -> Any:
            """Yes and no become 1 and 0 by way of `integer` only."""
            if op.arg.dtype.is_boolean() and to.is_integer():
                arg = self.cast(arg, dt.int32)
            return super().visit_Cast(op, arg=arg, to=to)

    return Willing()


def _kept(name: str) -> str:
    return f'{FILES}."{name.removesuffix(".parquet")}"'


def _files(table: Exported) -> str:
    return "(" + " union all ".join(f"select * from {_kept(file.name)}" for file in table.files) + ")"  # noqa: S608


def _array(values: Sequence[Any], kind: pa.DataType) -> Any:
    """Sums and means come as decimals whatever was summed."""
    if pa.types.is_decimal(kind):
        return pa.array(values, None if any(value is not None for value in values) else kind)
    whole = pa.types.is_integer(kind)
    return pa.array([(int(value) if whole else float(value)) if isinstance(value, Decimal) else value for value in values], kind)
