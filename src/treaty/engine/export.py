"""The incremental export from the operational database to the lake.

Rows that never change are exported once, in order of their number; tables whose rows change are exported again in
the stretches of row numbers where anything did. Killed at any step, it leaves the lake as it was before or as it is
after, and the next run goes on from there.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec
import pyarrow as pa

from treaty import locks
from treaty.engine import files, manifest, runs
from treaty.engine.manifest import Exported, File, LakeDamaged, LakeMissing, Manifest, Settled
from treaty.engine.rows import Rows
from treaty.engine.tables import KEY, Table
from treaty.moments import to_us

STRETCH = 1 << 15
"""Row numbers in one stretch: one changed lead rewrites at most this many."""


class AlreadyExporting(Exception):
    """Another process is exporting into this lake."""


@contextmanager
def alone(folder: Path, *, wait: float = 0) -> Iterator[None]:
    """Around a snapshot and its export, in this order: else an older snapshot would follow a newer one.

    wait: seconds to wait for another export. Raises AlreadyExporting.
    """
    try:
        lock = locks.take(folder / ".lock", wait=wait)
    except locks.Held as held:
        raise AlreadyExporting(f"process {held.pid} is exporting into {folder}: wait for it") from None
    with lock:
        yield


def export(tables: Iterable[Table], rows: Rows, folder: Path, *, at: datetime) -> Manifest:
    """Bring the lake up to a snapshot of the database and put the new manifest in force; within `alone`."""
    tables = list(tables)
    result = tidied(tables, write(tables, rows, folder, at=at), folder, at=at)
    put_in_force(result, folder, at=at)
    return result


def write(tables: Iterable[Table], rows: Rows, folder: Path, *, at: datetime) -> Manifest:
    """Write the files of a snapshot; nobody reads them until their manifest is in force.

    at: the moment of the snapshot, shown as "as of". A table whose columns changed, whose last exported row is no longer
    in the database (a backup was restored), or that rows were taken out of, is exported afresh.
    """
    before = _before(folder)
    after = {table.name: _table(table, before.tables.get(table.name), rows, folder) for table in tables}
    first = to_us(at) // 1000  # a lake made again never counts through the versions of the one before
    version = (before.version or first) + _differs(before.tables, after)
    return Manifest(version, to_us(at), after, files.leaving(folder, before, after, at=at))


def tidied(tables: Iterable[Table], found: Manifest, folder: Path, *, at: datetime) -> Manifest:
    """One step of the merges that are due in a lake that is not yet in force; its content stays, and so does its version.

    The database is not needed: its snapshot should be closed. Where as many rows came in as a step merges, the step waits.
    """
    before = _before(folder).tables

    def step(table: Table, now: Exported) -> Exported:
        many = now.rows - (before[table.name].rows if table.name in before else 0) >= runs.STEP
        return now if many or table.mode == "replace" else runs.further(table, now, folder)

    after = {table.name: step(table, found.tables[table.name]) for table in tables}
    return msgspec.structs.replace(found, tables=after, leaving=files.leaving(folder, found, after, at=at))


def put_in_force(result: Manifest, folder: Path, *, at: datetime) -> None:
    manifest.save(folder, result)
    files.remove(folder, result, at=at)


def _before(folder: Path) -> Manifest:
    """What is there; a lake that cannot be read is made again, for the database is the truth."""
    try:
        return manifest.load(folder)
    except (LakeMissing, LakeDamaged):
        return Manifest()


def _differs(before: dict[str, Exported], after: dict[str, Exported]) -> bool:
    def content(tables: dict[str, Exported]) -> dict[str, object]:
        return {name: (table.shape, table.follow, table.files) for name, table in tables.items()}

    return content(before) != content(after)


def _table(table: Table, before: Exported | None, rows: Rows, folder: Path) -> Exported:
    taken = _taken(table, rows)
    if before is None or not _is_continued(table, before, rows):
        before = _empty(table)
    elif before.taken != taken:
        before = msgspec.structs.replace(_empty(table), settled=before.settled)  # which row numbers are complete is known
    before = msgspec.structs.replace(before, follow=table.follow, taken=taken)
    return _append(table, before, rows, folder) if table.mode == "append" else _replace(table, before, rows, folder)


def _empty(table: Table) -> Exported:
    return Exported(table.shape, {name: column.kind for name, column in table.columns.items()})


def _taken(table: Table, rows: Rows) -> int:
    return int(rows.all(table.taken)[0][0]) if table.taken else 0


def _is_continued(table: Table, before: Exported, rows: Rows) -> bool:
    if before.shape != table.shape:
        return False
    return table.mode == "replace" or not before.files or before.anchor == _anchor(table, before.max_id, rows)


def _anchor(table: Table, row_id: int, rows: Rows) -> str:
    found = [tuple(row) for row in rows.all(table.select(f"{KEY} = {row_id}"))]
    return hashlib.sha256(repr(found).encode()).hexdigest()


def _append(table: Table, before: Exported, rows: Rows, folder: Path) -> Exported:
    """Write the rows after the last exported one into new files."""
    settled = rows.settled(table, before.settled)
    new = tuple(files.add_all(table, _new_rows(table, before, settled, rows), folder))
    anchor = _anchor(table, max(file.max_id for file in new), rows) if new else before.anchor
    return msgspec.structs.replace(before, files=(*before.files, *new), anchor=anchor, settled=settled)


def _new_rows(table: Table, before: Exported, settled: Settled | None, rows: Rows) -> Iterator[pa.Table]:
    return rows.tables(table, before.max_id, *([f"{KEY} <= {settled.upto}"] if settled else []))


def _replace(table: Table, before: Exported, rows: Rows, folder: Path) -> Exported:
    """Write the stretches in which anything changed, keep the others."""
    known = {file.stretch: file for file in before.files}
    now = [_stretch(table, number, known.get(number), rows, folder) for number in _stretches(table, rows)]
    return msgspec.structs.replace(before, files=tuple(file for file in now if file))


def _stretches(table: Table, rows: Rows) -> range:
    [(low, high)] = rows.all(f"select min(id), max(id) from {table.source}")  # noqa: S608 - the name is a declaration's, not a user's
    return range(0) if low is None else range(low // STRETCH, high // STRETCH + 1)


def _stretch(table: Table, number: int, known: File | None, rows: Rows, folder: Path) -> File | None:
    limits = (f"{KEY} >= {number * STRETCH}", f"{KEY} < {(number + 1) * STRETCH}")
    [(content,)] = rows.all(rows.digest(table, *limits))
    stamp = hashlib.sha256((content or "").encode()).hexdigest()
    if content is None:
        return None
    if known and known.stamp == stamp:
        return known
    return files.add(table, pa.concat_tables(rows.tables(table, number * STRETCH - 1, limits[1])), folder, stretch=number, stamp=stamp)
