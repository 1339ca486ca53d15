"""Commands that only read, where there is no Treaty: a mistyped TREATY_HOME makes nothing."""

import os
import subprocess
import sys

import pytest

CODE = "from treaty.cli.main import main; main()"
READING = [
    ("member", "list"),
    ("source", "list", "--json"),
    ("agreement", "why", "ada@acme.example"),
    ("agreement", "export", "1"),
    ("backtest", "-"),
]
WAY_OUT = "begin one with `treaty member add`, look at one with `treaty demo`, or set TREATY_HOME to the folder it is in\n"


def treaty(home, *words, said=""):
    env = {**os.environ, "TREATY_HOME": str(home), "TREATY_DATABASE_URL": ""}
    done = subprocess.run(
        [sys.executable, "-c", CODE, *words], env=env, input=said, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("words", READING)
def test_where_there_is_no_treaty_it_says_so_and_makes_nothing(tmp_path, words):
    assert treaty(tmp_path / "hoem", *words) == (1, "", f"there is no Treaty in {tmp_path / 'hoem'}: {WAY_OUT}")
    assert list(tmp_path.iterdir()) == []


def test_who_has_a_demo_company_is_told_where_it_is(tmp_path):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo/treaty.db").touch()
    assert f"set TREATY_HOME={tmp_path / 'demo'} for the demo company" in treaty(tmp_path, "member", "list")[2]


def test_a_database_without_tables_is_no_treaty_either(tmp_path):
    (tmp_path / "treaty.db").touch()
    code, out, err = treaty(tmp_path, "member", "list")
    assert (code, out, err) == (1, "", f"there is no Treaty in the database {tmp_path / 'treaty.db'}: {WAY_OUT}")


def test_what_writes_makes_one_and_then_it_is_read(tmp_path):
    add = ("member", "add", "mira.lang@halden.example", "--name", "Mira Lang", "--role", "marketing")
    assert treaty(tmp_path / "new", *add, said="a rainy Tuesday in Kassel\n")[0] == 0
    code, out, _ = treaty(tmp_path / "new", "member", "list")
    assert (code, "Mira Lang" in out) == (0, True)
