"""The contract as a PDF: its words by `agreement.paper`, its seal and its colours by the style sheet of the pages."""

from treaty.agreement.models import Draft, Version
from treaty.agreement.paper import Data, paper_of, paper_of_draft
from treaty.agreement.printing import as_pdf
from treaty.agreement.queries import sides_signed
from treaty.agreement.terms import Terms
from treaty.web.charts import seal
from treaty.web.pictures import bare, colours


def contract_pdf(version: Version) -> bytes:
    """A version on paper. Raises queries.Damaged for one that is not as it was proposed and signed, printing.NotPrinted."""
    return as_pdf(_drawn(paper_of(version), sides_signed(version)))


def draft_pdf(draft: Draft, terms: Terms, digest: str) -> bytes:
    """A draft on paper, as `paper.paper_of_draft` takes it. Raises printing.NotPrinted."""
    return as_pdf(_drawn(paper_of_draft(draft, terms, digest), (False, False)))


def _drawn(paper: Data, signed: tuple[bool, bool]) -> Data:
    """signed: marketing, sales."""
    drawn = seal(paper["hash"], marketing_signed=signed[0], sales_signed=signed[1]) if paper["hash"] else None
    return {**paper, "colours": colours(), "seal": bare(drawn, "seal", "mark-m", "mark-s", "mark-b") if drawn else ""}
