"""Which version holds, for whom, when; and its terms, read once from the signed bytes."""

from datetime import datetime
from functools import lru_cache

from django.db.models import Q

from treaty.agreement.canonical import Signed, read
from treaty.agreement.models import InForce, Version


@lru_cache(maxsize=32)
def _read(raw: bytes) -> Signed:
    return read(raw)


def signed_of(version: Version) -> Signed:
    """Terms and bound lists of a version. Immutable, so kept in memory."""
    return _read(bytes(version.signed_bytes))


def in_force(at: datetime, applies_to: str = "everyone") -> InForce | None:
    """The version in force at a moment, or None before the first takes effect."""
    holds = Q(starts_at__lte=at) & (Q(ends_at=None) | Q(ends_at__gt=at))
    return InForce.objects.filter(holds, applies_to=applies_to).select_related("version").first()


def all_in_force(at: datetime) -> list[InForce]:
    """One version per segment, those for a segment before the one for everyone."""
    holds = Q(starts_at__lte=at) & (Q(ends_at=None) | Q(ends_at__gt=at))
    rows = InForce.objects.filter(holds).select_related("version").order_by("starts_at")
    return sorted(rows, key=lambda row: row.applies_to == "everyone")


def open_proposals() -> list[Version]:
    """Proposed and neither withdrawn nor in force yet."""
    return list(Version.objects.filter(withdrawn_at=None, in_force=None).order_by("number"))
