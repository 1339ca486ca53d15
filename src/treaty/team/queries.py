"""Who sees whom: the one place that says which members' work a member may look at."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from treaty.team.models import Absence, Member, Role

SEES_ALL = (Role.MARKETING, Role.SALES_MANAGER, Role.REVOPS, Role.EXECUTIVE)
"""Roles that see every lead: both teams look at the same records. A rep sees their own and their accounts'."""


def sees_every_lead(member: Member) -> bool:
    return member.role in SEES_ALL


def may_see_attainment_of(viewer: Member, other: Member) -> bool:
    """One person's attainment is seen by that person and their manager; everyone else sees the team."""
    return viewer.pk in (other.pk, other.manager_id)


def reps() -> QuerySet[Member]:
    """Active members who take handoffs."""
    return Member.objects.filter(is_active=True, role__in=[Role.SALES_REP, Role.SALES_MANAGER]).order_by("name")


def zone_of(member: Member, agreed: str = "") -> ZoneInfo:
    """Where they work; agreed: the agreement's zone, for those who did not say. UTC before there is either."""
    return ZoneInfo(member.zone or agreed or "UTC")


def absences(at: datetime) -> QuerySet[Absence]:
    """Those that cover a moment: from their start until, not at, their end."""
    return Absence.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)


def may_change_agreement(member: Member) -> bool:
    """Who drafts and proposes: marketing, sales managers, RevOps. Signing is for the named signatories alone."""
    return member.role in (Role.MARKETING, Role.SALES_MANAGER, Role.REVOPS)
