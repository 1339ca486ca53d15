"""Which process may checkpoint the log: the web process alone while it runs (SQLite's WAL-reset fault)."""

import subprocess
import sys

import pytest

from tests.kills import homes
from treaty import locks

READY = "from treaty.cli.ready import ready; ready(); "
WORKER = "from treaty.jobs.__main__ import set_up; set_up('worker'); "
ASK = "from django.db import connection as c; print(c.cursor().execute('pragma wal_autocheckpoint').fetchone()[0])"


def asked(env, start):
    return subprocess.run([sys.executable, "-c", start + ASK], env=env, text=True, capture_output=True, check=True).stdout


@pytest.fixture
def env(tmp_path):
    return homes.fresh_sqlite(tmp_path / "home")


def test_a_command_checkpoints_only_while_no_web_process_runs(env, tmp_path):
    assert asked(env, READY) == "1000\n"  # SQLite's own number of pages
    with locks.take(tmp_path / "home" / "web.lock"):
        assert asked(env, READY) == "0\n"


def test_the_worker_never_checkpoints(env):
    assert asked(env, WORKER) == "0\n"
