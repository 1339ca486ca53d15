"""Lists of records: sorted by the server, filtered, paged, downloaded by the same address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlencode

from treaty.web.pieces.words import Empty, Link, Piece

_AROUND = 2


@dataclass(frozen=True, slots=True)
class Column:
    """key: the name in the address (`?sort=-amount`); empty for a column one cannot sort by. is_short: never breaks (dates)."""

    words: str
    key: str = ""
    is_number: bool = False
    is_short: bool = False

    @property
    def css(self) -> str:
        return "num" if self.is_number else "nowrap" if self.is_short else ""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells in the order of the columns; the first heads the row. key: makes the row selectable under that value."""

    cells: Sequence[Piece]
    key: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    words: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """One field of the filter row: a choice, or words to search for when there are no options. beside: values next to the chosen
    one, which links lead to."""

    key: str
    words: str
    options: Sequence[Option] = ()
    value: str = ""
    placeholder: str = ""
    beside: Sequence[Option] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Where this list stands: its path and query, the page shown. Every link keeps the rest of the query.

    sort: the key sorted by, with a minus for descending. downloads: kinds offered, as `?format=csv`.
    """

    path: str
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = ""
    page: int = 1
    pages: int = 1
    total: int = 0
    filters: Sequence[Filter] = ()
    downloads: Sequence[Literal["csv", "xlsx"]] = ("csv", "xlsx")

    def href(self, **changes: str | None) -> str:
        """This list with some parameters changed; None takes one out."""
        kept = {name: values for name, values in self.query.items() if name not in changes}
        added = {name: [value] for name, value in changes.items() if value is not None}
        query = urlencode({**kept, **added}, doseq=True)
        return f"{self.path}?{query}" if query else self.path

    def direction(self, column: Column) -> Literal["ascending", "descending", ""]:
        if not column.key or self.sort.removeprefix("-") != column.key:
            return ""
        return "descending" if self.sort.startswith("-") else "ascending"

    def sort_href(self, column: Column) -> str:
        """First click: numbers from the largest, words from A; the second turns it round. Starts at the first page."""
        turned = {"descending": column.key, "ascending": f"-{column.key}"}
        first = f"-{column.key}" if column.is_number else column.key
        return self.href(sort=turned.get(self.direction(column), first), page=None)

    def page_href(self, page: int) -> str:
        return self.href(page=str(page) if page > 1 else None)

    @property
    def near_pages(self) -> list[int]:
        """First, last and those around this one; 0 stands for a gap."""
        shown = sorted({1, self.pages, *range(max(1, self.page - _AROUND), min(self.pages, self.page + _AROUND) + 1)})
        numbered: list[int] = []
        for page in shown:
            if numbered and page - numbered[-1] > 1:
                numbered.append(0)
            numbered.append(page)
        return numbered

    @property
    def page_links(self) -> list[tuple[int, str]]:
        return [(page, self.page_href(page) if page else "") for page in self.near_pages]

    @property
    def previous_href(self) -> str:
        return self.page_href(self.page - 1) if self.page > 1 else ""

    @property
    def next_href(self) -> str:
        return self.page_href(self.page + 1) if self.page < self.pages else ""

    @property
    def download_links(self) -> list[Link]:
        names = {"csv": "CSV", "xlsx": "Excel"}
        return [Link(names[kind], self.href(format=kind, page=None)) for kind in self.downloads]

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What the filter form must send along: everything but its own fields and the page."""
        own = {"page", *(one.key for one in self.filters)}
        return [(name, value) for name, values in self.query.items() if name not in own for value in values]

    @property
    def beside(self) -> list[Link]:
        """Links to the values next to those chosen."""
        return [Link(to.words, self.href(page=None, **{one.key: to.value or None})) for one in self.filters for to in one.beside]

    @property
    def is_filtered(self) -> bool:
        return any(one.value or any(option.is_chosen and option.value for option in one.options) for one in self.filters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """columns, rows and the sum below them. caption: for who listens. empty: what to say without rows."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    foot: Row | None = None
    listing: Listing | None = None
    caption: str = ""
    empty: Empty | None = None
    select: str = ""
    """Name under which selected rows are sent; empty for a table to read only."""
    form: str = ""
    """Id of the form that sends them."""

    @property
    def heads(self) -> list[tuple[Column, str, str]]:
        """Each column with the address that sorts by it and the direction now."""
        if self.listing is None:
            return [(column, "", "") for column in self.columns]
        place = self.listing
        return [(column, place.sort_href(column) if column.key else "", place.direction(column)) for column in self.columns]

    @property
    def body(self) -> list[tuple[Row, list[tuple[Column, Piece]]]]:
        return [(row, list(zip(self.columns, row.cells, strict=True))) for row in self.rows]

    @property
    def sums(self) -> list[tuple[Column, Piece]]:
        return list(zip(self.columns, self.foot.cells, strict=True)) if self.foot else []
