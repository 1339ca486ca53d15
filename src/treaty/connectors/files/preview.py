"""What an import would do with a file, before it does anything."""

from dataclasses import dataclass
from itertools import islice

from treaty.connectors.files.exports import Exports
from treaty.connectors.files.load import readers_of
from treaty.connectors.files.plans import Recognised
from treaty.connectors.files.row import Directory
from treaty.connectors.files.rows import Refused
from treaty.connectors.files.to_records import Made, directory_of, to_rows
from treaty.connectors.files.values import is_empty

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ColumnPreview:
    """becomes: its meaning, empty if unused · filled: cells with something in them · why: how we knew, and how it is read."""

    header: str
    becomes: str
    first_values: tuple[str, ...]
    filled: int
    why: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Preview:
    """One file. ready and refused count every row, as the import would; problems: the first few, with their line · of_a_set: see Loaded
    encoding, delimiter: as the person said · is_text: whether they can be said"""

    file: str
    kind: str
    confidence: float
    why: str
    columns: tuple[ColumnPreview, ...]
    rows: tuple[tuple[str, ...], ...]
    read: int
    ready: int
    refused: int
    problems: tuple[Refused, ...]
    notes: tuple[str, ...] = ()
    of_a_set: bool = False
    is_text: bool = False
    encoding: str = ""
    delimiter: str = ""


def preview(exports: Exports) -> tuple[Preview, ...]:
    """Read everything as the import would, store nothing. Raises FileRefused if a file turns hostile half way."""
    directory = directory_of(exports)
    return tuple(_preview(exports, one, directory) for one in exports.recognised)


def _preview(exports: Exports, one: Recognised, directory: Directory) -> Preview:
    ready, refused = 0, 0
    problems: list[Refused] = []
    left_out = one.loaded.refuse if one.loaded else ""
    for row in () if left_out else to_rows(one, exports.mapping, directory):
        if isinstance(row, Made):
            ready += 1
        else:
            refused += 1
            problems += [row] if len(problems) < _SHOWN else []
    return Preview(
        file=one.table.name,
        kind=one.kind,
        confidence=one.confidence,
        why=one.why,
        columns=_columns(exports, one),
        rows=tuple(tuple(row.cells) for row in one.profile.head),
        read=one.profile.rows + one.profile.refused,
        ready=ready,
        refused=refused,
        problems=tuple(problems),
        notes=(*one.table.notes, *_notes(one)),
        of_a_set=one.loaded is not None,
        is_text=one.table.is_text,
        encoding=exports.said(one).encoding,
        delimiter=exports.said(one).delimiter,
    )


def _notes(one: Recognised) -> tuple[str, ...]:
    return () if one.loaded is None else tuple(note for note in (one.loaded.note, one.loaded.refuse) if note)


def _columns(exports: Exports, one: Recognised) -> tuple[ColumnPreview, ...]:
    told = {reader.header: reader.notes for _, reader in readers_of(one, exports.said(one)) if reader.meaning != "currency"}
    return tuple(
        ColumnPreview(
            header=plan.header,
            becomes=plan.meaning,
            first_values=tuple(islice((text for text in column.texts if not is_empty(text)), 3)),
            filled=column.filled,
            why="; ".join((plan.why, *told.get(plan.header, ()))),
            confidence=plan.confidence,
        )
        for plan, column in zip(one.columns, one.profile.columns, strict=True)
    )
