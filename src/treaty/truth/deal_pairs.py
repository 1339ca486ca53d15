"""Deals of two systems that may be one, read on behalf of a member; which are proposed is said by `actions.pairing`."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from treaty.team.models import Member
from treaty.team.queries import sees_every_lead
from treaty.truth.actions.pairing import Answer
from treaty.truth.models import DealProposal, Source, SystemRecord
from treaty.truth.queries import opportunities


def pairs(member: Member, here: Source, there: Source) -> list[DealProposal]:
    """What was proposed of two systems, the open ones first, those with the most points before others."""
    told = Q(one__system_records__source=here, other__system_records__source=there)
    told |= Q(one__system_records__source=there, other__system_records__source=here)
    rows = _seen(member, DealProposal.objects.filter(told).distinct())
    return sorted(rows, key=lambda asked: (asked.answer != Answer.OPEN, -int(asked.evidence.get("points", 0)), asked.pk))


def pair(member: Member, key: str) -> DealProposal | None:
    """One of them; None where one of the two is not this member's to see."""
    return next(iter(_seen(member, DealProposal.objects.filter(key=key))), None)


def _seen(member: Member, rows: QuerySet[DealProposal]) -> list[DealProposal]:
    listed = list(rows.select_related("one__account", "one__owner", "other__account", "other__owner", "answered_by"))
    if sees_every_lead(member):
        return listed
    numbers = {number for asked in listed for number in (asked.one_id, asked.other_id)}
    own = set(opportunities(member, also_gone=True).filter(pk__in=numbers).values_list("pk", flat=True))
    return [asked for asked in listed if {asked.one_id, asked.other_id} <= own]


def told_by(deal_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """By deal, the systems that have a record of it, each with its id there."""
    rows = SystemRecord.objects.filter(opportunity__in=deal_ids, gone_at=None).order_by("source__name", "external_id")
    found: dict[int, list[tuple[str, str]]] = {number: [] for number in deal_ids}
    for deal, source, external_id in rows.values_list("opportunity", "source__name", "external_id"):
        found[deal or 0].append((source, external_id))
    return found
