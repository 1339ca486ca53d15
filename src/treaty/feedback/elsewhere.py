"""A rep who answers in their own system: what its status says is carried out as the owner's answer, at the moment it was set there."""

from datetime import datetime

from django.db import transaction

from treaty.feedback.answers import REFUSED, Answer, GivenUp, answer_all, give_up_all
from treaty.feedback.models import Disposition, Outcome
from treaty.feedback.rules import AnswerIncomplete
from treaty.handoff.models import Handoff
from treaty.journal.actions import record
from treaty.journal.models import Entry

CONTACTED = "contacted"
OUTCOMES = {"accepted": Outcome.ACCEPTED, "rejected": Outcome.REJECTED, "recycled": Outcome.RECYCLED}
"""What a status may mean besides a contact."""


@transaction.atomic
def follow_status(handoff: Handoff, means: str, reason: str, *, at: datetime, received_at: datetime) -> None:
    """Carry out what a status says of a handoff. Safe to run again.

    An answer that is there stands: the same again does nothing, an older status does not undo it. Of a lead that was accepted a
    newer one gives it up, with a reason. A rejection without the agreed reason, or without what that asks for, is kept without one and
    the reason is asked for. at: when it was set there. What the agreement has no way for is passed over and said in the journal.
    """
    outcome = OUTCOMES[means]
    given = Disposition.objects.filter(handoff=handoff, withdrawn_at=None).first()
    if given is None:
        _answer(handoff, outcome, reason, at, received_at)
    elif given.outcome == Outcome.ACCEPTED and outcome != Outcome.ACCEPTED and given.at < at and handoff.ended_at is None:
        _give_up(handoff, reason, at, received_at)


def _answer(handoff: Handoff, outcome: Outcome, reason: str, at: datetime, received_at: datetime) -> None:
    answer = Answer(handoff=handoff, outcome=outcome, by=handoff.owner, at=at, received_at=received_at, reason=reason)
    lacks = outcome == Outcome.REJECTED and not reason
    done = None if lacks else answer_all([answer])[0]
    if lacks or (outcome == Outcome.REJECTED and isinstance(done, AnswerIncomplete | LookupError)):
        lacks = True
        done = answer_all(
            [Answer(handoff=handoff, outcome=outcome, by=handoff.owner, at=at, received_at=received_at, reason_follows=True)]
        )[0]
    if isinstance(done, REFUSED):
        _passed_over(handoff, outcome, done, received_at)
    elif lacks:
        ask_reason(handoff, at=received_at)


def _give_up(handoff: Handoff, reason: str, at: datetime, received_at: datetime) -> None:
    if not reason:
        ask_reason(handoff, at=received_at)
        return
    refused = give_up_all([GivenUp(handoff=handoff, by=handoff.owner, at=at, reason=reason, received_at=received_at)])[0]
    if refused is not None:
        _passed_over(handoff, "given_up", refused, received_at)


def ask_reason(handoff: Handoff, *, at: datetime) -> None:
    """Note that the owner is to be asked why; whoever carries notices asks them."""
    codes = {"lead": handoff.lead.key, "of": handoff.owner.key, "handoff": handoff.key}
    asked = Entry.objects.filter(verb="lead.reason_asked", subject_kind="lead", subject_key=handoff.lead.key, at=at)
    if any(entry.codes == codes for entry in asked):
        return
    record("lead.reason_asked", handoff.lead, at=at, agreement=handoff.version.hash, codes=codes)


def _passed_over(handoff: Handoff, outcome: str, refused: Exception, at: datetime) -> None:
    codes = {"lead": handoff.lead.key, "status": str(outcome), "why": type(refused).__name__}
    record("status.passed_over", handoff, at=at, agreement=handoff.version.hash, codes=codes)
