"""What a reader yields: rows with their line, and refused rows with the reason."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from treaty.connectors.files.limits import MAX_CELL


class Row(NamedTuple):
    """One row as text. `line` is where it begins in the file (or the row number in a sheet)."""

    line: int
    cells: list[str]


class Refused(NamedTuple):
    """A row that is not used, kept whole so that it can be fixed and read again."""

    line: int
    cells: list[str]
    problem: str


class Block(NamedTuple):
    """Rows that follow each other, a line each from `line` on. columns: place of a column → its texts, Arrow."""

    line: int
    rows: int
    columns: dict[int, Any]

    def after(self, rows: int) -> "Block":
        """Without its first rows."""
        return Block(self.line + rows, max(self.rows - rows, 0), {place: texts.slice(rows) for place, texts in self.columns.items()})


def bounded(row: Row) -> Row | Refused:
    """The row, unless one of its cells is longer than anything meant to be a cell."""
    longest = max(map(len, row.cells), default=0)
    if longest <= MAX_CELL:
        return row
    return Refused(row.line, row.cells, f"a cell of {longest:,} characters: {MAX_CELL:,} is the most that is read")


Rows = Callable[[], Iterator[Row | Refused]]
"""Reads from the beginning each time it is called, so a file is never held in memory."""
Columns = Callable[[Collection[int]], Iterator[Block | Row | Refused]]
"""The same rows, those of plain stretches as blocks of the columns asked for."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """One table as it lies in a file, before anything is understood.

    name: as shown to people, `deals.csv`, `book.xlsx: Sheet1`; never used as a path
    rows: every row has exactly as many cells as the header; notes: how the file was read
    """

    name: str
    header: tuple[str, ...]
    rows: Rows
    notes: tuple[str, ...] = ()
    fixes: bool = False
    """A file of refused rows that comes back: its `problem` column and its escapes are already taken off."""
    columns: Columns | None = None
    """Where the file may be cut at once, which a workbook may not."""
    is_text: bool = False
    """Characters that were decoded and cut, as was recognised or said."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that is not read at all, and why."""

    name: str
    problem: str


def storable(cells: Iterable[str]) -> list[str]:
    r"""Cells any database keeps: NUL and bytes that are no text are written out as `\x00`, `\xe9`, as the download shows them."""
    return [cell if cell.isascii() and "\0" not in cell else _written_out(cell) for cell in cells]


def _written_out(cell: str) -> str:
    told = "".join(f"\\x{ord(c) & 0xFF:02x}" if c == "\0" or "\udc80" <= c <= "\udcff" else c for c in cell)
    return told.encode("utf-8", "replace").decode("utf-8")
