"""What a press of a button means: the form becomes one action, and the action becomes a sentence."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from treaty.agreement.queries import signed_of
from treaty.feedback import actions, contact, rules
from treaty.feedback.desk import AlreadyDecided
from treaty.feedback.models import Disposition
from treaty.feedback.reasons import unreasoned
from treaty.handoff.actions import NotForHandoff, lock
from treaty.handoff.models import Handoff
from treaty.sla import actions as sla
from treaty.team.models import Member
from treaty.web.pages.queue.access import check_owner
from treaty.web.pages.queue.state import state_of
from treaty.web.replies import Incomplete

Form = Mapping[str, str]
LONGEST = 300
RESTS = (("", "No date: when they show interest again"), ("30", "In 30 days"), ("90", "In 90 days"), ("180", "In 180 days"))
"""After how many days a recycled lead is worth another look."""
KINDS = ("call", "email", "message", "meeting")


@transaction.atomic
def give(handoff: Handoff, form: Form, *, by: Member, at: datetime) -> str:
    """Carry out the answer of a form, and judge the clocks at once. Returns what was done, as a sentence.

    Raises everything in `replies.REFUSED`; then, and whatever else fails, nothing was done.
    """
    lock(handoff.lead_id)
    name = form.get("answer", "")
    if name not in ANSWERS:
        raise Incomplete(f"{name or 'nothing'!r} is not an answer: use one of {', '.join(ANSWERS)}")
    if name != "reject" or unreasoned(handoff) is None:
        _check_open(handoff)
    said = ANSWERS[name](handoff, form, by, at)
    sla.refresh(handoff)
    return said


def _check_open(handoff: Handoff) -> None:
    """Refuse an answer to what has ended: it went to somebody else, or was given back."""
    if handoff.ended_at is None:
        return
    given = Disposition.objects.filter(handoff=handoff, withdrawn_at=None).exclude(outcome="accepted").select_related("by").first()
    if given is not None:
        raise AlreadyDecided(given)
    raise NotForHandoff(f"{handoff.lead.person} is with {handoff.lead.owner.name} now: ask them")


def _accept(handoff: Handoff, form: Form, by: Member, at: datetime) -> str:
    actions.accept(handoff, by=by, at=at)
    return f"{handoff.lead.person} is accepted"


def _reject(handoff: Handoff, form: Form, by: Member, at: datetime) -> str:
    reason, detail = form.get("reason", ""), _detail(form)
    if not reason:
        raise Incomplete("a rejection needs a reason: choose one, so that the next campaign is better")
    asks = signed_of(handoff.version).terms.reason(reason).asks
    note = "" if asks else detail
    actions.reject(handoff, reason, by=by, at=at, detail=detail if asks else "", note=note)
    return f"{handoff.lead.person} went back to marketing: {rules.words(reason).lower()}"


def _recycle(handoff: Handoff, form: Form, by: Member, at: datetime) -> str:
    """Before accepting, until a date; after it, for one of the agreement's reasons."""
    chosen, note = form.get("reason", ""), _detail(form)
    if state_of(handoff, at).is_accepted:
        if not chosen:
            raise Incomplete("a lead that was accepted goes back with a reason: choose one")
        actions.give_up(handoff, by=by, at=at, reason=chosen, note=note)
        return f"{handoff.lead.person} is back in marketing's care: {rules.words(chosen).lower()}"
    if chosen and not (chosen.isascii() and chosen.isdigit() and 0 < int(chosen[:5]) <= 730):
        raise Incomplete(f"{chosen!r} is not a number of days up to 730: choose when it is worth another look")
    until = at + timedelta(days=int(chosen)) if chosen else None
    actions.recycle(handoff, by=by, at=at, until=until, note=note)
    return f"{handoff.lead.person} is recycled{f', worth another look in {chosen} days' if chosen else ''}"


def _contacted(handoff: Handoff, form: Form, by: Member, at: datetime) -> str:
    check_owner(by, handoff)
    kind = form.get("kind") or "call"
    if kind not in KINDS:
        raise Incomplete(f"{kind!r} is not a way to reach somebody: use one of {', '.join(KINDS)}")
    contact.log_contact(handoff.lead, kind, by=by, at=at, outcome=form.get("outcome", "")[:40], text=form.get("text", ""))
    return f"A contact with {handoff.lead.person} is logged"


def _meeting(handoff: Handoff, form: Form, by: Member, at: datetime) -> str:
    check_owner(by, handoff)
    contact.book_meeting(handoff.lead, by=by, at=at, text=form.get("text", ""))
    return f"A meeting with {handoff.lead.person} is booked"


def _qualify(handoff: Handoff, form: Form, by: Member, at: datetime) -> str:
    check_owner(by, handoff)
    contact.qualify(handoff.lead, by=by, at=at, answers=captured_in(form))
    return f"{handoff.lead.person} is sales qualified"


ANSWERS: dict[str, Callable[[Handoff, Form, Member, datetime], str]] = {
    "accept": _accept,
    "reject": _reject,
    "recycle": _recycle,
    "contacted": _contacted,
    "meeting": _meeting,
    "qualify": _qualify,
}


def captured_in(form: Form) -> dict[str, str]:
    """Answers of the person in a form: its fields `answer.budget`, `answer.need`, ..."""
    return {name.removeprefix("answer."): value.strip() for name, value in form.items() if name.startswith("answer.") and value.strip()}


def _detail(form: Form) -> str:
    detail = form.get("detail", "").strip()
    if len(detail) > LONGEST:
        raise Incomplete(f"the detail has {len(detail)} characters: shorten it to {LONGEST}")
    return detail


@transaction.atomic
def undo(handoff: Handoff, *, by: Member, at: datetime) -> str:
    """Take back the last thing done about a handoff: an answer, or a contact by this member. Returns the sentence.

    Raises NotTheOwner, TooLateToUndo ten minutes after it, LookupError when there is nothing.
    """
    lock(handoff.lead_id)
    last = state_of(handoff, at).last_done(by)
    if last is None:
        raise LookupError("there is nothing to undo here: answers and contacts can be taken back for ten minutes")
    check_owner(by, handoff)
    if isinstance(last, Disposition):
        actions.withdraw(last, by=by, at=at)
        said = f"{handoff.lead.person} waits for an answer again"
    else:
        rules.check_undo(at, last.occurred_at)
        contact.unlog(last, by=by, at=at)
        said = f"The contact with {handoff.lead.person} is taken back"
    handoff.refresh_from_db()
    sla.refresh(handoff)
    return said
