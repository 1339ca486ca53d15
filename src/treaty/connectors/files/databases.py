"""Tables of a database, as exports: every row as text, all tables as of one moment, nothing written and little held in memory.

PostgreSQL by its address; files of SQLite and DuckDB. For the command line alone: whoever runs it may reach what they name, a
member of the web pages may not.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from treaty.connectors.files.child import text_of
from treaty.connectors.files.limits import MAX_COLUMNS, FileRefused
from treaty.connectors.files.rows import RawTable, Refused, Row, Unread, bounded

BATCH = 2_000
"""Rows in memory at once, of each table that is being read."""
DUCK_MEMORY = "512MB"
SECONDS = 10
"""How long a database may take to answer the first call."""
_URL = re.compile(r"([a-z][a-z0-9+]*)://", re.I)
_MAGIC = {"sqlite": (0, b"SQLite format 3\x00"), "duckdb": (8, b"DUCK")}
SPEAKS = "PostgreSQL (postgresql://…), SQLite (sqlite:///path) and DuckDB (duckdb:///path)"


class NoDatabase(Exception):
    """It cannot be read; the message says why, names the way out, and holds no password."""


@dataclass(frozen=True, slots=True)
class Store:
    """An open database. columns: by table those of a schema, in order · rows: of a table of a schema, values as text or nothing"""

    schemas: Callable[[], Sequence[str]]
    columns: Callable[[str], dict[str, list[str]]]
    rows: Callable[[str, str, Sequence[str]], Iterator[Sequence[str]]]


def is_database(name: str) -> bool:
    """An address, or a file that is a database by its bytes."""
    return bool(_URL.match(name)) or bool(_kind_of_file(Path(name)))


@contextmanager
def tables_of(name: str, schema: str = "") -> Iterator[list[RawTable | Unread]]:
    """The tables of one schema of a database, while it is open. name: its address, or the path of its file

    schema: the only one that has tables, if none is given. Raises NoDatabase.
    """
    with _opened(name) as store:
        chosen = _chosen(schema, store.schemas())
        found = store.columns(chosen)
        yield [_table(store, chosen, table, columns) for table, columns in sorted(found.items())]


def _chosen(schema: str, known: Sequence[str]) -> str:
    there = f"there {'is' if len(known) == 1 else 'are'} {', '.join(sorted(known)) or 'none'} with tables that may be read"
    if schema and schema not in known:
        raise NoDatabase(f"the database has no schema {schema!r}: {there}")
    if not schema and len(known) != 1:
        raise NoDatabase(f"say with --schema which tables are meant: {there}")
    return schema or known[0]


def _table(store: Store, schema: str, table: str, columns: list[str]) -> RawTable | Unread:
    name = f"{schema}/{table}"
    if len(columns) > MAX_COLUMNS:
        return Unread(name, f"{name} has {len(columns):,} columns: {MAX_COLUMNS:,} is the most that is read")
    return RawTable(name, tuple(columns), partial(_rows, store, schema, table, columns))


def _rows(store: Store, schema: str, table: str, columns: Sequence[str]) -> Iterator[Row | Refused]:
    for number, cells in zip(count(1), store.rows(schema, table, columns)):
        yield bounded(Row(number, list(cells)))


def _kind_of_file(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            start = stream.read(32)
    except OSError:
        return ""
    return next((kind for kind, (at, magic) in _MAGIC.items() if start[at : at + len(magic)] == magic), "")


@contextmanager
def _opened(name: str) -> Iterator[Store]:
    found = _URL.match(name)
    kind = found[1].lower() if found else _kind_of_file(Path(name))
    if kind in ("postgresql", "postgres"):
        with _postgres(name) as store:
            yield store
        return
    if kind not in _MAGIC:
        raise NoDatabase(f"{kind or 'this'} is not read: what is, is {SPEAKS}; of others export the tables as CSV or Parquet")
    path = _path_of(name) if found else Path(name)
    if not path.is_file():
        raise NoDatabase(f"there is no file {str(path)!r}: after {kind}:// comes a third slash and the path")
    if _kind_of_file(path) != kind:
        raise NoDatabase(f"{str(path)!r} is no database of {kind}")
    with (_sqlite if kind == "sqlite" else _duckdb)(path) as store:
        yield store


def _path_of(url: str) -> Path:
    """`sqlite:///a/b` is the path `a/b`, `sqlite:////a/b` the path `/a/b`; a name in place of the host is no path."""
    parts = urlsplit(url)
    return Path(unquote(parts.path.removeprefix("/"))) if not parts.netloc else Path()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# PostgreSQL


@contextmanager
def _postgres(url: str) -> Iterator[Store]:
    """One transaction that only reads, of one moment, so that every pass over a table sees the same rows."""
    try:
        import psycopg
    except ImportError:
        raise NoDatabase("PostgreSQL is read with the extra `postgres`: install treaty[postgres]") from None
    try:
        link = psycopg.connect(url, connect_timeout=SECONDS, application_name="treaty import")
    except psycopg.Error as fault:
        raise NoDatabase(f"the database does not answer ({_unsecret(fault, url)}): check its address, its name and the rights") from None
    with link:
        link.read_only, link.isolation_level = True, psycopg.IsolationLevel.REPEATABLE_READ
        link.execute("set timezone to 'UTC'; set datestyle to 'ISO, YMD'")
        yield Store(
            partial(_schemas_of_postgres, link, url), partial(_columns_of_postgres, link, url), partial(_rows_of_postgres, link, url)
        )
        link.rollback()


_SCHEMAS = """select distinct table_schema from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('information_schema', 'pg_catalog') order by 1"""
_COLUMNS = """select c.table_name, c.column_name from information_schema.columns c
    join information_schema.tables t using (table_catalog, table_schema, table_name)
    where t.table_type = 'BASE TABLE' and c.table_schema = {} order by c.table_name, c.ordinal_position"""


_ALL_SCHEMAS = """select distinct schemaname from pg_catalog.pg_tables
    where schemaname not in ('information_schema', 'pg_catalog') order by 1"""
_ALL_COLUMNS = """select c.relname, a.attname from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped and n.nspname = %s order by c.relname, a.attnum"""


def _schemas_of_postgres(link: Any, url: str) -> list[str]:
    return [name for (name,) in _listed(link, url, _SCHEMAS, _ALL_SCHEMAS)]


def _columns_of_postgres(link: Any, url: str, schema: str) -> dict[str, list[str]]:
    return _by_table(_listed(link, url, _COLUMNS.format("%s"), _ALL_COLUMNS, schema))


def _listed(link: Any, url: str, readable: str, every: str, *values: str) -> list[Any]:
    """What may be read. That list fails as a whole where one table's rights are damaged: then all there is, and a table that cannot
    be read says so when its turn comes. Raises NoDatabase."""
    import psycopg

    for query in (readable, every):
        try:
            with link.transaction():
                return list(link.execute(query, values))
        except psycopg.Error as fault:
            said = _unsecret(fault, url)
    raise NoDatabase(f"its tables cannot be listed ({said}): try again, or export them as CSV")


def _rows_of_postgres(link: Any, url: str, schema: str, table: str, columns: Sequence[str]) -> Iterator[Sequence[str]]:
    """The database writes each value as text itself, also what Python has no value for (infinity, years before Christ)."""
    import psycopg
    from psycopg import sql

    cells = sql.SQL(", ").join(sql.SQL("coalesce({}::text, '')").format(sql.Identifier(name)) for name in columns)
    try:
        with link.transaction(), link.cursor(name=f"rows_{next(_cursors)}") as cursor:
            cursor.itersize = BATCH
            yield from cursor.execute(sql.SQL("select {} from {}").format(cells, sql.Identifier(schema, table)))
    except psycopg.Error as fault:
        raise FileRefused(f"{schema}/{table} could not be read to its end ({_unsecret(fault, url)}): {_WAY_OUT}") from None


_cursors = count(1)
_WAY_OUT = "have the right to read it granted to the user of the address, or export it as CSV"


def _unsecret(fault: Exception, url: str) -> str:
    """The first line of a fault, without the password of an address."""
    said = (str(fault).strip().splitlines() or [type(fault).__name__])[0]
    try:
        secret = urlsplit(url).password or ""
    except ValueError:
        return type(fault).__name__
    for one in {secret, unquote(secret)} - {""}:
        said = said.replace(one, "***")
    return said


# Files


@contextmanager
def _sqlite(path: Path) -> Iterator[Store]:
    """A file that only reads; what its own views and triggers would call is not trusted."""
    link = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    with closing(link):
        try:
            link.execute("pragma trusted_schema = off")
            link.execute("begin")
            link.execute("select count(*) from sqlite_schema")
        except sqlite3.DatabaseError as fault:
            raise NoDatabase(f"{path.name} cannot be read ({fault})") from None
        yield Store(lambda: ["main"], partial(_columns_of_sqlite, link), partial(_rows_of_sqlite, link))


def _columns_of_sqlite(link: sqlite3.Connection, _: str) -> dict[str, list[str]]:
    """Virtual tables are left out: what reads them may not be there."""
    listed = """select m.name, c.name from sqlite_schema m join pragma_table_info(m.name) c where m.type = 'table'
        and m.name not like 'sqlite\\_%' escape '\\' and m.sql not like 'create virtual%' order by m.name, c.cid"""
    try:
        return _by_table(link.execute(listed))
    except sqlite3.DatabaseError as fault:
        raise NoDatabase(f"its tables cannot be listed ({fault})") from None


def _rows_of_sqlite(link: sqlite3.Connection, _: str, table: str, columns: Sequence[str]) -> Iterator[Sequence[str]]:
    try:
        cursor = link.execute(f"select {', '.join(map(_quoted, columns))} from {_quoted(table)}")  # noqa: S608 - quoted names of its own
        while rows := cursor.fetchmany(BATCH):
            yield from ([text_of(value) for value in row] for row in rows)
    except sqlite3.DatabaseError as fault:
        raise FileRefused(f"{table} could not be read to its end ({fault})") from None


@contextmanager
def _duckdb(path: Path) -> Iterator[Store]:
    """A file that only reads, within fixed memory, and that reaches nothing outside of itself."""
    import duckdb

    limits = {"memory_limit": DUCK_MEMORY, "threads": 1, "enable_external_access": False, "lock_configuration": True}
    try:
        link = duckdb.connect(str(path), read_only=True, config=limits)
    except duckdb.Error as fault:
        raise NoDatabase(f"{path.name} cannot be read ({str(fault).splitlines()[0]})") from None
    with closing(link):
        yield Store(partial(_schemas_of_duckdb, link), partial(_columns_of_duckdb, link), partial(_rows_of_duckdb, link))


def _schemas_of_duckdb(link: Any) -> list[str]:
    return [name for (name,) in link.cursor().execute(_SCHEMAS).fetchall()]


def _columns_of_duckdb(link: Any, schema: str) -> dict[str, list[str]]:
    return _by_table(link.cursor().execute(_COLUMNS.format("?"), [schema]).fetchall())


def _rows_of_duckdb(link: Any, schema: str, table: str, columns: Sequence[str]) -> Iterator[Sequence[str]]:
    import duckdb

    cells = ", ".join(f"coalesce({_quoted(name)}::varchar, '')" for name in columns)  # it has values that Python has not, such as infinity
    try:
        asked = link.cursor().execute(f"select {cells} from {_quoted(schema)}.{_quoted(table)}")  # noqa: S608 - quoted names of its own
        for batch in asked.to_arrow_reader(BATCH):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
    except duckdb.Error as fault:
        raise FileRefused(f"{schema}/{table} could not be read to its end ({str(fault).splitlines()[0]})") from None


def _by_table(rows: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for table, column in rows:
        found.setdefault(table, []).append(column)
    return found
