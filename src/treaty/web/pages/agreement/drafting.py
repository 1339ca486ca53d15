"""Drafts: the document as YAML, checked as it is written. What somebody typed is shown again whatever happens."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treaty.agreement.actions import save_draft
from treaty.agreement.beginning import TEMPLATES, text_of
from treaty.agreement.document import Loaded, dotted
from treaty.agreement.layout import fmt
from treaty.agreement.models import Draft, Version
from treaty.agreement.named import examine_here
from treaty.agreement.queries import drafts as open_drafts
from treaty.agreement.queries import latest
from treaty.agreement.yamltext import MAX_BYTES, Unreadable
from treaty.moments import from_us, to_us
from treaty.team.models import Member, Role
from treaty.team.queries import may_change_agreement
from treaty.web.formats import full
from treaty.web.here import Here, extra, page
from treaty.web.pages.agreement.threads import open_list
from treaty.web.pages.team.forms import ROLES
from treaty.web.pieces import Link
from treaty.web.replies import go, tell, warn

SHOWN = 40
"""Problems listed at once: the first ones, for later ones often follow from them."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A problem as the page lists it. written: the line as it stands in the document."""

    line: int
    column: int
    where: str
    says: str
    way_out: str
    is_warning: bool
    written: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check found in a text. more: how many problems are not listed."""

    problems: list[Marked]
    errors: int
    warnings: int
    more: int
    name: str


def checked(text: str) -> Checked:
    """Look at a document; the verdict is one sentence and each problem names its line."""
    loaded = examine_here(text)
    rows = loaded.text.splitlines()
    marked = [_marked(loaded, i, rows) for i in range(len(loaded.problems[:SHOWN]))]
    more = max(0, len(loaded.problems) - SHOWN)
    return Checked(marked, len(loaded.errors), len(loaded.warnings), more, loaded.terms.agreement if loaded.terms else "")


def _marked(loaded: Loaded, i: int, rows: list[str]) -> Marked:
    one = loaded.problems[i]
    written = rows[one.line - 1].strip()[:160] if one.line <= len(rows) else ""
    return Marked(one.line, one.column, dotted(one.path), one.says, one.way_out, one.is_warning, written)


def check_may_draft(here: Here) -> None:
    """Drafts are not shown to who does not write them. Raises Http404."""
    if not may_change_agreement(here.member):
        raise Http404


@require_GET
@page
def drafts(here: Here) -> HttpResponse:
    """Every draft, and the ways to begin another."""
    check_may_draft(here)
    base = latest()
    starts = [Link(f"From version {base.number}", f"/agreement/draft/new/?from={base.number}", is_go=True)] if base else []
    starts += [Link("From what was won and lost", "/agreement/suggest/")] if base else []
    starts.append(Link("From about ten answers", "/agreement/begin/", is_go=not base))
    starts.append(Link("Upload a document", "/agreement/draft/new/?from=file"))
    rows = [(draft, full(draft.at, here.viewer)) for draft in open_drafts()]
    context = {"title": "Drafts of the agreement", "rows": rows, "starts": starts, "crumbs": crumbs("Drafts"), "asked": open_list(here)}
    return render(here.request, "treaty/agreement/drafts.html", extra(here, **context))


@require_http_methods(["GET", "POST"])
@page
def new(here: Here) -> HttpResponse:
    """A text that is not kept yet: from a version, a template or a file."""
    check_may_draft(here)
    if here.request.method == "POST":
        return _done(here, None)
    return _editor(here, None, _beginning(here.request.GET.get("from", next(iter(TEMPLATES)))))


def _beginning(asked: str) -> str:
    """The text to begin with. Raises Http404 for a template or version that is not there."""
    if asked == "file":
        return ""
    if asked in TEMPLATES:
        return text_of(asked)
    version = Version.objects.filter(number=int(asked)).first() if asked.isdecimal() and len(asked) < 9 else None
    if version is None:
        raise Http404
    return version.text


@require_http_methods(["GET", "POST"])
@page
def edit(here: Here, key: str) -> HttpResponse:
    draft = draft_of(here, key)
    return _done(here, draft) if here.request.method == "POST" else _editor(here, draft, draft.text)


@require_POST
@page
def check(here: Here) -> HttpResponse:
    """The findings alone, while somebody writes."""
    check_may_draft(here)
    return render(here.request, "treaty/agreement/findings.html", extra(here, found=checked(_text(here))))


def draft_of(here: Here, key: str) -> Draft:
    """Raises Http404, also for one that was proposed already."""
    check_may_draft(here)
    draft = Draft.objects.filter(key=key, proposed_at=None).select_related("by", "amends").first()
    if draft is None:
        raise Http404
    return draft


def _text(here: Here) -> str:
    """What was typed, with the line ends of a document: browsers send others."""
    return here.request.POST.get("text", "").replace("\r\n", "\n").replace("\r", "\n")


def _done(here: Here, draft: Draft | None) -> HttpResponse:
    """What the writer pressed. Everything but saving leaves the text on the page, unsaved."""
    text, asked = _text(here), here.request.POST.get("do", "save")
    if asked == "tidy":
        return _tidied(here, draft, text)
    if asked == "open":
        return _opened(here, draft, text)
    if asked == "check":
        return _editor(here, draft, text, is_changed=True)
    return _kept(here, draft, text, goes_on=asked == "propose")


def _tidied(here: Here, draft: Draft | None, text: str) -> HttpResponse:
    try:
        text = fmt(text)
    except Unreadable:
        return _editor(here, draft, text, says="It cannot be tidied before it can be read: begin with the first problem.", is_changed=True)
    return _editor(here, draft, text, says="Tidied: order, indents and quotes. Not saved yet.", is_changed=True)


def _opened(here: Here, draft: Draft | None, text: str) -> HttpResponse:
    """The uploaded file in place of the text; a file that cannot be read leaves the text as it was."""
    upload = here.request.FILES.get("file")
    if upload is None or upload.size is None:
        return _editor(here, draft, text, says="No file was chosen: choose one, then open it.", is_changed=True)
    if upload.size > MAX_BYTES:
        says = f"{upload.name} has {upload.size:,} bytes; {MAX_BYTES:,} is the limit: move long lists to files of their own."
        return _editor(here, draft, text, says=says, is_changed=True)
    try:
        opened = upload.read().decode("utf-8")
    except UnicodeDecodeError:
        return _editor(here, draft, text, says=f"{upload.name} is not UTF-8: save it in that encoding and open it again.", is_changed=True)
    return _editor(here, draft, opened.replace("\r\n", "\n"), says=f"{upload.name} is open. Not saved yet.", is_changed=True)


def _kept(here: Here, draft: Draft | None, text: str, *, goes_on: bool) -> HttpResponse:
    seen = here.request.POST.get("seen", "")
    seen_at = from_us(int(seen)) if draft and seen.isdecimal() and len(seen) < 18 else None
    kept = save_draft(text, by=here.member, at=here.at, draft=draft, seen_at=seen_at)
    if draft is not None and kept.pk != draft.pk:
        theirs = Draft.objects.select_related("by").get(pk=draft.pk)
        warn(here, f"{theirs.by.name} saved that draft while you were writing: your text is kept as a draft of its own, this one.")
    elif not goes_on:
        tell(here, "Saved.")
    return go(here, f"/agreement/draft/{kept.key}/{'proposal/' if goes_on else ''}")


def _editor(here: Here, draft: Draft | None, text: str, *, says: str = "", is_changed: bool = False) -> HttpResponse:
    base = draft.amends if draft else latest()
    context = {
        "title": f"Amendment of version {base.number}" if base else "The first agreement",
        "crumbs": crumbs("Draft" if draft else "New draft"),
        "draft": draft,
        "saved": f"{draft.by.name} saved it {full(draft.at, here.viewer)}" if draft else "Not saved yet",
        "seen": to_us(draft.at) if draft else "",
        "text": text,
        "found": checked(text) if text.strip() else None,
        "says": says,
        "is_changed": is_changed,
        "is_opening": not text,
        "members": [] if base else _colleagues(),
        "views": views(draft, "text") if draft else [],
    }
    return render(here.request, "treaty/agreement/draft.html", extra(here, **context))


def _colleagues() -> list[tuple[str, str, str]]:
    """E-mail, name and role of whom a first document can name: the example names people of another company."""
    found = Member.objects.filter(is_active=True).order_by("role", "name")[:30]
    return [(member.email, member.name, ROLES[Role(member.role)]) for member in found]


def views(draft: Draft, now: str) -> list[tuple[str, str, bool]]:
    """The ways to look at one draft: words, address, whether it is this one."""
    at = f"/agreement/draft/{draft.key}/"
    ways = (
        ("forms", "As forms", f"{at}parts/"),
        ("text", "As text", at),
        ("saves", "As it was saved", f"{at}saves/"),
        ("backtest", "Back-test", f"{at}backtest/"),
    )
    return [(words, href, name == now) for name, words, href in ways]


def crumbs(words: str) -> list[Link]:
    """Agreement, drafts, and this page."""
    links = [Link("Agreement", "/agreement/")]
    return [*links, Link("Drafts", "")] if words == "Drafts" else [*links, Link("Drafts", "/agreement/draft/"), Link(words, "")]
