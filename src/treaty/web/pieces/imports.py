"""Pieces of an import's preview: what each column becomes, which rows need a look and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from treaty.web.pieces.tables import Filter, Option
from treaty.web.pieces.words import Link, Piece


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """options: what the column may become instead, sent under the name `field`; none where nothing can be chosen."""

    name: str
    becomes: Piece
    first_values: str
    filled: str
    how: str
    field: str = ""
    options: Sequence[Option] = ()


@dataclass(frozen=True, slots=True)
class FixRow:
    """A row of the file as it is. bad: index of the value that needs a look, None for a good row shown for its
    neighbours; fault: the value and what is wrong with it; way_out: what would make it good."""

    number: int
    cells: Sequence[str]
    bad: int | None = None
    fault: str = ""
    way_out: Piece = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an import would do, before it does it. kinds: what the file may hold instead, sent under the name `kind_field`;
    form: id of the form that sends the choices; notes: how the file was read. Without `import_href` it has no button."""

    title: str
    file: str
    kind: str
    tally: Sequence[tuple[str, str]]
    columns: Sequence[ColumnMatch]
    fix_title: str
    fix_columns: Sequence[str]
    fix_rows: Sequence[FixRow]
    import_words: str = ""
    import_href: str = ""
    dry_run: Link | None = None
    rejected: Link | None = None
    change_kind: Link | None = None
    kind_field: str = ""
    kinds: Sequence[Option] = ()
    form: str = ""
    no: str = ""
    notes: Sequence[str] = ()
    written: Sequence[Filter] = ()
    """How a text file may be read instead."""

    @property
    def width(self) -> int:
        return len(self.fix_columns)
