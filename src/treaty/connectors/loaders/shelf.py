"""What the tables of a set say to each other: rows kept by a key while the others are read, in a file that goes with it."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

CACHE_KB = 16_000
"""The most memory the rows take; the rest lies in the file."""
_REMEMBERED = 20_000
MOST_MERGES = 100
"""How often in a row a record may have been merged into another one."""


class Kept(NamedTuple):
    """A row under a key. rank: of several rows under one key the highest speaks for it."""

    place: str
    key: str
    values: Mapping[str, str] = {}
    rank: str = ""


class Shelf:
    """Rows by place and key, in no order of coming. They lie in a private temporary file of SQLite, not in memory."""

    def __init__(self, tables: Iterable[str], kept: Iterable[Kept]) -> None:
        """tables: the names of those in the set."""
        self.tables = frozenset(tables)
        self._store = sqlite3.connect("", isolation_level=None)
        self._store.execute(f"pragma cache_size = -{CACHE_KB}")
        self._store.execute("create table kept (place text, key text, rank text, row text)")
        self._store.execute("begin")
        rows = ((one.place, one.key, one.rank, json.dumps(one.values, sort_keys=True)) for one in kept if one.key)
        self._store.executemany("insert into kept values (?, ?, ?, ?)", rows)
        self._store.execute("create index by_key on kept (place, key, rank, row)")
        self._store.execute("commit")
        self.rank_of = lru_cache(_REMEMBERED)(self._rank_of)
        self.get = lru_cache(_REMEMBERED)(self._get)

    def _get(self, place: str, key: str) -> Mapping[str, str]:
        """The row that speaks for the key; an empty one if there is none."""
        row = self._store.execute("select row from kept where place = ? and key = ? order by rank desc, row desc limit 1", (place, key))
        found = row.fetchone()
        return json.loads(found[0]) if found else {}

    def _rank_of(self, place: str, key: str) -> str:
        row = self._store.execute("select max(rank) from kept where place = ? and key = ?", (place, key)).fetchone()
        return row[0] or ""

    def all(self, place: str, key: str) -> list[dict[str, str]]:
        rows = self._store.execute("select distinct row from kept where place = ? and key = ? order by row", (place, key))
        return [json.loads(row) for (row,) in rows]

    def has(self, place: str, key: str) -> bool:
        return self._store.execute("select 1 from kept where place = ? and key = ? limit 1", (place, key)).fetchone() is not None

    def final(self, kind: str, number: str) -> str:
        """The id of the record that was kept in the end, its own for one that was not merged. Merges in a circle end anywhere in it."""
        for _ in range(MOST_MERGES):
            into = self.get(f"merged {kind}", number).get("into", "")
            if into in ("", number):
                break
            number = into
        return number

    def merges(self) -> list[tuple[str, str, str, str]]:
        """(kind, old id, id of who was kept in the end, moment as it is written) of every merge that the tables tell of."""
        rows = self._store.execute("select distinct place, key from kept where place like 'merged %' order by place, key").fetchall()
        found = []
        for place, number in rows:
            kind = place.removeprefix("merged ")
            if (into := self.final(kind, number)) != number:
                found.append((kind, number, into, self.get(place, number).get("at", "")))
        return found

    def check(self, table: str, number: str) -> None:
        """Raises ValueError for the id of a record that is not in its table, where that table is in the set, or that is gone."""
        self.check_not_gone(table, number)
        if table in self.tables and not self.has(table, number):
            raise ValueError(f"no row of the table {table} has the id {number}: it is not among these files, or was removed for good")

    def check_not_gone(self, table: str, number: str) -> None:
        """Raises ValueError for the id of a record that its table says was deleted."""
        if self.get(table, number).get("gone"):
            raise ValueError(f"the {table} {number} was deleted: what belonged to it is not kept")
