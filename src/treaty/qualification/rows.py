"""The rows the evaluator judges, read from the database for a few people: never the whole history."""

from collections.abc import Collection, Iterable, Mapping
from itertools import repeat
from typing import Any

import pyarrow as pa

from treaty.bulk import read
from treaty.qualification.schemas import FACTS, MEMBERSHIP, TOUCH_TEXT, TOUCHES
from treaty.truth.claims import Known, heard
from treaty.truth.models import Fact, Source, Touch
from treaty.truth.models.sources import PROVES_NOTHING

ARROW = {"int64": pa.int64(), "string": pa.string(), "float64": pa.float64()}
AT_ONCE = 500


def touches_of(person_ids: Collection[int], kinds: Collection[str], floors: Mapping[int, int] | None = None) -> pa.Table:
    """Touches of these people in the shape TOUCHES. kinds: those a definition names, empty for all.

    floors: per person, the moment before which touches no longer count (a returned lead).
    """
    names = ("id", "person_id", "kind", "occurred_at", "known_at", *("source__name" if name == "source" else name for name in TOUCH_TEXT))
    rows: list[tuple[Any, ...]] = []
    for part in _parts(person_ids):
        found = Touch.objects.filter(person__in=part)
        if kinds:
            found = found.filter(kind__in=kinds)
        rows += read(found.values_list(*names))
    if floors:
        rows = [row for row in rows if row[3] >= floors.get(row[1], -(1 << 62))]
    return _table(rows, TOUCHES)


def facts_of(person_ids: Collection[int], account_ids: Collection[int]) -> pa.Table:
    """Every value the fields of these people and accounts had, in the shape FACTS; of claims, what may be heard of them."""
    names = ("id", "subject", "subject_id", "field", "text", "number", "occurred_at", "known_at", "source_id")
    rows: list[tuple[Any, ...]] = []
    for subject, ids in ((Fact.Subject.PERSON, person_ids), (Fact.Subject.ACCOUNT, account_ids)):
        for part in _parts(ids):
            rows += read(Fact.objects.filter(subject=subject, subject_id__in=part).values_list(*names))
    claimants = set(Source.objects.filter(kind__in=PROVES_NOTHING).values_list("pk", flat=True))
    if any(row[-1] in claimants for row in rows):
        rows = [(*known,) for known in heard(Known._make((*row[:-1], row[-1] in claimants)) for row in rows)]
    return _table(rows, FACTS)


def members_of(account_ids: Collection[int]) -> set[int]:
    """Everyone who belongs or belonged to these accounts: whether they did at a moment, the evaluator says."""
    found: set[int] = set()
    for part in _parts(float(account) for account in account_ids):
        rows = Fact.objects.filter(subject=Fact.Subject.PERSON, field=MEMBERSHIP, number__in=part).values_list("subject_id")
        found.update(person for (person,) in read(rows))
    return found


def accounts_of(person_ids: Collection[int]) -> set[int]:
    """Every account these people belong or belonged to."""
    found: set[int] = set()
    for part in _parts(person_ids):
        rows = Fact.objects.filter(subject=Fact.Subject.PERSON, field=MEMBERSHIP, subject_id__in=part, number__isnull=False)
        found.update(int(number) for (number,) in read(rows.values_list("number")))
    return found


def _parts(ids: Iterable[Any]) -> Iterable[list[Any]]:
    listed = sorted(ids)
    return (listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE))


def _table(rows: list[tuple[Any, ...]], shape: Mapping[str, str]) -> pa.Table:
    """Rows whose values stand in the order of the shape, which the rows may outlast."""
    columns = zip(*rows, strict=True) if rows else repeat((), len(shape))
    return pa.table({name: pa.array(column, type=ARROW[kind]) for (name, kind), column in zip(shape.items(), columns, strict=False)})
