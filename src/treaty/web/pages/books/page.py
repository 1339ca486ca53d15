"""One period: its figures as they were signed, who signed, what later data make of them and why, what pay makes good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.books import queries
from treaty.books.calendar import NoSuchPeriod, Stands
from treaty.books.lines import Key, figures
from treaty.books.models import Adjustment, Closing
from treaty.books.queries import Book, NoAgreement, book
from treaty.web import formats, listing
from treaty.web.context import who
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind, Pick
from treaty.web.pages.agreement.signing import demo_phrase
from treaty.web.pages.books import causes
from treaty.web.pages.books.lists import no_agreement, words
from treaty.web.pages.books.lists import shown as standing
from treaty.web.pages.books.shown import figure, name_of, signed, value_of
from treaty.web.pieces import Column, Empty, Faint, Link, Piece, Row, Table


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the close, and what it is by the last restatement."""

    key: Key
    closed: Decimal
    now: Decimal

    @property
    def change(self) -> Decimal:
        return self.now - self.closed


def found(here: Here, name: str) -> Book:
    """The period an address names; 404 for a name that is none, or for one in other letters."""
    try:
        one = book(name, here.at)
    except (NoSuchPeriod, NoAgreement):
        raise Http404 from None
    if one.name != name:
        raise Http404
    return one


@require_GET
@page
def one(here: Here, name: str) -> HttpResponseBase:
    try:
        queries.names_at(here.at)
    except NoAgreement:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=no_agreement()))
    return shown(here, found(here, name))


def shown(here: Here, this: Book, *, problem: str = "", status: int = 200) -> HttpResponseBase:
    """The page of a period. problem: what a form was refused for, said at the form."""
    rows = _lines(this.closing) if this.closing else []
    response = listing.show(
        here,
        _kind(this, rows),
        rows,
        title=_title(this),
        template="treaty/book.html",
        crumbs=[Link("Period close", "/books/"), Link(words(this.period), "")],
        lede=_lede(this, here),
        this=this,
        stands=standing(this),
        problem=problem,
        may_close=queries.may_close(here.member, here.at),
        side=queries.side_of(here.member, here.at),
        demo_phrase=demo_phrase(here),
        marks=_marks(this.closing, here) if this.closing else [],
        changes=causes.table(here, this.closing) if this.closing else None,
        history=_history(this.closing, here) if this.closing else [],
        into=_adjustments(queries.adjustments_into(this.period), here),
        out=_adjustments(_out(this.closing), here) if this.closing else None,
    )
    response.status_code = status
    return response


def _lines(closing: Closing) -> list[Shown]:
    """Every line there was or is; changed ones first, then as they are written."""
    closed = figures(queries.closed_of(closing).lines)
    last = queries.latest(closing)
    now = {**closed, **({one.key: one.new for one in queries.restated_of(last).changes} if last else {})}
    rows = [Shown(key, closed.get(key, Decimal(0)), now[key]) for key in sorted(now)]
    return sorted(rows, key=lambda row: (bool(row.key.by), row.key))


def _title(this: Book) -> str:
    said = {
        Stands.RUNNING: "is running",
        Stands.GRACE: "is over; late data still count",
        Stands.DUE: "can be closed",
        Stands.UNSIGNED: f"waits for {formats.listing(list(this.missing))} to sign",
        Stands.CLOSED: "is closed",
        Stands.TAKEN: "is closed in other periods" if this.is_covered else "is closed in part",
    }
    return f"{words(this.period)} {said[this.stands]}"


def _lede(this: Book, here: Here) -> Piece:
    if this.stands == Stands.TAKEN:
        return _taken(this, here)
    if this.closing is None:
        until = formats.full(this.grace_ends_at, here.viewer)
        return f"What arrives until {until} counts. Then its figures are made once, and both sides sign them."
    at = formats.full(this.closing.as_of, here.viewer)
    if this.closing.closed_at is None:
        return f"Its figures are made from the data as of {at}. It is closed when a signatory of each side has signed them."
    return f"Its figures are those of {at}, signed by both sides. They never change; what was found out later stands beside them."


def _taken(this: Book, here: Here) -> Piece:
    """Which periods have its days, and what follows."""
    names = queries.names_at(here.at)
    links: list[Piece] = []
    for one in this.others:
        links += [", " if links else "", Link(words(one.days), f"/books/{names.of(one)}/")]
    rest = "" if this.is_covered else " Its other days are closed in periods of that length."
    return ("No day is closed twice, and days of it are in the figures of ", *links, ".", rest)


def _marks(closing: Closing, here: Here) -> list[tuple[Piece, str]]:
    return [(who(row.member), formats.full(row.at, here.viewer)) for row, _ in queries.marks(closing)]


def _history(closing: Closing, here: Here) -> list[tuple[str, str, str]]:
    """Restatements, the last first: (what it is called, when the data were from, its hash)."""
    rows = reversed(queries.restatements(closing))
    return [(f"Restatement {row.number}", formats.full(row.as_of, here.viewer), row.hash) for row in rows]


def _out(closing: Closing) -> Sequence[Adjustment]:
    return list(Adjustment.objects.filter(restatement__closing=closing).select_related("restatement__closing").order_by("pk"))


def _adjustments(rows: Sequence[Adjustment], here: Here) -> Table | None:
    if not rows:
        return None
    heads = [("Figure", False), ("Of", False), ("Restatement", True), ("Made good in", False), ("Amount", True)]
    columns = [Column(head, is_number=is_number) for head, is_number in heads]
    return Table(columns=columns, rows=[_adjusted(row, here) for row in rows], caption="Adjustments of pay")


def _adjusted(row: Adjustment, here: Here) -> Row:
    names, closing = queries.names_at(here.at), row.restatement.closing
    into = names.at(row.into_on, closing.days.per)
    amount = signed(row.amount, row.unit, here.viewer.manner)
    name = name_of(Key(row.measure, "", "", row.unit))
    of = Link(closing.period, f"/books/{names.of(closing)}/")
    return Row([name, of, str(row.restatement.number), Link(into, f"/books/{into}/"), amount])


def _value(row: Shown, _: Here) -> Piece:
    return value_of(row.key) or Faint("none" if row.key.by else "")


def _kind(this: Book, rows: Sequence[Shown]) -> Kind[Shown]:
    moved = any(row.change for row in rows)
    names: Mapping[str, str] = {row.key.measure: name_of(Key(row.key.measure, "", "", "")) for row in rows}
    later: tuple[Field[Shown], ...] = (
        Field(words="By later data", value=lambda row: row.now, show=_now, is_number=True, key="now"),
        Field(words="Change", value=lambda row: row.change, show=_change, is_number=True, key="change"),
    )
    return Kind(
        name=f"figures of {this.name}",
        path=f"/books/{this.name}/",
        fields=(
            Field(words="Figure", value=lambda row: row.key.measure, show=lambda row, _: name_of(row.key), key="figure"),
            Field(words="By", value=lambda row: row.key.by, show=lambda row, _: row.key.by.replace("_", " ") or Faint("all")),
            Field(
                words="Value", value=lambda row: row.key.value, show=lambda row, _: value_of(row.key) or Faint("none" if row.key.by else "")
            ),
            Field(words="At the close", value=lambda row: row.closed, show=_closed, is_number=True, key="closed"),
            Field(words="Unit", value=lambda row: row.key.unit, in_page=False),
            *(later if moved else ()),
        ),
        picks=(Pick(key="of", words="Figure", narrow=_of, options=lambda _: list(names.items()), every="Every figure"),),
        empty=Empty(title="Nothing was counted in this period", words="No deal was opened, won or lost, and no lead moved."),
    )


def _of(rows: Sequence[Shown], measure: str) -> list[Shown]:
    return [row for row in rows if row.key.measure == measure]


def _closed(row: Shown, here: Here) -> Piece:
    return figure(row.closed, row.key.unit, here.viewer.manner)


def _now(row: Shown, here: Here) -> Piece:
    return figure(row.now, row.key.unit, here.viewer.manner) if row.change else Faint("the same")


def _change(row: Shown, here: Here) -> Piece:
    return signed(row.change, row.key.unit, here.viewer.manner) if row.change else ""
