"""The contract as a file to print: of a version, and of a draft that nobody has signed."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from treaty.agreement.named import examine_here
from treaty.agreement.printing import NotPrinted
from treaty.agreement.queries import Damaged, signed_of
from treaty.web.here import Here, page
from treaty.web.pages.agreement.drafting import draft_of
from treaty.web.pages.agreement.proposing import Brought, as_signed, digest_of
from treaty.web.pages.agreement.reading import found
from treaty.web.papers import contract_pdf, draft_pdf
from treaty.web.replies import go, sentence, warn


@require_GET
@page
def contract(here: Here, number: int) -> HttpResponse:
    """Changed bytes are refused as everywhere; of a version with another fault its page says which."""
    version = found(number)
    signed_of(version)
    try:
        return _pdf(contract_pdf(version), f"agreement-{number}.pdf")
    except (Damaged, NotPrinted) as problem:
        warn(here, sentence(problem))
        return go(here, f"/agreement/versions/{number}/")


@require_GET
@page
def draft_contract(here: Here, key: str) -> HttpResponse:
    """A draft with faults has no words yet: its faults are shown instead."""
    draft = draft_of(here, key)
    loaded = examine_here(draft.text)
    if loaded.terms is None or loaded.errors:
        return go(here, f"/agreement/draft/{key}/#problems")
    terms = as_signed(loaded.terms)
    _, _, digest = digest_of(terms, Brought())
    try:
        return _pdf(draft_pdf(draft, terms, digest), "agreement-draft.pdf")
    except NotPrinted as problem:
        warn(here, sentence(problem))
        return go(here, f"/agreement/draft/{key}/proposal/")


def _pdf(raw: bytes, name: str) -> HttpResponse:
    return HttpResponse(raw, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})
