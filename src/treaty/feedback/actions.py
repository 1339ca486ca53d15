"""Sales' answers to a handoff: accept, reject, recycle, undo."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from treaty.agreement.queries import signed_of
from treaty.agreement.terms import Terms
from treaty.feedback import rules
from treaty.feedback.models import Disposition, Dispute, Outcome
from treaty.handoff.actions import NotForHandoff, hold
from treaty.handoff.ledger import assign
from treaty.handoff.models import Handoff
from treaty.handoff.rules import Route
from treaty.journal.actions import record
from treaty.qualification import lifecycle, moves
from treaty.qualification.moves import How, Why
from treaty.team.models import Member, Role
from treaty.truth.models import Activity, Lead, StageMove


class AlreadyDecided(Exception):
    """The handoff has an answer; `disposition` is the first one."""

    def __init__(self, disposition: Disposition) -> None:
        self.disposition = disposition
        super().__init__(f"already {disposition.outcome} by {disposition.by.name}")


@transaction.atomic
def accept(handoff: Handoff, *, by: Member, at: datetime, received_at: datetime | None = None) -> Disposition:
    """Sales takes the handoff. Raises NotTheOwner, AlreadyDecided, NotForHandoff (it was moved), lifecycle.NotAllowed."""
    terms = _terms(handoff)
    disposition = _decide(handoff, Outcome.ACCEPTED, by=by, at=at, received_at=received_at)
    moves.move(handoff.lead, _accepted_stage(terms, handoff.lead.stage), at=at, why=Why(How.ANSWER), by=by)
    record("handoff.accepted", handoff, by=by, at=at, agreement=handoff.version.hash, codes={"lead": handoff.lead.key})
    return disposition


@transaction.atomic
def reject(
    handoff: Handoff, reason: str, *, by: Member, at: datetime, detail: str = "", note: str = "", received_at: datetime | None = None
) -> Disposition:
    """Sales gives the lead back with one of the agreement's reasons; it goes where that reason says.

    Raises NotTheOwner, AlreadyDecided, NotForHandoff, AnswerIncomplete (the reason asks for a detail), LookupError.
    """
    terms = _terms(handoff)
    known = rules.check_reason(terms, reason, detail, attempts=attempts(handoff))
    disposition = _decide(handoff, Outcome.REJECTED, by=by, at=at, received_at=received_at, reason=reason, detail=detail, note=note)
    moves.move(handoff.lead, "rejected", at=at, why=Why(How.ANSWER, reason, note), by=by)
    _give_back(handoff, rules.returns(terms, known), reason, by=by, at=at)
    codes = {"lead": handoff.lead.key, "reason": reason}
    said = {key: value for key, value in {"detail": detail, "note": note}.items() if value}
    record("handoff.rejected", handoff, by=by, at=at, agreement=handoff.version.hash, codes=codes, words=said or None)
    return disposition


@transaction.atomic
def recycle(handoff: Handoff, *, by: Member, at: datetime, until: datetime | None = None, note: str = "") -> Disposition:
    """Back to marketing's care without blame: not now, keep in touch, until a date."""
    disposition = _decide(handoff, Outcome.RECYCLED, by=by, at=at, note=note)
    moves.move(handoff.lead, "recycled", at=at, why=Why(How.ANSWER, "not_now", note), by=by)
    return_to_marketing(handoff.lead, by=by, at=at)
    moves.rest(handoff.lead, until=until, evidence_from=at)
    record(
        "handoff.recycled", handoff, by=by, at=at, agreement=handoff.version.hash,
        codes={"lead": handoff.lead.key}, words={"note": note} if note else None,
    )  # fmt: skip
    return disposition


@transaction.atomic
def give_up(handoff: Handoff, *, by: Member, at: datetime, reason: str, note: str = "", to_stage: str = "recycled") -> None:
    """Return a lead that was accepted: sales tried, it led nowhere for now. It rests as long as its reason says.

    to_stage: a stage of marketing's care that the agreed graph leads to from here.
    Raises NotTheOwner, lifecycle.NotAllowed, LookupError for a reason the agreement does not have.
    """
    rules.check_may_decide(owner_id=handoff.owner_id, member_id=by.pk, is_manager=may_decide_for(by, handoff.owner))
    terms = _terms(handoff)
    rests = rules.returns(terms, terms.reason(reason)).rests
    moves.move(handoff.lead, to_stage, at=at, why=Why(How.PERSON, reason, note), by=by)
    Handoff.objects.filter(pk=handoff.pk, ended_at=None).update(ended_at=at, ended_how=to_stage[:20])
    return_to_marketing(handoff.lead, by=by, at=at)
    moves.rest(handoff.lead, until=at + rests if rests else None, evidence_from=at)
    codes = {"lead": handoff.lead.key, "reason": reason}
    record("handoff.recycled", handoff, by=by, at=at, agreement=handoff.version.hash, codes=codes, words={"note": note} if note else None)


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
    moves.rest(lead, until=None, evidence_from=_returned_before(handoff))


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


def _decide(
    handoff: Handoff, outcome: Outcome, *, by: Member, at: datetime, received_at: datetime | None = None, **said: str
) -> Disposition:
    rules.check_may_decide(owner_id=handoff.owner_id, member_id=by.pk, is_manager=may_decide_for(by, handoff.owner))
    lead = hold(handoff.lead_id)
    if Handoff.objects.filter(pk=handoff.pk, ended_how="moved").exists():
        raise NotForHandoff(f"{lead.person} is with {lead.owner.name} now: ask them")
    disposition, is_first = Disposition.objects.get_or_create(
        handoff=handoff,
        withdrawn_at=None,
        defaults={"outcome": outcome, "by": by, "at": at, "received_at": received_at or at, "version": handoff.version, **said},
    )
    if not is_first:
        raise AlreadyDecided(disposition)
    if outcome != Outcome.ACCEPTED:
        Handoff.objects.filter(pk=handoff.pk).update(ended_at=at, ended_how=outcome)
    return disposition


def may_decide_for(by: Member, owner: Member) -> bool:
    """Their manager, any sales manager, and RevOps may answer for a rep who cannot."""
    return by.role in (Role.SALES_MANAGER, Role.REVOPS) or owner.manager_id == by.pk


def _terms(handoff: Handoff) -> Terms:
    return signed_of(handoff.version).terms


def _accepted_stage(terms: Terms, stage: str) -> str:
    """The next stage that sales' owner moves a lead to, by the agreed graph. Raises lifecycle.NotAllowed if there is none."""
    ahead = terms.stages[stage].moves
    accepted = next((name for name in ahead if terms.stages[name].owner == "sales" and terms.stages[name].by == "owner"), None)
    if accepted is None:
        raise lifecycle.NotAllowed(
            f"a lead in {stage} cannot be accepted: the agreement lets its owner take it nowhere in sales; "
            "reject it, and propose a version with such a stage"
        )
    return accepted


def _give_back(handoff: Handoff, where: rules.Return, reason: str, *, by: Member, at: datetime) -> None:
    lead = handoff.lead
    if where.to_stage is not None:
        moves.move(lead, where.to_stage, at=at, why=Why(How.ANSWER, reason), by=by)
    return_to_marketing(lead, by=by, at=at)
    moves.rest(lead, until=at + where.rests if where.rests else None, evidence_from=at)


def return_to_marketing(lead: Lead, *, by: Member | None, at: datetime) -> None:
    """Give a lead back to the marketing member the agreement names."""
    owner = signed_of(lead.version).terms.owner_before_handoff
    assign(lead, Route(owner, "returned", "", ("returned by sales",)), at=at, by=by)


def attempts(handoff: Handoff) -> int:
    """How often sales tried to reach the person since the handoff."""
    return Activity.objects.filter(
        person=handoff.lead.person_id, direction="out", withdrawn_at=None, occurred_at__gte=handoff.made_at
    ).exclude(kind="note").count()  # fmt: skip
