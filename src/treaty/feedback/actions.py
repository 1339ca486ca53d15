"""Sales' answers to a handoff: accept, reject, recycle, give up, undo; marketing's second look."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from treaty.feedback import reasons, rules
from treaty.feedback.answers import Answer, GivenUp, answer_all, give_up_all
from treaty.feedback.desk import may_decide_for
from treaty.feedback.models import Disposition, Dispute, Outcome
from treaty.handoff.actions import hold
from treaty.handoff.ledger import assign
from treaty.handoff.models import Handoff
from treaty.handoff.rules import Route
from treaty.journal.actions import record
from treaty.qualification import moves
from treaty.qualification.moves import How
from treaty.qualification.resting import rest
from treaty.team.models import Member
from treaty.truth.models import Lead, StageMove


def accept(handoff: Handoff, *, by: Member, at: datetime, received_at: datetime | None = None) -> Disposition:
    """Sales takes the handoff. Raises NotTheOwner, AlreadyDecided, NotForHandoff (it was moved), lifecycle.NotAllowed."""
    return _answer(Answer(handoff=handoff, outcome=Outcome.ACCEPTED, by=by, at=at, received_at=received_at))


def reject(
    handoff: Handoff, reason: str, *, by: Member, at: datetime, detail: str = "", note: str = "", received_at: datetime | None = None
) -> Disposition:
    """Sales gives the lead back with one of the agreement's reasons; it goes where that reason says.

    One that was rejected elsewhere without a reason is given it by this (`reasons.give_reason`).
    Raises NotTheOwner, AlreadyDecided, NotForHandoff, AnswerIncomplete (the reason asks for a detail), LookupError.
    """
    if (unreasoned := reasons.unreasoned(handoff)) is not None:
        return reasons.give_reason(unreasoned, reason, by=by, at=at, detail=detail, note=note)
    answer = Answer(
        handoff=handoff, outcome=Outcome.REJECTED, by=by, at=at, reason=reason, detail=detail, note=note, received_at=received_at
    )
    return _answer(answer)


def recycle(handoff: Handoff, *, by: Member, at: datetime, until: datetime | None = None, note: str = "") -> Disposition:
    """Back to marketing's care without blame: not now, keep in touch, until a date."""
    return _answer(Answer(handoff=handoff, outcome=Outcome.RECYCLED, by=by, at=at, until=until, note=note))


def _answer(answer: Answer) -> Disposition:
    given = answer_all([answer])[0]
    if isinstance(given, Exception):
        raise given
    return given


def give_up(handoff: Handoff, *, by: Member, at: datetime, reason: str, note: str = "", to_stage: str = "recycled") -> None:
    """Return a lead that was accepted: sales tried, it led nowhere for now. It rests as long as its reason says.

    to_stage: a stage of marketing's care that the agreed graph leads to from here.
    Raises NotTheOwner, lifecycle.NotAllowed, LookupError for a reason the agreement does not have.
    """
    refused = give_up_all([GivenUp(handoff=handoff, by=by, at=at, reason=reason, note=note, to_stage=to_stage)])[0]
    if refused is not None:
        raise refused


@transaction.atomic
def withdraw(disposition: Disposition, *, by: Member, at: datetime) -> None:
    """Undo an answer within ten minutes: the rows stay, marked; the lead is with its rep again.

    Raises TooLateToUndo, also when the lead has moved on since; NotTheOwner.
    """
    handoff = disposition.handoff
    rules.check_may_decide(owner_id=disposition.by_id, member_id=by.pk, is_manager=may_decide_for(by, handoff.owner))
    rules.check_undo(at, disposition.at)
    lead = hold(handoff.lead_id)
    if not Disposition.objects.filter(pk=disposition.pk, withdrawn_at=None).update(withdrawn_at=at):
        return
    made = StageMove.objects.filter(lead=lead, at=disposition.at, how=How.ANSWER, withdrawn_at=None).order_by("-id")
    _check_is_last(lead, made)
    for row in list(made):
        moves.withdraw(row, by=by, at=at)
    if disposition.outcome != Outcome.ACCEPTED:
        _take_again(handoff, at=at, by=by)
    record("handoff.reopened", handoff, by=by, at=at, agreement=handoff.version.hash, codes={"lead": lead.key, "was": disposition.outcome})


def _check_is_last(lead: Lead, made: QuerySet[StageMove]) -> None:
    """Refuse to undo what something followed upon: the lead was qualified, given up, woken or handed over since."""
    first = made.last()
    later = StageMove.objects.filter(lead=lead, withdrawn_at=None, pk__gt=first.pk).exclude(pk__in=made) if first else made
    if later.exists():
        raise rules.TooLateToUndo(f"{lead.person} has moved on to {rules.words(lead.stage).lower()} since: move the lead by hand instead")


def _take_again(handoff: Handoff, *, at: datetime, by: Member) -> None:
    """The lead of an answer that had given it back is with its rep again, and no longer rests."""
    Handoff.objects.filter(pk=handoff.pk).update(ended_at=None, ended_how="")
    lead = Lead.objects.get(pk=handoff.lead_id)
    if lead.owner_id != handoff.owner_id:
        assign(lead, Route(handoff.owner.email, "undone", "", ("the answer was taken back",)), at=at, by=by)
    rest(lead, until=None, evidence_from=_returned_before(handoff))


def _returned_before(handoff: Handoff) -> datetime | None:
    """When the lead came back to marketing the time before: only what it did since counts, as it did before the answer."""
    ended = (
        Handoff.objects.filter(lead=handoff.lead_id, pk__lt=handoff.pk)
        .exclude(ended_how="moved")
        .exclude(dispositions__dispute__ruling="reopen")
    )  # then nothing was spent
    returned: datetime | None = ended.aggregate(top=Max("ended_at"))["top"]
    return returned


@transaction.atomic
def dispute(disposition: Disposition, says: str, *, by: Member, at: datetime) -> Dispute:
    """Marketing asks for a second look at a rejection; the weekly sync settles it. Asking twice keeps the first."""
    row, is_new = Dispute.objects.get_or_create(disposition=disposition, defaults={"says": says, "by": by, "at": at})
    if is_new:
        record("rejection.disputed", disposition, by=by, at=at, agreement=disposition.version.hash, words={"says": says})
    return row
