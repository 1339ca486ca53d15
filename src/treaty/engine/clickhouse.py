"""ClickHouse inside this process (chdb) over the lake's files."""

import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

import chdb.session
import pyarrow as pa

from treaty.engine import limit, views
from treaty.engine.arrow import conformed
from treaty.engine.elsewhere import Statement, Unfit
from treaty.engine.manifest import Exported, Manifest

TYPES = {kind: f"Nullable({name})" for kind, name in (views.TYPES | {"number": "Int64", "moment": "Int64", "text": "String"}).items()}
TYPES |= {
    "real": "Nullable(Float64)",
    "flag": "Nullable(Bool)",
    "money": "Nullable(Decimal(18, 4))",
    "rate": "Nullable(Decimal(18, 10))",
    "day": "Nullable(Date32)",
}
SETTINGS = {
    "join_use_nulls": 1,  # what has no match is null, not 0 or ''
    "aggregate_functions_null_for_empty": 1,  # and so is a sum of nothing
    "session_timezone": "'UTC'",
    "max_threads": 2,
    "query_plan_max_optimizations_to_apply": 1_000_000,
}
_running = threading.Lock()
"""One question at a time: there is one ClickHouse in a process."""


class ClickHouse:
    name = "chdb"

    def __init__(self, place: Path) -> None:
        self._place = place.resolve()
        if set("*?{},") & set(str(self._place)):
            raise Unfit(f"{self._place} has one of * ? {{ }} , in its name, which ClickHouse takes for a pattern: move the data folder")

    def open(self, manifest: Manifest) -> None:
        space = manifest.space
        _run(f"drop database if exists {space}")
        _run(f"create database {space}")
        for name, table in views.in_order(manifest):
            through = f"{space}.{table.follow.through}" if table.follow else ""
            text = views.view(table, self._files(table), through) if table.files else views.empty(table, TYPES)
            _run(f"create view {space}.{name} as {text}")

    def _files(self, table: Exported) -> str:
        names = ",".join(file.name for file in table.files)
        path = f"{self._place}/{{{names}}}" if len(table.files) > 1 else f"{self._place}/{names}"
        columns = ", ".join(f"{name} {TYPES[kind]}" for name, kind in table.columns.items())
        return f"file({_literal(path)}, Parquet, {_literal(columns)})"

    def forget(self, manifest: Manifest) -> None:
        _run(f"drop database if exists {manifest.space}")

    def place(self, space: str, table: str) -> dict[str, str]:
        return {"name": table, "database": space}

    def write(self, expression: Any) -> Statement:
        return Statement(sql(expression), expression.as_table().schema().to_pyarrow())

    def ask(self, statement: Statement, *, seconds: float = limit.SECONDS) -> Any:
        try:
            found = _run(f"{statement.text} settings {_settings(seconds)}", "ArrowStream")
        except RuntimeError as error:
            if "TIMEOUT_EXCEEDED" in str(error):
                raise limit.TookTooLong(seconds) from error
            raise
        return conformed(_whole(found), statement.schema)


def _whole(answer: bytes) -> pa.Table:
    """One stream and nothing behind it: else it is the remains of another question."""
    source = pa.BufferReader(answer)
    table = pa.ipc.open_stream(source).read_all()
    if source.tell() != len(answer):
        raise RuntimeError(
            f"ClickHouse answered {len(answer)} bytes, of which {source.tell()} were expected: the engine has to be restarted"
        )
    return table


def sql(expression: Any) -> str:
    """The ClickHouse text of an Ibis expression, in the words that mean what the other engines mean."""
    return str(_compiler().to_sqlglot(expression.as_table().unbind()).sql("clickhouse"))


@lru_cache
def _compiler() -> Any:
    from ibis.backends.sql.compilers import ClickHouseCompiler
    from ibis.backends.sql.compilers.base import NULL

    class Exact(ClickHouseCompiler):  # type: ignore[misc]  # Ibis has no types
        """What Ibis writes, but for some words with which ClickHouse is silently another engine."""

        def visit_Quantile(self, op: Any, *, arg: Any, quantile: Any, where: Any) -> Any:
            """Of all values; `quantile` draws a sample of some thousand."""
            return self._visit_quantile("quantileExactInclusive", arg, quantile, where)

        def visit_Lag(self, op: Any, *, arg: Any, offset: Any, default: Any) -> Any:
            """Null before the first row; of a column without nulls it would be 0 or ''."""
            return super().visit_Lag(op, arg=self.f.toNullable(arg), offset=offset, default=default)

        def visit_Lead(self, op: Any, *, arg: Any, offset: Any, default: Any) -> Any:
            return super().visit_Lead(op, arg=self.f.toNullable(arg), offset=offset, default=default)

        def visit_StandardDev(self, op: Any, **given: Any) -> Any:
            """Of one value there is none; ClickHouse says it is no number."""
            found = super().visit_StandardDev(op, **given)
            return self.if_(self.f.isNaN(found), NULL, found)

        def visit_Cast(self, op: Any, *, arg: Any, to: Any) -> Any:
            """To fewer places half a unit goes away from zero; a cast alone cuts off."""
            of = op.arg.dtype
            if to.is_decimal() and (of.is_floating() or (of.is_decimal() and to.scale < of.scale)):
                arg = self.f.round(arg, to.scale)
            return super().visit_Cast(op, arg=arg, to=to)

    return Exact()


@lru_cache
def _session() -> Any:
    return chdb.session.Session()


def _run(text: str, form: str = "TabSeparated") -> bytes:
    with _running:
        try:
            found: bytes = _session().query(text, form).bytes()
        except RuntimeError:
            _session().query("select 1", form)  # what a failed question had answered so far would stand before the next answer
            raise
    return found


def _settings(seconds: float) -> str:
    return ", ".join(f"{name} = {value}" for name, value in (SETTINGS | {"max_execution_time": seconds}).items())


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
