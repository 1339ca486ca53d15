"""Runs: files that are sorted as one, so that rows of one key lie together though millions were exported at a thousand moments.

Each export adds a run for what is new. When enough runs of one size lie side by side they are merged into one of the next: read
from their beginnings at once, never whole, a bounded number of rows an export. What is made meanwhile lies beside the runs, and
nobody reads it; when the last row is in, one manifest puts it in their place.
"""

import uuid
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from treaty.crash import crash_here
from treaty.engine import files
from treaty.engine.manifest import Exported, File, LakeDamaged, Merging, sha256
from treaty.engine.tables import Table

MOST_SMALL = 16
"""So many runs smaller than a file may lie side by side."""
TOGETHER = 4
"""So many runs of one size are merged; the new one is of the next size."""
STEP = 4 * files.FILE_ROWS
"""Rows an export merges at most: some seconds."""
PART = 20_000
"""Rows of each run in memory at once, beside those of two files."""

Run = tuple[File, ...]


def of(every: Sequence[File]) -> list[Run]:
    """The runs in order of their row numbers. A file without one is a run alone."""
    return [tuple(run) for _, run in groupby(every, name)]


def name(file: File) -> str:
    return file.run or file.name


def further(table: Table, now: Exported, folder: Path) -> Exported:
    """One step of the merge that is going on, or of one that is due; the same table in fewer runs when it was the last step.

    Raises LakeDamaged when a file is not what was exported: its rows would pass for whole under a new hash.
    """
    merging = now.merging or _due(of(now.files))
    if merging is None:
        return now
    heads = [_Head(table, run, merging.taken[name(run[0])], folder) for run in of(now.files) if name(run[0]) in merging.taken]
    made = (*merging.made, *files.add_all(table, _some(heads), folder, run=merging.run))
    if any(head.rows for head in heads):
        taken = {head.name: head.taken for head in heads}
        return msgspec.structs.replace(now, merging=msgspec.structs.replace(merging, taken=taken, made=made))
    crash_here("lake-after-merge")
    return msgspec.structs.replace(now, files=_in_place(now.files, merging, made), merging=None)


def _in_place(every: Sequence[File], merging: Merging, made: Run) -> tuple[File, ...]:
    places = [place for place, file in enumerate(every) if name(file) in merging.taken]
    return (*every[: places[0]], *made, *every[places[-1] + 1 :])


def _due(runs: Sequence[Run]) -> Merging | None:
    """The first runs side by side, none greater than a size, that there are too many of in this size."""
    sizes = [_size(run) for run in runs]
    for size in range(max(sizes, default=0) + 1):
        many = TOGETHER if size else MOST_SMALL + 1
        for within in _side_by_side([place for place, of_run in enumerate(sizes) if of_run <= size]):
            alike = [place for place in within if sizes[place] == size]
            if len(alike) >= many:
                taken = runs[within[0] : alike[many - 1] + 1]
                return Merging(uuid.uuid4().hex[:16], {name(run[0]): 0 for run in taken})
    return None


def _side_by_side(places: Sequence[int]) -> Iterator[list[int]]:
    for _, stretch in groupby(enumerate(places), lambda pair: pair[1] - pair[0]):
        yield [place for _, place in stretch]


def _size(run: Run) -> int:
    """0 when smaller than a file, 1 from a file on, 2 from TOGETHER files on, 3 from TOGETHER times as many, and so forth."""
    rows, size, least = sum(file.rows for file in run), 0, files.FILE_ROWS
    while rows >= least:
        size, least = size + 1, least * TOGETHER
    return size


def _some(heads: Sequence["_Head"]) -> Iterator[pa.Table]:
    """What one export merges, a file at a time."""
    rows = 0
    for content in files.enough(_merged(heads)):
        yield content
        rows += content.num_rows
        if rows >= STEP:
            return


def _merged(heads: Sequence["_Head"]) -> Iterator[pa.Table]:
    """The next rows of all runs, up to where one of them must read on: later parts hold greater keys, the order within is free."""
    while any(head.rows for head in heads):
        end = min(head.last for head in heads if head.rows)
        yield pa.concat_tables([head.up_to(end) for head in heads if head.rows])


class _Head:
    """Where the reading of a run stands: some rows from there on, none at its end."""

    def __init__(self, table: Table, run: Run, taken: int, folder: Path) -> None:
        self.name, self.taken = name(run[0]), taken
        self._order, self._texts = table.order, table.texts
        self._rest = self._parts(run, taken, folder)
        self._here: Any
        self._next()

    def _next(self) -> None:
        self._here = next(self._rest, None)
        self.rows = 0 if self._here is None else self._here.num_rows
        self.last = self._key(self.rows - 1) if self.rows else ()

    def _parts(self, run: Run, skip: int, folder: Path) -> Iterator[pa.Table]:
        for file in run:
            if skip >= file.rows:
                skip -= file.rows
                continue
            path = folder / file.name
            if not path.is_file() or sha256(path) != file.sha256:
                raise LakeDamaged(f"{path} is not the file that was exported: remove {folder} and the worker makes it again")
            with pq.ParquetFile(path, read_dictionary=self._texts) as source:
                for part in source.iter_batches(PART):
                    if skip < part.num_rows:
                        yield pa.Table.from_batches([part.slice(skip)])
                    skip = max(skip - part.num_rows, 0)

    def up_to(self, end: Any) -> pa.Table:
        """The rows with no greater key, taken away."""
        number = bisect_right(range(self.rows), end, key=self._key)
        found, self._here = self._here.slice(0, number), self._here.slice(number)
        self.taken += number
        self.rows -= number
        if not self.rows:
            self._next()
        return found

    def _key(self, place: int) -> Any:
        """What the rows are sorted by; nothing comes last."""
        values = [self._here[column][place].as_py() for column in self._order]
        return tuple((value is None, value) for value in values)
