"""Merge two people and part them, part two accounts: whoever it concerns is judged again."""

from datetime import datetime
from typing import Any

from django.db import transaction

from treaty.qualification.marks import mark_told
from treaty.team.models import Member
from treaty.truth.actions import account_merging, merging
from treaty.truth.models import AccountMerge, Merge, Person


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


@transaction.atomic
def part_accounts(merge: AccountMerge, *, by: Member | None, at: datetime) -> None:
    """Take a merge of accounts back. Raises AlreadyUndone; see `truth.actions.account_merging`."""
    mark_told(account_merging.unmerge(merge, by=by, at=at), at=at)
