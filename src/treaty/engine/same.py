"""Whether a table holds the same rows in two snapshots, however they are cut into files: a merge of runs changes nothing."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path

from treaty.engine import duck
from treaty.engine.lake import Snapshot
from treaty.engine.manifest import File


def is_same(one: Snapshot, other: Snapshot, name: str) -> bool:
    """Whether two snapshots of one lake folder have the same rows of a table; of a table neither has there are none.

    Files that both have are not read. The others have the same rows when they are as many and a hash of 64 bits of each, added up, is
    the same: enough for what changes by itself. Whether a file was changed by somebody is a matter of its SHA-256, not of this.
    """
    ours, theirs = (_files(lake, name) for lake in (one, other))
    left, right = ([file for sha, file in those.items() if sha not in others] for those, others in ((ours, theirs), (theirs, ours)))
    if not left and not right:
        return True
    columns = [set(lake.manifest.tables[name].columns.items()) if name in lake.manifest.tables else set() for lake in (one, other)]
    if columns[0] != columns[1] or _rows(left) != _rows(right):
        return False
    named = tuple(sorted(column for column, _ in columns[0]))
    return _content(one.folder, _names(left), named) == _content(other.folder, _names(right), named)


def _files(lake: Snapshot, name: str) -> dict[str, File]:
    table = lake.manifest.tables.get(name)
    return {file.sha256: file for file in table.files} if table else {}


def _rows(files: Collection[File]) -> int:
    return sum(file.rows for file in files)


def _names(files: Sequence[File]) -> tuple[str, ...]:
    return tuple(sorted(file.name for file in files))


@lru_cache(maxsize=1000)
def _content(place: Path, names: tuple[str, ...], columns: tuple[str, ...]) -> int:
    """What lies in some files, whatever the order of their rows. No name is used for another file, so each is read once."""
    if not names:
        return 0
    files = ", ".join(duck.literal(str(place.resolve() / name)) for name in names)
    text = f"select coalesce(sum(hash({', '.join(columns)})), 0) from read_parquet([{files}])"  # noqa: S608 - names of our own manifest
    cursor = duck.cursor(place)
    with duck.at_most(duck.LIMIT_SECONDS, cursor):
        return int(cursor.execute(text).fetchone()[0])
