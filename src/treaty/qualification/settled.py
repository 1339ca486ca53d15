"""Accounts at which a clause on everybody's touches holds and everybody was judged by it: news of one is judged for that one alone.

Such a clause counts touches, so what arrives can only make it hold, or hold longer. While it holds, a colleague's touch
changes nobody else's verdict; what it changes after the end that was counted is seen when that end comes and everybody is
judged again. What could take the clause away sooner, or move its beginning, is said by `absorb`: somebody who belongs
elsewhere now, and touches that were told late. See docs/decisions/an-account-settled.md.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from datetime import datetime
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction
from django.db.models import QuerySet

from treaty.agreement.models import Version
from treaty.bulk import change, insert, remove
from treaty.moments import LATEST, from_us, to_us
from treaty.prepared import prepared
from treaty.qualification import rows
from treaty.qualification.accounts import Accounts, AtAccount, Turns, as_table
from treaty.qualification.models import Settled
from treaty.truth.actions import Absorbed
from treaty.truth.models import Fact, Merge, Touch

LOCK = 0x7EA71
"""Of PostgreSQL: what is settled stands before touches stored meanwhile look for it, or those are counted."""


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
    touches = rows.touches_of({person for person, _ in belonging}, asked.kinds)
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


class Turned:
    """The accounts at which a clause holds, or will, and not everybody was judged by it; `settle` is called when they were."""

    def __init__(self, asked: Sequence[Accounts], version: Version, at: datetime) -> None:
        self._asked, self._version, self._at_us = asked, version, to_us(at)
        self.at_accounts = AtAccounts(at, version)
        self._begun: dict[AtAccount, Settled] = {}
        self._sure: set[AtAccount] = set()
        self._looked: set[int] = set()
        self._stored = _stored() if asked else None

    def look(self, people: Collection[int]) -> set[int]:
        """Everybody at the accounts of these people at which something turned; the others may be judged alone.

        Called when these people are claimed, so that what is told of them from now on marks them anew.
        """
        accounts = rows.accounts_of(people) if self._asked else set()
        if self._looked and self._nothing_was_stored():
            accounts -= self._looked
        self._looked |= accounts
        turned = {account for asked in self._asked for account in self._turned_of(asked, accounts)}
        return rows.members_of(turned)

    def settle(self, everybody_at: Collection[int]) -> None:
        """Everybody was judged. What was stored since it was begun has taken it away, or was counted.

        everybody_at: accounts at which everybody was judged whether something turned or not: what ended there is done with.
        """
        unsure = self._begun.keys() - self._sure
        if unsure and self._nothing_was_stored():
            self._sure |= unsure
        elif unsure:
            for asked in self._asked:
                self._compare(count(asked, {one for one in unsure if one[0] in asked.names.values()}))
        if self._sure:
            change(Settled, "id", [self._begun[one].pk for one in self._sure], is_seen=True)
        if everybody_at:
            Settled.objects.filter(account__among=everybody_at, until_at__lte=from_us(self._at_us)).delete()

    def _turned_of(self, asked: Accounts, accounts: Collection[int]) -> set[int]:
        counted = self.at_accounts.look(asked, accounts)
        self._compare(counted)
        turned = {one: turns for one, turns in counted.items() if turns and (turns[-1][0] > self._at_us or turns[-1][1] > 0)}
        begun = {one: row for one, turns in turned.items() if one not in self._begun and (row := self._row(one, turns)) is not None}
        if begun:
            _begin(list(begun.values()))
            self._begun |= begun
        return {account for _, account in turned}

    def _nothing_was_stored(self) -> bool:
        """True if certainly no touch and no membership was stored since the first look: no need to look again."""
        return self._stored is not None and self._stored == _stored()

    def _compare(self, counted: Mapping[AtAccount, Turns]) -> None:
        """What is counted again after it was begun, and is the same, is sure: nothing was stored in between unseen."""
        for one in self._begun.keys() & counted.keys():
            if self._begun[one].turns == counted[one]:
                self._sure.add(one)
            else:
                self._sure.discard(one)

    def _row(self, one: AtAccount, turns: Turns) -> Settled | None:
        """None where the clause does not hold yet, but will: nobody can be told now what they will be judged by then."""
        past = [at for at, _ in turns if at <= self._at_us]
        if not past or turns[len(past) - 1][1] < 0:
            return None
        until = from_us(turns[len(past)][0]) if len(past) < len(turns) else LATEST
        return Settled(
            version=self._version,
            clause=one[0],
            account_id=one[1],
            since_at=from_us(past[-1]),
            until_at=until,
            turns=turns,
            is_seen=False,
        )


def _stored() -> tuple[int, ...] | None:
    """The last touch, value and merge stored. None where rows may appear below the last one: SQLite stores one after the other."""
    if connection.vendor != "sqlite":
        return None
    return tuple(next(iter(last()), 0) for last in _LAST)


@transaction.atomic
def _begin(begun: Sequence[Settled]) -> None:
    _lock("pg_advisory_xact_lock")
    for clause in {row.clause for row in begun}:
        remove(Settled, "account", [row.account_id for row in begun if row.clause == clause], clause=clause)
    insert(begun)


def unsettle(done: Absorbed) -> set[int]:
    """What was absorbed may change what was settled: it is so no longer. Returns the accounts at which everybody is to be judged.

    Called in the transaction that stores it. Touches and memberships that count from the beginning of what is settled
    on, or later, change nothing before its end.
    """
    if not done.since:
        return set()
    _lock("pg_advisory_xact_lock_shared")
    counting = _counting(done)
    gone = [(pk, account) for pk, account, since_us in _standing.bare(counting) if counting[account] < since_us]
    if gone:
        remove(Settled, "id", [pk for pk, _ in gone])
    return {account for _, account in gone}


def _counting(done: Absorbed) -> dict[int, int]:
    """By account, the first moment from which something new counts there, in microseconds."""
    found: dict[int, int] = {}
    for person, number, occurred_us, known_us in rows.memberships.bare(done.since):
        if number is not None:
            first = ALWAYS if person in done.moved else max(to_us(done.since[person]), occurred_us, known_us)
            found[int(number)] = min(first, found.get(int(number), first))
    return found


@prepared
def _standing(accounts: Collection[int]) -> QuerySet[Settled, tuple[int, int, datetime]]:
    return Settled.objects.filter(account__among=accounts).values_list("id", "account_id", "since_at")


def _last(model: type[Touch | Fact | Merge]) -> QuerySet[Any, int]:
    return model.objects.order_by("-pk").values_list("pk", flat=True)[:1]


def _lock(how: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"select {how}(%s)", [LOCK])


_LAST = [prepared(partial(_last, model)) for model in (Touch, Fact, Merge)]
ALWAYS = -(1 << 62)
"""Earlier than anything."""
ENDED = 20
"""Accounts at which everybody is judged again at once."""
