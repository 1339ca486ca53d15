"""Answers of other engines in the types the expression has: what is a whole number here is one there."""

from typing import Any

import pyarrow as pa


def conformed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The same rows in the types of a schema. Decimals keep the places they came with: those are exact already."""
    columns = [_as(table.column(place), field.type) for place, field in enumerate(schema)]
    return pa.table(columns, names=schema.names)


def _as(column: Any, kind: pa.DataType) -> Any:
    if column.type == kind or (pa.types.is_decimal(column.type) and pa.types.is_decimal(kind)):
        return column
    return column.cast(kind)
