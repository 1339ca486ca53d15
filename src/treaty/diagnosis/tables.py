"""Recognised tables as the audit sees them: plain columns with a meaning, whoever read them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

Cell = str | Decimal | bool | date | datetime | None
"""None is an empty cell (or a marker such as `N/A`); the word `unknown` is a value. A `datetime` may lack a zone."""


@dataclass(frozen=True, slots=True)
class Column:
    """header: as the file names it · meaning: as we understand it, `category` if only its values are useful.

    markers: what counted as empty although something was written (`Select`), with how often
    """

    header: str
    meaning: str
    values: list[Cell]
    markers: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Respelt:
    """Ids of a column that were written in another case than in the files that list them: rows, and the first as written."""

    header: str
    rows: tuple[int, ...]
    written: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One file (or sheet). kind: `leads`, `opportunities`, `accounts`, ... or `other`.

    read = used + rejected + deleted rows · lines: where each used row stands in the file
    headers: every header of the file with its meaning, empty if unused · notes: how it was read, in words
    """

    file: str
    kind: str
    columns: tuple[Column, ...] = ()
    used: int = 0
    rejected: int = 0
    deleted: int = 0
    lines: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    problems: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = ()
    why: str = ""
    empty: dict[str, int] = field(default_factory=dict)
    """Empty cells of columns that were not read, by header."""
    unfit: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Header to the meaning its name promises, what its values would have to be, and one that is not: not used."""
    parts: tuple[tuple[str, int], ...] = ()
    """Of an export in several files: each file with the row that comes after its last. again: records left out as known."""
    again: int = 0
    repeats: tuple[tuple[int, int], ...] = ()
    """Lines left out because their id stands before in the same file: the row that is kept, and the line."""
    respelt: tuple[Respelt, ...] = ()
    by_meaning: dict[str, Column] = field(init=False, default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for column in reversed(self.columns):
            self.by_meaning[column.meaning] = column

    @property
    def read(self) -> int:
        return self.used + self.rejected + self.deleted

    @property
    def files(self) -> tuple[str, ...]:
        """The files its rows come from."""
        return tuple(file for file, _ in self.parts) or (self.file,)

    def place(self, row: int) -> str:
        """Where a row stands, in words, for a record that has no name."""
        return f"row {self.where(row)}"

    def where(self, row: int) -> str:
        """The line of a row in its file; the file too, if there are several."""
        of = next((f" of {file}" for file, end in self.parts if row < end), "")
        return f"{self.lines[row]}{of}"

    def column(self, meaning: str) -> Column | None:
        """The column of that meaning, if the file has one."""
        return self.by_meaning.get(meaning)

    def values(self, meaning: str) -> list[Cell]:
        """Its values, one a row; all empty if the file has no such column."""
        column = self.column(meaning)
        return column.values if column else [None] * self.used


_NOUNS = {
    "leads": "lead",
    "opportunities": "opportunity",
    "accounts": "account",
    "activities": "activity record",
    "touches": "touch record",
    "stage history": "history row",
}
_NAMES = {
    "leads": ("lead id", "email", "name"),
    "accounts": ("account", "account id"),
    "opportunities": ("opportunity id", "lead id", "name"),
}
_ANY_NAME = ("opportunity id", "lead id", "account", "account id", "activity id", "email")


def noun_of(table: Table) -> str:
    """What one row of the table is called in a sentence."""
    return _NOUNS.get(table.kind, "row")


def key_of(table: Table, row: int) -> str:
    """What to call a row in an example: its id or name, else where it stands."""
    values = (table.values(meaning)[row] for meaning in _NAMES.get(table.kind, _ANY_NAME) if table.column(meaning))
    return next((str(value) for value in values if value is not None), table.place(row))
