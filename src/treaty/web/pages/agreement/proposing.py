"""Proposing: what would be signed, word for word and by its hash; what must be brought along; the reason."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods

from treaty.agreement import binding, canonical, later
from treaty.agreement.actions import NotProposable, propose
from treaty.agreement.difference import yaml_difference
from treaty.agreement.models import Draft, Version
from treaty.agreement.named import examine_here
from treaty.agreement.queries import latest, open_questions, signed_of
from treaty.agreement.terms import Terms
from treaty.journal.canonical import canonical as canonical_bytes
from treaty.web.formats import count, listing
from treaty.web.here import Here, extra, page
from treaty.web.pages.agreement.drafting import checked, crumbs, draft_of
from treaty.web.pages.agreement.lines import is_sooner
from treaty.web.pages.agreement.sheet import changed_articles, draft_sheet
from treaty.web.pages.agreement.threads import notice, threaded, threads_on
from treaty.web.pieces import Link
from treaty.web.replies import go, sentence, tell

_SHA = re.compile(r"[0-9a-f]{64}")
MOST = 2_000_000
"""Bytes of a file whose hash is bound; it is read at once."""


@dataclass(slots=True)
class Brought:
    """What the form brings along. files: SHA-256 by name; lists: as typed; problems: by name, what was wrong with it."""

    files: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


@require_http_methods(["GET", "POST"])
@page
def proposal(here: Here, key: str) -> HttpResponse:
    """What would be signed. It is proposed only as it was shown: another hash than the page's is shown first."""
    draft = draft_of(here, key)
    loaded = examine_here(draft.text)
    if loaded.terms is None or loaded.errors:
        return go(here, f"/agreement/draft/{key}/#problems")
    terms, form = as_signed(loaded.terms), here.request.POST
    wanted = canonical.needed(terms)
    brought = _brought(wanted, form, here.request.FILES)
    problem, given, digest = digest_of(terms, brought)
    if form.get("do") == "propose" and digest:
        if digest == form.get("hash"):
            return _proposed(here, draft, terms, given, brought)
        problem = "This is what would be signed now, with its hash. Read it once more, then propose it."
    return _page(here, draft, terms, brought, problem, digest)


def as_signed(terms: Terms) -> Terms:
    """Terms as they read once they are bytes: what is shown is what both sides will see, order and all."""
    return Terms.model_validate_json(canonical_bytes(canonical.as_data(terms)))


def _brought(wanted: canonical.Needed, form: Any, files: MultiValueDict[str, Any]) -> Brought:
    """Files are uploaded or typed; what came with an earlier look is carried along by its hash."""
    found = Brought()
    for i, name in enumerate(wanted.files):
        upload, typed, kept = files.get(f"file-{i}"), form.get(f"text-{i}", ""), form.get(f"kept-{i}", "")
        if upload is not None and upload.size > MOST:
            found.problems[name] = f"{upload.name} has {upload.size:,} bytes; {MOST:,} is the limit"
        elif upload is not None:
            found.files[name] = canonical.hash_of(upload.read())
        elif typed.strip():
            found.files[name] = canonical.hash_of(typed.replace("\r\n", "\n").encode())
        elif _SHA.fullmatch(kept):
            found.files[name] = kept
    for i, name in enumerate(wanted.lists):
        found.lists[name] = form.get(f"list-{i}", "")
    return found


def digest_of(terms: Terms, brought: Brought) -> tuple[str, canonical.Bindings | None, str]:
    """What is missing, what would be bound, and the hash of what would be signed."""
    lists = {name: members for name, text in brought.lists.items() if (members := binding.lines_of(text))}
    try:
        given = binding.gathered(terms, lists=lists).model_copy(update={"files": brought.files})
        return "", given, canonical.hash_of(canonical.signed_bytes(terms, given))
    except canonical.Unbound as missing:
        return sentence(missing), None, ""


def _proposed(here: Here, draft: Draft, terms: Terms, given: canonical.Bindings | None, brought: Brought) -> HttpResponse:
    reason = here.request.POST.get("reason", "")
    try:
        version = propose(draft.text, by=here.member, at=here.at, reason=reason, given=given, draft=draft)
    except NotProposable as refused:
        problem, _, digest = digest_of(terms, brought)
        said = [sentence(ValueError(f"{one.says}: {one.way_out}" if one.way_out else one.says)) for one in refused.problems]
        return _page(here, draft, terms, brought, " ".join([problem, *said]).strip(), digest)
    asked = notice(len(open_questions(version)))
    tell(
        here,
        f"Version {version.number} is proposed. Nobody can change it any more{f'. {asked}' if asked else '; both sides can sign it now.'}",
    )
    return go(here, f"/agreement/versions/{version.number}/")


def _page(here: Here, draft: Draft, terms: Terms, brought: Brought, problem: str, digest: str) -> HttpResponse:
    base = latest(terms.applies_to)
    changes = changed_articles(terms, signed_of(base).terms) if base else []
    wanted, own = canonical.needed(terms), f"/agreement/draft/{draft.key}/"
    number = (Version.objects.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    threads = threads_on(draft, terms, here)
    refused, note = later.refused(terms), f"Version {number}, as it would be proposed. Nobody has signed it."
    context = {
        "title": f"Propose version {number}",
        "crumbs": [*crumbs("Draft")[:-1], Link("Draft", own), Link("Proposal", "")],
        "steps": _steps(draft, base),
        "draft": draft,
        "base": base,
        "changes": changes,
        "is_sooner": base is not None and is_sooner(signed_of(base).terms, terms),
        "sheet": threaded(draft_sheet(terms, signed_of(base).terms if base else None, digest, note), threads),
        "remarks": threads.at,
        "asked": notice(threads.open_questions),
        "yaml": yaml_difference(base.text, draft.text, (f"version {base.number}", "this draft")) if base else "",
        "files": [(i, name, brought.files.get(name, ""), brought.problems.get(name, "")) for i, name in enumerate(wanted.files)],
        "lists": [(i, name, brought.lists.get(name, "")) for i, name in enumerate(wanted.lists)],
        "holidays": _holidays(terms),
        "problem": f"{refused[1]}: {refused[2]}." if refused else problem,
        "digest": digest,
        "reason": here.request.POST.get("reason", ""),
        "warnings": [one for one in checked(draft.text).problems if one.is_warning],
        "number": number,
    }  # fmt: skip
    return render(
        here.request, "treaty/agreement/proposal.html", extra(here, **context), status=400 if problem and here.request.POST else 200
    )


def _steps(draft: Draft, base: Version | None) -> list[Link]:
    compared = f"/agreement/compare/?old={base.number}&new=draft-{draft.key}" if base else ""
    steps = [Link(f"Side by side with version {base.number}", compared)] if base else []
    return [*steps, Link("As PDF", f"/agreement/draft/{draft.key}/contract.pdf")]


def _holidays(terms: Terms) -> str:
    """What is bound without being asked for."""
    try:
        places = binding.gathered(terms).holidays
    except canonical.Unbound:
        return ""
    years = binding.years_of(terms)
    if not places:
        return ""
    days = sum(len(found) for found in places.values())
    when = f"{years.start} to {years.stop - 1}"
    return f"{count(days, 'public holiday')} of {listing(list(places))}, {when}: the people of both teams work there."
