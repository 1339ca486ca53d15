"""Whose queue, which handoff, and who may answer: asked by every door of the queue alike."""

from django.http import Http404

from treaty.feedback import rules
from treaty.feedback.desk import may_decide_for
from treaty.handoff.models import Handoff
from treaty.sla.queries import handoffs
from treaty.team.models import Member
from treaty.team.queries import reps
from treaty.truth.models import Lead, Opportunity
from treaty.web.here import Here
from treaty.web.replies import NotYours


def handoff_of(here: Here, key: str) -> Handoff:
    """A handoff this member may look at; for everybody else there is none."""
    found = handoffs(here.member).select_related("owner__manager").filter(key=key).first()
    if found is None:
        raise Http404
    return found


def owner_of(here: Here) -> Member:
    """Whose queue is asked for (`?owner=`): one's own, or one that this member may answer for. Else there is none."""
    key = here.request.GET.get("owner") or here.request.POST.get("owner")
    if not key or key == here.member.key:
        return here.member
    owner = Member.objects.filter(key=key).first()
    if owner is None or not may_decide_for(here.member, owner):
        raise Http404
    return owner


def may_answer(member: Member, handoff: Handoff) -> bool:
    return member.pk == handoff.owner_id or may_decide_for(member, handoff.owner)


def check_owner(member: Member, record: Lead | Opportunity | Handoff) -> None:
    """Refuse those who may look at a record but not work it. Raises NotTheOwner, which says whom to ask."""
    owner = record.owner
    if owner is None:
        return check_sales(member)
    rules.check_may_decide(owner_id=owner.pk, member_id=member.pk, is_manager=may_decide_for(member, owner))


def check_sales(member: Member) -> None:
    """A record without an owner is worked by sales' managers and RevOps. Raises NotYours."""
    if member.role not in ("sales_manager", "revops"):
        raise NotYours("nobody owns this yet: a sales manager or RevOps can give it to somebody")


def check_manager(member: Member, handoff: Handoff) -> None:
    """Giving a lead to another and letting a clock stand is for those who answer for its owner. Raises NotYours."""
    if not may_decide_for(member, handoff.owner):
        raise NotYours(f"a sales manager or RevOps does this: ask the manager of {handoff.owner.name}")


def others(handoff: Handoff) -> list[Member]:
    """To whom a manager may give a lead."""
    return [rep for rep in reps() if rep.pk != handoff.owner_id]
