"""What several answers are decided by, read once: their leads, kept from other writers, and what was answered before."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet

from treaty.feedback import rules
from treaty.feedback.models import Disposition
from treaty.handoff.actions import NotForHandoff, hold_all
from treaty.handoff.models import Handoff
from treaty.prepared import prepared
from treaty.team.models import Member, Role
from treaty.truth.models import Activity, Lead


class AlreadyDecided(Exception):
    """The handoff has an answer; `disposition` is the first one."""

    def __init__(self, disposition: Disposition) -> None:
        self.disposition = disposition
        super().__init__(f"already {disposition.outcome} by {disposition.by.name}")


class Desk:
    """Made inside the transaction: nobody else answers for these leads until it ends."""

    def __init__(self, handoffs: Sequence[Handoff]) -> None:
        self._handoffs, self._leads = handoffs, hold_all(handoff.lead_id for handoff in handoffs)
        pks = [handoff.pk for handoff in handoffs]
        self._ended = dict(_ended(pks))
        self._given = {row.handoff_id: row for row in _given(pks)}

    def lead(self, handoff: Handoff) -> Lead:
        """Its lead as it is now, with person, account and version."""
        return self._leads[handoff.lead_id]

    def is_open(self, handoff: Handoff) -> bool:
        return handoff.pk not in self._ended

    def check_unanswered(self, handoff: Handoff) -> None:
        """Raises NotForHandoff for one that went to another, AlreadyDecided."""
        if self._ended.get(handoff.pk) == "moved":
            lead = self.lead(handoff)
            raise NotForHandoff(f"{lead.person} is with {lead.owner.name} now: ask them")
        if handoff.pk in self._given:
            raise AlreadyDecided(self._given[handoff.pk])

    def attempts(self, handoff: Handoff) -> int:
        """How often sales tried to reach the person since the handoff."""
        return self._attempts[handoff.pk]

    @cached_property
    def _attempts(self) -> dict[int, int]:
        people = {handoff.pk: self.lead(handoff).person_id for handoff in self._handoffs}
        tried = _tried(set(people.values()))
        return {h.pk: sum(at >= h.made_at for at in tried[people[h.pk]]) for h in self._handoffs}


def _tried(people: Collection[int]) -> dict[int | None, list[datetime]]:
    found: dict[int | None, list[datetime]] = defaultdict(list)
    for person, at in _contacts(people):
        found[person].append(at)
    return found


@prepared
def _ended(handoffs: Collection[int]) -> QuerySet[Handoff, tuple[int, str]]:
    return Handoff.objects.filter(pk__among=handoffs, ended_at__isnull=False).values_list("pk", "ended_how")


@prepared
def _given(handoffs: Collection[int]) -> QuerySet[Disposition]:
    return Disposition.objects.filter(handoff__among=handoffs, withdrawn_at=None).select_related("by")


@prepared
def _contacts(people: Collection[int]) -> QuerySet[Activity, tuple[int | None, datetime]]:
    rows = Activity.objects.filter(person__among=people, direction="out", withdrawn_at=None).exclude(kind="note")
    return rows.values_list("person", "occurred_at")


def check_may_decide(handoff: Handoff, by: Member) -> None:
    """Raises NotTheOwner."""
    rules.check_may_decide(owner_id=handoff.owner_id, member_id=by.pk, is_manager=may_decide_for(by, handoff.owner))


def may_decide_for(by: Member, owner: Member) -> bool:
    """Their manager, any sales manager, and RevOps may answer for a rep who cannot."""
    return by.role in (Role.SALES_MANAGER, Role.REVOPS) or owner.manager_id == by.pk
