"""Guessing is slow: a few wrong passphrases, then a pause. Counted in the database, so it holds for every door and process."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from treaty.agreement.models import SecretTry
from treaty.team.models import Member

MOST = 5
WHILE = timedelta(minutes=10)


class TooManyTries(Exception):
    """This member typed wrong too often of late. The message says when to try again."""


@contextmanager
def counted(member: Member, *, at: datetime) -> Iterator[None]:
    """Around whatever checks a secret: what it raises was a wrong one. Raises TooManyTries before anything is checked.

    The try is written first and taken back when it was right, so guesses made at once are counted too. Must not run
    inside of a transaction: what is rolled back is not counted.
    """
    SecretTry.objects.filter(at__lte=at - WHILE).delete()
    row = SecretTry.objects.create(member=member, at=at)
    recent = list(SecretTry.objects.filter(member=member).order_by("at", "pk").values_list("at", flat=True)[: MOST + 1])
    if len(recent) > MOST:
        row.delete()
        minutes = -(-(recent[0] + WHILE - at) // timedelta(minutes=1))
        raise TooManyTries(f"{MOST} wrong tries within {WHILE.seconds // 60} minutes: try again in {minutes} min")
    yield
    row.delete()
