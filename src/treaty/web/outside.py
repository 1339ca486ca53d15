"""An answer given outside of our pages, by a button in Slack or a link of an e-mail: the same action as in the queue."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from treaty.agreement.queries import Damaged, agreed_zone
from treaty.feedback.desk import AlreadyDecided
from treaty.feedback.models import Disposition, Outcome
from treaty.handoff.actions import NotForHandoff
from treaty.handoff.models import Handoff
from treaty.notify import telling
from treaty.notify.saying import moment
from treaty.sla.queries import handoffs
from treaty.team.models import Member
from treaty.team.queries import zone_of
from treaty.web.pages.queue import answers
from treaty.web.replies import REFUSED, sentence

SETTLED = (AlreadyDecided, NotForHandoff)
"""Refusals after which there is nothing more to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Who answers what. about: the handoff's key; ref: of the message it was given in."""

    by: Member
    answer: str
    about: str
    reason: str = ""
    detail: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Became:
    """What came of it, as a sentence. is_done: nothing more can be answered here; is_refused: nothing was done."""

    says: str
    is_done: bool = False
    is_refused: bool = False


def handoff_for(member: Member, key: str) -> Handoff | None:
    """One that this member may look at; for everybody else there is none."""
    return handoffs(member).filter(key=key).first()


def give(given: Given, *, at: datetime) -> Became:
    """Carry it out; a second time changes nothing and says so."""
    handoff = handoff_for(given.by, given.about)
    if handoff is None:
        return Became("This lead is not there, or it is with people you do not work with.", is_refused=True)
    try:
        with transaction.atomic():
            if given.answer == "snooze":
                return _snoozed(handoff, given, at)
            form = {"answer": _named(given, handoff), "reason": given.reason, "detail": given.detail}
            said = answers.give(handoff, form, by=given.by, at=at)
    except (*REFUSED, Damaged) as problem:
        return Became(sentence(problem), is_done=isinstance(problem, SETTLED), is_refused=True)
    return Became(f"{said}, by {given.by.name}.", is_done=True)


def _named(given: Given, handoff: Handoff) -> str:
    """The answer as the queue names it. The reason that is missing ends a lead that was accepted, or is that of its rejection."""
    if given.answer != "reason":
        return given.answer
    is_accepted = Disposition.objects.filter(handoff=handoff, outcome=Outcome.ACCEPTED, withdrawn_at=None).exists()
    return "recycle" if is_accepted else "reject"


def _snoozed(handoff: Handoff, given: Given, at: datetime) -> Became:
    when = telling.snooze(handoff, by=given.by, ref=given.ref, at=at)
    return Became(f"You are told again {moment(when, zone_of(given.by, agreed_zone(at)), at)}.")
