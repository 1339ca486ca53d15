"""Every import: who, when, from which system, and what became of the rows."""

from collections.abc import Iterable
from typing import Any

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from treaty.connectors.queries import imports as all_imports
from treaty.web import formats, listing
from treaty.web.context import who
from treaty.web.here import Here, page
from treaty.web.listing import Field, Kind
from treaty.web.pieces import Column, Empty, Faint, Link, Piece, Row, Standing, Table
from treaty.web.rights import BRING_DATA, only


def standing(run: Any) -> Standing:
    """How far it is: ended, under way, ended by a fault, or taken back."""
    if run.undone_at or run.undo_begun_at:
        return Standing("kept", "taken back") if run.undone_at else Standing("running", "being taken back")
    if run.problem:
        return Standing("late", "ended by a fault", now=True)
    return Standing("kept", "done") if run.finished_at else Standing("running", "under way")


def _sum(name: str) -> Any:
    return lambda row: getattr(row, f"n_{name}") or 0


COUNTS = (("read", "Read"), ("stored", "New"), ("merged", "Already here"), ("rejected", "Refused"))
IMPORTS: Kind[Any] = Kind(
    name="imports",
    path="/imports/",
    sort="-begun",
    href=lambda row: f"/imports/{row.key}/",
    fields=(
        Field(
            words="Begun", key="begun", order=("started_at",), value=lambda row: row.started_at, is_short=True,
            show=lambda row, here: formats.short(row.started_at, here.viewer, here.at),
        ),
        Field(words="From", key="from", order=("source__name",), value=lambda row: row.source.name),
        Field(
            words="By", value=lambda row: row.by.name if row.by else "",
            show=lambda row, _: who(row.by) if row.by else Faint("command line"),
        ),
        Field(words="Files", value=lambda row: row.n_files, is_number=True),
        *(Field(words=words, key=name, order=(f"n_{name}",), value=_sum(name), is_number=True) for name, words in COUNTS),
        Field(words="State", value=lambda row: standing(row).words, show=lambda row, _: standing(row)),
    ),
    empty=Empty(
        title="Nothing was imported yet",
        words="Drop two exports of your tools: contacts and deals.",
        steps=[Link("Import files", "/imports/new/", is_go=True)],
    ),
)  # fmt: skip


@require_GET
@page
@only(*BRING_DATA)
def imports(here: Here) -> HttpResponseBase:
    crumbs = [Link("Sources", "/sources/"), Link("Imports", "")]
    return listing.show(here, IMPORTS, all_imports(), title="Imports", crumbs=crumbs)


def import_rows(here: Here, rows: Iterable[Any]) -> Table:
    """The same columns for a few imports within another page."""
    columns = [Column(field.words, "", field.is_number, field.is_short) for field in IMPORTS.fields]
    cells: list[tuple[Any, list[Piece]]] = [(row, [field.cell(row, here) for field in IMPORTS.fields]) for row in rows]
    return Table(columns=columns, rows=[Row(shown, href=f"/imports/{row.key}/") for row, shown in cells], caption="The last imports")
