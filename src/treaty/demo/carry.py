"""Carry out what people of the demo company do: through the same actions the pages call, for several leads at once."""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from treaty.demo import steps
from treaty.feedback import contact, deals
from treaty.feedback.answers import Answer, GivenUp, answer_all, give_up_all
from treaty.feedback.models import Disposition, Outcome
from treaty.handoff.models import Handoff
from treaty.prepared import prepared
from treaty.qualification.lifecycle import NotAllowed
from treaty.team.models import Member
from treaty.truth.models import Lead, Opportunity, Person

REFUSED = (NotAllowed, deals.NotForThisDeal)
"""What the product may answer to a person who acts on old news; the demo shrugs, as people do."""
WORKED = ("", "won", "lost")
"""How a handoff that is in nobody else's hands stands: still open, or a deal that has ended."""


@dataclass(frozen=True, slots=True)
class Act:
    """One step of one person with one handoff."""

    step: steps.Step
    handoff: Handoff
    by: Member


def out(lanes: Iterable[Sequence[Act]]) -> None:
    """Do what is to be done about several leads: with each in order, with all of them together what is of one kind.

    What is done with a handoff that is in other hands by then is left out.
    """
    left = [deque(lane) for lane in lanes if lane]
    if not left:
        return
    _see_what_ended([act.handoff for lane in left for act in lane])
    while left:
        kind = Counter(KINDS[type(lane[0].step)] for lane in left).most_common(1)[0][0]
        kind([act for lane in left for act in _next(lane, kind)])
        left = [lane for lane in left if lane]


Kind = Callable[[Sequence[Act]], None]


def _next(lane: deque[Act], kind: Kind) -> Iterable[Act]:
    """What comes first in a lane, if it is of this kind; what is only noted goes on until something else is done."""
    while lane and KINDS[type(lane[0].step)] is kind:
        yield lane.popleft()
        if kind not in (_log, _hear):
            return


def _see_what_ended(handoffs: Sequence[Handoff]) -> None:
    ended = {pk: (at, how) for pk, at, how in _ended({handoff.pk for handoff in handoffs})}
    for handoff in handoffs:
        handoff.ended_at, handoff.ended_how = ended.get(handoff.pk, (None, ""))


@prepared
def _ended(handoffs: Collection[int]) -> QuerySet[Handoff, tuple[int, datetime | None, str]]:
    return Handoff.objects.filter(pk__among=handoffs, ended_at__isnull=False).values_list("pk", "ended_at", "ended_how")


def _log(acts: Sequence[Act]) -> None:
    contact.log_all([_logged(act) for act in acts if act.handoff.ended_how in WORKED])


def _logged(act: Act) -> contact.Logged:
    step, lead = act.step, act.handoff.lead
    if isinstance(step, steps.Meeting):
        return contact.booked(lead, by=act.by, at=step.at, meets_at=step.at_meeting)
    if isinstance(step, steps.Contact):
        return contact.Logged(lead=lead, kind=step.kind, by=act.by, at=step.at, outcome=step.outcome, text=step.text)
    return contact.Logged(lead=lead, kind="note", by=act.by, at=step.at, text=getattr(step, "text", ""))


def _hear(acts: Sequence[Act]) -> None:
    contact.hear_all([_heard(act.step, act) for act in acts if act.handoff.ended_at is None])


def _heard(step: Any, act: Act) -> contact.Heard:
    return contact.Heard(lead=act.handoff.lead, text=step.text, by=act.by, at=step.at, theme=step.theme)


def _answer(acts: Sequence[Act]) -> None:
    """A lead that was accepted goes back by hand, with its reason; before, that is an answer."""
    going = [act for act in acts if act.handoff.ended_at is None]
    given = Disposition.objects.filter(handoff__in=[act.handoff.pk for act in going], withdrawn_at=None)
    accepted = set(given.values_list("handoff", flat=True)) if any(isinstance(act.step, steps.Recycle) for act in going) else set()
    backs = [act for act in going if isinstance(act.step, steps.Recycle) and act.handoff.pk in accepted]
    answer_all([_answered(act.step, act) for act in going if act not in backs])
    give_up_all([_given_up(act.step, act) for act in backs])


def _answered(step: Any, act: Act) -> Answer:
    who = {"handoff": act.handoff, "by": act.by, "at": step.at}
    if isinstance(step, steps.Accept):
        return Answer(outcome=Outcome.ACCEPTED, **who)
    if isinstance(step, steps.Reject):
        return Answer(outcome=Outcome.REJECTED, reason=step.reason, detail=step.detail, note=step.note, **who)
    return Answer(outcome=Outcome.RECYCLED, note=step.note, **who)


def _given_up(step: Any, act: Act) -> GivenUp:
    return GivenUp(handoff=act.handoff, by=act.by, at=step.at, reason=step.reason, note=step.note)


def _work(acts: Sequence[Act]) -> None:
    for act in acts:
        if act.handoff.ended_at is None:
            try:
                DOES[type(act.step)](act.step, act.handoff, act.by)
            except REFUSED:
                continue


def _qualify(step: steps.Qualify, handoff: Handoff, by: Member) -> None:
    contact.qualify(handoff.lead, by=by, at=step.at, answers=step.answers)


def _open(step: steps.Open, handoff: Handoff, by: Member) -> None:
    people = {person.email: person for person in Person.objects.filter(email__in=[email for email, _ in step.roles])}
    roles = {people[email]: role for email, role in step.roles if email in people}
    deal = deals.open_opportunity(
        handoff.lead,
        by=by,
        at=step.at,
        name=step.name,
        amount=step.amount,
        currency=step.currency,
        close_on=step.close_on,
        product=step.product,
        roles=roles,
    )
    owner = Member.objects.filter(email=step.owner_email).first()
    if owner is not None:
        Opportunity.objects.filter(pk=deal.pk).update(owner=owner)


def _deal(lead: Lead) -> Opportunity:
    deal = lead.opportunities.order_by("-opened_at").first()
    if deal is None:
        raise deals.NotForThisDeal(f"lead {lead.key} has no opportunity")
    return deal


def _stage(step: steps.StageTo, handoff: Handoff, by: Member) -> None:
    deals.set_stage(_deal(handoff.lead), step.stage, by=by, at=step.at)


def _amount(step: steps.Amount, handoff: Handoff, by: Member) -> None:
    deals.set_amount(_deal(handoff.lead), step.new, by=by, at=step.at)


def _won(step: steps.Won, handoff: Handoff, by: Member) -> None:
    deals.win(_deal(handoff.lead), by=by, at=step.at, reason=step.reason)
    _see_what_ended([handoff])


def _lost(step: steps.Lost, handoff: Handoff, by: Member) -> None:
    deals.lose(_deal(handoff.lead), step.reason, by=by, at=step.at, note=step.competitor)
    _see_what_ended([handoff])


DOES: dict[type, Callable[[Any, Handoff, Member], None]] = {
    steps.Qualify: _qualify,
    steps.Open: _open,
    steps.StageTo: _stage,
    steps.Amount: _amount,
    steps.Won: _won,
    steps.Lost: _lost,
}
KINDS: dict[type, Kind] = {
    steps.Contact: _log,
    steps.Note: _log,
    steps.Meeting: _log,
    steps.Objection: _hear,
    steps.Accept: _answer,
    steps.Reject: _answer,
    steps.Recycle: _answer,
    **dict.fromkeys(DOES, _work),
}
