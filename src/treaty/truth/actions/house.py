"""What the house decides beside the agreement, each with who and when; the newest counts."""

from datetime import datetime
from typing import Any

from django.db import transaction

from treaty.journal.actions import record
from treaty.team.models import Member
from treaty.truth.models import HouseRule

UNKNOWN_CONSENT = "unknown_consent"
"""`out` or `in`: whether people of whom nobody said whether they agreed go into files for advertising."""


def decided(name: str, otherwise: Any) -> Any:
    """What is in force under a name; otherwise: what holds while nobody decided."""
    newest = HouseRule.objects.filter(name=name).order_by("-at", "-pk").values_list("value", flat=True).first()
    return otherwise if newest is None else newest


@transaction.atomic
def decide(name: str, value: Any, *, by: Member, at: datetime) -> None:
    """Put a rule in force from now on. The one before stays as a row."""
    rule = HouseRule.objects.create(name=name, value=value, by=by, at=at)
    record("house.decided", rule, by=by, at=at, codes={"name": name, "value": value})
