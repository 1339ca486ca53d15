"""Whose identities these are."""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import QuerySet

from treaty.prepared import Read, prepared
from treaty.truth.identity import Key
from treaty.truth.models import AccountIdentity, Identity

COLUMNS = ("kind", "space", "value")


Found = tuple[str, int]
"""A value, and whose it is."""
Ask = Read[[str, str, Collection[str]], Found]


@prepared
def of_people(kind: str, space: str, values: Collection[str]) -> QuerySet[Identity, Found]:
    return Identity.objects.filter(kind=kind, space=space, value__among=values).values_list("value", "person_id")


@prepared
def of_accounts(kind: str, space: str, values: Collection[str]) -> QuerySet[AccountIdentity, Found]:
    return AccountIdentity.objects.filter(kind=kind, space=space, value__among=values).values_list("value", "account_id")


def numbers(ask: Ask, wanted: Collection[Key]) -> dict[Key, int]:
    """Whose each known key is, by number: a question for each kind and space, which the index on all three answers.

    ask: `of_people` or `of_accounts`. Asked by the values alone the database would read every identity there is.
    """
    values: dict[tuple[str, str], list[str]] = defaultdict(list)
    for kind, space, value in wanted:
        values[kind, space].append(value)
    return {(*of, value): number for of, some in values.items() for value, number in ask.bare(*of, some)}
