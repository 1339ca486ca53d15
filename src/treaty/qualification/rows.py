"""The rows the evaluator judges, read from the database for a few people: never the whole history."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pyarrow as pa

from treaty.moments import to_us
from treaty.qualification.schemas import FACTS, MEMBERSHIP, TOUCH_TEXT, TOUCHES
from treaty.truth.claims import Known, heard
from treaty.truth.models import Fact, Touch
from treaty.truth.models.sources import PROVES_NOTHING

ARROW = {"int64": pa.int64(), "string": pa.string(), "float64": pa.float64()}
AT_ONCE = 500


def touches_of(person_ids: Collection[int], kinds: Collection[str], floors: Mapping[int, int] | None = None) -> pa.Table:
    """Touches of these people in the shape TOUCHES. kinds: those a definition names, empty for all.

    floors: per person, the moment before which touches no longer count (a returned lead).
    """
    names = ("id", "person_id", "kind", "occurred_at", "known_at", "source__name", *(name for name in TOUCH_TEXT if name != "source"))
    rows: list[tuple[Any, ...]] = []
    for part in _parts(person_ids):
        found = Touch.objects.filter(person__in=part)
        if kinds:
            found = found.filter(kind__in=kinds)
        rows += found.values_list(*names)
    if floors:
        rows = [row for row in rows if to_us(row[3]) >= floors.get(row[1], -(1 << 62))]
    order = ["touch_id", "person_id", "kind", "occurred_us", "known_us", "source", *(name for name in TOUCH_TEXT if name != "source")]
    return _table(order, rows, TOUCHES)


def facts_of(person_ids: Collection[int], account_ids: Collection[int]) -> pa.Table:
    """Every value the fields of these people and accounts had, in the shape FACTS; of claims, what may be heard of them."""
    names = ("id", "subject", "subject_id", "field", "text", "number", "occurred_at", "known_at", "source__kind")
    rows: list[Known] = []
    for subject, ids in ((Fact.Subject.PERSON, person_ids), (Fact.Subject.ACCOUNT, account_ids)):
        for part in _parts(ids):
            found = Fact.objects.filter(subject=subject, subject_id__in=part).values_list(*names)
            rows += [Known._make((*row[:-1], row[-1] in PROVES_NOTHING)) for row in found]
    order = ["fact_id", "subject", "subject_id", "field", "text", "number", "occurred_us", "known_us"]
    return _table(order, [row[:-1] for row in heard(rows)], FACTS)


def members_of(account_ids: Collection[int]) -> set[int]:
    """Everyone who belongs or belonged to these accounts: whether they did at a moment, the evaluator says."""
    numbers = [float(account) for account in account_ids]
    found: set[int] = set()
    for part in _parts(numbers):
        found |= set(
            Fact.objects.filter(subject=Fact.Subject.PERSON, field=MEMBERSHIP, number__in=part).values_list("subject_id", flat=True)
        )
    return found


def accounts_of(person_ids: Collection[int]) -> set[int]:
    """Every account these people belong or belonged to."""
    found: set[int] = set()
    for part in _parts(person_ids):
        numbers = Fact.objects.filter(subject=Fact.Subject.PERSON, field=MEMBERSHIP, subject_id__in=part).values_list("number", flat=True)
        found |= {int(number) for number in numbers if number is not None}
    return found


def _parts(ids: Iterable[Any]) -> Iterable[list[Any]]:
    listed = sorted(ids)
    return (listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE))


def _table(order: list[str], rows: list[tuple[Any, ...]], shape: Mapping[str, str]) -> pa.Table:
    columns = dict(zip(order, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(order, ())
    arrays = {}
    for name, kind in shape.items():
        values = [to_us(value) for value in columns[name]] if name.endswith("_us") else columns[name]
        arrays[name] = pa.array(values, type=ARROW[kind])
    return pa.table(arrays)
