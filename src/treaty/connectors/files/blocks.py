"""Many plain lines of a text file cut into columns at once. What is not plain by every rule here is left to `text.records`."""

import csv
import io
from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow

from treaty.connectors.files.limits import MAX_CELL
from treaty.connectors.files.rows import Block
from treaty.connectors.files.shape import is_total
from treaty.connectors.files.text import DELIMITERS

_NEWLINE, _RETURN, _QUOTE = 10, 13, 34
_MAYBE_TOTAL = "(?i)^(?:$|[^0-9a-z]|tot|gra|sub|sum|ges)"
"""What a line of totals may begin with, and some more: `shape.is_total` says which is one."""
_MARK = "\ufeff"
"""What Arrow would take for a sign of the encoding."""


def cut(line: int, text: str, *, delimiter: str, width: int, wanted: Collection[int]) -> Block | None:
    """The wanted columns of these lines, if every one is a row: as wide as is said, no cell over several lines or too long, quotes only
    around cells and doubled within, and none empty or of totals. line: the number of the first."""
    if width < 2 or delimiter not in DELIMITERS or not text or text.startswith(_MARK):
        return None
    raw = text.encode()
    if not _is_plain(np.frombuffer(raw, np.uint8), ord(delimiter)):
        return None
    places = sorted({0, *wanted})
    try:
        table = _parsed(raw, delimiter, width, places)
    except pa.ArrowInvalid:  # a line is wider or narrower
        return None
    columns = {place: table.column(str(place)).combine_chunks() for place in places}
    if _has_empty(list(columns.values())) or _has_total(text, columns[0], delimiter):
        return None
    return Block(line, table.num_rows, columns)


def _is_plain(data: "np.ndarray", delimiter: int) -> bool:
    """Does every line hold something, and no more than a cell may, and is every quote the first or last of a cell, or one of two within?"""
    ends, returns = np.flatnonzero(data == _NEWLINE), np.flatnonzero(data == _RETURN)
    ends = ends if len(ends) and ends[-1] == len(data) - 1 else np.append(ends, len(data))
    before_end = data[ends - 1] == _RETURN
    lengths = np.diff(ends, prepend=-1) - 1 - before_end
    if lengths.min() < 1 or lengths.max() > MAX_CELL or len(returns) != before_end.sum():
        return False
    quotes = np.flatnonzero(data == _QUOTE)
    if not len(quotes):
        return True
    if len(quotes) % 2 or (np.searchsorted(quotes, ends) % 2).any():
        return False
    around = np.concatenate(([_NEWLINE], data, [_NEWLINE]))
    before, after = around[quotes[0::2]], around[quotes[1::2] + 2]
    opens, closes = (np.isin(beside, (delimiter, _NEWLINE, _RETURN)) for beside in (before, after))
    doubled = quotes[1::2][:-1] + 1 == quotes[2::2]
    return bool((opens | np.append(False, doubled)).all() and (closes | np.append(doubled, False)).all())


def _parsed(raw: bytes, delimiter: str, width: int, places: Collection[int]) -> pa.Table:
    names = [str(place) for place in range(width)]
    return arrow.read_csv(
        pa.BufferReader(raw),
        read_options=arrow.ReadOptions(column_names=names, block_size=len(raw) + 1, use_threads=False),
        parse_options=arrow.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
        convert_options=arrow.ConvertOptions(
            include_columns=[str(place) for place in places], column_types=dict.fromkeys(names, pa.string()), null_values=[]
        ),
    )


def _has_empty(columns: list[pa.StringArray]) -> bool:
    """Is there a row with nothing in any of these? It may be one that is passed over."""
    empty = None
    for column in columns:
        here = pc.equal(column, "")
        empty = here if empty is None else pc.and_(empty, here)
    return bool(pc.any(empty).as_py())


def _has_total(text: str, first: pa.StringArray, delimiter: str) -> bool:
    coded = pc.utf8_slice_codeunits(first, 0, 3).dictionary_encode()
    rows = np.flatnonzero(pc.match_substring_regex(coded.dictionary, _MAYBE_TOTAL).take(coded.indices))
    if not len(rows):
        return False
    lines = list(io.StringIO(text, newline=""))
    return any(is_total(cells) for cells in csv.reader((lines[row] for row in rows), delimiter=delimiter))
