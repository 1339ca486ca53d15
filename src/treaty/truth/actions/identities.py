"""Whose identities these are."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from treaty.prepared import Read, prepared
from treaty.truth.identity import Key
from treaty.truth.models import AccountIdentity, Identity

COLUMNS = ("kind", "space", "value")


Found = tuple[str, int, int | None]
"""A value, whose it is, and under whom it is known where that is another of their records."""
Ask = Read[[str, str, Collection[str]], Any]


@prepared
def of_people(kind: str, space: str, values: Collection[str]) -> QuerySet[Identity, Found]:
    rows = Identity.objects.filter(kind=kind, space=space, value__among=values)
    return rows.values_list("value", "person_id", "seen_as_id")


@prepared
def of_accounts(kind: str, space: str, values: Collection[str]) -> QuerySet[AccountIdentity, Found]:
    rows = AccountIdentity.objects.filter(kind=kind, space=space, value__among=values)
    return rows.values_list("value", "account_id", "seen_as_id")


def found(ask: Ask, wanted: Collection[Key]) -> dict[Key, tuple[Any, ...]]:
    """What is told of each known key, by number: a question for each kind and space, which the index on all three answers.

    ask: `of_people` or `of_accounts`. Asked by the values alone the database would read every identity there is.
    """
    values: dict[tuple[str, str], list[str]] = defaultdict(list)
    for kind, space, value in wanted:
        values[kind, space].append(value)
    return {(*of, value): tuple(told) for of, some in values.items() for value, *told in ask.bare(*of, some)}
