"""Open whatever was exported: files, folders, archives. What a file is, is told by its bytes, not by its name."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from treaty.connectors.files.archives import gzipped, members
from treaty.connectors.files.encoding import Opener
from treaty.connectors.files.limits import FileRefused
from treaty.connectors.files.rows import Block, RawTable, Refused, Row, Rows, Unread
from treaty.connectors.files.shape import shape
from treaty.connectors.files.text import Dialect, Said, dialect_of, pieces, records
from treaty.connectors.files.workbooks import sheets

_NO_TABLES = frozenset(".md .rst .pdf .png .jpg .svg .html .json .yaml .yml .py .sql .log .css .js".split())
_OTHERS = (
    (
        re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype|html|table|head|meta|\?xml)\b", re.I),
        "a web page: open it in a spreadsheet, save it as .xlsx or .csv",
    ),
    (re.compile(rb'(\xef\xbb\xbf)?\s*(\[\s*)?\{\s*(\}|")'), "JSON, not a table: export it as CSV, Excel or Parquet"),
)
"""Text that is no table, whatever its name: what some systems call an Excel export is a web page."""
_NAMES = {",": "", ";": "cut at semicolons", "\t": "cut at tabs", "|": "cut at bars"}


class NoSuchFile(Exception):
    """A path that was named does not exist."""


def open_tables(paths: Iterable[Path], said: Callable[[str], Said] = lambda _: Said()) -> Iterator[RawTable | Unread]:
    """Every table in these files and folders, in the order of their names. said: how the text file of a name is written.

    In folders, links are not followed, and documents, pictures and programs are passed over. A file that cannot
    be read comes as Unread; the others are read. Raises NoSuchFile before anything is read.
    """
    named = [(path, _files(path)) for path in paths]
    for root, files in named:
        for path in files:
            shown = str(path.relative_to(root)) if path != root else path.name
            try:
                tables = _tables(path, shown, said)
                yield from tables
                if not tables:
                    yield Unread(shown, f"{shown} is empty")
            except FileRefused as refused:
                yield Unread(shown, str(refused))
            except (OSError, UnicodeError, ValueError) as error:
                yield Unread(shown, f"{shown} cannot be read ({error})")


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        inside = (p for p in sorted(path.rglob("*")) if not any(part.startswith(".") for part in p.relative_to(path).parts))
        return [p for p in inside if p.is_file() and not p.is_symlink() and p.suffix.lower() not in _NO_TABLES]
    if not path.exists():
        raise NoSuchFile(f"there is no file {str(path)!r}: check the name and the folder")
    return [path]


def _tables(path: Path, name: str, said: Callable[[str], Said]) -> list[RawTable]:
    with path.open("rb") as stream:
        start = stream.read(512)
    head = start[:8]
    if head[:2] == b"\x1f\x8b":
        return _texts(name.removesuffix(".gz"), gzipped(path, name), said)
    if head[:4] == b"PAR1":
        return _sheets(path, name, "parquet")
    if head == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _sheets(path, name, "workbook")
    if head[:4] == b"PK\x03\x04":
        return _zipped(path, name, said)
    if other := next((what for pattern, what in _OTHERS if pattern.match(start)), ""):
        raise FileRefused(f"{name} is {other}")
    return _texts(name, lambda: path.open("rb"), said)


def _zipped(path: Path, name: str, said: Callable[[str], Said]) -> list[RawTable]:
    inside = list(members(path, name))
    if any(inner in ("[Content_Types].xml", "mimetype") for inner, _ in inside):
        return _sheets(path, name, "workbook")
    return [table for inner, opener in inside for table in _texts(f"{name}: {inner}", opener, said)]


def _sheets(path: Path, name: str, kind: str) -> list[RawTable]:
    tables = [shape(f"{name}: {sheet}" if sheet else name, rows) for sheet, rows in sheets(path, name, kind)]
    return [table for table in tables if table is not None]


def _texts(name: str, opener: Opener, said: Callable[[str], Said]) -> list[RawTable]:
    dialect = dialect_of(opener, name, said(name))
    notes = tuple(note for note in (dialect.encoding.note, _NAMES.get(dialect.delimiter, f"cut at {dialect.delimiter!r}")) if note)
    rows: Rows = lambda: records(opener, dialect)  # noqa: E731
    table = shape(name, rows, notes, dialect.delimiter, partial(_pieces, opener, dialect))
    return [] if table is None else [replace(table, is_text=True)]


def _pieces(opener: Opener, dialect: Dialect, width: int, wanted: Collection[int]) -> Iterator[Block | Row | Refused]:
    from treaty.connectors.files import blocks  # Arrow takes a while to load, and few who open a file want columns

    return pieces(opener, dialect, partial(blocks.cut, delimiter=dialect.delimiter, width=width, wanted=wanted))


__all__ = ["NoSuchFile", "RawTable", "Refused", "Row", "Unread", "open_tables"]
