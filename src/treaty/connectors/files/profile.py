"""What lies in each column, from one pass over the whole table in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from treaty.connectors.files.rows import RawTable, Refused, Row
from treaty.connectors.files.values import is_empty, share_read

_BATCH = 1_000
_DISTINCT = 500_000
"""Distinct texts held for a table, all columns together."""
_LONG = 200


@dataclass(slots=True)
class ColumnProfile:
    """filled: cells with a value · texts: distinct ones, up to a limit · is_cut: there are more than that."""

    filled: int = 0
    texts: dict[str, None] = field(default_factory=dict)
    is_cut: bool = False
    shares: dict[str, float] = field(default_factory=dict)

    sample: list[str] = field(default_factory=list)
    """Distinct values, markers of emptiness left out; there once the whole table was seen."""

    def share(self, kind: str) -> float:
        """Which part of the values the reader of that kind can read."""
        if kind not in self.shares:
            self.shares[kind] = share_read(kind, self.sample[:1_000])
        return self.shares[kind]


@dataclass(slots=True)
class Profile:
    """rows: readable ones · refused: how many are not, first: the first five of those, head: the first rows."""

    columns: list[ColumnProfile]
    rows: int = 0
    refused: int = 0
    first: list[Refused] = field(default_factory=list)
    head: list[Row] = field(default_factory=list)


def profile_of(table: RawTable) -> Profile:
    """Count and sample every column. Raises FileRefused if the file turns out to be hostile half way."""
    profile = Profile([ColumnProfile() for _ in table.header])
    most = max(50, min(50_000, _DISTINCT // max(len(table.header), 1)))
    for batch in _batches(table, profile):
        profile.rows += len(batch)
        profile.head += batch[: 5 - len(profile.head)] if len(profile.head) < 5 else []
        for column, cells in zip(profile.columns, zip(*(row.cells for row in batch), strict=True), strict=True):
            _count(column, cells, most)
    for column in profile.columns:
        column.sample = [text for text in column.texts if not is_empty(text)]
    return profile


def _batches(table: RawTable, profile: Profile) -> Iterator[list[Row]]:
    rows = table.rows()
    while chunk := list(islice(rows, _BATCH)):
        refused = [row for row in chunk if isinstance(row, Refused)]
        profile.refused += len(refused)
        profile.first += refused[: max(0, 5 - len(profile.first))]
        if good := [row for row in chunk if isinstance(row, Row)]:
            yield good


def _count(column: ColumnProfile, cells: tuple[str, ...], most: int) -> None:
    column.filled += len(cells) - cells.count("")
    room = most if not column.is_cut else most // 10
    if column.is_cut:
        cells = cells[::50]  # still look now and then: sorted files show their end only at the end
        room = most + most // 10
    if len(column.texts) < room:
        column.texts.update((text, None) for text in set(cells) if text and len(text) <= _LONG)
    column.is_cut = column.is_cut or len(column.texts) >= most
