"""Whom to judge, and when: marks set where facts are stored, claimed while somebody judges, and set anew by what was found."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from treaty.qualification import rows
from treaty.qualification.models import NextJudgement
from treaty.truth.models import Person

CLAIM = timedelta(minutes=1)
"""For how long who is being judged is due to nobody else. A process that dies in between leaves them due again after it."""


def mark(person_ids: Collection[int], account_ids: Collection[int] = (), *, at: datetime) -> None:
    """Note that these people are to be judged now: called where the facts are stored, in the same transaction.

    So a judgement cannot be forgotten if the process dies next. Visitors not yet known by e-mail are left out.
    """
    wanted = set(person_ids) | rows.members_of(account_ids)
    known = Person.objects.filter(pk__in=wanted, merged_into=None).exclude(email="").values_list("pk", flat=True)
    due = [NextJudgement(person_id=pk, due_at=at) for pk in known]
    NextJudgement.objects.bulk_create(due, update_conflicts=True, unique_fields=["person"], update_fields=["due_at"])


def claim(person_ids: Collection[int], at: datetime) -> datetime:
    """Say that these are being judged, before their touches are read. Returns the moment that says so."""
    until = at + CLAIM
    NextJudgement.objects.filter(person__in=person_ids).update(due_at=until)
    return until


@transaction.atomic
def remember(look_at: Mapping[int, datetime | None], claimed: Collection[int], until: datetime) -> None:
    """Keep the next moment each person must be judged at; those without one are forgotten.

    claimed, until: who was judged, and what `claim` gave. What another process marked since stays: the judgement may
    not have seen what that mark is about.
    """
    NextJudgement.objects.filter(person__in=claimed, due_at=until).delete()
    wanted = [NextJudgement(person_id=person, due_at=at) for person, at in look_at.items() if at is not None]
    NextJudgement.objects.bulk_create(wanted, ignore_conflicts=True)
