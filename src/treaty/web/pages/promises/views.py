"""Both vows on one page, the first contacts one by one, and the way to them."""

from collections.abc import Iterator

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.agreement.words import contract
from treaty.funnel.frame import Frame
from treaty.plan.answers import prompt
from treaty.plan.promises import PromiseNow
from treaty.plan.promises import promises as both_sides
from treaty.web import downloads, formats
from treaty.web.downloads import Value
from treaty.web.figures import here_frame, nothing_yet
from treaty.web.here import Here, extra, page
from treaty.web.pages.promises import way
from treaty.web.pages.promises.vows import title, vows
from treaty.web.pieces import Link, Listing, Piece

HEADS = (
    "side",
    "promise",
    "words",
    "period from",
    "period to",
    "reached",
    "cases",
    "kept",
    "running",
    "ran out",
    "promised",
    "due by now",
    "unit",
    "standing",
)


@require_GET
@page
def promises(here: Here) -> HttpResponseBase:
    """Both teams look at the same page."""
    frame = here_frame(here)
    if frame is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)))
    found = both_sides(frame)
    if here.request.GET.get("format") == "csv":
        return downloads.csv_file("promises", HEADS, _lines(frame, found))
    asked = prompt(frame, found)
    late = way.later(here, asked)
    month = frame.period("month")
    stretches = way.stretches(frame, month)
    context = extra(
        here,
        title=title(frame, found),
        lede=_lede(frame),
        listing=Listing(path="/promises/", downloads=("csv",)),
        vows=vows(frame, found, here.viewer),
        dots=way.dots(frame, asked),
        later=late,
        later_title=f"{formats.capital(formats.spell(len(late.rows)))} came later" if late else "",
        way=way.drawing(frame, month, stretches) if stretches else None,
        steps_table=way.table(month, stretches) if stretches else None,
        way_note="Means add up; medians do not. The promised clock starts when the owner is told.",
    )
    return render(here.request, "treaty/promises.html", context)


def _lede(frame: Frame) -> Piece:
    version = frame.held[-1].version
    articles = contract(frame.terms).articles
    number = next((article.number for article in articles if article.path == ("promises",)), None)
    where = f"article {number} of {version}" if number else str(version)
    href = f"/agreement/versions/{version.number}/#article-promises" if number else "/agreement/"
    return ("What each team promised the other in ", Link(where, href), ", and what happened. Every figure opens its cases.")


def _lines(frame: Frame, found: list[PromiseNow]) -> Iterator[list[Value]]:
    """One line per promise and period; a promise that is not carried out yet has one line that says so."""
    for one in found:
        if not one.periods:
            yield [one.side, one.promise.id, one.says, *[None] * 10, one.standing.value]
        for kept in one.periods:
            expired = kept.value.parts.get("expired")
            cases = (kept.value.figure, kept.value.n, kept.value.k if kept.unit == "share" else None, kept.running, expired)
            unit = frame.terms.currency if kept.unit == "money" else kept.unit
            days = (kept.period.first_on, kept.period.last_on)
            yield [one.side, one.promise.id, one.says, *days, *cases, kept.bound, kept.due, unit, kept.standing.value]
