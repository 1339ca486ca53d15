"""One value that was written into a system: its receipt, and the way back."""

from collections.abc import Iterator

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from treaty.agreement.models import Version
from treaty.connectors.models import Connection, Written
from treaty.connectors.writes.undoing import CannotUndo, undo
from treaty.journal.models import Entry
from treaty.team.models import Role
from treaty.web import formats
from treaty.web.figures import words
from treaty.web.here import Here, extra, page
from treaty.web.pages.sources.writes import connection_of, crumbs, home_of, named_field, shown, standing
from treaty.web.pieces import Column, Link, Piece, Row, Table
from treaty.web.replies import carried_out
from treaty.web.rights import BRING_DATA, is_steward, only


@require_GET
@page
@only(*BRING_DATA)
def one(here: Here, key: str, number: int) -> HttpResponseBase:
    """A receipt: what, who, why, under which version; and the way back."""
    connection = connection_of(key)
    row = _written_of(connection, number)
    context = extra(
        here, title=named_field(connection, row), crumbs=crumbs(connection, "Receipt"), table=_receipt(here, connection, row),
        connection=connection, row=row, may_undo=is_steward(here.member) and _may_undo(row),
    )  # fmt: skip
    return render(here.request, "treaty/write.html", context)


def _written_of(connection: Connection, number: int) -> Written:
    row = Written.objects.filter(connection=connection, pk=number).select_related("lead__person", "lead__version", "outgoing__by").first()
    if row is None:
        raise Http404
    return row


def _may_undo(row: Written) -> bool:
    is_over = row.undone_at or row.overtaken_at or row.confirmed_at is None
    return not is_over and row.field != "note" and "undo" not in row.outgoing.body


def _receipt(here: Here, connection: Connection, row: Written) -> Table:
    rows = [Row((name, value)) for name, value in _facts(here, connection, row)]
    return Table(columns=[Column("What"), Column("Receipt")], rows=rows, caption="Receipt")


def _facts(here: Here, connection: Connection, row: Written) -> Iterator[tuple[str, Piece]]:
    entry = Entry.objects.filter(seq=row.entry).select_related("actor").first() if row.entry else None
    yield "Record", f"{connection.source.name} {row.external_id}"
    if row.lead is not None:
        yield "Lead", Link(str(row.lead.person), f"/leads/{row.lead.key}/")
    yield "Before", shown(connection, row, row.before)
    yield "Written", shown(connection, row, row.after)
    yield "Standing", standing(row)
    if entry is not None:
        yield "Why", f"{words(entry.verb.replace('.', ' '))}, entry {entry.seq:,} of the journal"
        yield "Who", entry.actor.name if entry.actor else "the agreement’s own rules"
    elif row.outgoing.by:
        yield "Why", "an earlier write was taken back" if "undo" in row.outgoing.body else "all that differed was to be written"
        yield "Who", row.outgoing.by.name
    if row.outgoing.agreement:
        yield "Agreement", _version(row.outgoing.agreement)
    if row.confirmed_at is not None:
        yield "Confirmed", formats.full(row.confirmed_at, here.viewer)
    yield "Tries", formats.number(row.outgoing.attempts, here.viewer.manner)


def _version(agreed: str) -> Piece:
    number = Version.objects.filter(hash=agreed).values_list("number", flat=True).first()
    return Link(f"version {number}", f"/agreement/versions/{number}/") if number else agreed


@require_POST
@page
@only(Role.REVOPS)
def take_back(here: Here, key: str, number: int) -> HttpResponseBase:
    connection = connection_of(key)
    row = _written_of(connection, number)

    def change() -> str:
        undo(row, by=here.member, at=here.at)
        return f"{row.field} gets its value before back within seconds, unless somebody has written another there by then."

    return carried_out(here, change, f"{home_of(connection)}{number}/", refused=(CannotUndo,))
