"""One file as plain columns of text, for work that needs no meaning of theirs from here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from treaty.connectors.files.limits import FileRefused
from treaty.connectors.files.reader import open_tables
from treaty.connectors.files.rows import Block, RawTable, Refused, Row, Unread

MAX_ROWS = 100_000


@dataclass(slots=True)
class PlainTable:
    """columns: texts by header · lines: where each row stands in the file · refused: rows that do not fit under the header."""

    name: str
    columns: dict[str, list[str]]
    lines: list[int] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class ArrowTable:
    """As PlainTable, the texts as an Arrow table: several times faster for long files."""

    name: str
    table: Any
    lines: list[int] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: tuple[str, ...] = ()


def read_plain(path: Path) -> PlainTable:
    """The first table of a file. Raises NoSuchFile, and FileRefused for what is no table, empty or longer than MAX_ROWS."""
    read = read_arrow(path, MAX_ROWS)
    columns = {name: read.table.column(name).to_pylist() for name in read.table.column_names}
    return PlainTable(read.name, columns, read.lines, read.refused, read.notes)


def read_arrow(path: Path, most_rows: int) -> ArrowTable:
    """The first table of a file. Raises NoSuchFile, and FileRefused for what is no table, empty or longer than `most_rows`."""
    import pyarrow as pa  # takes a while to load

    if path.is_dir():
        raise FileRefused(f"{path} is a folder: name one file in it")
    opened = next(iter(open_tables([path])), Unread(path.name, f"{path.name} is empty"))
    if isinstance(opened, Unread):
        raise FileRefused(opened.problem)
    found = ArrowTable(opened.name, None, notes=opened.notes)
    parts: list[Any] = []
    cells: list[Sequence[str]] = []
    for piece in _pieces(opened):
        if isinstance(piece, Refused):
            found.refused.append(piece)
            continue
        if isinstance(piece, Row):
            cells.append(piece.cells)
            found.lines.append(piece.line)
        elif piece.rows:
            parts += [*_as_part(opened, cells), pa.table([piece.columns[at] for at in range(len(opened.header))], list(opened.header))]
            cells = []
            found.lines += range(piece.line, piece.line + piece.rows)
        if len(found.lines) > most_rows:
            raise FileRefused(f"{opened.name} has more than {most_rows:,} rows: take it in parts, such as one country at a time")
    parts += _as_part(opened, cells)
    found.table = pa.concat_tables(parts) if parts else pa.table({header: pa.array([], pa.string()) for header in opened.header})
    return found


def _pieces(opened: RawTable) -> Iterator[Block | Row | Refused]:
    return opened.rows() if opened.columns is None else opened.columns(range(len(opened.header)))


def _as_part(opened: RawTable, cells: Sequence[Sequence[str]]) -> list[Any]:
    import pyarrow as pa

    if not cells:
        return []
    return [pa.table([pa.array(column, pa.string()) for column in zip(*cells, strict=True)], list(opened.header))]
