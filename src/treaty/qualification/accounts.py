"""When the clauses on everybody's touches turn at accounts: asked once for an account, whoever there is judged by it."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import ibis
import pyarrow as pa

from treaty.agreement.conditions import Touches
from treaty.engine import duck
from treaty.qualification import evidence
from treaty.qualification.boundaries import account_turns
from treaty.qualification.counters import Definition
from treaty.qualification.counts import Counter
from treaty.qualification.schemas import MEMBERSHIP, TURNS, Tables, named
from treaty.qualification.statements import Prepared
from treaty.qualification.values import Lists

Turns = list[tuple[int, int]]
"""In order of time: a moment, and +1 if the clause begins to hold then, -1 if it ceases to."""
AtAccount = tuple[str, int]
"""The key of a clause's count, and an account."""


class Accounts(Prepared):
    """Asks all clauses of a definition that count the touches of everybody at an account; made once."""

    def __init__(self, definition: Definition, zone: str, connection: Any = None) -> None:
        super().__init__(definition, zone, connection)
        self.clauses: Mapping[str, Counter] = definition.account_clauses
        touches = [counter.touches for counter in self.clauses.values() if counter.touches]
        self.kinds, self.texts = kinds_of(touches), texts_of(touches)
        """Of touches they count, empty for all; and what of touches they look at."""
        self.fewest = min((clause.people or 1 for clause in touches), default=1)
        """So many people must do something at an account before any of them holds there."""
        self.names = {key: _name(counter, definition.lists) for key, counter in self.clauses.items()}
        """Of each clause one that is the same wherever the same is asked, whatever the lists it names are called."""
        if self.clauses:
            self._prepare("accounts", turning(self.clauses, named(few=True), definition.lists))

    def turns(self, touches: pa.Table, facts: pa.Table, *, seconds: float = duck.LIMIT_SECONDS) -> dict[AtAccount, Turns]:
        """For every clause and account the turns, past and coming. Nothing for those at which it never holds. Raises TookTooLong.

        touches: of everyone who is or was at the accounts, of the kinds the clauses count. facts: their memberships; others are left out.
        """
        if not self.clauses:
            return {}
        with self._turn, duck.at_most(seconds, self._cursor):
            self._lay(touches, facts)
            rows = self._cursor.execute("execute accounts").fetchall()
        found: dict[AtAccount, Turns] = defaultdict(list)
        for clause, account, at, change in sorted(rows):
            found[clause, account].append((at, change))
        return dict(found)


def _name(counter: Counter, lists: Lists) -> str:
    assert counter.touches is not None  # noqa: S101 - for the type checker
    named = {test.in_list: sorted(lists[test.in_list]) for test in counter.touches.where.values() if test.in_list is not None}
    return hashlib.sha256(json.dumps([counter.key, named], sort_keys=True).encode()).hexdigest()


def kinds_of(clauses: Iterable[Touches]) -> frozenset[str]:
    """The kinds of touches that any of these clauses counts, empty for all."""
    listed = list(clauses)
    return frozenset(kind for clause in listed for kind in clause.kinds) if all(clause.kinds for clause in listed) else frozenset()


def texts_of(clauses: Iterable[Touches]) -> frozenset[str]:
    """The texts of touches that any of these clauses looks at."""
    return frozenset(name for clause in clauses for name in clause.where)


def turning(clauses: Mapping[str, Counter], tables: Tables, lists: Lists) -> Any:
    """The turns of some clauses at every account, in the shape TURNS."""
    told = tables.facts.filter(tables.facts.subject == "person", tables.facts.field == MEMBERSHIP)
    members = evidence.memberships(evidence.in_force(told))
    parts = [
        account_turns(tables, members, "change", counter, lists).mutate(clause=ibis.literal(key)).select(*TURNS)
        for key, counter in clauses.items()
    ]
    return ibis.union(*parts, distinct=False) if len(parts) > 1 else parts[0]


def as_table(turns: Mapping[AtAccount, Turns]) -> pa.Table:
    """Turns as the judge takes them, in the shape TURNS."""
    rows = [(clause, account, at, change) for (clause, account), some in turns.items() for at, change in some]
    columns = zip(*rows, strict=True) if rows else ((),) * len(TURNS)
    types = {"int64": pa.int64(), "string": pa.string()}
    return pa.table({name: pa.array(column, types[kind]) for (name, kind), column in zip(TURNS.items(), columns, strict=True)})
