"""When the definitions are looked at again, as agreed, and that both sides did: the version stays, or a draft amends it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from treaty.agreement.models import InForce, Looked
from treaty.agreement.queries import in_force, signed_of
from treaty.agreement.terms import Terms
from treaty.journal.actions import record
from treaty.team.models import Member
from treaty.team.queries import may_change_agreement

DAYS = {"every week": 7, "every month": 30, "every quarter": 91, "every half-year": 182, "every year": 365}
"""How long after one look the next is due."""
SOON = timedelta(days=7)
"""So long before its day a review is told of."""


class NotLookedAt(Exception):
    """Nothing can be kept of this look; the message says why and what would help."""


def windows(terms: Terms) -> int:
    """How often a year the definitions are looked at again."""
    return max(1, round(365 / DAYS[terms.review.definitions]))


def length(terms: Terms) -> timedelta:
    return timedelta(days=DAYS[terms.review.definitions])


def looks(now: InForce) -> list[Looked]:
    """Every look at the version, the first one first."""
    return list(Looked.objects.filter(version=now.version).select_related("by").order_by("at", "pk"))


def due_on(now: InForce, done: Sequence[Looked]) -> date:
    """The day by which the definitions of a version are to be looked at again: counted from its beginning, or from the last look.

    done: `looks`. Source: agreement, `review.definitions` (R6).
    """
    terms = signed_of(now.version).terms
    begins: datetime = done[-1].at if done else now.starts_at
    return begins.astimezone(ZoneInfo(terms.time_zone)).date() + length(terms)


def is_near(day: date, now: InForce, *, at: datetime) -> bool:
    """Within a week before a day of the agreement's zone, or after it."""
    zone = ZoneInfo(signed_of(now.version).terms.time_zone)
    return at.astimezone(zone).date() >= day - SOON


@transaction.atomic
def look(says: str, *, by: Member, at: datetime) -> Looked:
    """Both sides looked at the definitions in force and they stay. says: what was looked at and why it stays, in a sentence.

    Raises NotLookedAt without words, without a version in force, and for who neither changes nor signs the agreement.
    """
    now = in_force(at)
    if now is None:
        raise NotLookedAt("no version is in force: there is nothing to look at again")
    terms = signed_of(now.version).terms
    if not by.is_active or not (may_change_agreement(by) or terms.signatories.side_of(by.email)):
        raise NotLookedAt(f"{by.name} cannot keep this: who changes the agreement can, and who signs it")
    if not says.strip():
        raise NotLookedAt("say in a sentence what you looked at and why it stays")
    row = Looked.objects.create(version=now.version, says=says.strip()[:500], by=by, at=at)
    record("agreement.looked_at", row, by=by, at=at, agreement=now.version.hash, words={"says": row.says})
    return row
