"""Files of the lake that stay for ever, because something signed was computed from them.

Each has two more names, both its own SHA-256: in `pinned/` beside the lake, so that the lake can still be thrown away, and
below the lake, where the engine may read. They are hard links, so a file takes its room once; never symbolic links. The
export never writes into a file that is there, and `engine/files` removes only names in the lake itself.
"""

import os
import shutil
from collections.abc import Collection
from pathlib import Path

import msgspec

from treaty.engine.lake import Snapshot, opened
from treaty.engine.manifest import Exported, File, LakeDamaged, Manifest, sha256, sync_folder

NAME = "pinned"


def beside(place: Path) -> Path:
    """Where the files of a lake stay when the lake itself is gone."""
    return place.with_name(NAME)


def pin(lake: Snapshot, tables: Collection[str]) -> Manifest:
    """Keep the files of some tables for ever; the manifest by which `reopened` reads them. Safe twice.

    A table that is led through merges brings the merges along. Raises LakeDamaged when a file has gone meanwhile.
    """
    every = lake.manifest.tables
    through = {follow.through for name in tables if (follow := every[name].follow)}
    kept = {name: _kept(every[name], lake.folder) for name in sorted({*tables, *through})}
    for place in (beside(lake.folder), lake.folder / NAME):
        sync_folder(place)
    return Manifest(lake.manifest.version, lake.manifest.as_of_us, kept)


def _kept(table: Exported, place: Path) -> Exported:
    for folder in (beside(place), place / NAME):
        folder.mkdir(exist_ok=True, mode=0o700)
    for file in table.files:
        _link(place / file.name, beside(place) / _own(file))
        _link(place / file.name, place / NAME / _own(file))
    files = tuple(msgspec.structs.replace(file, name=f"{NAME}/{_own(file)}", stamp="") for file in table.files)
    return Exported("", table.columns, files, follow=table.follow)


def _own(file: File) -> str:
    return f"{file.sha256}.parquet"


def _link(source: Path, target: Path) -> None:
    """A second name for a file; a copy where the file system has no second names."""
    if target.exists():
        return
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except FileNotFoundError:
        raise LakeDamaged(f"{source} has gone: look whether the worker exports, then try again") from None
    except OSError:
        part = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.copyfile(source, part)
        part.replace(target)


def reopened(manifest: Manifest, place: Path) -> Snapshot:
    """What was pinned, to be asked again; its names below the lake are made anew where the lake was thrown away.

    Raises LakeDamaged when a file is not what was pinned.
    """
    (place / NAME).mkdir(parents=True, exist_ok=True, mode=0o700)
    for table in manifest.tables.values():
        for file in table.files:
            if not (place / file.name).exists():
                _link(beside(place) / _own(file), place / file.name)
    return opened(manifest, place, "duckdb")


def damaged(manifest: Manifest, place: Path) -> str:
    """The first pinned file that is not what it was, in a sentence; empty when all are. Every byte is read."""
    for table in manifest.tables.values():
        for file in table.files:
            path = beside(place) / _own(file)
            if path.is_symlink() or not path.is_file() or sha256(path) != file.sha256:
                return f"{path} is not the file the figures were computed from: restore it from a backup"
    return ""
