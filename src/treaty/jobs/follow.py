"""What follows from what happened: the journal's entries carried into the rooms that do not know each other.

Each may run twice: every action here looks first whether it is done.
"""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Max

from treaty.feedback.told import follow_told
from treaty.handoff.actions import NotForHandoff, Timing, hand_over
from treaty.handoff.models import Handoff
from treaty.journal.models import Entry
from treaty.qualification.actions import route_rules_holding
from treaty.sla import actions as sla
from treaty.truth.models import Activity, Fact, Lead, Opportunity, StageMove, Touch

Follow = Callable[[Entry, datetime], None]


def follow(entry: Entry, *, at: datetime) -> None:
    """Carry one entry on; most entries are followed by nothing."""
    reaction = FOLLOWS.get(entry.verb)
    if reaction is not None:
        reaction(entry, at)


def _after_move(entry: Entry, at: datetime) -> None:
    """A lead that came into sales' care, or began there, is handed to its owner, with the brief."""
    if not entry.codes.get("hands_over"):
        return
    lead = Lead.objects.select_related("version").get(key=entry.subject_key)
    to_stage = entry.codes["stage" if entry.verb == "lead.opened" else "to"]
    move = StageMove.objects.filter(lead=lead, to_stage=to_stage, withdrawn_at=None).order_by("-id").first()
    if move is None or lead.stage != move.to_stage:
        return
    try:
        hand_over(lead, at=at, timing=Timing(move.at, _received(move)), holds=route_rules_holding(lead, at=at))
    except NotForHandoff:
        return  # it has moved on in the meantime; that move has its own entry


def _received(move: StageMove) -> datetime:
    """When the deciding fact reached us: the newest of what was told of the person by then; a boundary of time, as it passed."""
    person = move.lead.person_id
    touches = Touch.objects.filter(person=person, received_at__lte=move.received_at)
    facts = Fact.objects.filter(subject=Fact.Subject.PERSON, subject_id=person, received_at__lte=move.received_at)
    told = [found for rows in (touches, facts) if (found := rows.aggregate(top=Max("received_at"))["top"])]
    received: datetime = min(max([move.at, *told]), move.received_at) if told else move.received_at
    return received


def _after_handoff(entry: Entry, _at: datetime) -> None:
    sla.start(_handoff(entry.subject_key))


def _after_answer(entry: Entry, _at: datetime) -> None:
    handoff = _handoff(entry.subject_key)
    sla.refresh(handoff)
    if entry.verb in ("handoff.rejected", "handoff.recycled") and handoff.lead.stage == "recycled":
        sla.start_nurture(handoff.lead, at=entry.at)


def _after_contact(entry: Entry, _at: datetime) -> None:
    activity = Activity.objects.select_related("lead").get(key=entry.subject_key)
    lead = activity.lead
    if lead is None:
        return
    latest = Handoff.objects.filter(lead=lead, made_at__lte=activity.occurred_at).order_by("-made_at").first()
    if latest is not None:
        sla.refresh(latest)
    if lead.stage == "recycled":
        sla.nurtured(lead)


def _after_deal(entry: Entry, at: datetime) -> None:
    follow_told(Opportunity.objects.get(key=entry.subject_key), at=at)


def _handoff(key: str) -> Handoff:
    return Handoff.objects.select_related("lead__version", "owner", "version").get(key=key)


FOLLOWS: dict[str, Follow] = {
    "lead.opened": _after_move,
    "lead.moved": _after_move,
    "handoff.made": _after_handoff,
    "handoff.taken_over": _after_handoff,
    "handoff.accepted": _after_answer,
    "handoff.rejected": _after_answer,
    "handoff.recycled": _after_answer,
    "handoff.reopened": _after_answer,
    "opportunity.told": _after_deal,
    "contact.logged": _after_contact,
    "contact.withdrawn": _after_contact,
}
