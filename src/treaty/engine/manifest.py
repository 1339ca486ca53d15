"""The manifest: which files the lake consists of. It is replaced in one step, so a reader never sees half an export."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from treaty.crash import crash_here

NAME = "manifest.json"


class LakeMissing(Exception):
    """Nothing has been exported yet."""


class LakeDamaged(Exception):
    """A file is not what the manifest says it is."""


@dataclass(frozen=True)
class Follow:
    """A row number that merges move: read `column` as `name`, led through a table of (id, canonical) pairs.

    The files keep what never changes (under whom a touch was seen), so they are written once; who that is today is
    joined when they are read. `where`: a column and the value it must have for the row to follow.
    """

    column: str
    name: str
    through: str
    where: tuple[str, str] | None = None


@dataclass(frozen=True)
class Settled:
    """Up to where row numbers are complete, and what must end before more of them are (PostgreSQL only)."""

    upto: int
    last: int
    until_transaction: int


class File(msgspec.Struct, frozen=True, omit_defaults=True):
    """One Parquet file. `stretch` and `stamp`: which row numbers of a replaced table it holds, and a hash of their content.

    `run`: with which files it is sorted as one, if it is; see `runs`.
    """

    name: str
    rows: int
    bytes: int
    sha256: str
    min_id: int
    max_id: int
    stretch: int = -1
    stamp: str = ""
    run: str = ""


class Merging(msgspec.Struct, frozen=True, omit_defaults=True):
    """A merge of runs that takes several exports: how many rows of each are in the files made so far, which nobody reads yet."""

    run: str
    taken: dict[str, int]
    made: tuple[File, ...] = ()


class Exported(msgspec.Struct, frozen=True, omit_defaults=True):
    """A table as it lies in the lake. `anchor`: a hash of its last row; if the database no longer has it, all is exported again.

    `taken`: how often rows had been taken out of it; if that was once more since, likewise.
    """

    shape: str
    columns: dict[str, str]
    files: tuple[File, ...] = ()
    anchor: str = ""
    settled: Settled | None = None
    follow: Follow | None = None
    merging: Merging | None = None
    taken: int = 0

    @property
    def needed(self) -> tuple[File, ...]:
        """Also what is being made."""
        return (*self.files, *self.merging.made) if self.merging else self.files

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    @property
    def max_id(self) -> int:
        return max((file.max_id for file in self.files), default=0)


class Manifest(msgspec.Struct, frozen=True):
    """version goes up with every export that changed something; as_of_us: everything committed before is in the files.

    leaving: files that a reader may still hold open, and since when no manifest names them.
    """

    version: int = 0
    as_of_us: int = 0
    tables: dict[str, Exported] = {}
    leaving: dict[str, int] = {}

    @property
    def names(self) -> list[str]:
        return sorted(file.name for table in self.tables.values() for file in table.files)

    @property
    def space(self) -> str:
        """A name for exactly these files."""
        return f"lake_{self.version}_{hashlib.sha256(' '.join(self.names).encode()).hexdigest()[:8]}"


def load(folder: Path) -> Manifest:
    """The manifest in force. Raises LakeMissing before the first export, LakeDamaged for one that cannot be read."""
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise LakeMissing(f"there is no lake in {folder} yet: the worker makes it, start `treaty work`") from None
    except msgspec.DecodeError as error:
        raise LakeDamaged(f"{folder / NAME} cannot be read ({error}): remove {folder} and the worker makes it again") from error


def save(folder: Path, manifest: Manifest) -> None:
    """Put a manifest in force: its files first, then the manifest itself, each safe on disk before the next step."""
    sync_folder(folder)
    crash_here("lake-before-manifest")
    write(folder / NAME, msgspec.json.encode(manifest))
    sync_folder(folder)
    crash_here("lake-after-manifest")


def write(path: Path, content: bytes) -> None:
    """A file appears whole or not at all."""
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    crash_here("lake-before-rename")
    temporary.replace(path)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
