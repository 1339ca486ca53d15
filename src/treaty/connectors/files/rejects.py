"""The refused rows of a file as CSV: to be fixed in any spreadsheet and read again."""

import csv
from collections.abc import Iterable
from typing import TextIO

from treaty.connectors.files.escapes import PROBLEM, escape
from treaty.connectors.files.rows import Refused


def write_rejects(stream: TextIO, header: Iterable[str], refused: Iterable[Refused]) -> int:
    """Write each row as it was, and `problem` after its last cell; returns how many rows.

    Cells that a spreadsheet would run are marked by the rule of `escapes`, which reading the file again undoes.
    A row with a cell too few or too many is not padded: left unfixed, it is refused again and never guessed at.
    stream: text in UTF-8, opened with newline=""
    """
    writer = csv.writer(stream)
    writer.writerow([*map(escape, header), PROBLEM])
    count = 0
    for row in refused:
        writer.writerow([*map(_shown, row.cells), escape(f"line {row.line}: {row.problem}")])
        count += 1
    return count


def _shown(cell: str) -> str:
    r"""Escaped, and with undecodable bytes written out as `\xe9`: a lone surrogate is the byte it came from."""
    marked = escape(cell)
    if marked.isascii():
        return marked
    bytes_told = "".join(f"\\x{ord(c) - 0xDC00:02x}" if "\udc80" <= c <= "\udcff" else c for c in marked)
    return bytes_told.encode("utf-8", "replace").decode("utf-8")
