"""The rows the evaluator judges, read from the database for a few people: never the whole history."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import repeat
from typing import Any

import pyarrow as pa
from django.db.models import QuerySet

from treaty.prepared import Read, prepared
from treaty.qualification.schemas import FACTS, MEMBERSHIP, TOUCH_TEXT, TOUCHES
from treaty.truth.actions.facts import claimants
from treaty.truth.claims import Known, heard
from treaty.truth.models import Fact, Source, Touch

ARROW = {"int64": pa.int64(), "string": pa.string(), "float64": pa.float64()}

_TOUCH = tuple(name for name in TOUCHES if name not in TOUCH_TEXT)
TOUCH = ("id", "person_id", "kind", "occurred_at", "known_at")
FACT = ("id", "subject", "subject_id", "field", "text", "number", "occurred_at", "known_at", "source_id")
Found = tuple[Any, ...]


@cache
def _all_touches(texts: tuple[str, ...]) -> Read[[Collection[int]], Found]:
    @prepared
    def all_touches(people: Collection[int]) -> QuerySet[Touch, Found]:
        return Touch.objects.filter(person__among=people).values_list(*TOUCH, *texts)

    return all_touches


@cache
def _touches(texts: tuple[str, ...]) -> Read[[Collection[int], Collection[str]], Found]:
    @prepared
    def touches(people: Collection[int], kinds: Collection[str]) -> QuerySet[Touch, Found]:
        return Touch.objects.filter(person__among=people, kind__among=kinds).values_list(*TOUCH, *texts)

    return touches


@prepared
def _sources() -> QuerySet[Source, tuple[int, str]]:
    return Source.objects.values_list("pk", "name")


@prepared
def _facts(subject: str, ids: Collection[int]) -> QuerySet[Fact, Found]:
    return Fact.objects.filter(subject=subject, subject_id__among=ids).values_list(*FACT)


@prepared
def memberships(people: Collection[int]) -> QuerySet[Fact, tuple[int, float | None, datetime, datetime]]:
    """(person, account or None, occurred, known) of all that was ever said of where these people belong."""
    rows = Fact.objects.filter(subject=Fact.Subject.PERSON, field=MEMBERSHIP, subject_id__among=people)
    return rows.values_list("subject_id", "number", "occurred_at", "known_at")


@prepared
def _memberships(people: Collection[int]) -> QuerySet[Fact, Found]:
    return Fact.objects.filter(subject=Fact.Subject.PERSON, field=MEMBERSHIP, subject_id__among=people).values_list(*FACT)


@prepared
def _members(accounts: Collection[float]) -> QuerySet[Fact, int]:
    rows = Fact.objects.filter(subject=Fact.Subject.PERSON, field=MEMBERSHIP, number__among=accounts)
    return rows.values_list("subject_id", flat=True)


@prepared
def _belonging(accounts: Collection[float]) -> QuerySet[Fact, tuple[int, float | None]]:
    rows = Fact.objects.filter(subject=Fact.Subject.PERSON, field=MEMBERSHIP, number__among=accounts)
    return rows.values_list("subject_id", "number")


@prepared
def _accounts(people: Collection[int]) -> QuerySet[Fact, float | None]:
    """Asked for numbers that are there, SQLite would read the index of all members of all accounts."""
    return Fact.objects.filter(subject=Fact.Subject.PERSON, field=MEMBERSHIP, subject_id__among=people).values_list("number", flat=True)


def touches_of(
    person_ids: Collection[int], kinds: Collection[str], floors: Mapping[int, int] | None = None, *, texts: Collection[str] = TOUCH_TEXT
) -> pa.Table:
    """Touches of these people in the shape TOUCHES. kinds: those a definition names, empty for all.

    floors: per person, the moment before which touches no longer count (a returned lead). texts: those a definition looks at,
    the others are left null: most of what a touch says matters to nobody who judges.
    """
    asked = tuple(name for name in TOUCH_TEXT if name in texts)
    columns = tuple("source_id" if name == "source" else name for name in asked)
    rows = _touches(columns).bare(person_ids, kinds) if kinds else _all_touches(columns).bare(person_ids)
    if floors:
        rows = [row for row in rows if row[3] >= floors.get(row[1], -(1 << 62))]
    return _touch_table(rows, asked)


def _touch_table(rows: list[Found], asked: Sequence[str]) -> pa.Table:
    """rows: touches with the texts that are asked for, the source by its number."""
    there = dict(zip((*_TOUCH, *asked), zip(*rows, strict=True) if rows else repeat(()), strict=False))
    if "source" in there:
        names = dict(_sources.bare())
        there["source"] = tuple(map(names.__getitem__, there["source"]))
    none = pa.nulls(len(rows), pa.string())
    return pa.table({name: pa.array(there[name], ARROW[kind]) if name in there else none for name, kind in TOUCHES.items()})


def facts_of(person_ids: Collection[int], account_ids: Collection[int]) -> pa.Table:
    """Every value the fields of these people and accounts had, in the shape FACTS; of claims, what may be heard of them."""
    asked = ((Fact.Subject.PERSON, person_ids), (Fact.Subject.ACCOUNT, account_ids))
    return _heard([row for subject, ids in asked if ids for row in _facts.bare(subject.value, ids)])


def memberships_of(person_ids: Collection[int]) -> pa.Table:
    """Of the same facts those that say where these people belong or belonged."""
    return _heard(_memberships.bare(person_ids))


def _heard(rows: list[tuple[Any, ...]]) -> pa.Table:
    doubtful = claimants()
    if any(row[-1] in doubtful for row in rows):
        rows = [(*known,) for known in heard(Known._make((*row[:-1], row[-1] in doubtful)) for row in rows)]
    return _table(rows, FACTS)


def members_of(account_ids: Collection[int]) -> set[int]:
    """Everyone who belongs or belonged to these accounts: whether they did at a moment, the evaluator says."""
    return set(_members([float(account) for account in account_ids])) if account_ids else set()


def belonging(account_ids: Collection[int]) -> set[tuple[int, int]]:
    """(person, account) of everyone who belongs or belonged to these accounts."""
    return {(person, int(number or 0)) for person, number in _belonging.bare([float(account) for account in account_ids])}


def accounts_of(person_ids: Collection[int]) -> set[int]:
    """Every account these people belong or belonged to."""
    return {int(number) for (number,) in _accounts.bare(person_ids) if number is not None} if person_ids else set()


def _table(rows: list[tuple[Any, ...]], shape: Mapping[str, str]) -> pa.Table:
    """Rows whose values stand in the order of the shape, which the rows may outlast."""
    columns = zip(*rows, strict=True) if rows else repeat((), len(shape))
    return pa.table({name: pa.array(column, type=ARROW[kind]) for (name, kind), column in zip(shape.items(), columns, strict=False)})


NO_TOUCHES = _touch_table([], ())
