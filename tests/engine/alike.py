"""Are two answers the same? Rows in any order; whole numbers, amounts and texts exactly, floating numbers to one in 10^9."""

import math
from decimal import Decimal

import pyarrow as pa

CLOSE = 1e-9


def difference(expected, found, schema):
    """A sentence on the first difference, or "". schema: the Arrow types the expression says it gives."""
    if expected.num_rows != found.num_rows:
        return f"{expected.num_rows} rows, and {found.num_rows}"
    loose = [pa.types.is_floating(field.type) for field in schema]
    for one, other in zip(_ordered(expected, loose), _ordered(found, loose), strict=True):
        for name, is_loose, left, right in zip(schema.names, loose, one, other, strict=True):
            if not (_close(left, right) if is_loose else _exact(left) == _exact(right)):
                return f"{name}: {left!r}, and {right!r}"
    return ""


def _ordered(table, loose):
    """Rows by what is exact in them, then by the rest."""
    columns = [column.to_pylist() for column in table.columns]

    def key(row):
        exact = [repr(_exact(value)) for value, is_loose in zip(row, loose, strict=True) if not is_loose]
        return exact, [
            -math.inf if value is None else round(float(value), 6) for value, is_loose in zip(row, loose, strict=True) if is_loose
        ]

    return sorted(zip(*columns, strict=True), key=key)


def _exact(value):
    """1, 1.00 and Decimal 1 are the same number."""
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return Decimal(value).normalize() + 0 if is_number else value


def _close(left, right):
    if left is None or right is None:
        return left is right
    return math.isclose(float(left), float(right), rel_tol=CLOSE, abs_tol=CLOSE)
