"""Reading a version: as paper with its history, as words, as the document, as a bundle and a receipt to keep."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.agreement import queries
from treaty.agreement.bundle import NotBundled
from treaty.agreement.later import not_yet_executed
from treaty.agreement.models import Version
from treaty.agreement.queries import Damaged, Life, State, signed_of
from treaty.agreement.soundness import faults
from treaty.agreement.words import as_text
from treaty.journal.chain import BrokenChain
from treaty.journal.models import Entry
from treaty.team.queries import may_change_agreement
from treaty.web.context import who
from treaty.web.formats import short
from treaty.web.here import Here, extra, page
from treaty.web.pages.agreement import standing
from treaty.web.pages.agreement.lines import lines
from treaty.web.pages.agreement.reviewing import review_of
from treaty.web.pages.agreement.sheet import changed_articles, sheet_of
from treaty.web.pages.agreement.threads import open_list, threaded, threads_on
from treaty.web.pieces import Empty, Link, Piece
from treaty.web.replies import go, sentence, warn

SHOWN_FIRST = (State.IN_FORCE, State.UPCOMING, State.PROPOSED)
"""What the address without a number shows."""


@require_GET
@page
def current(here: Here) -> HttpResponse:
    """The version in force; before there is one, what is to come or to be signed."""
    lives = queries.lives(at=here.at)
    shown = next((life for wanted in SHOWN_FIRST for life in lives if life.state is wanted), None)
    return _shown(here, shown, lives) if shown else _nothing(here)


@require_GET
@page
def version(here: Here, number: int) -> HttpResponse:
    lives = queries.lives(at=here.at)
    shown = next((life for life in lives if life.version.number == number), None)
    if shown is None:
        raise Http404
    return _shown(here, shown, lives)


def _shown(here: Here, life: Life, lives: list[Life]) -> HttpResponse:
    one = life.version
    context = {
        "versions": standing.tabs(lives, life, here),
        "all_versions": [_row(other, here) for other in reversed(lives)] if len(lives) > 1 else [],
        "version": one,
        "history": [_told(entry, here) for entry in queries.story(one)],
        "alert": standing.alert([*faults(one), *_others_damaged(lives, life)]),
        "asked": open_list(here),
    }
    try:
        context |= _paper(here, life)
    except Damaged:
        context["title"] = f"Version {one.number} is not what was proposed"
    return render(here.request, "treaty/agreement/version.html", extra(here, **context))


def _others_damaged(lives: list[Life], life: Life) -> Iterator[str]:
    """Bytes that do not fit are said on every version's page."""
    for other in lives:
        try:
            signed_of(other.version)
        except Damaged as damage:
            if other != life:
                yield str(damage)


def _paper(here: Here, life: Life) -> dict[str, Any]:
    """What is shown of a version whose bytes are those of its hash."""
    one, terms = life.version, signed_of(life.version).terms
    is_marked = one.amends is not None and (here.request.GET.get("marks", "on" if life.state is State.PROPOSED else "off") == "on")
    changes = changed_articles(terms, signed_of(one.amends).terms) if one.amends else []
    sheet, threads = (
        sheet_of(one, lines(life, here.member), standing.note(life, changes, here), marked=is_marked),
        threads_on(one, terms, here),
    )
    return {
        "title": f"Version {one.number}",
        "sheet": threaded(sheet, threads),
        "remarks": threads.at if threads.may or threads.by_clause else "",
        "standing": standing.standing(life, here),
        "review": review_of(life, here),
        "later": [said.partition(": ")[::2] for said in not_yet_executed(terms)],
        "links": _links(one, is_marked),
        "papers": _papers(one, here),
    }


def _links(one: Version, is_marked: bool) -> list[Link]:
    at = f"/agreement/versions/{one.number}/"
    links = [Link("As PDF", f"{at}contract.pdf"), Link("As text", f"{at}text/"), Link("As YAML", f"{at}yaml/")]
    links.append(Link("Back-test", f"{at}backtest/"))
    if one.amends:
        marks = Link("Without the marks", f"{at}?marks=off") if is_marked else Link("With what changed", f"{at}?marks=on")
        links += [marks, Link("Difference in words", f"{at}difference/?in=words"), Link("Difference in YAML", f"{at}difference/")]
    links.append(Link("Compare two versions", "/agreement/compare/"))
    return links


def _papers(one: Version, here: Here) -> list[Link]:
    at = f"/agreement/versions/{one.number}/"
    papers = [] if queries.missing(one) or one.withdrawn_at else [Link(f"The bundle, treaty-agreement-{one.number}.zip", f"{at}export/")]
    if here.member.email in queries.signed_by(one):
        papers.append(Link(f"Your receipt, receipt-{one.number}.json", f"{at}receipt/"))
    return papers


def _row(life: Life, here: Here) -> tuple[Link, str]:
    number = life.version.number
    return Link(f"Version {number}", f"/agreement/versions/{number}/"), standing.state_words(life, here)


def _told(entry: Entry, here: Here) -> tuple[str, Piece, str]:
    """When, what happened, and in which words."""
    name: Piece = who(entry.actor) if entry.actor else "Treaty"
    begins = entry.codes.get("starts_at", "")
    says = {
        "agreement.proposed": (name, " proposed it"),
        "agreement.signed": (name, f" signed for {entry.codes.get('side')}"),
        "agreement.withdrawn": (name, " took it back"),
        "agreement.in_force": f"In force from {standing.day_of(datetime.fromisoformat(begins), here)}" if begins else "In force",
    }.get(entry.verb, entry.verb)
    words = getattr(entry, "words", None)
    return short(entry.at, here.viewer, here.at), says, words.text.get("reason", "") if words else ""


def _nothing(here: Here) -> HttpResponse:
    """No agreement yet: why it matters, and the ways to begin for those who may."""
    waiting = Link("Drafts", "/agreement/draft/")
    may = may_change_agreement(here.member)
    words = "Until both sides have signed one, leads are kept but nobody is judged, routed or reminded."
    context = {
        "empty": Empty(title="No agreement yet", words=words, steps=[waiting] if may and queries.drafts() else ()),
        "ways": BEGINNINGS if may else [],
        "may_draft": may,
    }
    return render(here.request, "treaty/agreement/nothing.html", extra(here, **context))


BEGINNINGS = (
    {
        "title": "Answer about ten questions",
        "words": "Choose the business most like yours, say who signs and who takes leads: a whole first draft comes of it.",
        "steps": [Link("Begin", "/agreement/begin/", is_go=True)],
    },
    {
        "title": "Upload a document",
        "words": "A YAML file you have written or exported. What does not fit is named by line, with the way out.",
        "steps": [Link("Upload", "/agreement/draft/new/?from=file")],
    },
    {
        "title": "On the command line",
        "words": "treaty agreement check FILE, then treaty agreement propose FILE.",
        "steps": [],
    },
)


# Other forms of the same words


@require_GET
@page
def as_words(here: Here, number: int) -> HttpResponse:
    one = found(number)
    return _text(f"{as_text(signed_of(one).terms)}\nVersion {one.number}, hash {one.hash}\n")


@require_GET
@page
def as_yaml(here: Here, number: int) -> HttpResponse:
    """The document with its comments; refused if it says something else than what was signed."""
    one = found(number)
    if unfit := [fault for fault in faults(one) if "document kept beside" in fault]:
        raise Damaged(unfit[0])
    return _text(one.text)


@require_GET
@page
def export(here: Here, number: int) -> HttpResponse:
    """The bundle `verify.py` reads."""
    one = found(number)
    try:
        raw = queries.bundle_of(one)
    except (NotBundled, BrokenChain) as problem:
        warn(here, sentence(problem))
        return go(here, f"/agreement/versions/{number}/")
    return _file(raw, "application/zip", f"treaty-agreement-{number}.zip")


@require_GET
@page
def receipt(here: Here, number: int) -> HttpResponse:
    """For whoever signed: to be kept away from the machine."""
    one = found(number)
    if here.member.email not in queries.signed_by(one):
        raise Http404
    raw = json.dumps(queries.receipt_of(one), ensure_ascii=False, indent=1).encode()
    return _file(raw, "application/json", f"receipt-{number}.json")


def found(number: int) -> Version:
    """Raises Http404."""
    one = Version.objects.filter(number=number).select_related("amends", "proposed_by").first()
    if one is None:
        raise Http404
    return one


def _text(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _file(raw: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(raw, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
