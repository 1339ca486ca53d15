"""Accounts at which a clause on everybody's touches holds and everybody was judged by it: news of one is judged for that one alone.

Such a clause counts touches, so what arrives can only make it hold, or hold longer. While it holds, a colleague's touch
changes nobody else's verdict; what it changes after the end that was counted is seen when that end comes and everybody is
judged again. What could take the clause away sooner, or move its beginning, is said by `absorb`: somebody who belongs
elsewhere now, and touches that were told late. See docs/decisions/an-account-settled.md.
"""

from collections import Counter
from collections.abc import Collection, Set
from datetime import datetime
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from django.db.models import QuerySet

from treaty.agreement.models import Version
from treaty.prepared import prepared
from treaty.qualification import rows
from treaty.qualification.accounts import Accounts, AtAccount, Turns, as_table
from treaty.qualification.models import Settled
from treaty.truth.models import AccountMerge, Fact, Merge, Touch

ENDED = 20
"""Accounts at which everybody is judged again at once."""


class AtAccounts:
    """The turns of clauses at accounts, as one judging at a moment sees them: settled ones as they stand, others counted.

    version: the one in force, if it matters by which everybody there was judged.
    """

    def __init__(self, at: datetime, version: Version | None = None) -> None:
        self._at, self._version = at, version
        self._turns: dict[AtAccount, Turns] = {}

    def table(self, asked: Accounts, accounts: Collection[int]) -> pa.Table:
        """What a judge needs to know of these accounts, in the shape TURNS. What was looked at once is not looked at again."""
        self.look(asked, {one for one in accounts if any((name, one) not in self._turns for name in asked.names.values())})
        return as_table({(key, one): turns for key, name in asked.names.items() for one in accounts if (turns := self._turns[name, one])})

    def look(self, asked: Accounts, accounts: Collection[int]) -> dict[AtAccount, Turns]:
        """Read what is settled and count the rest, anew. Returns what is not settled, by the clause's name and the account."""
        wanted = {(name, one) for name in asked.names.values() for one in accounts}
        rows_ = {(row.clause, row.account_id): row for row in _settled(accounts, self._at)} if wanted else {}
        known = {one: [(at, change) for at, change in row.turns] for one, row in rows_.items() if one in wanted}
        counted = count(asked, wanted - known.keys())
        self._turns |= known | counted
        return counted | {one: turns for one, turns in known.items() if self._is_of_another_version(rows_[one])}

    def _is_of_another_version(self, row: Settled) -> bool:
        return self._version is not None and row.version_id != self._version.pk


def count(asked: Accounts, wanted: Collection[AtAccount]) -> dict[AtAccount, Turns]:
    """The turns of clauses at accounts, counted from the touches of everyone who is or was there; empty lists where there are none."""
    belonging = rows.belonging({account for _, account in wanted})
    there = _enough(belonging, {person for person, _ in belonging}, asked.fewest)  # the touches of the others need not be read
    touches = rows.touches_of(there, asked.kinds, texts=asked.texts) if there else rows.NO_TOUCHES
    people = _enough(belonging, set(pc.unique(touches["person_id"]).to_pylist()), asked.fewest)
    touches = touches.filter(pc.is_in(touches["person_id"], value_set=pa.array(sorted(people), pa.int64())))
    found = asked.turns(touches, rows.memberships_of(people)) if people else {}
    named = {(asked.names[key], account): turns for (key, account), turns in found.items()}
    return {one: named.get(one, []) for one in wanted}


def _enough(belonging: Collection[tuple[int, int]], busy: Set[int], fewest: int) -> set[int]:
    """The people of accounts at which enough ever did anything: of the others no clause can hold."""
    there = Counter(account for person, account in belonging if person in busy)
    return {person for person, account in belonging if there[account] >= fewest}


@prepared
def ended(at: datetime) -> QuerySet[Settled, int]:
    """Accounts at which the end of something settled has come, as it was counted: everybody there is to be judged again."""
    return Settled.objects.filter(until_at__lte=at).order_by("until_at").values_list("account_id", flat=True)[:ENDED]


@prepared
def _settled(accounts: Collection[int], at: datetime) -> QuerySet[Settled]:
    return Settled.objects.filter(account__among=accounts, is_seen=True, until_at__gt=at)


def last_stored() -> tuple[int, ...] | None:
    """The last touch, value and merge stored. None where rows may appear below the last one: SQLite stores one after the other."""
    if connection.vendor != "sqlite":
        return None
    return tuple(next(iter(last()), 0) for last in _LAST)


def _last(model: type[Touch | Fact | Merge | AccountMerge]) -> QuerySet[Any, int]:
    return model.objects.order_by("-pk").values_list("pk", flat=True)[:1]


_LAST = [prepared(partial(_last, model)) for model in (Touch, Fact, Merge, AccountMerge)]
