"""The log of the database stays short on a site that only the worker writes to."""

import sqlite3

import pytest

from treaty.web import checkpoints


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A database with 200 kB in its log, held open by the one who wrote them."""
    path = tmp_path / "treaty.db"
    writer = sqlite3.connect(path)
    writer.execute("pragma journal_mode=wal")
    writer.execute("pragma wal_autocheckpoint=0")
    writer.execute("create table notes (words text)")
    writer.execute("insert into notes values (?)", ["x" * 200_000])
    writer.commit()

    class Here:
        vendor = "sqlite"
        settings_dict = {"NAME": path}
        cursor = staticmethod(lambda: Cursor(path))

    monkeypatch.setattr(checkpoints, "connection", Here)
    yield path
    writer.close()


class Cursor:
    def __init__(self, path):
        self.link = sqlite3.connect(path)

    def __enter__(self):
        return self.link

    def __exit__(self, *_):
        self.link.close()


def test_a_short_log_is_left_alone(written):
    assert checkpoints.look(long=1_000_000) is False
    assert written.stat().st_size < 100_000


def test_a_long_log_is_moved_into_the_database_file(written):
    assert checkpoints.look(long=100_000) is True
    assert written.stat().st_size > 200_000
