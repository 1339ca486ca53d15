"""What sales may answer, and where an answer takes the lead."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from treaty.agreement.terms import Terms
from treaty.agreement.terms_reasons import Reason

UNDO_WITHIN = timedelta(minutes=10)
MERGE, REVIEW = "merge", "marketing_review"


class NotTheOwner(Exception):
    """Only the owner of a handoff, their manager or RevOps may answer it."""


class AnswerIncomplete(Exception):
    """The reason asks for something that was not given; the message says what."""


class TooLateToUndo(Exception):
    """The time for undoing is over; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class Return:
    """Where a rejection takes the lead after `rejected`: a stage or none, and how long it rests there."""

    to_stage: str | None
    rests: timedelta | None


def check_may_decide(*, owner_id: int, member_id: int, is_manager: bool) -> None:
    """Raises NotTheOwner."""
    if member_id != owner_id and not is_manager:
        raise NotTheOwner("this lead is with somebody else: ask them, or their manager, to answer it")


def check_reason(terms: Terms, reason: Reason, detail: str, *, attempts: int) -> None:
    """attempts: made so far. Raises AnswerIncomplete for a missing detail, or too few attempts where the reason needs them."""
    if reason.asks and not detail.strip():
        raise AnswerIncomplete(f"{words(reason.id)} asks: {reason.asks}")
    if reason.needs == "attempts_done":
        needed = attempts_promised(terms)
        if attempts < needed:
            raise AnswerIncomplete(f"{words(reason.id)} needs {needed} attempts first; {attempts} logged so far")


def attempts_promised(terms: Terms) -> int:
    """How many attempts sales promised before giving a lead up; 1 if nothing is promised."""
    counts = [int(p.at_least.number) for p in terms.promises.sales if p.do == "contact_attempts" and p.at_least]
    return max(counts, default=1)


def returns(terms: Terms, reason: Reason) -> Return:
    """Where the lead goes once it is rejected. Reviews and merges leave it in `rejected` for a person to settle."""
    to_stage = reason.returns if reason.returns in terms.stages else None
    return Return(to_stage, reason.after.span if reason.after else None)


def check_undo(at: datetime, decided_at: datetime) -> None:
    """Raises TooLateToUndo ten minutes after the answer: notices have left by then."""
    if at - decided_at > UNDO_WITHIN:
        raise TooLateToUndo("answers can be undone for ten minutes: move the lead by hand instead, with a reason")


def words(code: str) -> str:
    """`no_budget` as people say it."""
    return code.replace("_", " ").capitalize()
