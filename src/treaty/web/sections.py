"""A page of several tables and drawings: each is taken away by the page's own address with its name added.

?when=last_month&table=odds&format=csv        a table as a file
?when=last_month&chart=waterfall&format=svg   a drawing as a picture
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render

from treaty.web import formats, listing, pictures
from treaty.web.charts import Drawing
from treaty.web.here import Here, extra
from treaty.web.listing import Kind
from treaty.web.pieces import Filter, Link, Listing, Option, Piece, Row, Table

MOST = 200
"""Rows of a table on a page of several, unless its section says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """id: its name in the address · says: sentences above · drawings: by their own names · kind, rows, foot: its table."""

    id: str
    title: str
    note: Piece = ""
    says: Sequence[Piece] = ()
    drawings: Mapping[str, Drawing] = field(default_factory=dict)
    kind: Kind[Any] | None = None
    rows: Sequence[Any] = ()
    foot: Row | None = None
    most: int = MOST
    """Rows on the page; its file has all."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One field of the page's form: its name in the address, what it offers, what is chosen."""

    key: str
    words: str
    options: Mapping[str, str]
    chosen: str
    otherwise: str = ""
    """What is chosen when the address says nothing: that is said by an empty value, so plain addresses stay plain."""
    beside: Sequence[Option] = ()

    @property
    def filter(self) -> Filter:
        named = [("" if value == self.otherwise else value, words, value == self.chosen) for value, words in self.options.items()]
        return Filter(self.key, self.words, [Option(*one) for one in named], beside=self.beside)


@dataclass(frozen=True, slots=True)
class Shown:
    """A section as the template takes it."""

    of: Section
    table: Table | None
    drawings: Sequence[tuple[Drawing, Sequence[Link]]]


def show(
    here: Here, as_of: datetime, sections: Sequence[Section], choices: Sequence[Choice], *, title: str, name: str, **context: Any
) -> HttpResponseBase:
    """The page, or of it the one table or drawing its address asks for. as_of: of its figures; name: what files are called."""
    wanted, query = here.request.GET.get("format", ""), here.request.GET
    if wanted in ("csv", "xlsx"):
        found = next((one for one in sections if one.kind and query.get("table", one.id) == one.id), None)
        if found is not None and found.kind is not None:
            return listing.show(here, replace(found.kind, picks=()), found.rows, title="")
    drawn = {key: one for section in sections for key, one in section.drawings.items()}
    if taken := pictures.asked(query, drawn):
        return pictures.picture(f"{name} {query['chart']}", *taken, source_of(as_of, here))
    place = Listing(path=here.request.path, query=_kept(here), filters=[one.filter for one in choices])
    shown = [_shown(here, section) for section in sections]
    return render(here.request, "treaty/sections.html", extra(here, title=title, sections=shown, form=place, **context))


def source_of(as_of: datetime, here: Here) -> str:
    """The line below a drawing that is taken away."""
    return f"Treaty, data as of {formats.full(as_of, here.viewer)}"


def _kept(here: Here) -> dict[str, list[str]]:
    return {key: values for key, values in here.request.GET.lists() if key not in ("format", "table", "chart", "page", "sort")}


def _shown(here: Here, section: Section) -> Shown:
    return Shown(section, _table(here, section), [(one, _links(here, key)) for key, one in section.drawings.items()])


def _table(here: Here, section: Section) -> Table | None:
    if section.kind is None:
        return None
    kind = replace(section.kind, picks=(), page=section.most)
    table = listing.table_of(here, kind, listing.Asked((), kind.sort, 1, ""), section.rows)
    place = Listing(path=here.request.path, query=_kept(here) | {"table": [section.id]}, total=len(section.rows))
    return replace(table, listing=place, foot=section.foot if section.rows else None)


def _links(here: Here, chart: str) -> list[Link]:
    return pictures.links(Listing(path=here.request.path, query=_kept(here)), chart)
