"""A draft as forms, part by part: what is pressed changes the form, what is saved changes the document."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treaty.agreement.actions import Overtaken, save_draft, save_part
from treaty.agreement.document import Loaded
from treaty.agreement.forms import parts
from treaty.agreement.forms.parts import PIECES, Piece
from treaty.agreement.forms.state import Twice
from treaty.agreement.forms.written import Unfit
from treaty.agreement.models import Draft
from treaty.agreement.named import examine_here
from treaty.agreement.rewriting import put
from treaty.agreement.words import contract
from treaty.agreement.yamltext import Unreadable
from treaty.agreement.yamltree import parse
from treaty.moments import from_us, to_us
from treaty.team.models import Member
from treaty.web.formats import full
from treaty.web.here import Here, extra, page
from treaty.web.pages.agreement.beside import stages_map, to_imagine
from treaty.web.pages.agreement.drafting import checked, crumbs, draft_of, views
from treaty.web.pages.agreement.sheet import draft_sheet
from treaty.web.pieces import Link
from treaty.web.replies import go, sentence, tell

PROBLEMS_OF_A_PART = 20
REPLAYED = ("stages", "profile", "handoff")
"""Parts beside which it is said what the draft would have found lately."""


@dataclass(frozen=True, slots=True)
class Written:
    """A part as it is being written. text: the whole document with it; where it cannot be written yet, as it was."""

    state: parts.State
    text: str
    loaded: Loaded
    data: Mapping[str, Any]
    problem: str = ""


@require_GET
@page
def overview(here: Here, key: str) -> HttpResponse:
    """The draft as paper, each article with the way to change it."""
    draft = draft_of(here, key)
    loaded = examine_here(draft.text)
    base = draft.amends
    sheet = draft_sheet(loaded.terms, None, "", f"A draft, as {draft.by.name} saved it. It binds nobody.") if loaded.terms else None
    context = {
        "title": "The draft, part by part", "crumbs": _crumbs(draft, "Forms"), "draft": draft, "sheet": sheet, "found": checked(draft.text),
        "rows": _rows(draft, loaded), "base": base, "saved": _saved(draft, here), "views": views(draft, "forms"),
    }  # fmt: skip
    return render(here.request, "treaty/agreement/forms/overview.html", extra(here, **context))


@require_http_methods(["GET", "POST"])
@page
def part(here: Here, key: str, name: str) -> HttpResponse:
    """One part as a form. Everything but saving leaves what was typed on the page, unsaved."""
    draft, piece = draft_of(here, key), piece_named(name)
    if here.request.method == "GET":
        return _opened(here, draft, piece)
    do = here.request.POST.get("do", "save")
    try:
        now = as_sent(here, draft, piece, "" if do == "save" else do)
    except Unreadable:
        return go(here, f"/agreement/draft/{key}/#problems")
    if do != "save":
        return _page(here, draft, piece, now, is_changed=True)
    return _kept(here, draft, piece, now)


@require_POST
@page
def look(here: Here, key: str, name: str) -> HttpResponse:
    """How the part reads and what is wrong with it, while somebody fills it in."""
    draft, piece = draft_of(here, key), piece_named(name)
    try:
        now = as_sent(here, draft, piece, "")
    except Unreadable:
        return HttpResponse(status=204)
    return render(here.request, "treaty/agreement/forms/beside.html", extra(here, **_beside(draft, piece, now)))


@require_GET
@page
def news(here: Here, key: str) -> HttpResponse:
    """Whether somebody else has saved the draft since this page was opened; nothing to say is an empty answer."""
    draft, seen = draft_of(here, key), here.request.GET.get("seen", "")
    is_newer = seen.isdecimal() and len(seen) < 18 and from_us(int(seen)) < draft.at and draft.by_id != here.member.pk
    last = draft.saves.last() if is_newer else None
    context = {"who": draft.by, "when": full(draft.at, here.viewer), "what": last.says if last else "it"} if is_newer else {}
    return render(here.request, "treaty/agreement/forms/news.html", extra(here, **context))


@require_http_methods(["GET", "POST"])
@page
def saves(here: Here, key: str) -> HttpResponse:
    """Every saving of a draft, the last first; going back to one is a saving too, so it can be undone."""
    draft = draft_of(here, key)
    if here.request.method == "POST":
        wanted = here.request.POST.get("to", "")
        save = draft.saves.filter(pk=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 18 else None
        if save is None:
            raise Http404
        when = full(save.at, here.viewer)
        save_draft(save.text, by=here.member, at=here.at, draft=draft, says=f"back to {when}"[:80])
        tell(here, f"The draft is as it was on {when}. What stood before is kept below it.")
        return go(here, f"/agreement/draft/{key}/saves/")
    rows = [(save, full(save.at, here.viewer), save.text == draft.text) for save in draft.saves.select_related("by").order_by("-pk")]
    context = {"title": "As it was saved", "crumbs": _crumbs(draft, "Saved"), "draft": draft, "rows": rows, "views": views(draft, "saves")}
    return render(here.request, "treaty/agreement/forms/saves.html", extra(here, **context))


# One part


def piece_named(name: str) -> Piece:
    try:
        return parts.piece_of(name)
    except LookupError:
        raise Http404 from None


def _opened(here: Here, draft: Draft, piece: Piece) -> HttpResponse:
    try:
        data = parse(draft.text).data
        state = parts.shown(piece, data)
    except Unreadable as problem:
        return _as_text(here, draft, piece, f"The draft cannot be read at line {problem.line}: {problem.says}.", problem.line)
    except Unfit as problem:
        says = f"This part is written in a way that forms cannot show: {problem}. It is edited as text; nothing of it is lost."
        return _as_text(here, draft, piece, says, _line_of(draft, piece))
    return _page(here, draft, piece, Written(state, draft.text, examine_here(draft.text), data))


def _as_text(here: Here, draft: Draft, piece: Piece, says: str, line: int) -> HttpResponse:
    context = {
        "title": piece.title,
        "crumbs": _crumbs(draft, piece.title),
        "says": says,
        "draft": draft,
        "line": line,
        "pieces": _pieces(draft, piece),
    }
    return render(here.request, "treaty/agreement/forms/as_text.html", extra(here, **context))


def _line_of(draft: Draft, piece: Piece) -> int:
    tree = parse(draft.text)
    return next((key.line for name, key, _ in tree.steps() if name in piece.fields), 1)


def as_sent(here: Here, draft: Draft, piece: Piece, press: str) -> Written:
    """Raises Unreadable when the text of the draft cannot be read any more."""
    state = parts.sent(piece, here.request.POST.lists())
    if press:
        state = parts.pressed(piece, state, press)
    data = parse(draft.text).data
    try:
        changes = parts.written(piece, state, data)
    except Twice as problem:
        return Written(state, draft.text, examine_here(draft.text), data, sentence(problem))
    text = put(draft.text, changes) if changes else draft.text
    return Written(state, text, examine_here(text), {**data, **{str(path[0]): value for path, value in changes.items()}})


def _kept(here: Here, draft: Draft, piece: Piece, now: Written) -> HttpResponse:
    if now.problem:
        return _page(here, draft, piece, now, is_changed=True)
    was = here.request.POST.get("was", "")
    try:
        kept = save_part(
            draft, lambda data: parts.written(piece, now.state, data), is_as_seen=lambda data: parts.digest(piece, data) == was,
            says=piece.title, by=here.member, at=here.at,
        )  # fmt: skip
    except Overtaken as problem:
        return _page(here, draft, piece, now, is_changed=True, overtaken=problem)
    tell(here, "Saved." if kept.at == here.at else "Nothing of it was changed.")
    goes_on = here.request.POST.get("next", "")
    return go(here, f"/agreement/draft/{kept.key}/parts/{goes_on if goes_on in {one.name for one in PIECES} else piece.name}/")


def _page(
    here: Here, draft: Draft, piece: Piece, now: Written, *, is_changed: bool = False, overtaken: Overtaken | None = None
) -> HttpResponse:
    around = parts.around(now.loaded, now.data, people_here())
    own = {path: says for path, says in around.problems.items() if path and path[0] in piece.fields}
    context = {
        "title": piece.title, "lede": piece.says, "crumbs": _crumbs(draft, piece.title), "draft": draft, "piece": piece,
        "pieces": _pieces(draft, piece), "questions": parts.questions(piece, now.state, around),
        "was": parts.digest(piece, parse(draft.text).data),
        "seen": to_us(draft.at), "is_changed": is_changed, "problem": now.problem, "has_problems": bool(own), "saved": _saved(draft, here),
        "overtaken": (overtaken.by.name, full(overtaken.at, here.viewer)) if overtaken else None, "views": views(draft, "forms"),
        "is_replayed": piece.name in REPLAYED,
        "is_swap": bool(here.request.headers.get("HX-Request")), "people": people_here(), **_beside(draft, piece, now),
    }  # fmt: skip
    if piece.name == "stages":
        context["drawing"] = stages_map(draft, now.loaded.terms)
    if piece.name == "handoff":
        context["trying"] = to_imagine(now.loaded.terms, people_here())
    status = 409 if overtaken else 422 if now.problem else 200
    template = "form.html" if context["is_swap"] else "part.html"
    return render(here.request, f"treaty/agreement/forms/{template}", extra(here, **context), status=200 if context["is_swap"] else status)


def _beside(draft: Draft, piece: Piece, now: Written) -> dict[str, Any]:
    """How the part reads as a contract, what is wrong with it, and the lines of the document that say it."""
    terms = now.loaded.terms
    articles = [one for one in contract(terms).articles if str(one.path[0]) in piece.fields] if terms else []
    own = [one for one in now.loaded.problems if one.path and one.path[0] in piece.fields]
    others = len(now.loaded.errors) - sum(not one.is_warning for one in own)
    return {
        "articles": articles, "own": own[:PROBLEMS_OF_A_PART], "others": max(0, others), "yaml": _lines(now.text, piece),
        "is_sound": terms is not None, "draft": draft, "piece": piece,
    }  # fmt: skip


def _lines(text: str, piece: Piece) -> str:
    """The lines of the document that say a part, in the order they stand there."""
    lines, found = text.splitlines(), []
    steps = list(parse(text).steps())
    for (name, key, _), after in zip(steps, [*steps[1:], None], strict=True):
        if name in piece.fields:
            found += lines[key.line - 1 : after[1].line - 1 if after else len(lines)]
    return "\n".join(found).strip("\n")


def people_here() -> list[tuple[str, str]]:
    return list(Member.objects.filter(is_active=True).order_by("name").values_list("email", "name"))


# What stands around


def _rows(draft: Draft, loaded: Loaded) -> list[tuple[Piece, str, int]]:
    """Every part with its address and how many faults it has."""
    counts: dict[str, int] = {}
    for one in loaded.errors:
        name = parts.field_owner(str(one.path[0])) if one.path else ""
        counts[name] = counts.get(name, 0) + 1
    return [(piece, f"/agreement/draft/{draft.key}/parts/{piece.name}/", counts.get(piece.name, 0)) for piece in PIECES]


def _pieces(draft: Draft, now: Piece) -> list[tuple[str, str, bool]]:
    return [(piece.title, f"/agreement/draft/{draft.key}/parts/{piece.name}/", piece is now) for piece in PIECES]


def _saved(draft: Draft, here: Here) -> str:
    return f"{draft.by.name} saved it {full(draft.at, here.viewer)}"


def _crumbs(draft: Draft, words: str) -> list[Link]:
    return [*crumbs("Draft")[:-1], Link("Draft", f"/agreement/draft/{draft.key}/parts/"), Link(words, "")]
