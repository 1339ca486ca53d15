"""The two files of `treaty worktime`, read so that one bad part does not hide the good ones."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from treaty.sla.calendars import BadCalendar, Calendar, read_calendar, shown

Book = Mapping[str, Calendar | BadCalendar]
Row = Mapping[str, str]

_NEEDED = ("id", "kind", "calendar", "start")


class Unreadable(Exception):
    """A file that cannot be read at all. The message names it and the way out."""


def read_book(path: Path) -> Book:
    """The calendars by name. One that cannot be used is kept with its fault, for the rows that name it."""
    try:
        found = json.loads(_text(path), object_pairs_hook=_each_once)
    except (ValueError, RecursionError) as fault:
        raise Unreadable(f"{path}: not readable as JSON ({str(fault)[:200]}), export the calendars again") from None
    if not isinstance(found, dict) or not found:
        raise Unreadable(f"{path}: write one object in braces, from the name of each calendar to the calendar")
    return {name: _read(value) for name, value in found.items()}


def _read(value: object) -> Calendar | BadCalendar:
    try:
        return read_calendar(value)
    except BadCalendar as fault:
        return fault


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{shown(next(name for name in names if names.count(name) > 1))} is given twice")
    return found


def read_rows(path: Path) -> Iterator[tuple[int, Row | csv.Error]]:
    """The cases with the line on which each ends. Cells that are not there are empty, other columns are ignored.

    A line that is no CSV comes as its fault, so that the good lines around it are kept. Raises Unreadable.
    """
    csv.field_size_limit(1 << 30)  # an overlong cell is then a refused row, not the end of the file
    lines = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    names = _names(lines, path)
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as fault:
            yield lines.line_num, fault
        else:
            if cells:
                yield lines.line_num, dict.fromkeys(names, "") | dict(zip(names, cells, strict=False))


def _names(lines: Iterator[list[str]], path: Path) -> list[str]:
    try:
        names = [name.strip() for name in next(lines, [])]
    except csv.Error as fault:
        raise Unreadable(f"{path}: the first line is not CSV ({fault}), export it again") from None
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise Unreadable(f"{path}: no column {', '.join(missing)}: the first line names the columns, {', '.join(_NEEDED)} and more")
    return names


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise Unreadable(f"{path}: {fault.strerror or fault}, check the path") from None
    except ValueError:
        raise Unreadable(f"{path}: not UTF-8 text, save it again as UTF-8") from None
