"""The reason of a rejection that came without one: it is asked for, given once, and the lead goes where it says."""

from datetime import datetime

from django.db import transaction

from treaty.agreement.queries import signed_of
from treaty.feedback import rules
from treaty.feedback.desk import AlreadyDecided, Desk, check_may_decide
from treaty.feedback.models import Disposition, Outcome
from treaty.handoff.models import Handoff
from treaty.journal.actions import record
from treaty.qualification import moves
from treaty.qualification.moves import How, Why
from treaty.qualification.resting import Resting, rest_all
from treaty.team.models import Member

REJECTED = "rejected"
"""The stage a lead waits in until the reason says where it goes."""


def unreasoned(handoff: Handoff) -> Disposition | None:
    """The rejection of a handoff that says no reason yet."""
    rows = Disposition.objects.filter(handoff=handoff, outcome=Outcome.REJECTED, reason="", withdrawn_at=None)
    return rows.select_related("handoff__version", "handoff__owner", "by").first()


@transaction.atomic
def give_reason(disposition: Disposition, reason: str, *, by: Member, at: datetime, detail: str = "", note: str = "") -> Disposition:
    """Say why a lead was rejected. Its clocks stay as the rejection left them; it rests from the rejection on.

    Raises NotTheOwner, AlreadyDecided (a reason was given), AnswerIncomplete, LookupError for a reason the agreement does not have.
    """
    handoff = disposition.handoff
    terms = signed_of(handoff.version).terms
    found = terms.reason(reason)
    desk = Desk([handoff])
    rules.check_reason(terms, found, detail, attempts=desk.attempts(handoff) if found.needs else 0)
    check_may_decide(handoff, by)
    rows = Disposition.objects.filter(pk=disposition.pk, outcome=Outcome.REJECTED, reason="", withdrawn_at=None)
    if not rows.update(reason=reason, detail=detail, note=note):
        raise AlreadyDecided(Disposition.objects.select_related("by").get(pk=disposition.pk))
    lead, where = desk.lead(handoff), rules.returns(terms, found)
    if lead.stage == REJECTED:
        if where.to_stage:
            moves.move(lead, where.to_stage, at=at, why=Why(How.ANSWER, reason, note), by=by)
            lead.refresh_from_db()
        rest_all([Resting(lead, disposition.at + where.rests if where.rests else None, disposition.at)])
    words = {key: value for key, value in {"detail": detail, "note": note}.items() if value}
    codes = {"lead": lead.key, "reason": reason}
    record("rejection.reason_given", handoff, by=by, at=at, agreement=handoff.version.hash, codes=codes, words=words)
    disposition.refresh_from_db()
    return disposition
