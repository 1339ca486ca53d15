"""Who owns a lead from when to when: the rows of the ledger, one after another without gap or overlap."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from treaty.bulk import insert, update
from treaty.handoff.rules import Route
from treaty.prepared import prepared
from treaty.team.models import Member
from treaty.truth.models import Assignment, Lead


@dataclass(frozen=True, slots=True)
class Given:
    """A lead that goes to its next owner. reason: of the change, before those of the route; turn: its number in the pool."""

    lead: Lead
    owner: Member
    route: Route
    at: datetime
    by: Member | None = None
    reason: str = ""
    turn: int | None = None


def assign(lead: Lead, found: Route, *, at: datetime, by: Member | None = None) -> Assignment:
    """Give one lead to whom the route names, without a turn of a pool."""
    return assign_all([Given(lead, Member.objects.get(email=found.email), found, at, by)])[0]


def assign_all(given: Sequence[Given]) -> list[Assignment]:
    """Write the ledger rows of several leads: the owner before ends at the moment the next begins."""
    if not given:
        return []
    at = {one.lead.pk: one.at for one in given}
    ending = _last(list(at))
    for row in ending:
        row.ends_at = at[row.lead_id]
    update(ending, ["ends_at"])
    rows = insert(_row(one) for one in given)
    for one in given:
        one.lead.owner = one.owner
    update([one.lead for one in given], ["owner"])
    return rows


@prepared
def _last(leads: Collection[int]) -> QuerySet[Assignment]:
    """Their rows that have no end yet."""
    return Assignment.objects.filter(lead__among=leads, ends_at=None)


def _row(one: Given) -> Assignment:
    return Assignment(
        lead=one.lead,
        owner=one.owner,
        starts_at=one.at,
        rule=one.route.rule,
        pool=one.route.pool,
        turn=one.turn,
        reasons=[*([one.reason] if one.reason else []), *one.route.reasons],
        ledger=one.route.ledger(),
        version=one.lead.version,
        by=one.by,
    )
