"""Tables that a loader left in a database are imported as the same tables as files are; it is only read, and no password is said."""

import csv
import sqlite3
import uuid
from io import StringIO
from urllib.parse import urlsplit

import duckdb
import pytest

from tests.conftest import NOON
from tests.connectors.test_loaders_hubspot import TABLES
from tests.connectors.warehouse import state, state_after, write
from treaty.config import config
from treaty.connectors import importing
from treaty.connectors.files import databases
from treaty.connectors.files.databases import NoDatabase, is_database, tables_of
from treaty.connectors.files.exports import exports_of
from treaty.connectors.files.limits import FileRefused
from treaty.connectors.files.rows import Refused, Unread
from treaty.connectors.loaders.sets import joined
from treaty.connectors.models import Import, ImportFile

NUMBERS = {"contact": ["id"], "company": ["id"], "deal": ["deal_id", "owner_id"], "owner": ["owner_id"]}
"""Columns that a loader writes as numbers; the others stay texts."""


def rows_of(text: str) -> tuple[list[str], list[list[str]]]:
    header, *rows = csv.reader(StringIO(text.strip()))
    return header, rows


def fill(run, schema: str = "", *, mark: str = "?") -> None:
    """The tables of HubSpot, some with types. run: executes a statement, with its values"""
    for name, text in TABLES.items():
        header, rows = rows_of(text)
        types = ["bigint" if column in NUMBERS.get(name, ()) else "text" for column in header]
        columns = ", ".join(f'"{column}" {kind}' for column, kind in zip(header, types, strict=True))
        where = f'"{schema}"."{name}"' if schema else f'"{name}"'
        run(f"create table {where} ({columns})", [])
        for row in rows:
            run(f"insert into {where} values ({', '.join([mark] * len(row))})", [cell or None for cell in row])


@pytest.fixture
def lite(tmp_path):
    path = tmp_path / "copy.db"
    with sqlite3.connect(path) as link:
        fill(link.execute)
    link.close()
    return path


@pytest.fixture
def duck(tmp_path):
    path = tmp_path / "copy.duckdb"
    with duckdb.connect(str(path)) as link:
        link.execute("create schema fivetran")
        fill(link.execute, "fivetran")
    return path


@pytest.fixture
def pg():
    """A schema of its own in the configured PostgreSQL."""
    import psycopg

    name = f"fivetran_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(config().database_url, autocommit=True) as link:
        link.execute(f"create schema {name}")
        with link.transaction():
            fill(link.execute, name, mark="%s")
        yield name
        link.execute(f"drop schema {name} cascade")


def load(name: str, schema: str = "") -> Import:
    with tables_of(name, schema) as tables:
        exports = joined(exports_of(tables))
        run = importing.begin(exports, source=importing.source_for("", at=NOON, system=exports.system), at=NOON)
        return importing.run_import(run, exports, clock=lambda: NOON)


@pytest.mark.django_db
def test_a_file_of_sqlite_is_what_its_tables_are_as_files(lite, tmp_path):
    expected = state_after(write(tmp_path, TABLES))
    load(f"sqlite:///{lite}")
    assert state() == expected
    assert ImportFile.objects.filter(name="main/contact", read=4).exists()


@pytest.mark.django_db
def test_a_file_of_duckdb_is_known_by_its_bytes(duck, tmp_path):
    expected = state_after(write(tmp_path, TABLES))
    load(str(duck))
    assert state() == expected
    assert ImportFile.objects.filter(name="fivetran/deal").exists()


@pytest.mark.django_db
@pytest.mark.db
@pytest.mark.only_postgresql
def test_a_schema_of_postgresql_is_what_its_tables_are_as_files(pg, tmp_path):
    expected = state_after(write(tmp_path, TABLES))
    load(config().database_url, pg)
    assert state() == expected


@pytest.mark.db
@pytest.mark.only_postgresql
def test_every_pass_over_postgresql_sees_the_same_rows_and_none_can_write(pg):
    import psycopg

    with tables_of(config().database_url, pg) as tables:
        (contact,) = [table for table in tables if table.name.endswith("/contact")]
        first = list(contact.rows())
        with psycopg.connect(config().database_url, autocommit=True) as other:
            other.execute(f"delete from {pg}.contact")
        assert list(contact.rows()) == first
        assert len(first) == 4


@pytest.mark.db
@pytest.mark.only_postgresql
def test_values_postgresql_has_no_python_for_are_texts(pg):
    import psycopg

    with psycopg.connect(config().database_url, autocommit=True) as other:
        other.execute(f'create table {pg}.odd (at timestamptz, flag boolean, "a ""b" jsonb)')
        other.execute(f"insert into {pg}.odd values ('infinity', true, null), ('2026-03-01 10:00+01', null, '[1]')")
    with tables_of(config().database_url, pg) as tables:
        (odd,) = [table for table in tables if table.name.endswith("/odd")]
        assert [row.cells for row in odd.rows()] == [["infinity", "true", ""], ["2026-03-01 09:00:00+00", "", "[1]"]]


@pytest.mark.db
@pytest.mark.only_postgresql
def test_of_several_schemas_one_is_asked_for_and_of_an_unknown_one_the_others_are_named(pg):
    with pytest.raises(NoDatabase, match=f"no schema 'nowhere': there .*{pg}"), tables_of(config().database_url, "nowhere"):
        pass
    import psycopg

    with psycopg.connect(config().database_url, autocommit=True) as link:
        link.execute(f"create schema {pg}_2; create table {pg}_2.t (a int)")
        try:
            with pytest.raises(NoDatabase, match="say with --schema"), tables_of(config().database_url):
                pass
        finally:
            link.execute(f"drop schema {pg}_2 cascade")


@pytest.fixture
def reader(pg):
    """The address of a user who may read every table of the schema but `contact`, whose rights are damaged so that nobody can list them."""
    import psycopg

    name, parts = f"{pg}_reader", urlsplit(config().database_url)
    damage = f"set allow_system_table_mods = on; update pg_class set relacl = {{}} where oid = '{pg}.contact'::regclass"
    with psycopg.connect(config().database_url, autocommit=True) as link:
        link.execute(f"create role {name} login; grant usage on schema {pg} to {name}; grant select on all tables in schema {pg} to {name}")
        link.execute(damage.format("array[null]::aclitem[]"))
        yield f"postgresql://{name}@{parts.hostname}:{parts.port}{parts.path}"
        link.execute(damage.format("null") + f"; grant select on {pg}.contact to {name}")
        link.execute(f"drop owned by {name}; drop role {name}")


@pytest.mark.django_db
@pytest.mark.db
@pytest.mark.only_postgresql
def test_a_table_whose_columns_cannot_be_listed_is_told_of_and_the_others_are_read(pg, reader):
    import psycopg

    with psycopg.connect(reader) as link, pytest.raises(psycopg.Error, match="ACL"):
        link.execute("select * from information_schema.columns")
    run = load(reader, pg)
    refused = run.files.get(name=f"{pg}/contact")
    assert f"{pg}/contact could not be read to its end (ACL" in refused.problem
    assert "have the right to read it granted to the user of the address, or export it as CSV" in refused.problem
    assert run.files.get(name=f"{pg}/company").stored > 0


@pytest.mark.db
@pytest.mark.only_postgresql
def test_no_fault_says_the_password():
    parts = urlsplit(config().database_url)
    url = f"postgresql://nobody:s3cr%40t@{parts.hostname}:{parts.port}/nowhere"
    with pytest.raises(NoDatabase) as told, tables_of(url):
        pass
    assert "does not answer" in str(told.value)
    assert "s3cr" not in str(told.value)


def test_a_fault_that_repeats_the_address_has_no_password():
    url = "postgresql://me:s3cr%40t@db.example/x"
    assert databases._unsecret(ValueError(f"bad {url}, s3cr@t\nmore"), url) == "bad postgresql://me:***@db.example/x, ***"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("mysql://me:secret@db.example/x", "mysql is not read: what is, is PostgreSQL"),
        ("sqlite:///nowhere.db", "there is no file 'nowhere.db'"),
        ("sqlite://nowhere.db", "after sqlite:// comes a third slash"),
    ],
)
def test_what_cannot_be_opened_is_named_with_the_way_out(name, says):
    with pytest.raises(NoDatabase) as told, tables_of(name):
        pass
    assert says in str(told.value)
    assert "secret" not in str(told.value)


def test_files_are_no_databases(tmp_path, lite, duck):
    text = tmp_path / "a.csv"
    text.write_text("a,b\n1,2\n")
    named = [text, tmp_path, tmp_path / "nowhere", lite, duck]
    assert [is_database(str(path)) for path in named] == [False, False, False, True, True]


def test_a_file_of_the_other_kind_is_refused(lite):
    with pytest.raises(NoDatabase, match="is no database of duckdb"), tables_of(f"duckdb:///{lite}"):
        pass


def test_schemas_of_duckdb_are_named_and_one_that_is_asked_for_is_read(duck):
    with duckdb.connect(str(duck)) as link:
        link.execute("create table own as select 1 as n")
    with pytest.raises(NoDatabase, match="there are fivetran, main with tables"), tables_of(str(duck)):
        pass
    with tables_of(str(duck), "main") as tables:
        assert [(table.name, table.header, [row.cells for row in table.rows()]) for table in tables] == [("main/own", ("n",), [["1"]])]


def test_a_file_is_only_read_and_reaches_nothing_else(duck, tmp_path):
    (tmp_path / "a.csv").write_text("a\n1\n")
    with duckdb.connect(str(duck)) as link:
        link.execute(f"create schema v; create table v.t (a int); create view v.other as select * from read_csv('{tmp_path}/a.csv')")
    before = duck.read_bytes()
    with tables_of(str(duck), "v") as tables:
        assert [table.name for table in tables] == ["v/t"], "views are not read: they may reach elsewhere"
        list(tables[0].rows())
    assert duck.read_bytes() == before


def test_a_damaged_file_ends_the_table_and_says_so(lite):
    raw = bytearray(lite.read_bytes())
    raw[-4096:] = b"\xff" * 4096  # the last page: rows of a table
    lite.write_bytes(raw)
    with tables_of(str(lite)) as tables, pytest.raises(FileRefused, match="could not be read to its end"):
        [list(table.rows()) for table in tables]


def test_bytes_numbers_and_long_cells_are_as_in_files(tmp_path):
    path = tmp_path / "odd.db"
    link = sqlite3.connect(path)
    link.execute('create table odd (n real, b blob, "long ""one" text)')
    link.execute("insert into odd values (7.0, x'41ff', ?)", ["x" * (1 << 20) + "x"])
    link.execute("insert into odd values (0.5, null, '')")
    link.commit()
    link.close()
    with tables_of(str(path)) as tables:
        first, second = tables[0].rows()
    assert isinstance(first, Refused)
    assert first.cells[:2] == ["7", "A\\xff"]
    assert second.cells == ["0.5", "", ""]


def test_too_many_columns_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(databases, "MAX_COLUMNS", 1)
    link = sqlite3.connect(tmp_path / "wide.db")
    link.execute("create table wide (a, b)")
    link.close()
    with tables_of(str(tmp_path / "wide.db")) as tables:
        assert isinstance(tables[0], Unread)


def test_what_python_has_no_value_for_is_read_as_the_database_writes_it(tmp_path):
    path = tmp_path / "copy.duckdb"
    with duckdb.connect(str(path)) as link:
        link.execute("create table deal as select '15000-01-01'::date a, 'infinity'::timestamp b, true c, 1.5 d")
    with tables_of(f"duckdb:///{path}") as (table,):
        assert [row.cells for row in table.rows()] == [["15000-01-01", "infinity", "true", "1.5"]]


def test_a_virtual_table_of_sqlite_is_left_out(tmp_path):
    path = tmp_path / "copy.db"
    with sqlite3.connect(path) as link:
        link.execute("create table deal (id)")
        link.execute("pragma writable_schema = on")
        link.execute("insert into sqlite_schema values ('table', 'places', 'places', 0, 'create virtual table places using not_there()')")
    link.close()
    with tables_of(f"sqlite:///{path}") as tables:
        assert [table.name for table in tables] == ["main/deal"]
