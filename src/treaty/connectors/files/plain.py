"""One file as plain columns of text, for work that needs no meaning of theirs from here."""

from dataclasses import dataclass, field
from pathlib import Path

from treaty.connectors.files.limits import FileRefused
from treaty.connectors.files.reader import open_tables
from treaty.connectors.files.rows import Refused, Unread

MAX_ROWS = 100_000


@dataclass(slots=True)
class PlainTable:
    """columns: texts by header · lines: where each row stands in the file · refused: rows that do not fit under the header."""

    name: str
    columns: dict[str, list[str]]
    lines: list[int] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: tuple[str, ...] = ()


def read_plain(path: Path) -> PlainTable:
    """The first table of a file. Raises NoSuchFile, and FileRefused for what is no table, empty or longer than MAX_ROWS."""
    if path.is_dir():
        raise FileRefused(f"{path} is a folder: name one file in it")
    opened = next(iter(open_tables([path])), Unread(path.name, f"{path.name} is empty"))
    if isinstance(opened, Unread):
        raise FileRefused(opened.problem)
    cells: list[list[str]] = []
    found = PlainTable(opened.name, {}, notes=opened.notes)
    for row in opened.rows():
        if isinstance(row, Refused):
            found.refused.append(row)
            continue
        if len(cells) == MAX_ROWS:
            raise FileRefused(f"{opened.name} has more than {MAX_ROWS:,} rows: match it in parts, such as one country at a time")
        cells.append(row.cells)
        found.lines.append(row.line)
    found.columns = {header: [row[at] for row in cells] for at, header in enumerate(opened.header)}
    return found
