"""Files of touches, conversions or written paths, for attribution: recognised by the names of their columns, read to Parquet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from treaty.connectors.files import texts
from treaty.connectors.files.columns import ColumnReader
from treaty.connectors.files.reader import open_tables
from treaty.connectors.files.rows import Block, RawTable, Row, Unread
from treaty.connectors.files.values import share_read
from treaty.connectors.files.vocabulary import words_of

_BATCH = 5_000
"""Rows whose refusals are told together: what cannot be cut, what cannot be read column by column, what lacks an id or a time."""
_GROUP = 200_000
"""Rows that are written together."""
_SAMPLE = 5_000
_SHOWN = 5

NAMES: dict[str, tuple[str, ...]] = {
    "person": ("person", "person id", "user", "user id", "customer", "customer id", "contact id", "lead id", "visitor", "visitor id",
        "cookie", "cookie id", "client id", "anonymous id", "email"),
    "account": ("account", "account id", "company", "company id", "organization", "organisation", "domain"),
    "journey": ("journey", "journey id", "path id"),
    "id": ("id", "opportunity id", "deal id", "session id"),
    "at": ("timestamp", "time", "ts", "at", "date", "datetime", "touch time", "touched at", "occurred at", "event time", "event date",
        "touch date", "interaction time", "converted at", "conversion time", "conversion date", "closed at", "created at"),
    "channel": ("channel", "channel name", "touchpoint", "marketing channel", "source", "utm source", "medium", "utm medium",
        "interaction"),
    "campaign": ("campaign", "campaign name", "utm campaign"),
    "lead_at": ("lead at", "lead created at", "lead created", "lead ts", "lead time", "lead date"),
    "opportunity_at": ("opportunity at", "opportunity created at", "opportunity created", "opp at", "deal created at", "deal at"),
    "path": ("path", "paths", "journey path", "channel path"),
    "n": ("converted", "conversion", "conversions", "total conversions", "is converted", "is conversion", "convert", "has converted"),
    "value": ("value", "conversion value", "total conversion value", "revenue", "amount", "conversion revenue", "order value",
        "deal value"),
    "lost": ("total null", "null", "nulls", "total nulls", "non conversions", "not converted"),
}  # fmt: skip
"""What the columns are called, in plain words; of two names for one meaning the earlier wins."""
KINDS = {"at": "moment", "lead_at": "moment", "opportunity_at": "moment", "n": "number", "value": "amount", "lost": "number"}


class CannotRead(ValueError):
    """The file is no such table; the text names what is missing and the way out."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file of which the header is read. headers: meaning → the header that was taken for it; places: → the place of its column."""

    table: RawTable
    places: Mapping[str, int]

    @property
    def headers(self) -> dict[str, str]:
        return {meaning: self.table.header[place] for meaning, place in self.places.items()}


@dataclass(slots=True)
class Told:
    """One file as it was read. file: what is to be known, as Parquet; rejected: how many rows were refused."""

    name: str
    file: Path
    headers: Mapping[str, str]
    rows: int = 0
    rejected: int = 0
    notes: tuple[str, ...] = ()
    noted: list[tuple[tuple[int, ...], int, str]] = field(default_factory=list)

    @property
    def refused(self) -> list[tuple[int, str]]:
        """(line, problem) of the first few."""
        return [(line, problem) for _, line, problem in self.noted]

    def note(self, number: int, line: int, problem: str, *, when: tuple[int, ...] = ()) -> None:
        """number: of the row among all; when: in its batch."""
        self.noted = sorted([*self.noted, ((number // _BATCH, *when, number), line, problem)])[:_SHOWN]


class Part(NamedTuple):
    """Rows of a file. numbers: their places among all; columns: place of a column → its texts, Arrow."""

    numbers: Any
    lines: Any
    columns: Mapping[int, Any]


def opened(path: Path, said: Mapping[str, str] = {}) -> Opened:
    """Open one file. said: header → meaning (a name of NAMES), stronger than what is recognised. Raises CannotRead, NoSuchFile."""
    if path.is_dir():
        raise CannotRead(f"{path} is a folder: name one file of touches, and one of conversions")
    tables = list(open_tables([path]))
    if not tables:
        raise CannotRead(f"there is no table in {path.name}")
    table = tables[0]
    if isinstance(table, Unread):
        raise CannotRead(table.problem)
    return Opened(table, _meanings(table, said))


KEYS = ("journey", "person", "account", "id")
"""Whose journey it is, as a file may say it; the first that is there."""


def key_of(one: Opened, key: str = "") -> str:
    """The meaning of the column that says whose journey a row belongs to. key: one of KEYS, if the person said it. Raises CannotRead."""
    found = key or next((name for name in KEYS if name in one.places), "")
    if found not in one.places:
        what = f"no column of a {key}" if key else "no column that says whose journey a touch belongs to"
        raise CannotRead(f"{one.table.name} has {what}: name it with --map (journey, person or account)")
    return found


def _meanings(table: RawTable, said: Mapping[str, str]) -> dict[str, int]:
    """meaning → place of its column."""
    for header, meaning in said.items():
        if header not in table.header:
            raise CannotRead(f"{table.name} has no column {header!r}: it has {', '.join(table.header[:12])}")
        if meaning not in NAMES:
            raise CannotRead(f"{meaning!r} is nothing a column can mean here: use one of {', '.join(NAMES)}")
    found = {meaning: table.header.index(header) for header, meaning in said.items()}
    named = {" ".join(words_of(header)): place for place, header in reversed(list(enumerate(table.header))) if header not in said}
    for meaning, names in NAMES.items():
        place = next((named[name] for name in names if name in named), None)
        if meaning not in found and place is not None and place not in found.values():
            found[meaning] = place
    return found


def read(one: Opened, file: Path, key: str = "") -> Told:
    """Read it into a Parquet file of what `attribution.library` knows, without holding it. key: see `key_of`. Raises CannotRead."""
    table, readers = one.table, {meaning: _reader(one.table, meaning, place) for meaning, place in one.places.items()}
    told = Told(table.name, file, one.headers)
    names = {meaning: meaning for meaning in one.places if meaning not in KEYS and meaning != "campaign"}
    if "path" not in names:
        names["journey"] = key_of(one, key)
    schema = pa.schema([(name, texts.TYPES[KINDS.get(meaning, "text")]) for name, meaning in names.items()])
    with pq.ParquetWriter(file, schema, compression="none", use_dictionary=["channel"]) as writer:
        for group in _grouped(_values(part, one.places, readers, told) for part in _parts(table, sorted({*one.places.values()}), told)):
            told.rows += group.num_rows
            writer.write_table(group.select([*names.values()]).rename_columns([*names]))
    told.notes = (*table.notes, *(f"{reader.header}: {note}" for reader, _ in readers.values() for note in reader.notes))
    return told


def _reader(table: RawTable, meaning: str, place: int) -> tuple[ColumnReader, str]:
    """And the kind of its values."""
    sample = dict.fromkeys(row.cells[place] for row in islice(table.rows(), _SAMPLE) if isinstance(row, Row) and row.cells[place])
    kind = KINDS.get(meaning, "text")
    some = list(islice(sample, 500))
    if meaning == "n" and share_read("number", some) < 1 and share_read("flag", some) == 1:
        kind = "flag"
    return ColumnReader(table.header[place], meaning, kind, list(sample)), kind


def _parts(table: RawTable, places: Sequence[int], told: Told) -> Iterator[Part]:
    number, rows, numbers = 0, list[Row](), list[int]()
    for piece in table.columns(places) if table.columns else table.rows():
        if rows and (isinstance(piece, Block) or len(rows) == _BATCH):
            yield _of_rows(rows, numbers, places)
            rows, numbers = [], []
        if isinstance(piece, Block):
            yield Part(np.arange(number, number + piece.rows), np.arange(piece.line, piece.line + piece.rows), piece.columns)
            number += piece.rows
            continue
        if isinstance(piece, Row):
            rows.append(piece)
            numbers.append(number)
        else:
            told.rejected += 1
            told.note(number, piece.line, piece.problem, when=(0, 0))
        number += 1
    if rows:
        yield _of_rows(rows, numbers, places)


def _of_rows(rows: Sequence[Row], numbers: Sequence[int], places: Sequence[int]) -> Part:
    columns = {place: pa.array([row.cells[place] for row in rows], pa.string()) for place in places}
    return Part(np.array(numbers), np.array([row.line for row in rows]), columns)


def _values(part: Part, places: Mapping[str, int], readers: Mapping[str, tuple[ColumnReader, str]], told: Told) -> pa.Table:
    """By meaning, without the rows that are refused."""
    columns, bad = {}, np.zeros(len(part.numbers), bool)
    for order, (meaning, place) in enumerate(places.items()):
        columns[meaning], problems = texts.values(part.columns[place], *readers[meaning])
        these = np.isin(np.arange(len(bad)), [*problems])
        _refuse(part, bad, these, {row: problem.says for row, problem in problems.items()}, told, (1, order))
    if "at" in columns:
        _refuse(part, bad, _nulls(columns["at"]), "it has no time", told, (2, 0))
    if keys := [columns[name] for name in KEYS if name in columns]:
        _refuse(part, bad, np.logical_and.reduce([_nulls(key) for key in keys]), "it has no id", told, (2, 0))
    table = pa.table(columns)
    return table.filter(pa.array(~bad)) if bad.any() else table


def _refuse(part: Part, bad: Any, these: Any, says: str | Mapping[int, str], told: Told, when: tuple[int, int]) -> None:
    """Mark and note those that are not refused yet."""
    rows = np.flatnonzero(these & ~bad)
    bad[rows] = True
    told.rejected += len(rows)
    for row in rows[:_SHOWN]:
        told.note(int(part.numbers[row]), int(part.lines[row]), says if isinstance(says, str) else says[row], when=when)


def _nulls(column: Any) -> Any:
    return column.is_null().to_numpy(zero_copy_only=False)


def _grouped(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in tables that are worth a group of a file each."""
    held, count = [], 0
    for table in tables:
        held.append(table)
        count += table.num_rows
        if count >= _GROUP:
            yield pa.concat_tables(held)
            held, count = [], 0
    if held:
        yield pa.concat_tables(held)
