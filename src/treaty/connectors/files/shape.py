"""From records of any width to a table: where the header stands, which rows fit under it."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from itertools import islice

from treaty.connectors.files.escapes import PROBLEM, unescape
from treaty.connectors.files.limits import MAX_COLUMNS, FileRefused
from treaty.connectors.files.rows import Block, Columns, RawTable, Refused, Row, Rows

_VALUE = re.compile(r"[-+(]?[\d.,\s]*\d[\d.,\s]*[%)]?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|[^@\s]+@[^@\s]+\.\w+|true|false", re.I)
_BYTE = re.compile(r"\\x[89a-f][0-9a-f]")
_TOTAL = re.compile(
    r"(grand |sub)?-?totals?( \([\d.,]+( records)?\))?:?|sum:?|summe:?|gesamt(summe)?:?|total (général|general|geral):?", re.I
)
_TOTALS = {"tot", "gra", "sub", "sum", "ges"}
_SUM = re.compile(r"[-+(]?\W{0,3}[\d.,’'\s]*\d\W{0,3}([A-Z]{3})?[)]?")
_LOOKED_AT = 60
Pieces = Callable[[int, Collection[int]], Iterator[Block | Row | Refused]]
"""All records of a file, those as wide as is said in blocks of the columns that are said."""


def shape(name: str, rows: Rows, notes: tuple[str, ...] = (), delimiter: str = "", pieces: Pieces | None = None) -> RawTable | None:
    """The table in these records; None if there is nothing in them. Raises FileRefused for too many columns.

    Lines above the header are left out and said. A first row that is itself data gets `column 1 ..` as header.
    """
    head = [row.cells for row in islice(rows(), _LOOKED_AT)]
    filled = [sum(1 for cell in cells if cell.strip()) for cells in head]
    if not any(filled):
        return None
    at = next(i for i, count in enumerate(filled) if count >= 0.6 * min(max(filled), _usual(head)))
    first = _trimmed(head[at])
    if len(first) > MAX_COLUMNS:
        raise FileRefused(f"{name} has {len(first):,} columns: {MAX_COLUMNS:,} is the most that is read. Is its delimiter right?")
    above = sum(1 for count in filled[:at] if count)
    notes += (f"{above} line{'s' * (above > 1)} above the header left out",) if above else ()
    if _is_data(first):
        header, start, notes = [f"column {i + 1}" for i in range(len(first))], at, (*notes, "no header: columns are numbered")
    else:
        header, start = first, at + 1
    fixes = len(header) > 1 and header[-1] == PROBLEM
    kept = header[:-1] if fixes else header
    columns = _columns(pieces, start, len(header), delimiter) if pieces and not fixes else None
    return RawTable(name, _unique(kept), _fitting(rows, start, len(header), delimiter, fixes), notes, fixes, columns)


def _usual(head: list[list[str]]) -> int:
    """How wide most rows are, if most agree: a row with cells too many says nothing about where the header stands."""
    widths = Counter(len(cells) for cells in head if any(cells))
    (width, times), *_ = widths.most_common(1)
    return width if 2 * times > widths.total() and width > 1 else MAX_COLUMNS


def _trimmed(cells: list[str]) -> list[str]:
    last = max((i for i, cell in enumerate(cells) if cell.strip()), default=-1)
    return cells[: last + 1]


def _is_data(cells: list[str]) -> bool:
    """A header holds words; half or more of numbers, dates or addresses is a row of data."""
    return 2 * sum(1 for cell in cells if _VALUE.fullmatch(cell.strip())) >= len(cells)


def _unique(header: list[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    names = []
    for number, cell in enumerate(header, 1):
        name = " ".join(cell.replace("\0", "").split())[:200] or f"column {number}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)


def _fitting(rows: Rows, start: int, width: int, delimiter: str, fixes: bool) -> Rows:
    def read() -> Iterator[Row | Refused]:
        for row in islice(rows(), start, None):
            if isinstance(row, Refused):
                yield row
            elif any(row.cells):
                fitted = _fit(row, width, delimiter)
                yield _taken_back(fitted) if fixes else fitted

    return read


def _columns(pieces: Pieces, start: int, width: int, delimiter: str) -> Columns:
    """As `_fitting`. What is cut in blocks needs no fitting: see `blocks.cut`."""

    def read(wanted: Collection[int]) -> Iterator[Block | Row | Refused]:
        left = start
        for piece in pieces(width, wanted):
            count = piece.rows if isinstance(piece, Block) else 1
            left, above = max(left - count, 0), min(left, count)
            if isinstance(piece, Block):
                yield piece.after(above)
            elif not above and (isinstance(piece, Refused) or any(piece.cells)):
                yield piece if isinstance(piece, Refused) else _fit(piece, width, delimiter)

    return read


def _fit(row: Row, width: int, delimiter: str) -> Row | Refused:
    cells = row.cells
    if len(cells) > width and not any(cells[width:]):
        cells = cells[:width]
    if len(cells) == 1 < width and delimiter:
        cells = next(csv.reader(cells, delimiter=delimiter), cells)  # some tools wrap a whole row in quotes
        cells = cells if len(cells) == width else row.cells
    if len(cells) != width:
        return Refused(row.line, row.cells, f"{len(cells)} cell{'s' * (len(cells) != 1)} where the header has {width}")
    if is_total(cells):
        return Refused(row.line, row.cells, "a line of totals, not a record")
    return row if cells is row.cells else Row(row.line, cells)


def is_total(cells: list[str]) -> bool:
    """`Total, , , 12,300` under a report: the word alone, and beside it nothing but sums, in less than half of the cells."""
    first = next(filter(None, cells), "").strip()
    if first[:3].lower() not in _TOTALS or not _TOTAL.fullmatch(first):
        return False
    told = [bare for cell in cells if (bare := cell.strip())]
    return 2 * len(told) <= len(cells) and all(map(_SUM.fullmatch, told[1:]))


def _taken_back(row: Row | Refused) -> Row | Refused:
    """A row of a file of refused rows: without its `problem` and its escapes. A byte that was no text must be gone."""
    cells = [unescape(cell) for cell in row.cells[:-1]]
    if isinstance(row, Row) and any(_BYTE.search(cell) for cell in cells):
        return Refused(row.line, cells, "a byte that is no text still stands in the row as \\x..: replace it")
    return row._replace(cells=cells)
