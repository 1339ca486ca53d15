"""Is the lake what the database says? Row by row, file by file (invariant 23).

Files of one run lie between each other in row numbers, so of each the very rows are asked for that it holds; a count of all then
says whether any is missing.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from treaty.engine.manifest import Exported, File, load, sha256
from treaty.engine.rows import SOME, Rows
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
    met = np.zeros(exported.max_id + 1, dtype=bool)
    for file in exported.files:
        yield from _of_file(table, file, met, rows, folder)
    count = _count(table, exported, rows)
    if count != exported.rows:
        yield f"{table.name}: {exported.rows} rows in the lake, {count} in the database"


def _of_file(table: Table, file: File, met: np.ndarray[Any, np.dtype[np.bool_]], rows: Rows, folder: Path) -> Iterator[str]:
    """met: by row number, whether an earlier file holds it; so rows twice do not make up for rows that are missing."""
    path = folder / file.name
    if not path.is_file() or sha256(path) != file.sha256:
        yield f"{table.name}: {file.name} is not the file that was exported"
        return
    content = pq.read_table(path)
    content = content.sort_by(content.column_names[0])
    if not all(_is_there(table, content.slice(at, SOME), rows) for at in range(0, content.num_rows, SOME)):
        yield f"{table.name}: rows {file.min_id} to {file.max_id} differ between lake and database"
    numbers = content.column(0).to_numpy()
    if met[numbers].any() or (numbers[1:] == numbers[:-1]).any():
        yield f"{table.name}: rows {file.min_id} to {file.max_id} are in the lake twice"
    met[numbers] = True


def _is_there(table: Table, part: pa.Table, rows: Rows) -> bool:
    """Whether the database has exactly these rows, which come in order of their number."""
    numbers = part.column(0).to_pylist()
    here = [*rows.tables(table, numbers[0] - 1, f"{KEY} in ({', '.join(map(str, numbers))})")]
    found = pa.concat_tables([table.arrow([]), *(some.cast(table.schema) for some in here)])
    return bool(found.combine_chunks().equals(part.combine_chunks()))


def _count(table: Table, exported: Exported, rows: Rows) -> int:
    limit = [f"{KEY} <= {exported.max_id}"] if table.mode == "append" else []
    [(count,)] = rows.all(" ".join(["select count(*) from", table.rows, *table.filter(limit)]))
    return int(count)
