"""What an import would do with each file, as the page shows it."""

from collections.abc import Sequence

from treaty.connectors.files.encoding import ENCODINGS
from treaty.connectors.files.makers import MAKERS
from treaty.connectors.files.plans import CATEGORY
from treaty.connectors.files.preview import ColumnPreview
from treaty.connectors.files.preview import Preview as Looked
from treaty.connectors.files.rows import Refused, storable
from treaty.connectors.files.vocabulary import vocabulary
from treaty.connectors.importing import UNKEPT
from treaty.web import formats
from treaty.web.formats import Viewer
from treaty.web.pieces import ColumnMatch, FixRow, Preview
from treaty.web.pieces.tables import Filter, Option

FORM = "mapping"
DELIMITERS = ((",", "commas"), (";", "semicolons"), ("\t", "tabs"), ("|", "bars"))
MOST_CELLS = 6
"""Columns of the rows that need a look: those that mean something come first."""
_ROUND = 60
"""Letters of a value that are shown."""


def file_of(number: int, looked: Looked, viewer: Viewer) -> Preview:
    """One file of an upload. number: its place, by which the form names its fields."""
    shown = _columns_shown(looked)
    return Preview(
        title=looked.file,
        file=looked.file,
        kind=looked.kind,
        tally=_tally(looked, viewer),
        columns=[_column(number, place, column, looked, viewer) for place, column in enumerate(looked.columns)],
        fix_title="The first rows that need a look" if looked.refused else "The first rows, as they stand in the file",
        fix_columns=storable(looked.columns[place].header for place in shown),
        fix_rows=_rows(looked, shown),
        kind_field="" if looked.of_a_set else f"kind-{number}",
        kinds=() if looked.of_a_set else _kinds(looked.kind),
        form=FORM,
        no=str(number),
        notes=_notes(looked),
        written=_written(number, looked) if looked.is_text else (),
    )


def _written(number: int, looked: Looked) -> Sequence[Filter]:
    """The encodings and the signs that cut columns, to be chosen where they were recognised wrongly."""
    signs = [Option("", "as recognised", not looked.delimiter), *(Option(s, words, s == looked.delimiter) for s, words in DELIMITERS)]
    names = [Option("", "as recognised", not looked.encoding), *(Option(name, name, name == looked.encoding) for name in ENCODINGS)]
    return [Filter(f"encoding-{number}", "Characters", names), Filter(f"delimiter-{number}", "Columns are cut at", signs)]


def _tally(looked: Looked, viewer: Viewer) -> Sequence[tuple[str, str]]:
    unkept = looked.read - looked.ready - looked.refused
    counts = [(looked.ready, "ready to import"), (looked.refused, "need a look"), *([(unkept, "not kept")] if unkept else [])]
    return [(formats.number(n, viewer.manner), words) for n, words in counts]


def _notes(looked: Looked) -> Sequence[str]:
    return [*([UNKEPT[looked.kind]] if looked.kind in UNKEPT and not looked.of_a_set else []), *looked.notes]


def _kinds(kind: str) -> Sequence[Option]:
    named = [Option(name, name, name == kind) for name in MAKERS]
    others = [Option(name, f"{name} (not kept)", name == kind) for name in vocabulary() if name not in MAKERS]
    return [Option("other", "choose what it holds", kind == "other"), *named, *others]


def _column(number: int, place: int, column: ColumnPreview, looked: Looked, viewer: Viewer) -> ColumnMatch:
    return ColumnMatch(
        name=storable([column.header])[0],
        becomes=column.becomes or ("as its system means it" if looked.of_a_set else "left out"),
        first_values=", ".join(_short(value) for value in column.first_values),
        filled=formats.number(column.filled, viewer.manner),
        how=column.why,
        field=f"column-{number}-{place}",
        options=_meanings(column.becomes, looked.kind) if looked.kind in vocabulary() and not looked.of_a_set else (),
    )


def _meanings(becomes: str, kind: str) -> Sequence[Option]:
    known = list(vocabulary()[kind])
    named = [Option(name, name, name == becomes) for name in known]
    own = [] if becomes in ("", CATEGORY, *known) else [Option(becomes, becomes, True)]
    as_is = [Option(CATEGORY, "a field of its own name", becomes == CATEGORY)] if kind in ("leads", "opportunities") else []
    return [Option("", "left out", becomes == ""), *as_is, *own, *named]


def _columns_shown(looked: Looked) -> list[int]:
    """Places of the columns to show: those with a problem, then those with a meaning, in the order of the file."""
    bad = {place for row in looked.problems if (place := bad_cell(looked, row)) is not None}
    used = [place for place, column in enumerate(looked.columns) if column.becomes and place not in bad]
    rest = [place for place in range(len(looked.columns)) if place not in bad and place not in used]
    return sorted([*sorted(bad), *used, *rest][:MOST_CELLS])


def bad_cell(looked: Looked, row: Refused) -> int | None:
    """The place of the value that cannot be read, if the problem names its column."""
    for place, column in enumerate(looked.columns):
        if row.problem.startswith(f"{column.header}: "):
            return place
    return None


def _rows(looked: Looked, shown: list[int]) -> Sequence[FixRow]:
    if not looked.refused:
        return [FixRow(n, _cells(cells, shown)) for n, cells in enumerate(looked.rows, 1)]
    return [_fix(looked, row, shown) for row in looked.problems]


def _fix(looked: Looked, row: Refused, shown: list[int]) -> FixRow:
    place = bad_cell(looked, row)
    says = row.problem.partition(": ")[2] if place is not None else row.problem
    fault = f"{says[:1].upper()}{says[1:]}."
    return FixRow(
        row.line,
        _cells(row.cells, shown),
        shown.index(place) if place in shown else -1,
        fault,
        "Correct it in the file, or import the rest: this row is kept for you.",
    )


def _cells(cells: Sequence[str], shown: list[int]) -> list[str]:
    return [_short(cells[place]) if place < len(cells) else "" for place in shown]


def _short(text: str) -> str:
    (text,) = storable([text[: _ROUND + 1]])
    return text if len(text) <= _ROUND else f"{text[:_ROUND]}…"
