"""The Parquet files of the lake: each is written once under a new name and never changed."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from treaty.crash import crash_here
from treaty.engine.manifest import Exported, File, Manifest, write
from treaty.engine.meanwhile import meanwhile
from treaty.engine.tables import Table
from treaty.moments import to_us

FILE_ROWS = 500_000
"""Rows are sorted in memory before they are written: about 150 MB for half a million touches."""
GRACE = timedelta(minutes=10)
"""A file leaves this long after the last manifest that names it: a reader may be in the middle of a question."""


def add(table: Table, content: pa.Table, folder: Path, *, stretch: int = -1, stamp: str = "", run: str = "") -> File:
    """Write one file, in the table's order.

    Texts are moved and written as numbers in a list of the different ones, whole numbers by what each adds to the one before.
    """
    kept = pa.table({name: content[name].dictionary_encode() if name in table.texts else content[name] for name in content.column_names})
    if table.mode == "append":
        keys = content.select(table.order).cast(table.only(table.order).schema)
        kept = kept.combine_chunks().take(pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in table.order]))
    sink = pa.BufferOutputStream()
    steps = {name: "DELTA_BINARY_PACKED" for name, column in table.columns.items() if column.kind in ("number", "moment")}
    options = {"compression": "zstd", "compression_level": 1, "row_group_size": 100_000, "store_schema": False}
    pq.write_table(kept, sink, use_dictionary=table.texts, column_encoding=steps, **options)
    raw = sink.getvalue().to_pybytes()
    name = f"{table.name}-{uuid.uuid4().hex[:16]}.parquet"
    write(folder / name, raw)
    crash_here("lake-after-file")
    lowest, highest = (function(content.column(0)).as_py() for function in (pc.min, pc.max))
    return File(name, content.num_rows, len(raw), hashlib.sha256(raw).hexdigest(), lowest, highest, stretch, stamp, run)


def add_all(table: Table, batches: Iterable[pa.Table], folder: Path, *, run: str = "") -> Iterator[File]:
    """Write rows as they come into as few files as fit. One file is written while the rows of the next are read."""
    return meanwhile(lambda content: add(table, content, folder, run=run), enough(batches))


def enough(batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in parts that fill a file each; the last may be smaller."""
    waiting: list[pa.Table] = []
    for batch in batches:
        waiting.append(batch)
        if sum(part.num_rows for part in waiting) >= FILE_ROWS:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def leaving(folder: Path, before: Manifest, after: dict[str, Exported], *, at: datetime) -> dict[str, int]:
    """Files no manifest names any more, with the moment since when; also what a killed export left behind."""
    needed = {file.name for table in after.values() for file in table.needed}
    here = {path.name for path in folder.glob("*.parquet")}
    return {name: before.leaving.get(name, to_us(at)) for name in sorted(here - needed)}


def remove(folder: Path, manifest: Manifest, *, at: datetime) -> None:
    """Remove the files whose grace has ended, and half-written ones."""
    long_ago = to_us(at - GRACE)
    for name, since_us in manifest.leaving.items():
        if since_us <= long_ago:
            (folder / name).unlink(missing_ok=True)
            crash_here("lake-after-removal")
    for path in folder.glob(".*.tmp"):
        path.unlink(missing_ok=True)
