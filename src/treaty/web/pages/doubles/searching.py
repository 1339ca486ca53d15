"""Looking for doubles among all people, and from which probability on pairs are merged without being asked."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from treaty.jobs import doubles as jobs
from treaty.team.models import Role
from treaty.truth.actions import alone
from treaty.truth.actions import searching as actions
from treaty.truth.models import Search
from treaty.truth.proven import STEPS, SURE, Proof, proofs
from treaty.web import formats
from treaty.web.here import Here, extra, page
from treaty.web.pages.doubles.lists import PATH
from treaty.web.pages.imports.workers import has_worker
from treaty.web.pieces import Column, Faint, Link, Piece, Progress, Row, Standing, Table
from treaty.web.replies import REFUSED, carried_out, go
from treaty.web.rights import is_steward, only

HERE = f"{PATH}search/"


@require_GET
@page
def searching(here: Here) -> HttpResponseBase:
    """Every member sees what was searched and what may be merged unasked; RevOps begins and decides."""
    run, in_force = Search.objects.order_by("-number").first(), alone.in_force()
    told = proofs(alone.answers())
    is_running = run is not None and run.ended_at is None
    context = {
        "title": "Look for doubles",
        "lede": "Everybody is compared by name, address, telephone, company, title and country. What looks like one is proposed.",
        "crumbs": [Link("Leads", "/leads/"), Link("Who may be one person", PATH), Link("Look for doubles", "")],
        "last": _last(here, run) if run and not is_running else "",
        "problem": run.problem if run else "",
        "progress": progress_of(here, run) if run and is_running else None,
        "no_worker": is_running and not has_worker(here),
        "is_installed": jobs.is_installed(),
        "may": is_steward(here.member),
        "table": _steps(here, told, in_force),
        "in_force": in_force,
        "says": _standing(in_force),
        "offered": [(str(proof.probability), f"{proof.probability:.1%}") for proof in told if proof.is_proven and not _is(proof, in_force)],
    }
    return render(here.request, "treaty/doubles_search.html", extra(here, **context))


def _last(here: Here, run: Search) -> Piece:
    by = f"asked for by {run.by}" if run.by else "by night"
    when = formats.short(run.ended_at or run.asked_at, here.viewer, here.at)
    people, found, fresh = (formats.number(n, here.viewer.manner) for n in (run.people, run.found, run.proposed))
    merged = f", {formats.number(run.merged, here.viewer.manner)} merged unasked" if run.merged else ""
    said = f"The last search, {by}, ended {when}: {people} people, {found} pairs that look like one, "
    return (said, Link(f"{fresh} of them new", PATH), f"{merged}.")


def progress_of(here: Here, run: Search) -> Progress:
    is_over = run.ended_at is not None
    return Progress(
        words="Everybody is compared" if is_over else "Comparing everybody",
        href=f"{HERE}progress/",
        done=run.read,
        total=run.total,
        result=Link("See who may be one person", PATH) if is_over else None,
    )


@require_GET
@page
def progress(here: Here) -> HttpResponseBase:
    """For a part of the page that asks every second; without a script, the page itself is asked again."""
    run = Search.objects.order_by("-number").first()
    if run is None or not here.request.headers.get("HX-Request"):
        return go(here, HERE)
    return render(here.request, "treaty/parts/progress.html", extra(here, progress=progress_of(here, run)))


@require_POST
@page
@only(Role.REVOPS)
def begin(here: Here) -> HttpResponse:
    """A second press finds the search begun."""
    actions.ask(by=here.member, at=here.at)
    return go(here, HERE)


@require_POST
@page
@only(Role.REVOPS)
def set_alone(here: Here) -> HttpResponse:
    """From which probability on pairs are merged unasked; an empty one is never."""
    said = here.request.POST.get("probability", "")

    def do() -> str:
        wanted = next((step for step in STEPS if str(step) == said), None)
        if said and wanted is None:
            raise LookupError(f"{said!r} is none of the thresholds on this page")
        alone.set_from(wanted, by=here.member, at=here.at)
        return f"Pairs at least {wanted:.1%} likely are merged unasked from the next search on." if wanted else "No pair is merged unasked."

    return carried_out(here, do, f"{HERE}#alone", refused=(*REFUSED, alone.NotProven))


def _is(proof: Proof, in_force: Proof | None) -> bool:
    return in_force is not None and in_force.probability == proof.probability


def _standing(in_force: Proof | None) -> Piece:
    if in_force is None:
        return "No pair is merged unasked: every one is answered by RevOps."
    said = f"Pairs at least {in_force.probability:.1%} likely are merged unasked"
    if in_force.is_proven:
        return f"{said}. Whoever was made one so can be parted like anybody else, which counts as a wrong answer."
    return f"{said}, but that is not proven any more, so it rests until {formats.count(in_force.missing, 'more right answer')} are given."


def _steps(here: Here, told: Sequence[Proof], in_force: Proof | None) -> Table:
    rows = []
    for proof in told:
        answered = proof.right + proof.wrong
        least: Piece = formats.percent(proof.lower, 1, here.viewer.manner) if answered else Faint("nothing answered")
        state: Piece = Standing("kept", "proven") if proof.is_proven else f"{formats.count(proof.missing, 'right answer')} in a row missing"
        on: Piece = Standing("running", "in force") if _is(proof, in_force) else ""
        right, wrong = (formats.number(n, here.viewer.manner) for n in (proof.right, proof.wrong))
        rows.append(Row((f"{proof.probability:.1%}", right, wrong, least, state, on)))
    columns = [Column("At least so likely"), Column("One person", is_number=True), Column("Two people", is_number=True)]
    columns += [Column("Right at least", is_number=True), Column(f"To be sure of {SURE:.0%}"), Column("In use")]
    return Table(columns=columns, rows=rows, caption="How pairs of each probability were answered")
