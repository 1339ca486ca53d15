"""Two versions against each other, a draft too: side by side in words, or line by line in YAML; to be taken away as text."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.agreement.difference import as_text, difference, yaml_difference
from treaty.agreement.models import Draft, Version
from treaty.agreement.named import examine_here
from treaty.agreement.queries import drafts, latest, signed_of
from treaty.agreement.terms import Terms
from treaty.team.queries import may_change_agreement
from treaty.web.formats import capital, full
from treaty.web.here import Here, extra, page
from treaty.web.pages.agreement.drafting import draft_of
from treaty.web.pages.agreement.proposing import as_signed
from treaty.web.pages.agreement.reading import found
from treaty.web.pages.agreement.sidebyside import laid
from treaty.web.pieces import Link
from treaty.web.replies import go

DRAFT = "draft-"
MARKS = {"+": "added", "-": "removed", "@": "place"}
"""How a line of a difference in YAML begins."""
HEAD = 2
"""Its first lines name what is compared."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two. key: as the address names it; name: `version 2`, `the draft`; href: its page."""

    key: str
    name: str
    href: str
    text: str
    terms: Terms


class Faulty(Exception):
    """A draft that has no words yet; `href` shows its faults."""

    def __init__(self, href: str) -> None:
        self.href = href
        super().__init__(href)


@require_GET
@page
def compare(here: Here) -> HttpResponse:
    """`?old=1&new=2`, numbers of versions or `draft-` and the key of a draft. `in=yaml`: line by line; `as=text`: to be taken away.

    Without them the version that was signed last against the one it amends, or as much of that as there is, and the choice.
    """
    asked = here.request.GET
    base = latest() or Version.objects.select_related("amends").order_by("-number").first()
    new = asked.get("new") or (str(base.number) if base else "")
    old = asked.get("old") or (str(base.amends.number) if base and base.amends else new)
    if not new:
        raise Http404
    try:
        return _answer(here, _side(here, old), _side(here, new), in_yaml=asked.get("in") == "yaml")
    except Faulty as draft:
        return go(here, draft.href)


@require_GET
@page
def against_the_one_before(here: Here, number: int) -> HttpResponse:
    """A version against the one it amends, in YAML; `in=words`: side by side."""
    one = found(number)
    if one.amends is None:
        raise Http404
    return _answer(here, _of_version(one.amends), _of_version(one), in_yaml=here.request.GET.get("in") != "words")


def _side(here: Here, key: str) -> Side:
    """Raises Http404 for what is not there or not shown to this member, Faulty."""
    if key.startswith(DRAFT):
        return _of_draft(draft_of(here, key.removeprefix(DRAFT)))
    if not (key.isdecimal() and len(key) < 9):
        raise Http404
    return _of_version(found(int(key)))


def _of_version(one: Version) -> Side:
    return Side(str(one.number), str(one), f"/agreement/versions/{one.number}/", one.text, signed_of(one).terms)


def _of_draft(draft: Draft) -> Side:
    loaded, href = examine_here(draft.text), f"/agreement/draft/{draft.key}/"
    if loaded.terms is None or loaded.errors:
        raise Faulty(f"{href}#problems")
    return Side(f"{DRAFT}{draft.key}", f"the draft of {draft.by.name}", f"{href}proposal/", draft.text, as_signed(loaded.terms))


def _answer(here: Here, old: Side, new: Side, *, in_yaml: bool) -> HttpResponse:
    if here.request.GET.get("as") == "text":
        return _file(_in_yaml(old, new) if in_yaml else _in_words(old, new), f"difference-{old.key}-{new.key}.txt")
    context: dict[str, object] = {
        "title": f"What {new.name} changes",
        "crumbs": [Link("Agreement", "/agreement/"), Link(capital(new.name), new.href), Link("Difference", "")],
    }
    return _lines(here, old, new, context) if in_yaml else _columns(here, old, new, context)


def _columns(here: Here, old: Side, new: Side, context: dict[str, object]) -> HttpResponse:
    between = difference(old.terms, new.terms)
    articles = laid(between)
    context |= {
        "lede": f"Against {old.name}, clause by clause. What stays is folded away.",
        "steps": [
            Link("Line by line, in YAML", href(old.key, new.key, **{"in": "yaml"})),
            Link("As plain text", href(old.key, new.key, **{"as": "text"})),
        ],
        "old": old, "new": new, "between": between, "articles": articles,
        "is_same": between.title_before == between.title_after and all(one.how == "same" for one in articles),
        "choices": _choices(here),
    }  # fmt: skip
    return render(here.request, "treaty/agreement/compare.html", extra(here, **context))


def _lines(here: Here, old: Side, new: Side, context: dict[str, object]) -> HttpResponse:
    lines = _in_yaml(old, new).splitlines()
    context |= {
        "lede": f"Against {old.name}, line by line, in the document as it is written.",
        "steps": [
            Link("Side by side, in words", href(old.key, new.key)),
            Link("As plain text", href(old.key, new.key, **{"in": "yaml", "as": "text"})),
        ],
        "lines": [(MARKS.get(line[:1], "") if place >= HEAD else "", line) for place, line in enumerate(lines)],
    }
    return render(here.request, "treaty/agreement/difference.html", extra(here, **context))


def href(old: int | str, new: int | str, **more: str) -> str:
    """Where two are compared; a draft by `draft-` and its key."""
    return f"/agreement/compare/?{urlencode({'old': old, 'new': new, **more})}"


def _choices(here: Here) -> list[tuple[str, str]]:
    """Key and words of all that can be compared, the newest first; drafts for those who write them."""
    versions = [(str(number), f"Version {number}") for number in Version.objects.order_by("-number").values_list("number", flat=True)]
    if not may_change_agreement(here.member):
        return versions
    return [*((f"{DRAFT}{one.key}", f"Draft, {one.by.name}, {full(one.at, here.viewer)}") for one in drafts()), *versions]


def _in_words(old: Side, new: Side) -> str:
    return f"{as_text(difference(old.terms, new.terms))}\n"


def _in_yaml(old: Side, new: Side) -> str:
    return yaml_difference(old.text, new.text, (old.name, new.name)) or "The two documents are the same.\n"


def _file(text: str, name: str) -> HttpResponse:
    return HttpResponse(
        text, content_type="text/plain; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )  # fmt: skip
