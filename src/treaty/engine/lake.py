"""Reading the lake: every figure is an Ibis expression over one snapshot of it, stamped "as of"."""

import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from treaty.engine import duck
from treaty.engine.manifest import Exported, File, LakeDamaged, LakeMissing, Manifest, load, sha256
from treaty.moments import from_us

__all__ = ["LakeDamaged", "LakeMissing", "Snapshot", "folder", "open_lake", "opened"]

TYPES = {
    "number": "int64",
    "moment": "int64",
    "text": "string",
    "real": "float64",
    "flag": "boolean",
    "money": "decimal(18, 4)",
    "rate": "decimal(18, 10)",
    "day": "date",
}
"""Kinds of columns in the words of Ibis; in the words of DuckDB below."""
SQL_TYPES = TYPES | {"number": "bigint", "moment": "bigint", "text": "varchar", "real": "double"}


def folder(home: Path) -> Path:
    """Where the lake lies in a data folder."""
    return home / "lake"


@dataclass(frozen=True)
class Snapshot:
    """The lake as of one moment: what is asked of one snapshot fits together, whatever is exported meanwhile."""

    manifest: Manifest
    folder: Path

    @property
    def as_of(self) -> datetime:
        return from_us(self.manifest.as_of_us)

    @property
    def version(self) -> int:
        """Counts the exports that changed something: a figure kept under it stays right."""
        return self.manifest.version

    def table(self, name: str) -> Any:
        """A table to build expressions on. Raises LookupError naming the tables there are."""
        import ibis

        if name not in self.manifest.tables:
            raise LookupError(f"the lake has no table {name!r}: it has {', '.join(sorted(self.manifest.tables))}")
        return ibis.table(ibis.schema(_read_columns(self.manifest.tables[name])), name=name, database=self.manifest.space)

    def fetch(self, expression: Any, *, seconds: float = duck.LIMIT_SECONDS) -> Any:
        """The rows of an expression over this snapshot, as a pyarrow.Table. Raises TookTooLong."""
        return duck.fetch(expression, self.cursor, seconds=seconds)

    @property
    def cursor(self) -> Any:
        """This thread's cursor, on which the snapshot's tables can be read by `duck.sql`."""
        return duck.cursor(self.folder)


def open_lake(home: Path) -> Snapshot:
    """The newest snapshot. Cheap when nothing changed since the last time.

    New files are compared with their hashes before the first question is asked of them. Raises LakeMissing before
    the first export, LakeDamaged when a file is not what the manifest says.
    """
    place = folder(home)
    return opened(load(place), place)


def opened(manifest: Manifest, place: Path) -> Snapshot:
    """A snapshot by its manifest, also by one that is not in force yet."""
    key = (place, manifest.space)
    if key not in _opened:
        with _opening:
            if key not in _opened:
                _open(place, manifest)
                _opened.append(key)
    return Snapshot(manifest, place)


_opened: list[tuple[Path, str]] = []
_verified: set[tuple[Path, str]] = set()
_opening = threading.Lock()
KEEP = 20
"""Snapshots that stay readable in this process; their files stay on disk for ten minutes anyway."""


def _open(place: Path, manifest: Manifest) -> None:
    for table in manifest.tables.values():
        for file in table.files:
            _verify(place, file)
    cursor = duck.cursor(place)
    space = manifest.space
    cursor.execute(f"drop schema if exists {space} cascade; create schema {space}")
    for name, table in sorted(manifest.tables.items(), key=lambda pair: pair[1].follow is not None):
        cursor.execute(f"create view {space}.{name} as {_view(table, place, space)}")
    _forget(place, cursor)


def _forget(place: Path, cursor: Any) -> None:
    for key in [key for key in _opened if key[0] == place][:-KEEP]:
        cursor.execute(f"drop schema if exists {key[1]} cascade")
        _opened.remove(key)


def _verify(place: Path, file: File) -> None:
    path = place / file.name
    if (path, file.sha256) in _verified:
        return
    if path.is_symlink() or not path.is_file() or path.stat().st_size != file.bytes or sha256(path) != file.sha256:
        raise LakeDamaged(f"{path} is not the file that was exported: remove {place} and the worker makes it again")
    _verified.add((path, file.sha256))


def _view(table: Exported, place: Path, space: str) -> str:
    if not table.files:
        return _empty(table)
    files = ", ".join(duck.literal(str(place.resolve() / file.name)) for file in table.files)
    source = f"read_parquet([{files}])"
    follow = table.follow
    if follow is None:
        return f"select * from {source}"  # noqa: S608 - names of our own manifest
    also = f" and t.{follow.where[0]} = '{follow.where[1]}'" if follow.where else ""
    return (
        f"select t.*, coalesce(f.canonical_id, t.{follow.column}) as {follow.name} from {source} as t "  # noqa: S608
        f"left join {space}.{follow.through} as f on f.id = t.{follow.column}{also}"
    )


def _empty(table: Exported) -> str:
    columns = [f"cast(null as {SQL_TYPES[kind]}) as {name}" for name, kind in _kinds(table).items()]
    return f"select {', '.join(columns)} where false"


def _kinds(table: Exported) -> dict[str, str]:
    """The columns as they are read, with the one that follows merges last."""
    return table.columns | ({table.follow.name: "number"} if table.follow else {})


def _read_columns(table: Exported) -> dict[str, str]:
    return {name: TYPES[kind] for name, kind in _kinds(table).items()}
