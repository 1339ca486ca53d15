"""A lead that a person opens: somebody met, called or was told of, without a touch that says so (R16)."""

from datetime import datetime

from treaty.agreement.models import Version
from treaty.agreement.queries import in_force, signed_of
from treaty.agreement.terms import Terms
from treaty.qualification.actions import judge
from treaty.qualification.asking import verdicts_of
from treaty.qualification.moves import How, Why
from treaty.qualification.panel import SEGMENT, panel_of
from treaty.qualification.passes import Opening, open_lead
from treaty.team.models import Member
from treaty.truth.models import Lead, Person

FIRST = "engaged"


class NotInForce(Exception):
    """No agreement is in force, so nobody can say what a lead is."""


def open_by_hand(person: Person, *, by: Member, at: datetime, reason: str) -> Lead:
    """Open a person's next pass at `engaged`, by a named member with a reason, and judge it at once.

    What is already known may carry it further in the same moment. Where the agreement has no stage `engaged`,
    the first one after the entry is meant. Raises NotInForce, AlreadyOpen.
    """
    current = in_force(at)
    if current is None:
        raise NotInForce("no agreement is in force yet: sign one, then leads can be opened")
    stage = _first(signed_of(current.version).terms)
    opening = Opening(person, stage, at, Why(How.PERSON, note=reason), segment_of(person, current.version, at), by)
    lead = open_lead(opening, current.version)
    judge([person.pk], at=at)
    lead.refresh_from_db()
    return lead


def _first(terms: Terms) -> str:
    onward = terms.stages[terms.entry_stage].moves
    return FIRST if FIRST in terms.stages else onward[0] if onward else terms.entry_stage


def segment_of(person: Person, version: Version, at: datetime) -> str:
    """The first segment of the agreement that the person belongs to now; empty for none."""
    verdicts = verdicts_of(panel_of(version), [person.pk], {}, at)
    found = {name: by_person.get(person.pk) for (kind, name), by_person in verdicts.items() if kind == SEGMENT}
    return next((name for name in signed_of(version).terms.segment_order if (verdict := found.get(name)) and verdict.holds), "")
