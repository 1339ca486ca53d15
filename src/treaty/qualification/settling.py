"""Write down which accounts are settled, and take it away again (see `settled`)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from treaty.bulk import change, insert, remove
from treaty.moments import to_us
from treaty.prepared import prepared
from treaty.qualification import rows
from treaty.qualification.models import Settled
from treaty.truth.actions import Absorbed

LOCK = 0x7EA71
"""Of PostgreSQL: what is settled stands before touches stored meanwhile look for it, or those are counted."""
ALWAYS = -(1 << 62)
"""Earlier than anything."""


@transaction.atomic
def begin(begun: Sequence[Settled]) -> None:
    """Note what begins to be settled, in place of what was noted of the same clauses there: nobody relies on it until it is seen."""
    _lock("pg_advisory_xact_lock")
    for clause in {row.clause for row in begun}:
        remove(Settled, "account", [row.account_id for row in begun if row.clause == clause], clause=clause)
    insert(begun)


def seen(begun: Sequence[Settled]) -> None:
    """Everybody there was judged by it."""
    change(Settled, "id", [row.pk for row in begun], is_seen=True)


def done_with(accounts: Collection[int], at: datetime) -> None:
    """Forget what has ended by then at these accounts."""
    Settled.objects.filter(account__among=accounts, until_at__lte=at).delete()


def unsettle(done: Absorbed) -> set[int]:
    """What was absorbed may change what was settled: it is so no longer. Returns the accounts at which everybody is to be judged.

    Called in the transaction that stores it. Touches and memberships that count from the beginning of what is settled
    on, or later, change nothing before its end.
    """
    if not done.since and not done.regrouped:
        return set()
    _lock("pg_advisory_xact_lock_shared")
    counting = _counting(done) | dict.fromkeys(done.regrouped, ALWAYS)
    gone = [(pk, account) for pk, account, since_us in _standing.bare(counting) if counting[account] < since_us]
    if gone:
        remove(Settled, "id", [pk for pk, _ in gone])
    return {account for _, account in gone}


def _counting(done: Absorbed) -> dict[int, int]:
    """By account, the first moment from which something new counts there, in microseconds."""
    if not done.since:
        return {}
    found: dict[int, int] = {}
    for person, number, occurred_us, known_us in rows.memberships.bare(done.since):
        if number is not None:
            first = ALWAYS if person in done.moved else max(to_us(done.since[person]), occurred_us, known_us)
            found[int(number)] = min(first, found.get(int(number), first))
    return found


@prepared
def _standing(accounts: Collection[int]) -> QuerySet[Settled, tuple[int, int, datetime]]:
    return Settled.objects.filter(account__among=accounts).values_list("id", "account_id", "since_at")


def _lock(how: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"select {how}(%s)", [LOCK])
