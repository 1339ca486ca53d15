"""All periods since the first agreement, and where each stands."""

from typing import Any, Literal

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.books.calendar import Stands
from treaty.books.queries import Book, NoAgreement, books
from treaty.engine.periods import Period
from treaty.web import formats, listing
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind, Pick
from treaty.web.pieces import Empty, Faint, Link, Piece, Standing

SHOWN: dict[Stands, Standing] = {
    Stands.RUNNING: Standing("running", "running"),
    Stands.GRACE: Standing("running", "in grace"),
    Stands.DUE: Standing("soon", "to be closed", now=True),
    Stands.UNSIGNED: Standing("soon", "to be signed", now=True),
    Stands.CLOSED: Standing("kept", "closed"),
    Stands.TAKEN: Standing("kept", "closed in other periods"),
}
IN_PART = Standing("soon", "closed in part")


def shown(one: Book) -> Standing:
    """How a period stands; one that other periods have some days of can only be closed in the length of those."""
    return IN_PART if one.stands == Stands.TAKEN and not one.is_covered else SHOWN[one.stands]


@require_GET
@page
def periods(here: Here) -> HttpResponseBase:
    """`?per=month`; the same for both teams."""
    per: Literal["quarter", "month"] = "month" if here.request.GET.get("per") == "month" else "quarter"
    try:
        found = books(here.at, per)
    except NoAgreement:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=no_agreement()))
    return listing.show(
        here,
        KIND,
        found,
        title=_title(found),
        lede="Once a period is closed its figures never change. What is found out later stands beside them, with its cause.",
    )


def no_agreement() -> Empty:
    return Empty(
        title="No agreement is in force yet",
        words="Periods are those of its fiscal year, and its signatories close them.",
        steps=[Link("Open the agreement", "/agreement/", is_go=True)],
    )


def words(period: Period) -> str:
    """`January to March 2026`, `March 2026`."""
    first, last = formats.month(period.first_on), formats.month(period.last_on)
    starts_whole = period.first_on.day == 1
    if not starts_whole:
        return formats.span_of_days(period.first_on, period.last_on)
    if first == last:
        return f"{first} {period.first_on.year}"
    year = "" if period.first_on.year == period.last_on.year else f" {period.first_on.year}"
    return f"{first}{year} to {last} {period.last_on.year}"


def _title(found: list[Book]) -> str:
    waiting = [one for one in found if one.stands in (Stands.DUE, Stands.UNSIGNED)]
    if waiting:
        oldest = waiting[-1]
        said = "is to be closed" if oldest.stands == Stands.DUE else f"waits for {formats.listing(list(oldest.missing))} to sign"
        return f"{words(oldest.period)} {said}"
    over = [one for one in found if one.stands in (Stands.CLOSED, Stands.TAKEN)]
    parts = [one for one in over if shown(one) == IN_PART]
    if parts:
        return f"{words(parts[0].period)} is closed in part"
    return f"{words(over[0].period)} is closed; nothing waits" if over else "Nothing is to be closed yet"


def _as_it_is(rows: Any, value: str) -> Any:
    return rows


def _until(one: Book, here: Here) -> Piece:
    return Faint(formats.short(one.grace_ends_at, here.viewer, here.at))


def _after(one: Book, _: Here) -> Piece:
    return formats.spell(one.restatements, "restatement") if one.restatements else Faint("none")


KIND: Kind[Book] = Kind(
    name="periods",
    path="/books/",
    href=lambda one: f"/books/{one.name}/",
    fields=(
        Field(words="Period", value=lambda one: one.name, show=lambda one, _: words(one.period)),
        Field(words="Stands", value=lambda one: str(one.stands), show=lambda one, _: shown(one)),
        Field(words="Late data count until", value=lambda one: one.grace_ends_at, show=_until, is_short=True),
        Field(words="Still to sign", value=lambda one: formats.listing(list(one.missing))),
        Field(words="Found out later", value=lambda one: one.restatements, show=_after),
    ),
    picks=(Pick(key="per", words="By", narrow=_as_it_is, options=lambda _: [("month", "Month")], every="Quarter"),),
    empty=Empty(title="No period has begun yet", words="The first one begins with the agreement."),
)
