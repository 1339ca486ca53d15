"""What a loader's table is in our terms, and what several systems' tables have in common."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from treaty.connectors.files.row import NO_ADDRESS
from treaty.connectors.loaders.cells import Cells
from treaty.connectors.loaders.shelf import Kept, Shelf
from treaty.connectors.tracking.kinds import snake
from treaty.truth.records import GoneRecord, Record

Read = Callable[[Cells, Shelf], Iterable[Record]]
"""What a row says. Raises ValueError with the reason for a row that cannot be used; a row that says nothing of its own gives none."""
Kind = Literal["person", "account", "opportunity", "activity"]
Outcome = Literal["open", "won", "lost", ""]
Keep = Callable[[Cells], Iterable[Kept]]
"""What a row says to the rows of other tables."""


PROPERTY = "property_"
"""Among the columns that a table needs: any whose name begins so."""
UNKEPT = "changes of fields that are not kept say nothing and count as merged"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a system. needs: of each group of columns `a|b` one must be there, which tells it from another system's of that name.

    read: None where no row is kept, and refuse says why. note: what becomes of rows that give no record of their own.
    """

    kind: str
    needs: tuple[str, ...]
    read: Read | None = None
    keep: Keep | None = None
    note: str = ""
    refuse: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """A system whose tables a loader leaves. name: its space of ids. prefixes: what may stand before the name of a table."""

    name: str
    label: str
    prefixes: tuple[str, ...]
    tables: Mapping[str, Table]


def nothing(_: Cells, _shelf: Shelf) -> Iterator[Record]:
    """A row that only names or describes what other rows say."""
    yield from ()


def names(keep: Keep | None, note: str, *needs: str) -> Table:
    """A table whose rows serve those of others."""
    return Table("names", needs, nothing, keep, note=note)


def no_place(what: str, *needs: str) -> Table:
    return Table("other", needs, refuse=f"{what} have no place here: the table is not needed, leave it out")


def by(place: str, key: str, *columns: str, rank: str = "") -> Keep:
    """Keep rows by one column, with the texts of others. rank: the column that says which row speaks for the key."""

    def keep(row: Cells) -> Iterator[Kept]:
        values = {name: row.values[name] for name in columns if name in row.values}
        yield Kept(place, row.text(key), values, row.text(rank) if rank else "")

    return keep


def number_of(row: Cells, *columns: str) -> str:
    """The id of the row's record. Raises ValueError."""
    number = row.text(*columns)
    if not number:
        raise ValueError(f"no {columns[0]}: nothing says which record this is")
    return number


def gone(kind: Kind, number: str, row: Cells, shelf: Shelf, *, email: str = "") -> Iterator[GoneRecord]:
    """The record as gone, if it was merged or deleted."""
    kept = shelf.final(kind, number)
    if kept != number:
        at = Cells(shelf.get(f"merged {kind}", number)).moment("at") or row.seen_at
        yield GoneRecord(kind=kind, external_id=number, into=kept, at=at, email=email)
    elif row.is_gone:
        yield GoneRecord(kind=kind, external_id=number, at=row.seen_at)


def address_of(number: str, email: str) -> str:
    """The address of a member; where the system shows none, one that names them by their id and reaches nobody."""
    return email or (f"{snake(number)}@{NO_ADDRESS}" if number else "")


def page(url: str) -> tuple[str, str]:
    """(host, path) of an address; a bare path is one."""
    parts = urlsplit(url) if "//" in url else None
    return (parts.netloc, parts.path or "/") if parts else ("", url)
