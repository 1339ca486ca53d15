"""Is the lake what the database says? Row by row, file by file (invariant 23)."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from treaty.engine.manifest import Exported, File, load, sha256
from treaty.engine.rows import Rows
from treaty.engine.tables import KEY, Table


def faults(tables: Iterable[Table], rows: Rows, folder: Path) -> Iterator[str]:
    """Compare every exported row with the database and every file with its hash: a sentence for each difference.

    Rows younger than the last export are not missed; run `refresh` on the same snapshot first to leave nothing out.
    Raises LakeMissing, LakeDamaged.
    """
    exported = load(folder).tables
    for table in tables:
        if table.name not in exported:
            yield f"{table.name}: not exported yet"
        else:
            yield from _of_table(table, exported[table.name], rows, folder)


def _of_table(table: Table, exported: Exported, rows: Rows, folder: Path) -> Iterator[str]:
    if exported.shape != table.shape:
        yield f"{table.name}: exported by another version of Treaty"
        return
    for file in exported.files:
        yield from _of_file(table, file, rows, folder)
    count = _count(table, exported, rows)
    if count != exported.rows:
        yield f"{table.name}: {exported.rows} rows in the lake, {count} in the database"


def _of_file(table: Table, file: File, rows: Rows, folder: Path) -> Iterator[str]:
    path = folder / file.name
    if not path.is_file() or sha256(path) != file.sha256:
        yield f"{table.name}: {file.name} is not the file that was exported"
        return
    here = rows.all(table.select(f"{KEY} >= {file.min_id}", f"{KEY} <= {file.max_id}"))
    if not _in_order(pq.read_table(path)).equals(_in_order(table.arrow(here))):
        yield f"{table.name}: rows {file.min_id} to {file.max_id} differ between lake and database"


def _in_order(content: pa.Table) -> pa.Table:
    return content.sort_by(content.column_names[0]).combine_chunks()


def _count(table: Table, exported: Exported, rows: Rows) -> int:
    limit = [f"{KEY} <= {exported.max_id}"] if table.mode == "append" else []
    [(count,)] = rows.all(" ".join(["select count(*) from", table.rows, *table.filter(limit)]))
    return int(count)
