"""The texts of a column to values: all at once where they are written in the usual way, else each distinct one by the column's reader."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from treaty.connectors.files.columns import ColumnReader, Problem
from treaty.connectors.files.dates import EARLIEST, LATEST

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
"""As `treaty.moments` has them, which needs Django: a file is read without."""
_FIRST, _LAST = ((datetime(*on, tzinfo=UTC) - _EPOCH) // _MICROSECOND for on in ((EARLIEST, 1, 2), (LATEST - 1, 12, 31)))
"""Between them a moment is of the years that are read in any zone."""
_COUNTS = {10: 1_000_000, 13: 1_000, 16: 1}
"""Digits of seconds, milliseconds and microseconds since 1970, and how many microseconds one is."""
_VISIBLE, _DIGITS = (0x21, 0x7E), (0x30, 0x39)
"""The first and the last of ASCII."""

TYPES = {"moment": pa.int64(), "number": pa.float64(), "amount": pa.float64(), "flag": pa.float64(), "text": pa.string()}


def values(texts: pa.StringArray, reader: ColumnReader, kind: str) -> tuple[pa.Array, dict[int, Problem]]:
    """(what each is worth, null where that is nothing; the problems, by their places). kind: one of TYPES.

    Moments are microseconds UTC, one without a zone is UTC; amounts and flags numbers; texts as they are.
    """
    if kind == "moment" and (moments := _moments(texts, reader)) is not None:
        return moments, {}
    if kind == "text" and _are_plain(texts):
        return texts, {}
    coded = texts.dictionary_encode()
    read, codes = [reader[text] for text in coded.dictionary.to_pylist()], coded.indices.to_numpy()
    problems = {code: value for code, value in enumerate(read) if isinstance(value, Problem)}
    worth = pa.array([None if isinstance(value, Problem) else _plain(value) for value in read], TYPES[kind])
    return worth.take(coded.indices), {int(row): problems[codes[row]] for row in np.flatnonzero(np.isin(codes, [*problems]))}


def _moments(texts: pa.StringArray, reader: ColumnReader) -> pa.Array | None:
    """What `dates.read_date` would make of them, if all that are not empty are written as ISO 8601 does, or all count since 1970."""
    told = pc.if_else(pc.equal(texts, ""), None, texts)
    for way in (_zoned, _bare, _counted):
        try:
            found = way(told, reader)
        except pa.ArrowInvalid:
            continue
        first, last = pc.min_max(found).as_py().values()
        return found if first is not None and first >= _FIRST and last < _LAST else None
    return None


def _zoned(told: pa.StringArray, _: ColumnReader) -> pa.Array:
    return told.cast(pa.timestamp("us", "UTC")).cast(pa.int64())


def _bare(told: pa.StringArray, _: ColumnReader) -> pa.Array:
    return told.cast(pa.timestamp("us")).cast(pa.int64())


def _counted(told: pa.StringArray, reader: ColumnReader) -> pa.Array:
    """Before the year 2191, all in the same unit; and not where the column's numbers are the days of a spreadsheet."""
    counts = told.cast(pa.int64())
    digits, most = pc.min_max(pc.binary_length(told)).as_py().values()
    first, last = pc.min_max(counts).as_py().values()
    is_day = not isinstance(reader["45000"], Problem)
    if is_day or digits != most or digits not in _COUNTS or first < 10 ** (digits - 1) or last >= 7 * 10 ** (digits - 1):
        raise pa.ArrowInvalid
    return pc.multiply(counts, _COUNTS[digits])


def _are_plain(texts: pa.StringArray) -> bool:
    """Is each its own value? One of visible ASCII with a digit has no blanks to be mended and is no word for nothing."""
    begins = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(texts.buffers()[2] or b"", np.uint8)[begins[0] : begins[-1]]
    if len(data) and (data.min() < _VISIBLE[0] or data.max() > _VISIBLE[1]):
        return False
    digits = np.concatenate(([0], np.cumsum((data >= _DIGITS[0]) & (data <= _DIGITS[1]), dtype=np.int32)))[begins - begins[0]]
    return bool((np.diff(digits) > 0).all())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return ((value if value.tzinfo else value.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND
    if isinstance(value, date):
        return (datetime(value.year, value.month, value.day, tzinfo=UTC) - _EPOCH) // _MICROSECOND
    return float(value) if isinstance(value, bool | int | Decimal) else value
