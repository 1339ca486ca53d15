"""A set of exports, opened for any purpose: recognised together, overruled by the mapping, read when asked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from treaty.connectors.files.limits import FileRefused
from treaty.connectors.files.load import load
from treaty.connectors.files.mapping import FileMap, Mapping, apply, known_kind, read_mapping
from treaty.connectors.files.plans import Recognised
from treaty.connectors.files.reader import open_tables
from treaty.connectors.files.recognise import recognise_all
from treaty.connectors.files.rows import RawTable, Unread
from treaty.connectors.files.text import Said
from treaty.diagnosis.tables import Table
from treaty.truth.records import Record


@dataclass(slots=True)
class Exports:
    """recognised: every table that could be opened · unread: the files that could not, with the reason · shown: puts the
    names people know into a text that holds names of files as they lie on disk · system: whose ids these are, where a loader
    left the tables · last: what is said once all of them were read."""

    recognised: list[Recognised]
    unread: list[Unread]
    mapping: Mapping
    shown: Callable[[str], str] = str
    system: str = ""
    last: Callable[[], Iterable[Record]] = tuple

    def said(self, one: Recognised) -> FileMap:
        """What the mapping says about a table."""
        return self.mapping.of(one.table.name)

    def tables(self) -> tuple[Table, ...]:
        """Every table read into columns. One that turns hostile half way moves to `unread`."""
        read = []
        for one in self.recognised:
            try:
                read.append(load(one, self.said(one)))
            except FileRefused as refused:
                self.unread.append(Unread(one.table.name, str(refused)))
        return tuple(read)


def open_exports(
    paths: Iterable[Path], mapping: Mapping | Path | None = None, kind: str = "", shown: Callable[[str], str] = str
) -> Exports:
    """Recognise the tables in these files and folders. Nothing is read into memory yet.

    mapping: a mapping, or where its file lies; kind: of every file, if the person says it (`--as`); shown: see Exports
    Raises NoSuchFile, MapRefused (also for an unknown kind).
    """
    said = _said(mapping)
    return exports_of(open_tables(paths, lambda name: _written(said.of(shown(name)))), said, kind, shown)


def exports_of(
    tables: Iterable[RawTable | Unread], mapping: Mapping | Path | None = None, kind: str = "", shown: Callable[[str], str] = str
) -> Exports:
    """The same of tables that are open already. Raises MapRefused."""
    said, forced = _said(mapping), known_kind(kind) if kind else ""
    recognised, unread = recognise_all((_named(table, shown) for table in tables), lambda name: said.of(name).as_ or forced)
    for one in recognised:
        apply(said.of(one.table.name), one)
    return Exports(recognised, [Unread(one.name, shown(one.problem)) for one in unread], said, shown)


def _said(mapping: Mapping | Path | None) -> Mapping:
    return read_mapping(mapping) if isinstance(mapping, Path) else mapping or Mapping()


def _written(file: FileMap) -> Said:
    return Said(file.encoding, file.delimiter)


def _named(table: RawTable | Unread, shown: Callable[[str], str]) -> RawTable | Unread:
    return replace(table, name=shown(table.name))
