"""One mechanism for every list: a query becomes a page, a CSV and a workbook, and its address says all of it.

    LEADS = Kind("leads", path="/leads/", fields=(…), picks=(…), sort="-since", …)
    return listing.show(here, LEADS, leads(here.member), title="Leads")

`?sort=-since&stage=engaged&page=2` is the list; the same with `format=csv` is the file. Rows are a QuerySet, or any
sequence of values (rows of a measure), which is sorted by what its fields give; one that reads its rows when they are asked for is read
whole only where it is sorted so, or for a file.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render

from treaty.web import downloads, formats
from treaty.web.downloads import Value
from treaty.web.here import Here, extra
from treaty.web.pieces import Column, Empty, Filter, Listing, Option, Piece, Row, Table

R = TypeVar("R")
PAGE = 50
AT_ONCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Generic[R]):
    """One column. value: what a file holds, and how a sequence is sorted; show: what the page draws, the value if not given.

    key: its name in the address, empty for a column one cannot sort by. order: what the query is ordered by.
    in_page: False for what only the files hold, such as a currency that the page writes with its amount.
    """

    words: str
    value: Callable[[R], Value]
    show: Callable[[R, Here], Piece] | None = None
    key: str = ""
    order: Sequence[str] = ()
    is_number: bool = False
    is_short: bool = False
    in_page: bool = True

    @property
    def column(self) -> Column:
        return Column(self.words, self.key, self.is_number, self.is_short)

    def cell(self, row: R, here: Here) -> Piece:
        if self.show is not None:
            return self.show(row, here)
        value = self.value(row)
        return "" if value is None else formats.number(value, here.viewer.manner) if isinstance(value, int) else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One filter. narrow: the rows that pass a value; options: (value, words), none for a field to search with.

    A value that is not among the options is as good as none: an old address still opens.
    """

    key: str
    words: str
    narrow: Callable[[Any, str], Any]
    options: Callable[[Here], Iterable[tuple[str, str]]] | None = None
    every: str = "All"
    placeholder: str = ""
    beside: Sequence[Option] = ()
    """Values next to the one chosen, such as the period before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[R]):
    """What a list is: its place, its columns (the first heads the row), its filters, the order it has unasked."""

    name: str
    path: str
    fields: Sequence[Field[R]]
    picks: Sequence[Pick] = ()
    sort: str = ""
    href: Callable[[R], str] | None = None
    empty: Empty | None = None
    nothing: Empty | None = None
    """What to say when filters leave nothing; `empty` is for a list that has no rows at all."""
    page: int = PAGE


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, made sound: filters as (pick, value, options), sort that exists, page from 1."""

    picks: Sequence[tuple[Pick, str, Sequence[tuple[str, str]]]]
    sort: str
    page: int
    format: str


def show(
    here: Here, kind: Kind[R], rows: Any, *, title: str | Callable[[int], str], template: str = "treaty/listing.html", **context: Any
) -> HttpResponseBase:
    """The list as the address asks: a page, or a file of all its rows. title may be made from the number of rows."""
    wanted = asked(here, kind)
    found = _narrowed(rows, wanted)
    if wanted.format:
        return _file(here, kind, wanted, found)
    table = table_of(here, kind, wanted, found)
    total = table.listing.total if table.listing else 0
    said = title if isinstance(title, str) else title(total)
    return render(here.request, template, extra(here, title=said, table=table, **context))


def asked(here: Here, kind: Kind[R]) -> Asked:
    """Read the address. Unknown sorts, options and pages become what they most likely meant: none, none, the nearest."""
    query = here.request.GET
    picks = []
    for pick in kind.picks:
        options = list(pick.options(here)) if pick.options else []
        value = query.get(pick.key, "").strip()
        picks.append((pick, value if not options or value in dict(options) else "", options))
    sort = query.get("sort", "")
    known = {field.key for field in kind.fields if field.key}
    page = query.get("page", "1")
    return Asked(
        picks,
        sort if sort.removeprefix("-") in known else kind.sort,
        max(int(page), 1) if page.isascii() and page.isdigit() and len(page) < 10 else 1,
        query.get("format", "") if query.get("format") in ("csv", "xlsx") else "",
    )


def table_of(here: Here, kind: Kind[R], wanted: Asked, rows: Any) -> Table:
    """One page of the rows as a table with its place in the list. Three queries: how many, which, and these."""
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    pages = max(1, -(-total // kind.page))
    page = min(wanted.page, pages)
    fields = [field for field in kind.fields if field.in_page]
    shown = _part(_ordered(kind, wanted, rows), slice((page - 1) * kind.page, page * kind.page))
    listing = Listing(
        path=kind.path,
        query=dict(here.request.GET.lists()),
        sort=wanted.sort,
        page=page,
        pages=pages,
        total=total,
        filters=[_filter(*pick) for pick in wanted.picks],
    )
    return Table(
        columns=[field.column for field in fields],
        rows=[Row([field.cell(row, here) for field in fields], href=kind.href(row) if kind.href else "") for row in shown],
        listing=listing,
        caption=kind.name.capitalize(),
        empty=(kind.nothing if listing.is_filtered else kind.empty) or Empty(title="Nothing fits", words="Show all, or ask for less."),
    )


def _part(ordered: Any, part: slice) -> Any:
    """Some of the rows, in order. Of a query only the row numbers are sorted: whole rows would be carried along."""
    if not isinstance(ordered, QuerySet):
        return ordered[part]
    numbers = list(ordered.select_related(None).values_list("pk", flat=True)[part])
    found = {row.pk: row for row in ordered.filter(pk__in=numbers).order_by()}
    return [found[number] for number in numbers if number in found]


def _narrowed(rows: Any, wanted: Asked) -> Any:
    for pick, value, _ in wanted.picks:
        if value:
            rows = pick.narrow(rows, value)
    return rows


def _filter(pick: Pick, value: str, options: Sequence[tuple[str, str]]) -> Filter:
    if pick.options is None:
        return Filter(pick.key, pick.words, value=value, placeholder=pick.placeholder)
    shown = [Option(one, words, one == value) for one, words in (("", pick.every), *options)]
    return Filter(pick.key, pick.words, shown, beside=pick.beside)


def _ordered(kind: Kind[R], wanted: Asked, rows: Any) -> Any:
    """Sorted as asked; ties by row number, so that no row is on two pages. Rows without a value come last."""
    is_down = wanted.sort.startswith("-")
    field = next((one for one in kind.fields if one.key and one.key == wanted.sort.removeprefix("-")), None)
    if isinstance(rows, QuerySet):
        names = field.order if field else ()
        return rows.order_by(*(f"-{name}" if is_down else name for name in names), "pk")
    if field is None:
        return rows  # as it is: one that reads its rows when they are asked for need not read them all
    there = [row for row in rows if field.value(row) not in (None, "")]
    gone = [row for row in rows if field.value(row) in (None, "")]
    return sorted(there, key=lambda row: _rank(field.value(row)), reverse=is_down) + gone


def _rank(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _file(here: Here, kind: Kind[R], wanted: Asked, rows: Any) -> HttpResponseBase:
    """All rows, whatever the page: read in parts, written as they come."""
    ordered = _ordered(kind, wanted, rows)
    found = ordered.iterator(chunk_size=AT_ONCE) if isinstance(ordered, QuerySet) else ordered
    lines = ([field.value(row) for field in kind.fields] for row in found)
    heads = [field.words for field in kind.fields]
    if wanted.format == "csv":
        return downloads.csv_file(kind.name, heads, lines)
    try:
        total = rows.count() if isinstance(rows, QuerySet) else len(rows)
        return downloads.xlsx_file(kind.name, heads, lines, zone=here.viewer.zone_name, total=total)
    except downloads.TooManyRows as problem:
        messages.error(here.request, str(problem))
        query = here.request.GET.copy()
        query.pop("format", None)
        return HttpResponseRedirect(f"{here.request.path}?{query.urlencode()}")
