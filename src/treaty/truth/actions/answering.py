"""What a member answers to the question whether two are one person, beside making them one (`merging`)."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from treaty.journal.actions import record
from treaty.team.models import Member
from treaty.truth.models import Person, Proposal

Answer = Proposal.Answer


class AlreadyAnswered(Exception):
    """Somebody has answered it meanwhile; the message says who and what."""


@transaction.atomic
def keep_apart(one: Person, other: Person, asked: Collection[Proposal], *, by: Member, at: datetime) -> None:
    """They are two people, and are not proposed again unless something else speaks for it. Raises AlreadyAnswered."""
    _answer(asked, {"answer": Answer.DIFFERENT, "answered_at": at, "answered_by": by})
    record("person.kept_apart", one, by=by, at=at, codes={"other": other.key, "rules": sorted({p.rule for p in asked})})


@transaction.atomic
def ask_again(one: Person, other: Person, answered: Collection[Proposal], *, by: Member, at: datetime) -> None:
    """That they are two people is taken back: it is asked again."""
    rows = Proposal.objects.filter(pk__in=[p.pk for p in answered], answer=Answer.DIFFERENT)
    if rows.update(answer=Answer.OPEN, answered_at=None, answered_by=None, merge=None):
        record("person.asked_again", one, by=by, at=at, codes={"other": other.key, "rules": sorted({p.rule for p in answered})})


@transaction.atomic
def put_off(asked: Collection[Proposal], *, at: datetime) -> None:
    """Later: they come after all others. Raises AlreadyAnswered."""
    _answer(asked, {"put_off_at": at})


def check_open(asked: Collection[Proposal]) -> None:
    """Nobody else answers it until the transaction ends. Raises AlreadyAnswered."""
    numbers = [proposal.pk for proposal in asked]
    if not Proposal.objects.select_for_update().filter(pk__in=numbers, answer=Answer.OPEN).exists():
        raise _meanwhile(numbers)


def _answer(asked: Collection[Proposal], said: dict[str, object]) -> None:
    numbers = [proposal.pk for proposal in asked]
    if not Proposal.objects.filter(pk__in=numbers, answer=Answer.OPEN).update(**said):
        raise _meanwhile(numbers)


def _meanwhile(numbers: Collection[int]) -> AlreadyAnswered:
    now = Proposal.objects.filter(pk__in=numbers).select_related("answered_by").first()
    who = f" by {now.answered_by}" if now and now.answered_by else ""
    return AlreadyAnswered(f"whether they are one person was answered{who} meanwhile: look at it again")
