"""Columns of text as numbers, dates and words, each column read as it is written: for work that learns from any table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from treaty.connectors.files.values import Cell, is_empty, number_reader, reader_for, share_read

NUMBER, MOMENT, TEXT = "number", "moment", "text"
_SAMPLE = 1_000
_MOST = 0.95
"""From which part of its rows on a column is of a kind; what cannot be read then is nothing, and said."""
_FEW = 30
"""Of so few values each counts: 1, 2, 3 and 10+ are words."""
_PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
_CODE = r"^0\d+$"
"""Digits that begin with a zero are no number: 007, a postcode."""
_COMPACT = r"^(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])$"


@dataclass(slots=True)
class Typed:
    """table: numbers as float64, dates as timestamps in UTC, texts as they are; what holds nothing is null
    kinds: NUMBER, MOMENT or TEXT by column · notes: sentences · written: of numbers an example that shows how they are written."""

    table: Any
    kinds: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)


def typed(texts: Any, wanted: Mapping[str, str] | None = None, written: Mapping[str, str] | None = None) -> Typed:
    """An Arrow table of texts with types.

    wanted: kinds by column that are known already; of the others the values decide · written: examples from another file of the kind
    """
    found = Typed(None)
    columns = {}
    for name in texts.column_names:
        column = texts.column(name).combine_chunks()
        column = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
        coded = pc.utf8_trim_whitespace(column).dictionary_encode()
        kind = (wanted or {}).get(name) or _kind(coded)
        found.kinds[name] = kind
        columns[name] = _READ[kind](coded, name, found, (written or {}).get(name, ""))
    found.table = pa.table(columns)
    return found


def _told(coded: Any) -> list[str]:
    return [text for text in coded.dictionary.to_pylist()[: 50 * _SAMPLE] if text and not is_empty(text, typed=True)][:_SAMPLE]


def _kind(coded: Any) -> str:
    sample = _told(coded)
    if not sample:
        return TEXT
    values = pa.array(sample)
    if pc.any(pc.match_substring_regex(values, _CODE)).as_py():
        return TEXT
    if pc.all(pc.match_substring_regex(values, _COMPACT)).as_py():
        return MOMENT
    shares = ((kind, _share(coded, kind, sample)) for kind in (NUMBER, MOMENT))
    return next((kind for kind, share in shares if share == 1 or (share >= _MOST and len(sample) > _FEW)), TEXT)


def _share(coded: Any, kind: str, sample: list[str]) -> float:
    """Of rows, not of texts: a typing error among a thousand dates is one row. First by a glance at the texts."""
    if share_read(kind, sample) < 0.5:
        return 0.0
    read, _ = reader_for(kind, sample)
    texts = coded.dictionary.to_pylist()
    counts = {one["values"]: one["counts"] for one in pc.value_counts(coded.indices).to_pylist()}
    told = [(at, text) for at, text in enumerate(texts) if text and not is_empty(text, typed=True)]
    told = told if len(told) <= 5 * _SAMPLE else told[:: len(told) // (5 * _SAMPLE)]
    rows = sum(counts.get(at, 0) for at, _ in told)
    return sum(counts.get(at, 0) for at, text in told if _reads(read, text)) / rows if rows else 0.0


def _reads(read: Callable[[str], Cell], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def _numbers(coded: Any, name: str, found: Typed, example: str) -> Any:
    sample = _told(coded)
    read, notes = number_reader([*sample, *([example] if example else [])])
    found.notes += [f"{name}: {note}" for note in notes]
    if notes and (shown := next((text for text in sample if _shows(text)), "")):
        found.written[name] = shown
    texts = coded.dictionary
    if not notes and pc.all(pc.or_(pc.match_substring_regex(texts, _PLAIN), pc.equal(texts, ""))).as_py() is not False:
        values = pc.if_else(pc.equal(texts, ""), None, texts).cast(pa.float64())
    else:
        values = pa.array(
            _values(texts, read, name, found, lambda value: float(value) if isinstance(value, Decimal) else None), pa.float64()
        )
    return pc.take(values, coded.indices)


def _shows(text: str) -> bool:
    """Does this number show which mark stands before its decimals?"""
    return bool(number_reader([text])[1])


def _moments(coded: Any, name: str, found: Typed, example: str) -> Any:
    del example
    read, notes = reader_for("moment", _told(coded))
    found.notes += [f"{name}: {note}" for note in notes]
    values = _values(coded.dictionary, read, name, found, _moment)
    return pc.take(pa.array(values, pa.timestamp("us")), coded.indices)


def _moment(value: Cell) -> datetime | None:
    """In UTC where a zone is stated, else as it stands; a day begins at midnight."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return datetime(value.year, value.month, value.day) if isinstance(value, date) else None  # noqa: DTZ001 a column of moments without zones


def _values(texts: Any, read: Callable[[str], Cell], name: str, found: Typed, made: Callable[[Cell], Any]) -> list[Any]:
    bad, values = [], []
    for text in texts.to_pylist():
        value = None
        if text and not is_empty(text, typed=True):
            try:
                value = made(read(text))
            except ValueError:
                bad.append(text)
        values.append(value)
    if bad:
        shown = ", ".join(repr(text[:40]) for text in bad[:3])
        found.notes.append(f"{name}: {len(bad):,} values cannot be read and count as nothing: {shown}")
    return values


def _texts(coded: Any, name: str, found: Typed, example: str) -> Any:
    del name, found, example
    return pc.take(pc.if_else(pc.equal(coded.dictionary, ""), None, coded.dictionary), coded.indices)


_READ: dict[str, Callable[[Any, str, Typed, str], Any]] = {NUMBER: _numbers, MOMENT: _moments, TEXT: _texts}
