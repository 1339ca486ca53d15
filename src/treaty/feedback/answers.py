"""Sales' answers to several handoffs, each at its own moment, decided one by one and kept together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, cast

from django.db import transaction

from treaty.agreement.queries import signed_of
from treaty.agreement.terms import Terms
from treaty.feedback import rules
from treaty.feedback.courses import Course, carry_out
from treaty.feedback.desk import AlreadyDecided, Desk, check_may_decide
from treaty.feedback.models import Disposition, Outcome
from treaty.handoff.actions import NotForHandoff
from treaty.handoff.models import Handoff
from treaty.qualification import lifecycle
from treaty.qualification.moves import How, Why
from treaty.team.models import Member
from treaty.truth.models import Lead

Refusal = rules.NotTheOwner | rules.AnswerIncomplete | AlreadyDecided | NotForHandoff | lifecycle.NotAllowed | LookupError
"""Why an answer is not taken."""
REFUSED = (rules.NotTheOwner, rules.AnswerIncomplete, AlreadyDecided, NotForHandoff, lifecycle.NotAllowed, LookupError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What sales says to one handoff. detail: what the reason asks for; until: when a recycled lead is worth another look.

    reason_follows: it was rejected elsewhere and not said why; the reason is asked for, and the lead goes where it says then
    """

    handoff: Handoff
    outcome: Outcome
    by: Member
    at: datetime
    reason: str = ""
    detail: str = ""
    note: str = ""
    until: datetime | None = None
    received_at: datetime | None = None
    reason_follows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """A lead that was accepted and goes back: sales tried, it led nowhere for now. It rests as long as its reason says.

    to_stage: a stage of marketing's care that the agreed graph leads to from there.
    """

    handoff: Handoff
    by: Member
    at: datetime
    reason: str
    note: str = ""
    to_stage: str = "recycled"
    received_at: datetime | None = None


Act = TypeVar("Act", Answer, GivenUp)


@transaction.atomic
def answer_all(answers: Sequence[Answer]) -> list[Disposition | Refusal]:
    """Keep the answers to several handoffs, in a fixed number of queries. A lead comes once.

    Returns for each its row, or why it was not taken: then nothing of it was done, and the others go on.
    """
    done = _carry_out(answers, _answered)
    return [cast(Disposition, one.answer) if isinstance(one, Course) else one for one in done]


@transaction.atomic
def give_up_all(given_up: Sequence[GivenUp]) -> list[Refusal | None]:
    """Return several leads that were accepted, as `answer_all` keeps answers; None for each that went."""
    return [None if isinstance(one, Course) else one for one in _carry_out(given_up, _returned)]


def _carry_out(acts: Sequence[Act], decide: Callable[[Desk, Act], Course]) -> list[Course | Refusal]:
    if not acts:
        return []
    desk = Desk([act.handoff for act in acts])
    decided = [_decided(desk, act, decide) for act in acts]
    refused = carry_out([one for one in decided if isinstance(one, Course)])
    return [refused.get(one.lead.pk, one) if isinstance(one, Course) else one for one in decided]


def _decided(desk: Desk, act: Act, decide: Callable[[Desk, Act], Course]) -> Course | Refusal:
    try:
        return decide(desk, act)
    except REFUSED as refused:
        return refused


def _answered(desk: Desk, answer: Answer) -> Course:
    """Raises what is in REFUSED."""
    terms = signed_of(answer.handoff.version).terms
    reason = terms.reason(answer.reason) if answer.outcome == Outcome.REJECTED and not answer.reason_follows else None
    if reason is not None:
        attempts = desk.attempts(answer.handoff) if reason.needs else 0
        rules.check_reason(terms, reason, answer.detail, attempts=attempts)
    check_may_decide(answer.handoff, answer.by)
    desk.check_unanswered(answer.handoff)
    lead = desk.lead(answer.handoff)
    if reason is not None:
        return _rejected(answer, lead, rules.returns(terms, reason))
    if answer.reason_follows:
        return _rejected(answer, lead, rules.Return(None, None))
    return _accepted(answer, lead, terms) if answer.outcome == Outcome.ACCEPTED else _recycled(answer, lead)


def _accepted(answer: Answer, lead: Lead, terms: Terms) -> Course:
    return Course(
        handoff=answer.handoff,
        lead=lead,
        steps=[(accepted_stage(terms, lead.stage), Why(How.ANSWER))],
        by=answer.by,
        at=answer.at,
        received_at=answer.received_at,
        verb="handoff.accepted",
        answer=_row(answer),
    )


def _rejected(answer: Answer, lead: Lead, where: rules.Return) -> Course:
    steps = [("rejected", Why(How.ANSWER, answer.reason, answer.note))]
    return Course(
        handoff=answer.handoff,
        lead=lead,
        steps=[*steps, (where.to_stage, Why(How.ANSWER, answer.reason))] if where.to_stage else steps,
        by=answer.by,
        at=answer.at,
        received_at=answer.received_at,
        verb="handoff.rejected",
        codes={"reason": answer.reason},
        words={key: value for key, value in {"detail": answer.detail, "note": answer.note}.items() if value},
        ends_as=Outcome.REJECTED,
        returns=True,
        rests_until=answer.at + where.rests if where.rests else None,
        answer=_row(answer),
    )


def _recycled(answer: Answer, lead: Lead) -> Course:
    return Course(
        handoff=answer.handoff,
        lead=lead,
        steps=[("recycled", Why(How.ANSWER, "not_now", answer.note))],
        by=answer.by,
        at=answer.at,
        received_at=answer.received_at,
        verb="handoff.recycled",
        words={"note": answer.note} if answer.note else {},
        ends_as=Outcome.RECYCLED,
        returns=True,
        rests_until=answer.until,
        answer=_row(answer),
    )


def _returned(desk: Desk, given_up: GivenUp) -> Course:
    """Raises what is in REFUSED."""
    handoff, at = given_up.handoff, given_up.at
    check_may_decide(handoff, given_up.by)
    terms = signed_of(handoff.version).terms
    rests = rules.returns(terms, terms.reason(given_up.reason)).rests
    return Course(
        handoff=handoff,
        lead=desk.lead(handoff),
        steps=[(given_up.to_stage, Why(How.PERSON, given_up.reason, given_up.note))],
        by=given_up.by,
        at=at,
        received_at=given_up.received_at,
        verb="handoff.recycled",
        codes={"reason": given_up.reason},
        words={"note": given_up.note} if given_up.note else {},
        ends_as=given_up.to_stage if desk.is_open(handoff) else "",
        returns=True,
        rests_until=at + rests if rests else None,
    )


def _row(answer: Answer) -> Disposition:
    return Disposition(
        handoff=answer.handoff,
        outcome=answer.outcome,
        reason=answer.reason,
        detail=answer.detail,
        note=answer.note,
        by=answer.by,
        at=answer.at,
        received_at=answer.received_at or answer.at,
        version=answer.handoff.version,
    )


def accepted_stage(terms: Terms, stage: str) -> str:
    """The next stage that sales' owner moves a lead to, by the agreed graph. Raises lifecycle.NotAllowed if there is none."""
    ahead = terms.stages[stage].moves
    accepted = next((name for name in ahead if terms.stages[name].owner == "sales" and terms.stages[name].by == "owner"), None)
    if accepted is None:
        raise lifecycle.NotAllowed(
            f"a lead in {stage} cannot be accepted: the agreement lets its owner take it nowhere in sales; "
            "reject it, and propose a version with such a stage"
        )
    return accepted
