"""Taking an import back: what would become of what it wrote, why, and how far it is."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from treaty.connectors import undoing
from treaty.connectors.models import Import, Undoing
from treaty.connectors.undone_words import in_order, words_of
from treaty.jobs import imports as jobs
from treaty.jobs.models import Job
from treaty.truth import queries
from treaty.truth.models import Opportunity, Person
from treaty.web import formats
from treaty.web.context import who
from treaty.web.here import Here, extra, page
from treaty.web.pages.imports.workers import has_worker
from treaty.web.pieces import Column, Faint, Link, Piece, Progress, Row, Table
from treaty.web.replies import go, sentence, warn
from treaty.web.rights import BRING_DATA, is_steward, only

AT_ONCE = 25
"""Parts of up to 200 rows that are looked through while somebody waits; of more the worker works it out."""


@require_http_methods(["GET", "POST"])
@page
@only(*BRING_DATA)
def undo(here: Here, key: str) -> HttpResponseBase:
    run = Import.objects.filter(key=key).select_related("source", "by").first()
    if run is None:
        raise Http404
    if here.request.method == "POST":
        return _begin(here, run)
    try:
        undoing.check_may_undo(run)
    except undoing.CannotUndo as told:
        warn(here, sentence(told))
        return go(here, f"/imports/{key}/")
    if run.foreseen is None and undoing.effort(run) > AT_ONCE:
        return _wait_page(here, run)
    return _page(here, run)


def _begin(here: Here, run: Import) -> HttpResponse:
    """Begin, or go on where it was interrupted."""
    if not may_undo(here, run):
        warn(here, "Only who imported this, or RevOps, takes it back.")
        return go(here, f"/imports/{run.key}/")
    try:
        undoing.begin(run, why=here.request.POST.get("why", ""), by=here.member, at=here.at)
    except undoing.CannotUndo as told:
        warn(here, sentence(told))
        return go(here, f"/imports/{run.key}/undo/")
    jobs.ask(run.key, jobs.UNDO, at=here.at)
    return go(here, f"/imports/{run.key}/")


def may_undo(here: Here, run: Import) -> bool:
    return is_steward(here.member) or run.by_id == here.member.pk


@require_POST
@page
@only(*BRING_DATA)
def foresee(here: Here, key: str) -> HttpResponseBase:
    """Work out anew what would become of it, beside the worker."""
    if not Import.objects.filter(key=key).update(foreseen=None):
        raise Http404
    jobs.ask(key, jobs.FORESEE, at=here.at)
    return go(here, f"/imports/{key}/undo/")


def _wait_page(here: Here, run: Import) -> HttpResponse:
    asked = jobs.asked(run.key, jobs.FORESEE)
    if asked is None or asked.state == Job.State.DONE:
        jobs.ask(run.key, jobs.FORESEE, at=here.at)
    context = extra(here, title="Take this import back?", crumbs=crumbs(run), progress=foreseeing(run), no_worker=not has_worker(here))
    return render(here.request, "treaty/import_working.html", context)


def foreseeing(run: Import) -> Progress | None:
    """How far the worker is with working out what would become of it; None where nobody asked."""
    asked = jobs.asked(run.key, jobs.FORESEE)
    if asked is None:
        return None
    is_stuck = run.foreseen is None and asked.state == Job.State.PARKED
    words = "This could not be worked out: see the log of the worker" if is_stuck else "Working out what it wrote and who relies on it"
    back = Link("Back to the import", f"/imports/{run.key}/") if is_stuck else None
    seen = Link("See what would become of it", f"/imports/{run.key}/undo/") if run.foreseen is not None else None
    return Progress(words="It is worked out" if seen else words, href=f"/imports/{run.key}/progress/", result=seen or back)


def _page(here: Here, run: Import) -> HttpResponse:
    found = run.foreseen if run.foreseen is not None else undoing.as_json(undoing.foresee(run))
    if problem := found.get("problem"):
        warn(here, sentence(undoing.CannotUndo(problem)))
        return go(here, f"/imports/{run.key}/")
    context = extra(
        here,
        title="Take this import back?",
        lede="What it wrote goes, or is again as it was before; what somebody else relies on stays. Decisions that were made stand.",
        crumbs=crumbs(run),
        run=run,
        table=table_of(here, found, is_done=False),
        named=named(here, found),
        closed=undoing.closed_since(run),
        may_undo=may_undo(here, run),
        is_kept=run.foreseen is not None,
        no_worker=not has_worker(here),
    )
    return render(here.request, "treaty/import_undo.html", context)


def crumbs(run: Import) -> list[Link]:
    return [
        Link("Sources", "/sources/"),
        Link("Imports", "/imports/"),
        Link(run.source.name, f"/imports/{run.key}/"),
        Link("Take back", ""),
    ]


def table_of(here: Here, found: Mapping[str, Any], *, is_done: bool) -> Table:
    """What goes, what falls back and what stays, with the reason. found: as `undoing.as_json`"""
    goes, falls, stays = ("Went", "Is as before", "Stayed") if is_done else ("Goes", "Is as before", "Stays")
    counted = [(label, n, becomes, "") for becomes, of in ((goes, "goes"), (falls, "falls")) for label, n in in_order(found[of])]
    every = [*counted, *((model, n, stays, why) for model, why, n in found["stays"])]
    rows = [
        Row([_capital(words_of(label, n)), formats.number(n, here.viewer.manner), becomes, _capital(why)])
        for label, n, becomes, why in every
    ]
    heads = [Column("What it wrote"), Column("How many", is_number=True), Column("What becomes of it"), Column("Why")]
    return Table(columns=heads, rows=rows, caption="What becomes of what it wrote")


def named(here: Here, found: Mapping[str, Any]) -> Table:
    """The first people and deals that stay, by name, as far as the member may see them."""
    of = {model: [number for label, number, _ in found["first"] if label == model] for model in undoing.NAMED}
    people = queries.people(here.member).in_bulk(of["truth.person"])
    deals = queries.opportunities(here.member).in_bulk(of["truth.opportunity"])
    places: dict[str, tuple[Mapping[int, Person | Opportunity], str]] = {
        "truth.person": (people, "/people/"), "truth.opportunity": (deals, "/opportunities/"),
    }  # fmt: skip
    rows = []
    for label, number, why in found["first"]:
        known, place = places[label]
        if one := known.get(number):
            rows.append(Row([Link(str(one), f"{place}{one.key}/"), _capital(words_of(label, 1)), _capital(why)]))
    caption = "Who and what stays" if len(rows) < undoing.MOST_NAMED else f"Who and what stays, the first {undoing.MOST_NAMED}"
    return Table(columns=[Column("Name"), Column(""), Column("Why")], rows=rows, caption=caption)


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def undoing_of(run: Import) -> Undoing | None:
    return Undoing.objects.filter(run=run).select_related("by").first()


def said(here: Here, row: Undoing) -> Piece:
    """Who took it back, when and why."""
    by: Piece = who(row.by) if row.by else Faint("the command line")
    if row.finished_at is None:
        return ("It is being taken back by ", by, f": {row.why}")
    return ("Taken back by ", by, f", {formats.short(row.finished_at, here.viewer, here.at)}: {row.why}")


def progress_of(run: Import, row: Undoing) -> Progress:
    """Parts taken back of parts there are. When it is done, the way to the result."""
    total = run.parts.count()
    return Progress(
        words="The import is taken back" if row.finished_at else "Taking the import back",
        href=f"/imports/{run.key}/progress/",
        done=total - undoing.standing(run).count(),
        total=total,
        result=Link("See what became of it", f"/imports/{run.key}/") if row.finished_at else None,
    )
