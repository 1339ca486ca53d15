"""Leave a returned lead alone for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from treaty.bulk import update
from treaty.truth.models import Lead


@dataclass(frozen=True, slots=True)
class Resting:
    """A returned lead that is left alone until then; touches before `evidence_from` no longer qualify it."""

    lead: Lead
    until: datetime | None
    evidence_from: datetime | None


def rest(lead: Lead, *, until: datetime | None, evidence_from: datetime | None) -> None:
    """`rest_all` for one lead."""
    rest_all([Resting(lead, until, evidence_from)])


def rest_all(resting: Sequence[Resting]) -> None:
    for one in resting:
        one.lead.rests_until, one.lead.evidence_from = one.until, one.evidence_from
    update([one.lead for one in resting], ["rests_until", "evidence_from"])
