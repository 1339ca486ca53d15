"""What a member answers to the question whether two are one, beside making them one (`merging`, `pairing`)."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from treaty.journal.actions import record
from treaty.team.models import Member
from treaty.truth.models import Person, Proposal
from treaty.truth.models.doubles import Asked

Answer = Proposal.Answer


class AlreadyAnswered(Exception):
    """Somebody has answered it meanwhile; the message says who and what."""


@transaction.atomic
def keep_apart(one: Person, other: Person, asked: Collection[Proposal], *, by: Member, at: datetime) -> None:
    """They are two people, and are not proposed again unless something else speaks for it. Raises AlreadyAnswered."""
    answer(asked, {"answer": Answer.DIFFERENT, "answered_at": at, "answered_by": by})
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
    answer(asked, {"put_off_at": at})


def check_open(asked: Collection[Asked]) -> None:
    """Nobody else answers it until the transaction ends. Raises AlreadyAnswered."""
    if not _rows(asked).select_for_update().filter(answer=Answer.OPEN).exists():
        raise _meanwhile(asked)


def answer(asked: Collection[Asked], said: Mapping[str, object]) -> None:
    """Put the answer down, if none was given meanwhile. Raises AlreadyAnswered."""
    if not _rows(asked).filter(answer=Answer.OPEN).update(**said):
        raise _meanwhile(asked)


def _rows(asked: Collection[Asked]) -> QuerySet[Asked]:
    kind = type(next(iter(asked)))
    return kind._default_manager.filter(pk__in=[proposal.pk for proposal in asked])


def _meanwhile(asked: Collection[Asked]) -> AlreadyAnswered:
    now = _rows(asked).select_related("answered_by").first()
    who = f" by {now.answered_by}" if now and now.answered_by else ""
    return AlreadyAnswered(f"whether they are one was answered{who} meanwhile: look at it again")
