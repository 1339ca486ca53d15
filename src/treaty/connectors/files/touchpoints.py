"""Files of touches, conversions or written paths, for attribution: recognised by the names of their columns, read to Arrow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from treaty.connectors.files.columns import ColumnReader, Problem
from treaty.connectors.files.reader import open_tables
from treaty.connectors.files.rows import RawTable, Refused, Row, Unread
from treaty.connectors.files.values import share_read
from treaty.connectors.files.vocabulary import words_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
"""As `treaty.moments` has them, which needs Django: a file is read without."""
_BATCH = 5_000
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


@dataclass(slots=True)
class Told:
    """One file's columns, by meaning, with the rows that were refused. rows: the place of each in the file, from 0."""

    name: str
    columns: dict[str, list[Any]]
    headers: dict[str, str]
    refused: list[tuple[int, str]] = field(default_factory=list)
    rejected: int = 0
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        return len(next(iter(self.columns.values()), []))


def read(path: Path, said: Mapping[str, str] = {}) -> Told:
    """Read one file. said: header → meaning (a name of NAMES), stronger than what is recognised. Raises CannotRead, NoSuchFile."""
    if path.is_dir():
        raise CannotRead(f"{path} is a folder: name one file of touches, and one of conversions")
    tables = list(open_tables([path]))
    if not tables:
        raise CannotRead(f"there is no table in {path.name}")
    table = tables[0]
    if isinstance(table, Unread):
        raise CannotRead(table.problem)
    return _read(table, _meanings(table, said))


KEYS = ("journey", "person", "account", "id")
"""Whose journey it is, as a file may say it; the first that is there."""


def journey_of(told: Told, key: str = "") -> list[Any]:
    """The column that says whose journey a row belongs to. key: one of KEYS, if the person said it. Raises CannotRead."""
    found = key or next((name for name in KEYS if name in told.columns), "")
    if found not in told.columns:
        what = f"no column of a {key}" if key else "no column that says whose journey a touch belongs to"
        raise CannotRead(f"{told.name} has {what}: name it with --map (journey, person or account)")
    return told.columns[found]


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


def _read(table: RawTable, meanings: Mapping[str, int]) -> Told:
    readers = {meaning: _reader(table, meaning, place) for meaning, place in meanings.items()}
    told = Told(table.name, {meaning: [] for meaning in meanings}, {m: table.header[p] for m, p in meanings.items()})
    for batch in _batches(table, told):
        columns = list(zip(*(row.cells for row in batch), strict=True))
        values = {meaning: list(map(readers[meaning].__getitem__, columns[place])) for meaning, place in meanings.items()}
        bad = _refuse(batch, values, told)
        for meaning, read_ in values.items():
            told.columns[meaning] += [_plain(value) for i, value in enumerate(read_) if i not in bad] if bad else map(_plain, read_)
    told.notes = (*table.notes, *(f"{reader.header}: {note}" for reader in readers.values() for note in reader.notes))
    return told


def _reader(table: RawTable, meaning: str, place: int) -> ColumnReader:
    sample = dict.fromkeys(row.cells[place] for row in islice(table.rows(), _SAMPLE) if isinstance(row, Row) and row.cells[place])
    kind = KINDS.get(meaning, "text")
    texts = list(islice(sample, 500))
    if meaning == "n" and share_read("number", texts) < 1 and share_read("flag", texts) == 1:
        kind = "flag"
    return ColumnReader(table.header[place], meaning, kind, list(sample))


def _batches(table: RawTable, told: Told) -> Iterator[list[Row]]:
    rows = table.rows()
    while chunk := list(islice(rows, _BATCH)):
        for row in chunk:
            if isinstance(row, Refused):
                _note(told, row.line, row.problem)
        if good := [row for row in chunk if isinstance(row, Row)]:
            yield good


def _refuse(batch: Sequence[Row], values: Mapping[str, Sequence[Any]], told: Told) -> set[int]:
    bad: set[int] = set()
    for column in values.values():
        for i, value in enumerate(column):
            if isinstance(value, Problem) and i not in bad:
                bad.add(i)
                _note(told, batch[i].line, value.says)
    keys = [values[name] for name in KEYS if name in values]
    for i in range(len(batch)):
        lacks = "time" if "at" in values and values["at"][i] is None else "id" if keys and all(key[i] is None for key in keys) else ""
        if lacks and i not in bad:
            bad.add(i)
            _note(told, batch[i].line, f"it has no {lacks}")
    return bad


def _note(told: Told, line: int, problem: str) -> None:
    told.rejected += 1
    if len(told.refused) < _SHOWN:
        told.refused.append((line, problem))


def _plain(value: Any) -> Any:
    """Moments as microseconds UTC, amounts and flags as numbers, texts as they are."""
    if isinstance(value, datetime):
        return ((value if value.tzinfo else value.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND
    if isinstance(value, date):
        return (datetime(value.year, value.month, value.day, tzinfo=UTC) - _EPOCH) // _MICROSECOND
    return float(value) if isinstance(value, bool | int | Decimal) else value
