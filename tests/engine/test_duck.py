"""The engine reads the lake and nothing else, and no statement runs for ever."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import ibis
import pytest

from treaty.engine import duck


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    lake = tmp_path / "lake"
    lake.mkdir()
    outside = duckdb.connect()
    outside.execute(f"copy (select 42 as answer) to '{lake}/facts.parquet'")
    outside.execute(f"copy (select 'secret' as answer) to '{tmp_path}/other.parquet'")
    return lake


def test_the_lake_can_be_read(lake):
    assert duck.connect(lake).execute(f"select answer from '{lake}/*.parquet'").fetchall() == [(42,)]


@pytest.mark.parametrize(
    "statement",
    [
        "select * from '{lake}/../other.parquet'",
        "select * from read_text('/etc/hostname')",
        "select * from glob('/etc/*')",
        "copy (select 1) to '{lake}/../stolen.parquet'",
        "attach '{lake}/../other.db'",
        "export database '{lake}/../dump'",
        "install httpfs",
        "load sqlite_scanner",
        "select * from 'https://127.0.0.1:1/x.parquet'",
        "set enable_external_access = true",
        "set allowed_directories = ['/']",
        "set lock_configuration = false",
        "set memory_limit = '100GB'",
        "select * from lake",  # a Python variable of this very test
    ],
)
def test_nothing_else_is_reachable(lake, statement):
    with pytest.raises(duckdb.Error):
        duck.connect(lake).execute(statement.format(lake=lake)).fetchall()


def test_without_a_lake_every_file_is_shut(lake):
    with pytest.raises(duckdb.PermissionException):
        duck.connect().execute(f"select * from '{lake}/facts.parquet'")


def test_a_link_in_the_lake_is_refused_by_name(lake):
    (lake / "way-out.parquet").symlink_to(lake.parent / "other.parquet")
    with pytest.raises(duck.LakeNotSafe, match=r"way-out\.parquet"):
        duck.connect(lake)


def test_the_settings_hold_on_a_live_connection():
    asked = ["memory_limit", "threads", "autoload_known_extensions", "autoinstall_known_extensions", "enable_external_access", "TimeZone"]
    values = [duck.connect(memory_limit="512MB", threads=1).execute(f"select current_setting('{name}')").fetchone()[0] for name in asked]
    assert values == ["488.2 MiB", 1, False, False, False, "UTC"]


def test_extensions_are_sought_only_in_an_empty_directory_of_this_process():
    (directory,) = duck.connect().execute("select current_setting('extension_directory')").fetchone()
    assert "treaty-engine-" in directory
    assert not Path(directory).exists()


def test_a_question_larger_than_memory_spills_and_is_answered():
    small = duck.connect(memory_limit="100MB")
    small.execute("create table shuffled as select (i * 7919) % 3000017 as i, repeat('x', 30) as s from range(3000000) t(i)")
    assert small.execute("select max(n) from (select row_number() over (order by i) as n, s from shuffled)").fetchone() == (3_000_000,)


def test_a_statement_is_interrupted_when_its_time_is_over():
    slow = duck.connect().cursor()
    began = time.monotonic()
    with pytest.raises(duck.TookTooLong, match=r"more than 0\.1 s"), duck.at_most(0.1, slow):
        slow.execute("select sum(a.i * b.i) from range(1000000) a(i), range(1000000) b(i)").fetchall()
    assert time.monotonic() - began < 5
    assert slow.execute("select 1").fetchone() == (1,)


def test_a_fast_statement_is_left_alone():
    assert duck.fetch(ibis.range(3).unnest().name("n").as_table(), duck.connect().cursor()).to_pydict() == {"n": [0, 1, 2]}


def test_each_thread_has_its_own_cursor_and_they_answer_at_once():
    cursors, answers = [], []

    def work(number: int) -> None:
        own = duck.cursor()
        cursors.append(own)
        answers.extend(own.execute(f"select sum(i) + {number} from range(100000) t(i)").fetchall())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [(4_999_950_000 + number,) for number in range(8)]
    assert len({id(own) for own in cursors}) == 8
    assert duck.cursor() is duck.cursor()


def test_a_lake_whose_folder_has_a_quote_in_its_name_is_read(tmp_path):
    place = tmp_path / "the boss's lake"
    place.mkdir()
    outside = duckdb.connect()
    outside.execute(f"copy (select 42 as answer) to '{str(place).replace(chr(39), chr(39) * 2)}/facts.parquet'")
    cursor = duck.connect(place)
    assert cursor.execute(f"select answer from {duck.literal(f'{place}/facts.parquet')}").fetchall() == [(42,)]


def test_opening_a_lake_loads_no_pandas(lake):
    words = f"import sys, pathlib; from treaty.engine import duck; duck.connect(pathlib.Path({str(lake)!r}))"
    words += ".execute('select 1').to_arrow_table(); sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0
