"""Merge two people and part them: both are judged again."""

from datetime import datetime
from typing import Any

from django.db import transaction

from treaty.qualification.marks import mark_told
from treaty.team.models import Member
from treaty.truth.actions import merging
from treaty.truth.models import Merge, Person


@transaction.atomic
def merge(kept: Person, gone: Person, *, evidence: dict[str, Any], by: Member | None, at: datetime) -> Merge:
    """Two known people are one from now on. Raises AlreadyOne; see `truth.actions.merging`."""
    made, done = merging.merge(kept, gone, evidence=evidence, by=by, at=at)
    mark_told(done, at=at)
    return made


@transaction.atomic
def unmerge(merge: Merge, *, by: Member | None, at: datetime) -> None:
    """Take a merge back. Raises AlreadyUndone; see `truth.actions.merging`."""
    mark_told(merging.unmerge(merge, by=by, at=at), at=at)
