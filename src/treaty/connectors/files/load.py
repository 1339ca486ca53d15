"""From a recognised file to a plain table: every mapped column read, every row that cannot be read refused alone."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from itertools import islice
from typing import cast

from treaty.connectors.files.columns import ColumnReader, Problem
from treaty.connectors.files.mapping import FileMap, date_form_of
from treaty.connectors.files.plans import ColumnPlan, Recognised
from treaty.connectors.files.profile import ColumnProfile
from treaty.connectors.files.rows import Refused, Row
from treaty.connectors.files.values import Cell, currency_in, is_empty, share_read
from treaty.connectors.files.vocabulary import type_of
from treaty.diagnosis.tables import Column, Table

_BATCH = 2_000
_SHOWN = 5
_NO = {"moment": "a date", "amount": "an amount", "number": "a number", "flag": "yes or no", "email": "an address"}


@dataclass(slots=True)
class _Loading:
    """What has been read so far."""

    values: list[list[Cell]]
    markers: list[Counter[str]]
    lines: list[int] = field(default_factory=list)
    rejected: int = 0
    deleted: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)

    def refuse(self, line: int, problem: str) -> None:
        self.rejected += 1
        if len(self.problems) < _SHOWN:
            self.problems.append((line, problem))


def readers_of(one: Recognised, file: FileMap) -> list[tuple[int, ColumnReader]]:
    """A reader for every column that has a meaning, with its place; amounts that name their currency are read twice."""
    readers = []
    for index, plan in enumerate(one.columns):
        sample = one.profile.columns[index].sample
        if plan.meaning:
            form, values = date_form_of(file, plan.header), file.values.get(plan.header, {})
            readers.append((index, ColumnReader(plan.header, plan.meaning, type_of(plan.meaning), sample, form, values)))
        if plan.meaning == "amount" and one.column("currency") is None and any(currency_in(text) for text in sample[:1_000]):
            readers.append((index, ColumnReader(plan.header, "currency", "currency", sample)))
    return readers


def load(one: Recognised, file: FileMap | None = None) -> Table:
    """Read the whole table into columns. Memory: the columns that mean something, equal texts once.

    Raises FileRefused if the file turns hostile half way.
    """
    file = file or FileMap()
    readers = readers_of(one, file)
    state = _Loading([[] for _ in readers], [Counter() for _ in readers])
    for batch in _batches(one, state):
        _take(batch, readers, state)
    return _table(one, readers, state, file)


def _batches(one: Recognised, state: _Loading) -> Iterator[list[Row]]:
    rows = one.table.rows()
    while chunk := list(islice(rows, _BATCH)):
        good = []
        for row in chunk:
            if isinstance(row, Refused):
                state.refuse(row.line, row.problem)
            else:
                good.append(row)
        if good:
            yield good


def _take(batch: list[Row], readers: list[tuple[int, ColumnReader]], state: _Loading) -> None:
    columns = list(zip(*(row.cells for row in batch), strict=True))
    read = [list(map(reader.__getitem__, columns[index])) for index, reader in readers]
    out = _refused_in(batch, read, [reader for _, reader in readers], state)
    kept = [i for i in range(len(batch)) if i not in out] if out else range(len(batch))
    for place, ((index, _), values) in enumerate(zip(readers, read, strict=True)):
        good = cast(list[Cell], [values[i] for i in kept] if out else values)  # rows with problems are out by now
        state.values[place] += good
        if None in good:
            empty = (columns[index][i] for i in kept if values[i] is None)
            state.markers[place].update(text.strip() for text in empty if text and text.strip() and is_empty(text))
    state.lines += [batch[i].line for i in kept]


def _refused_in(batch: list[Row], read: list[list[Cell | Problem]], readers: list[ColumnReader], state: _Loading) -> set[int]:
    """Rows of the batch that are not used: a value cannot be read, or the record was deleted where it comes from."""
    problems: dict[int, str] = {}
    for values, reader in zip(read, readers, strict=True):
        if reader.found_bad:
            problems.update({i: v.says for i, v in enumerate(values) if isinstance(v, Problem) and i not in problems})
    for i, says in sorted(problems.items()):
        state.refuse(batch[i].line, says)
    gone: set[int] = set()
    for values, reader in zip(read, readers, strict=True):
        if reader.meaning == "deleted":
            gone = {i for i, value in enumerate(values) if value is True and i not in problems}
    state.deleted += len(gone)
    return gone | set(problems)


def _table(one: Recognised, readers: list[tuple[int, ColumnReader]], state: _Loading, file: FileMap) -> Table:
    columns = [
        Column(reader.header, reader.meaning, _dates_if_midnight(values), dict(markers))
        for (_, reader), values, markers in zip(readers, state.values, state.markers, strict=True)
    ]
    columns += [Column(f"({meaning})", meaning, [text] * len(state.lines)) for meaning, text in file.constants.items()]
    notes = (*one.table.notes, *(f"{reader.header}: {note}" for _, reader in readers for note in reader.notes))
    return Table(
        file=one.table.name,
        kind=one.kind,
        columns=tuple(columns),
        used=len(state.lines),
        rejected=state.rejected,
        deleted=state.deleted,
        lines=state.lines,
        headers={plan.header: plan.meaning for plan in one.columns},
        problems=tuple(state.problems),
        notes=notes,
        why=one.why,
        unfit={
            p.header: (p.named_like, _NO.get(type_of(p.named_like), "one"), _misfit(p, c))
            for p, c in zip(one.columns, one.profile.columns, strict=True)
            if p.named_like
        },
        empty={
            plan.header: one.profile.rows - column.filled
            for plan, column in zip(one.columns, one.profile.columns, strict=True)
            if not plan.meaning
        },
    )


def _misfit(plan: ColumnPlan, column: ColumnProfile) -> str:
    """A value that is not what the column's name promises."""
    kind = type_of(plan.named_like)
    return next((text for text in column.sample[:1_000] if not is_empty(text, typed=True) and share_read(kind, [text]) < 1), "")


def _dates_if_midnight(values: list[Cell]) -> list[Cell]:
    """A column of moments that are all midnight is a column of dates: `2018-02-01 00:00:00` from a spreadsheet."""
    if not any(isinstance(value, datetime) for value in values):
        return values
    if all(value.time() == time() and value.tzinfo is None for value in values if isinstance(value, datetime)):
        return [value.date() if isinstance(value, datetime) else value for value in values]
    return values
