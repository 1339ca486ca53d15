"""DuckDB in this process: in memory, locked down, one connection per process and a cursor per thread.

What is shut, and why (measured on the pinned version, reliability facts 1.2, ecosystem facts 0.3 and 3):
no file outside the lake can be read or written, no extension is fetched or loaded, and no statement can
open any of it again. Within the lake `COPY ... TO` could still overwrite a file: user text must reach
Ibis as literals only, and the lake's files belong to their manifest.
"""

import os
import tempfile
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from treaty.engine import limit, views
from treaty.engine.elsewhere import Statement
from treaty.engine.limit import TookTooLong
from treaty.engine.manifest import Manifest
from treaty.processes import roomy

__all__ = ["LIMIT_SECONDS", "Duck", "LakeNotSafe", "TookTooLong", "at_most", "connect", "cursor", "fetch", "literal", "shared", "sql"]

Connection = Any
"""A duckdb.DuckDBPyConnection; the driver ships no types."""

LIMIT_SECONDS = limit.SECONDS
THRIFTY = {
    "enable_external_file_cache": False,  # the system keeps files in memory already, and gives them back when it is short
    "allocator_flush_threshold": "1MB",
    "allocator_bulk_deallocation_flush_threshold": "1MB",
    "allocator_background_threads": True,
}
"""A process that answers questions for days gives back what a question took: 100 MB less, and no slower (measured)."""


class LakeNotSafe(Exception):
    """A link inside the lake could lead out of it."""


def connect(lake: Path | None = None, *, files: Sequence[Path] = (), memory_limit: str = "1GB", threads: int = 2) -> Connection:
    """A new in-memory database that can read the lake's directory, the files named and nothing else on this machine.

    lake: read with everything below it; None shuts every directory. It need not exist yet.
    files: by the very paths statements will name.
    Spilling goes to a private directory that is removed with the process, at most 10 GB of it.
    Raises LakeNotSafe when the lake holds a symbolic link.
    """
    private = _private_directory()
    settings = {
        "memory_limit": memory_limit,
        "threads": threads,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "extension_directory": f"{private}/extensions",  # empty: a stray extension in a home directory must not change results
        "temp_directory": f"{private}/spill",
        "max_temp_directory_size": "10GB",
        **(THRIFTY if lake is not None else {}),
    }
    connection = duckdb.connect(":memory:", config=settings)
    if lake is not None:
        refuse_links(lake)
        connection.execute(f"set allowed_directories = [{literal(f'{lake.resolve()}/')}]")
    if files:
        connection.execute(f"set allowed_paths = [{', '.join(literal(str(file)) for file in files)}]")
    for setting, value in (
        ("TimeZone", "'UTC'"),
        ("python_enable_replacements", "false"),  # else a bare name in a statement reads Python variables
        ("enable_external_access", "false"),
        ("lock_configuration", "true"),
    ):
        connection.execute(f"set global {setting} = {value}")
    return connection


def literal(text: str) -> str:
    """A text of our own as a statement writes it. A bound parameter would make the driver import pandas, 60 MB of it."""
    return "'" + text.replace("'", "''") + "'"


def refuse_links(lake: Path) -> None:
    """Raise LakeNotSafe if anything below the lake is a symbolic link: DuckDB before 1.5 followed them out."""
    for path in lake.rglob("*"):
        if path.is_symlink():
            raise LakeNotSafe(f"{path} is a link: put the file itself into the lake")


def shared(lake: Path | None = None, *, threads: int = 2) -> Connection:
    """This process's connection, made on first use. Take a cursor of it; never run anything on it.

    threads: 1 is for many small statements without a lake, where a second thread costs more than it helps.
    """
    with _opening:
        return _connection(os.getpid(), lake, threads)


def cursor(lake: Path | None = None) -> Connection:
    """This thread's cursor on this process's one connection; both are made on first use.

    One connection shared by threads fails (tried); a cursor each does not. Temporary tables and
    registered Arrow tables belong to the cursor that made them.
    """
    key = (os.getpid(), lake)
    cursors: dict[tuple[int, Path | None], Connection] = _of_thread.__dict__.setdefault("cursors", {})
    if key not in cursors:
        cursors[key] = shared(lake).cursor()
    return cursors[key]


def at_most(seconds: float, cursor: Connection) -> AbstractContextManager[None]:
    """Interrupt whatever the cursor runs inside when the time is over; DuckDB has no such setting.

    Raises TookTooLong. Other cursors go on.
    """
    return limit.at_most(seconds, cursor.interrupt, duckdb.InterruptException)


def sql(expression: Any) -> str:
    """The DuckDB text of an Ibis expression. Tables it names must be registered on the cursor that runs it."""
    return roomy(_sql, expression)  # who asks from a notebook has no room of their own


def _sql(expression: Any) -> str:
    import ibis
    from ibis.backends.sql.compilers import duckdb as dialect

    ibis.options.sql.fuse_selects = False  # merging selects takes two thirds of the compilation, and DuckDB does it again
    tree = dialect.compiler.to_sqlglot(expression.unbind())
    return str(tree.sql(dialect=dialect.compiler.dialect, copy=False))  # nobody else has the tree: copying it takes half of the rest


def fetch(expression: Any, cursor: Connection, *, seconds: float = LIMIT_SECONDS) -> Any:
    """The rows of an Ibis expression as a pyarrow.Table. Raises TookTooLong."""
    text = sql(expression)
    with at_most(seconds, cursor):
        return cursor.execute(text).to_arrow_table()


class Duck:
    """The lake read by this process's connection. Keeps the types of DuckDB: nothing is converted."""

    name = "duckdb"

    def __init__(self, place: Path) -> None:
        self._place = place

    def open(self, manifest: Manifest) -> None:
        space, on = manifest.space, cursor(self._place)
        on.execute(f"drop schema if exists {space} cascade; create schema {space}")
        for name, table in views.in_order(manifest):
            files = ", ".join(literal(str(self._place.resolve() / file.name)) for file in table.files)
            through = f"{space}.{table.follow.through}" if table.follow else ""
            text = views.view(table, f"read_parquet([{files}])", through) if table.files else views.empty(table)
            on.execute(f"create view {space}.{name} as {text}")

    def forget(self, manifest: Manifest) -> None:
        cursor(self._place).execute(f"drop schema if exists {manifest.space} cascade")

    def keep(self, space: str, name: str, text: str) -> None:
        on = cursor(self._place)
        with at_most(LIMIT_SECONDS, on):
            on.execute(f"create or replace table {space}.{name} as {text}")

    def drop(self, space: str, name: str) -> None:
        cursor(self._place).execute(f"drop table if exists {space}.{name}")

    def place(self, space: str, table: str) -> dict[str, str]:
        return {"name": table, "database": space}

    def write(self, expression: Any) -> Statement:
        return Statement(sql(expression), None)

    def ask(self, statement: Statement, *, seconds: float = LIMIT_SECONDS) -> Any:
        on = cursor(self._place)
        with at_most(seconds, on):
            return on.execute(statement.text).to_arrow_table()


_of_thread = threading.local()
_opening = threading.Lock()


@lru_cache
def _connection(pid: int, lake: Path | None, threads: int) -> Connection:  # noqa: ARG001 - a forked child opens its own
    return connect(lake, threads=threads)


@lru_cache
def _private_directory() -> str:
    """A directory of this process alone, removed at its end."""
    directory = tempfile.TemporaryDirectory(prefix="treaty-engine-", ignore_cleanup_errors=True)
    _kept.append(directory)
    return directory.name


_kept: list[tempfile.TemporaryDirectory[str]] = []
"""Keeps the directory until the process ends; its finalizer removes it then."""
