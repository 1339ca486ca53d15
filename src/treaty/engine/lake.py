"""Reading the lake: every figure is an Ibis expression over one snapshot of it, stamped "as of".

DuckDB answers, or the engine the setting names: see `elsewhere`.
"""

import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from treaty.config import config
from treaty.engine import ahead, limit, views
from treaty.engine.elsewhere import Engine, Statement, engine
from treaty.engine.laid import NAMES, Keeping, Laid, Shelf, name_of, note, noting
from treaty.engine.manifest import File, LakeDamaged, LakeMissing, Manifest, load, sha256
from treaty.engine.measuring import parts_of
from treaty.moments import from_us

__all__ = ["LakeDamaged", "LakeMissing", "Snapshot", "folder", "open_lake", "opened", "reading"]

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
"""Kinds of columns in the words of Ibis."""


def folder(home: Path) -> Path:
    """Where the lake lies in a data folder."""
    return home / "lake"


@dataclass(frozen=True)
class Snapshot:
    """The lake as of one moment: what is asked of one snapshot fits together, whatever is exported meanwhile."""

    manifest: Manifest
    folder: Path
    engine: Engine

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
        columns = {column: TYPES[kind] for column, kind in views.columns(self.manifest.tables[name]).items()}
        return ibis.table(ibis.schema(columns), **self.engine.place(self.manifest.space, name))

    def fetch(self, expression: Any, *, seconds: float = limit.SECONDS) -> Any:
        """The rows of an expression over this snapshot, as a pyarrow.Table. Raises TookTooLong."""
        statement = self.engine.write(expression)
        self._ready([_named[name] for name in dict.fromkeys(NAMES.findall(statement.text)) if name in _named])
        return self.engine.ask(statement, seconds=seconds)

    def answer(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The same for an expression with a name: found ready if its answer was computed ahead, and written once per name.

        Writing SQL takes longer than answering it, and two versions of the lake differ in one name only.
        """
        found = ahead.answer(self.folder, self.manifest.space, key)
        if found is None:
            found = self.ask(key, make)
            ahead.note(key, found)
        return found

    def answers(self, keys: Sequence[Hashable], make: Callable[[Sequence[Any]], Any]) -> list[Any]:
        """The same for several names, in their order: what is not ready is asked in one question, and each is kept by its own name.

        make: an expression for some of the keys, with `part`, the place among them of the key that a row belongs to.
        """
        found = {key: ahead.answer(self.folder, self.manifest.space, key) for key in keys}
        missing = [key for key, one in found.items() if one is None]
        if missing:
            together = self.ask(("together", *missing), lambda: make(missing))
            for key, one in zip(missing, parts_of(together, len(missing)), strict=True):
                found[key] = one
                ahead.note(key, one)
        return [found[key] for key in keys]

    def ask(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """`answer` of what is asked now and only now, such as of rows laid anew: the statement is kept, the answer is not."""
        (text, schema), needs = self._statement(key, make)
        self._ready(needs)
        return self.engine.ask(Statement(self._here(text), schema))

    def lay(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The rows of an expression as a table, worked out once; the expression itself where the engine keeps none."""
        import ibis

        if not isinstance(self.engine, Keeping):
            return make()
        if (self.engine.name, key) not in _laid:
            self._write_laid(key, make)
        one = _laid[self.engine.name, key]
        self._ready([one])
        note(one)
        return ibis.table(one.schema, **self.engine.place(self.manifest.space, one.name))

    def lay_anew(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The same in place of what was laid under this key before; what is built on it is not kept."""
        import ibis

        shelf = self._shelf
        if shelf is None:
            return make()
        one = self._laid(key, make)
        shelf.put(one, self._here)
        return ibis.table(one.schema, **self.engine.place(self.manifest.space, one.name))

    def _write_laid(self, key: Hashable, make: Callable[[], Any]) -> None:
        if len(_laid) >= MOST:
            _laid.clear()
        _laid[self.engine.name, key] = self._laid(key, make)

    def _laid(self, key: Hashable, make: Callable[[], Any]) -> Laid:
        with noting() as needs:
            expression = make()
        one = Laid(name_of(key), self._anywhere(self.engine.write(expression).text), expression.schema(), tuple(needs))
        if len(_named) >= MOST:
            _named.clear()
        _named[one.name] = one
        return one

    def _ready(self, several: Sequence[Laid]) -> None:
        """What a statement names is laid, also where it went since the expression was made."""
        if several and self._shelf is not None:
            self._shelf.ready(several, self._here)

    @property
    def _shelf(self) -> Shelf | None:
        return _shelves.get((self.folder, self.engine.name, self.manifest.space))

    def _statement(self, key: Hashable, make: Callable[[], Any]) -> tuple[Statement, tuple[Laid, ...]]:
        name = (self.engine.name, key)
        if name not in _written:
            if len(_written) >= MOST:
                _written.clear()
            with noting() as needs:
                text, schema = self.engine.write(make())
            _written[name] = Statement(self._anywhere(text), schema), tuple(needs)
        return _written[name]

    def _anywhere(self, text: str) -> str:
        """A statement with a place for the name of the lake's space, and `_here` the other way."""
        return text.replace(self.manifest.space, _SPACE)

    def _here(self, text: str) -> str:
        return text.replace(_SPACE, self.manifest.space)


_written: dict[Hashable, tuple[Statement, tuple[Laid, ...]]] = {}
_laid: dict[Hashable, Laid] = {}
_named: dict[str, Laid] = {}
_SPACE = "?lake?"
MOST = 4000


def open_lake(home: Path) -> Snapshot:
    """The newest snapshot. Cheap when nothing changed since the last time.

    New files are compared with their hashes before the first question is asked of them. Raises LakeMissing before
    the first export, LakeDamaged when a file is not what the manifest says, UnknownEngine.
    """
    given = _reading.get()
    if given is not None:
        return given
    place = folder(home)
    return opened(load(place), place)


@contextmanager
def reading(snapshot: Snapshot) -> Iterator[None]:
    """Inside, `open_lake` is this snapshot, in force or not."""
    token = _reading.set(snapshot)
    try:
        yield
    finally:
        _reading.reset(token)


_reading: ContextVar[Snapshot | None] = ContextVar("reading", default=None)


def opened(manifest: Manifest, place: Path, setting: str = "") -> Snapshot:
    """A snapshot by its manifest, also by one that is not in force yet. setting: an engine, the configured one if not given."""
    found = Snapshot(manifest, place, engine(setting or config().engine, place))
    key = (place, found.engine.name, manifest.space)
    if key not in _opened:
        with _opening:
            if key not in _opened:
                _open(found)
                _opened[key] = manifest
    return found


_opened: dict[tuple[Path, str, str], Manifest] = {}
_verified: set[tuple[Path, str]] = set()
_opening = threading.Lock()
_shelves: dict[tuple[Path, str, str], Shelf] = {}
KEEP = 20
"""Snapshots that stay readable in this process; their files stay on disk for ten minutes anyway."""
KEEP_LAID = 4
"""Of so many the rows that were laid stay."""


def _open(snapshot: Snapshot) -> None:
    for table in snapshot.manifest.tables.values():
        for file in table.files:
            _verify(snapshot.folder, file)
    snapshot.engine.open(snapshot.manifest)
    if isinstance(snapshot.engine, Keeping):
        _shelves[snapshot.folder, snapshot.engine.name, snapshot.manifest.space] = Shelf(snapshot.engine, snapshot.manifest.space)
    same = [key for key in _opened if key[:2] == (snapshot.folder, snapshot.engine.name)]
    for key in same[: 1 - KEEP_LAID]:
        if key in _shelves:
            _shelves[key].clear()
    for key in same[:-KEEP]:
        _shelves.pop(key, None)
        snapshot.engine.forget(_opened.pop(key))


def _verify(place: Path, file: File) -> None:
    path = place / file.name
    if (path, file.sha256) in _verified:
        return
    if path.is_symlink() or not path.is_file() or path.stat().st_size != file.bytes or sha256(path) != file.sha256:
        raise LakeDamaged(f"{path} is not the file that was exported: remove {place} and the worker makes it again")
    _verified.add((path, file.sha256))
