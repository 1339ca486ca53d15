"""From recognised exports to records, row by row: what cannot be read is refused alone, with line and reason."""

from collections.abc import Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

from treaty.connectors.files.columns import ColumnReader, Problem
from treaty.connectors.files.exports import Exports
from treaty.connectors.files.load import load, readers_of
from treaty.connectors.files.makers import MAKERS
from treaty.connectors.files.mapping import FileMap, Mapping
from treaty.connectors.files.plans import CATEGORY, Loaded, Recognised
from treaty.connectors.files.row import Directory, Line
from treaty.connectors.files.rows import Refused, Row
from treaty.connectors.files.values import Cell
from treaty.diagnosis.draw import stage_labels
from treaty.truth.records import Record


class Made(NamedTuple):
    """The records of one row, with the row, so that one refused later can still be handed back whole."""

    line: int
    cells: list[str]
    records: tuple[Record, ...]


def directory_of(exports: Exports) -> Directory:
    """What the members and stages among these files say, for the others to use."""
    addresses: dict[str, str] = {}
    stages = []
    for one in exports.recognised:
        if one.loaded is not None:
            continue
        if one.kind == "members":
            addresses.update(_addresses(one, exports.said(one)))
        elif one.kind == "stages":
            stages.append(load(one, exports.said(one)))
    return Directory(addresses, dict(stage_labels(tuple(stages))))


def _addresses(one: Recognised, file: FileMap) -> Iterator[tuple[str, str]]:
    table = load(one, file)
    emails, first, last = (table.values(m) for m in ("email", "first name", "last name"))
    for meaning in ("member id", "member"):
        yield from (
            (str(k).casefold(), str(e)) for k, e in zip(table.values(meaning), emails, strict=True) if k is not None and e is not None
        )
    names = (f"{a} {b}" for a, b in zip(first, last, strict=True))
    yield from ((name.casefold(), str(email)) for name, email in zip(names, emails, strict=True) if email is not None)


def to_rows(one: Recognised, mapping: Mapping | None = None, directory: Directory | None = None) -> Iterator[Made | Refused]:
    """Every row as its records, or refused. A row may make none (a change of a field nobody asked for), one or two.

    Records deleted at their source make none. Nothing comes of a kind that is not in MAKERS.
    Raises FileRefused if the file turns hostile half way; rows before that have been read.
    """
    if one.loaded is not None:
        yield from _loaded_rows(one, one.loaded)
        return
    mapping = mapping or Mapping()
    file = mapping.of(one.table.name)
    make, readers = MAKERS.get(one.kind), readers_of(one, file)
    if make is None:
        return
    for row in one.table.rows():
        if isinstance(row, Refused):
            yield row
            continue
        try:
            line = _line(row, readers, one, mapping, file, directory or Directory())
            yield Made(row.line, row.cells, () if line.values.get("deleted") is True else tuple(make(line)))
        except ValueError as problem:
            yield Refused(row.line, row.cells, str(problem))


def _loaded_rows(one: Recognised, loaded: Loaded) -> Iterator[Made | Refused]:
    for row in one.table.rows():
        if isinstance(row, Refused):
            yield row
            continue
        try:
            yield Made(row.line, row.cells, () if loaded.refuse else loaded.read(row.cells))
        except ValueError as problem:
            yield Refused(row.line, row.cells, str(problem))


def to_records(one: Recognised, mapping: Mapping | None = None, directory: Directory | None = None) -> Iterator[Record | Refused]:
    """`to_rows` without the rows, for whoever only wants the records."""
    for row in to_rows(one, mapping, directory):
        if isinstance(row, Refused):
            yield row
        else:
            yield from row.records


def _line(
    row: Row, readers: list[tuple[int, ColumnReader]], one: Recognised, mapping: Mapping, file: FileMap, directory: Directory
) -> Line:  # fmt: skip
    values: dict[str, Cell] = dict(file.constants)
    others: dict[str, Cell] = {}
    for index, reader in readers:
        value = reader[row.cells[index]]
        if isinstance(value, Problem):
            raise ValueError(value.says)
        if reader.meaning == CATEGORY:
            others[reader.header] = value
        elif value is not None:
            values[reader.meaning] = value
    zone = ZoneInfo(mapping.zone or "UTC")
    return Line(values, others, directory, one.table.name, zone, mapping.currency)
