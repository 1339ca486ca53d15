"""Whom to judge, and when: marks set where facts are stored, claimed while somebody judges, and set anew by what was found."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from treaty.bulk import insert_values, remove, replace_values
from treaty.prepared import prepared
from treaty.qualification import rows
from treaty.qualification.models import NextJudgement
from treaty.qualification.settling import unsettle
from treaty.truth.actions import Absorbed
from treaty.truth.models import Person

CLAIM = timedelta(minutes=1)
"""For how long who is being judged is due to nobody else. A process that dies in between leaves them due again after it."""


def mark(person_ids: Collection[int], account_ids: Collection[int] = (), *, at: datetime) -> None:
    """Note that these people, and everybody at these accounts, are to be judged now, in the transaction that makes it so.

    So a judgement cannot be forgotten if the process dies next. Visitors nobody has named yet are left out, unless they
    belong to an account: what they do counts there.
    """
    wanted = set(person_ids) | rows.members_of(account_ids)
    replace_values(NextJudgement, "person_id", ["due_at"], [(pk, at) for pk in sorted(_concerned(wanted))])


def mark_told(done: Absorbed, *, at: datetime) -> None:
    """Mark all whom something absorbed may concern, in the transaction that stores it."""
    if done.person_ids or done.account_ids:
        mark(done.person_ids, done.account_ids | unsettle(done), at=at)


@prepared
def _concerned(people: Collection[int]) -> QuerySet[Person, int]:
    return (
        Person.objects.filter(pk__among=people, merged_into=None)
        .exclude(email="", first_known_at=None, account=None)
        .values_list("pk", flat=True)
    )


def claim(person_ids: Collection[int], at: datetime) -> datetime:
    """Say that these are being judged, before their touches are read. Returns the moment that says so.

    Whoever is not judged in the end, whatever comes between, is due at that moment.
    """
    until = at + CLAIM
    replace_values(NextJudgement, "person_id", ["due_at"], [(pk, until) for pk in sorted(person_ids)])
    return until


@transaction.atomic
def remember(look_at: Mapping[int, datetime | None], claimed: Collection[int], until: datetime) -> None:
    """Keep the next moment each person must be judged at; those without one are forgotten.

    claimed, until: who was judged, and what `claim` gave. What another process marked since stays: the judgement may
    not have seen what that mark is about.
    """
    remove(NextJudgement, "person_id", claimed, due_at=until)
    wanted = [(person, at) for person, at in look_at.items() if at is not None]
    insert_values(NextJudgement, ("person_id", "due_at"), wanted, ignore_conflicts=True)
