"""Remarks on clauses and open questions: read, said, answered, settled, taken back. What stands in the version is not touched."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from treaty.agreement import remarks
from treaty.agreement.models import Draft, Remark, Version
from treaty.agreement.named import examine_here
from treaty.agreement.places import WHOLE, Place, places
from treaty.agreement.queries import signed_of
from treaty.agreement.remarks import NotRemarked
from treaty.agreement.terms import Terms
from treaty.agreement.words import contract
from treaty.team.queries import may_change_agreement
from treaty.web.formats import capital
from treaty.web.here import Here, extra, page
from treaty.web.pages.agreement.drafting import draft_of
from treaty.web.pages.agreement.proposing import as_signed
from treaty.web.pages.agreement.reading import found
from treaty.web.pages.agreement.threads import Threads, address, at_clause, name_of, threads_on
from treaty.web.pieces import Link
from treaty.web.pieces.agreement import Thread
from treaty.web.replies import carried_out, go, sentence, tell


@require_http_methods(["GET", "POST"])
@page
def on_version(here: Here, number: int) -> HttpResponse:
    """`?clause=…`: one clause, without it all that is said. A form says more."""
    version = found(number)
    return _said_or_shown(here, version, signed_of(version).terms)


@require_http_methods(["GET", "POST"])
@page
def on_draft(here: Here, key: str) -> HttpResponse:
    """As of a version; a draft with faults has no clauses yet, its faults are shown instead."""
    draft = draft_of(here, key)
    loaded = examine_here(draft.text)
    if loaded.terms is None or loaded.errors:
        return go(here, f"/agreement/draft/{key}/#problems")
    return _said_or_shown(here, draft, as_signed(loaded.terms))


def _said_or_shown(here: Here, on: Draft | Version, terms: Terms) -> HttpResponse:
    if here.request.method != "POST":
        return _page(here, on, terms, here.request.GET.get("clause"))
    form = here.request.POST
    clause, is_question = form.get("clause", ""), form.get("kind") == "question"
    try:
        remarks.remark(on, clause, form.get("words", ""), by=here.member, at=here.at, is_question=is_question)
    except NotRemarked as problem:
        return _page(here, on, terms, clause, problem=sentence(problem), typed=form.get("words", ""), is_question=is_question)
    tell(here, "Asked: nobody signs before it is settled." if is_question else "Said.")
    return go(here, at_clause(address(on), clause))


def _page(
    here: Here, on: Draft | Version, terms: Terms, clause: str | None, *, problem: str = "", typed: str = "", is_question: bool = True
) -> HttpResponse:
    known, threads = {WHOLE.name: WHOLE, **places(contract(terms))}, threads_on(on, terms, here)
    place = known.get(clause, Place(clause, "a clause that is gone")) if clause is not None else None
    shown = [place.name] if place else [name for name in (*known, *threads.by_clause) if threads.by_clause.get(name)]
    context = {
        "title": f"What is said about {place.label if place else name_of(on)}",
        "crumbs": _crumbs(on, threads, is_all=place is None),
        "place": place,
        "groups": [_group(known, name, threads) for name in dict.fromkeys(shown)],
        "may": threads.may and (place is None or place.name in known),
        "open_questions": threads.open_questions,
        "problem": problem, "typed": typed, "is_question": is_question, "most": remarks.MOST,
    }  # fmt: skip
    return render(here.request, "treaty/agreement/remarks.html", extra(here, **context), status=400 if problem else 200)


def _group(known: dict[str, Place], name: str, threads: Threads) -> tuple[Place, Thread]:
    """Where it is, and what is said there; of a clause that is gone what stood there when it was said."""
    thread = threads.of(name) or Thread(href=at_clause(threads.at, name))
    return known.get(name, Place(name, "a clause that is gone")), thread


def _crumbs(on: Draft | Version, threads: Threads, *, is_all: bool) -> list[Link]:
    own = f"/agreement/draft/{on.key}/proposal/" if isinstance(on, Draft) else f"/agreement/versions/{on.number}/"
    links = [Link("Agreement", "/agreement/"), Link("Draft" if isinstance(on, Draft) else capital(str(on)), own)]
    return [*links, Link("Remarks", "")] if is_all else [*links, Link("Remarks", threads.at), Link("Clause", "")]


# Answers, and what becomes of a question


@require_POST
@page
def answer(here: Here, key: str) -> HttpResponse:
    said = _found(here, key)
    return _done(here, said, lambda words: _answered(here, said, words))


def _answered(here: Here, said: Remark, words: str) -> str:
    remarks.answer(said, words, by=here.member, at=here.at)
    return "Answered."


@require_POST
@page
def settle(here: Here, key: str) -> HttpResponse:
    said = _found(here, key)
    return _done(here, said, lambda words: _settled(here, said, words))


def _settled(here: Here, said: Remark, words: str) -> str:
    remarks.settle(said, words, by=here.member, at=here.at)
    return "Settled. How it was settled stays with the version."


@require_POST
@page
def withdraw(here: Here, key: str) -> HttpResponse:
    said = _found(here, key)
    return _done(here, said, lambda _: _taken_back(here, said))


def _taken_back(here: Here, said: Remark) -> str:
    remarks.take_back(said, by=here.member, at=here.at)
    return "Taken back: its words are erased."


def _found(here: Here, key: str) -> Remark:
    """Raises Http404, also for one on a draft that this member does not see."""
    said = Remark.objects.filter(key=key).select_related("draft", "version", "by", "of").first()
    if said is None or (said.draft is not None and not may_change_agreement(here.member)):
        raise Http404
    return said


def _done(here: Here, said: Remark, do: Callable[[str], str]) -> HttpResponse:
    back = at_clause(address(said.on), said.clause)
    return carried_out(here, lambda: do(here.request.POST.get("words", "")), back, refused=(NotRemarked,))
