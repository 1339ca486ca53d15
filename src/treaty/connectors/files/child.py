"""Reads a workbook or a Parquet file in a process of its own, within fixed memory and time.

Both formats are inflated by native code that trusts the sizes a file states: a hostile one costs this
process its life, never the caller's. Run as `python -m treaty.connectors.files.child KIND PATH`; writes one
JSON value a line: `"name of a table"`, then its rows in batches `[number of the first row, [[cell, ...], ...]]`,
or `{"problem": "..."}`.
"""

import json
import math
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from treaty.connectors.files.limits import CHILD_MEMORY, CHILD_SECONDS, MAX_COLUMNS

BATCH = 500


def text_of(value: Any) -> str:
    """A native cell as the text it would have in a CSV. Nothing known is an empty cell."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if math.isnan(value) else str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, (list, dict)):
        return json.dumps(value, default=str, ensure_ascii=False)
    return str(value)


def workbook(path: str) -> Iterator[tuple[str, Iterator[list[Any]]]]:
    """Every worksheet of an Excel or OpenDocument file; values as computed, formulas never run."""
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(path)
    for sheet in book.sheets_metadata:
        if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet:
            yield sheet.name, iter(book.get_sheet_by_name(sheet.name).iter_rows())


def parquet(path: str) -> Iterator[tuple[str, Iterator[list[Any]]]]:
    """The one table of a Parquet file, streamed by row group."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pa.set_cpu_count(1)
    file = pq.ParquetFile(path)
    if file.schema_arrow.names and len(file.schema_arrow.names) > MAX_COLUMNS:
        raise ValueError(f"it has {len(file.schema_arrow.names):,} columns; {MAX_COLUMNS:,} is the most that is read")
    yield "", _parquet_rows(file)


def _parquet_rows(file: Any) -> Iterator[list[Any]]:
    yield list(file.schema_arrow.names)
    for batch in file.iter_batches(batch_size=2_000, use_threads=False):
        yield from (list(row) for row in zip(*(column.to_pylist() for column in batch.columns), strict=True))


def write(tables: Iterable[tuple[str, Iterator[list[Any]]]]) -> None:
    for name, rows in tables:
        print(json.dumps(name))
        first = 1
        while batch := [[text_of(cell) for cell in row] for row in islice(rows, BATCH)]:
            print(json.dumps([first, batch]))
            first += len(batch)


def bound() -> None:
    """Take away what a bomb needs. Where the system knows no limits (Windows), the caller's time-out remains."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (CHILD_MEMORY, CHILD_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CHILD_SECONDS, CHILD_SECONDS))


def main(kind: str, path: str) -> None:
    bound()
    try:
        write({"workbook": workbook, "parquet": parquet}[kind](path))
    except MemoryError:
        print(json.dumps({"problem": "it needs more memory than a table of its size should"}))
    except Exception as error:  # whatever the native readers raise: the caller shows it as one sentence
        print(json.dumps({"problem": " ".join(str(error).split())[:200] or type(error).__name__}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
