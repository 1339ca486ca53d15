"""Whose identities these are: one question for a batch, which the index on (kind, space, value) answers."""

from collections import defaultdict
from functools import reduce
from operator import or_

from django.db.models import Q

from treaty.bulk import read
from treaty.truth.identity import Key
from treaty.truth.models import AccountIdentity, Identity

COLUMNS = ("kind", "space", "value")


def numbers(model: type[Identity] | type[AccountIdentity], owner: str, wanted: set[Key]) -> dict[Key, int]:
    """Whose each known key is, by number. owner: the column that says so.

    Asked by the values alone the database would read every identity there is.
    """
    values: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, space, value in wanted:
        values[kind, space].add(value)
    if not values:
        return {}
    asked = reduce(or_, (Q(kind=kind, space=space, value__in=some) for (kind, space), some in values.items()))
    return {(kind, space, value): number for kind, space, value, number in read(model.objects.filter(asked).values_list(*COLUMNS, owner))}
