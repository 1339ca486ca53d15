"""Plain tables to columns that can be learnt from: numbers, levels, dates. Text that spells a number is made one by who reads the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SPACE = " \t\n\r\v\f"
"""What is cut off around a text: as engines trim, so that both forms of a score read it alike."""
NUMBER, LEVELS, DATE = "number", "levels", "date"


class CannotLearn(ValueError):
    """The table cannot be learnt from, or the model cannot be applied to it. The text names the value and the way out."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    kind: NUMBER, LEVELS or DATE · numbers: of a number its value, of a date microseconds since 1970 in UTC, NaN for nothing
    codes: of levels the place in `levels`, -1 for nothing · levels: texts as they are written, each once, in their own order
    """

    name: str
    kind: str
    numbers: Floats
    codes: Ints
    levels: tuple[str, ...] = ()

    @property
    def filled(self) -> Bools:
        """Which rows hold something."""
        return self.codes >= 0 if self.kind == LEVELS else ~np.isnan(self.numbers)

    def taken(self, rows: Ints) -> "Column":
        """The same column, these rows of it."""
        if self.kind == LEVELS:
            return Column(self.name, self.kind, self.numbers, self.codes[rows], self.levels)
        return Column(self.name, self.kind, self.numbers[rows], self.codes, self.levels)


Columns = dict[str, Column]


def as_arrow(table: Any) -> pa.Table:
    """An Arrow table from a mapping of columns, a pandas frame or an Arrow table. Raises CannotLearn."""
    if isinstance(table, pa.Table):
        return table
    try:
        if not isinstance(table, Mapping):
            return pa.Table.from_pandas(table, preserve_index=False)
        return pa.table({str(name): _array(values) for name, values in table.items()})
    except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError, AttributeError) as fault:
        raise CannotLearn(f"this is no plain table ({fault}): give columns of one length by name, a data frame or an Arrow table") from None


def _array(values: Sequence[Any]) -> Any:
    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # kinds mixed in one column: as texts
        return pa.array([None if value is None else str(value) for value in values])


def read_columns(table: Any) -> Columns:
    """Every column of a table, by name. Raises CannotLearn."""
    arrow = as_arrow(table)
    return {name: read_column(name, arrow.column(name)) for name in arrow.column_names}


def read_column(name: str, values: Any, kind: str = "") -> Column:
    """A column of Arrow values. kind: what it must be, NUMBER or LEVELS; what is no number is then nothing."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks() if values.num_chunks != 1 else values.chunk(0)
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_temporal(values.type) and kind != LEVELS:
        return Column(name, DATE, _moments(values), _NONE)
    is_number = pa.types.is_integer(values.type) or pa.types.is_floating(values.type) or pa.types.is_decimal(values.type)
    if (is_number and kind != LEVELS) or kind == NUMBER:
        return Column(name, NUMBER, _numbers(values), _NONE)
    return _levels(name, values)


_NONE = np.zeros(0, np.int64)


def _numbers(values: Any) -> Floats:
    if pa.types.is_null(values.type):
        return np.full(len(values), np.nan)
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return np.array([_number(value) for value in values.to_pylist()], np.float64)
    found = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return np.where(np.isfinite(found), found, np.nan)


def _number(text: str | None) -> float:
    try:
        found = float(text) if text else np.nan
    except ValueError:
        return float("nan")
    return found if np.isfinite(found) else float("nan")


def _moments(values: Any) -> Floats:
    told = values.cast(pa.timestamp("us"), safe=False)
    us = told.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False).astype(np.float64)
    return np.where(told.is_valid().to_numpy(zero_copy_only=False), us, np.nan)


def _levels(name: str, values: Any) -> Column:
    """Texts without the space around them; an empty one is nothing."""
    if pa.types.is_null(values.type):
        return Column(name, LEVELS, np.zeros(0), np.full(len(values), -1, np.int64))
    coded = pc.utf8_trim(_as_texts(values), characters=SPACE).dictionary_encode()
    texts = coded.dictionary.to_pylist()
    order = [at for at in pc.sort_indices(coded.dictionary).to_pylist() if texts[at]]
    to = np.full(len(texts) + 1, -1, np.int64)
    to[order] = np.arange(len(order))
    places = pc.fill_null(coded.indices.cast(pa.int64()), len(texts)).to_numpy(zero_copy_only=False)
    return Column(name, LEVELS, np.zeros(0), to[places], tuple(texts[at] for at in order))


def _as_texts(values: Any) -> Any:
    """Whole numbers without a point, truth as `true` and `false`: as the table expression casts them."""
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return values
    if pa.types.is_floating(values.type) or pa.types.is_decimal(values.type):
        return pa.array(
            [None if value is None else f"{value:.0f}" if value % 1 == 0 else str(value) for value in values.to_pylist()], pa.string()
        )
    return values.cast(pa.string())
