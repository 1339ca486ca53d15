"""The history of deals: a value is added when it differs from the one before it."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from treaty.bulk import insert
from treaty.truth.models import Opportunity, OpportunityChange

At = tuple[datetime, int]
"""Moment, then place in the order of writing: of two values at one moment the later written holds."""


class History:
    """The changes of some deals, read together and written together."""

    def __init__(self, deals: Iterable[Opportunity]) -> None:
        self._values: dict[tuple[int, str], list[tuple[At, str]]] = defaultdict(list)
        self._new: list[OpportunityChange] = []
        self._written = 0
        rows = OpportunityChange.objects.filter(opportunity__in={deal.pk for deal in deals}).order_by("at", "id")
        for deal_id, field, value, at in rows.values_list("opportunity", "field", "value", "at"):
            self._values[deal_id, field].append(((at, 0), value))

    def add(self, deal: Opportunity, field: str, value: str, *, at: datetime, known_at: datetime, received_at: datetime) -> None:
        """Note a value from `at` on, unless it is empty or the value before that moment says the same."""
        values = self._values[deal.pk, field]
        place = bisect_right(values, (at, self._written), key=lambda one: one[0])
        if not value or (place and values[place - 1][1] == value):
            return
        self._written += 1
        values.insert(place, ((at, self._written), value))
        row = OpportunityChange(opportunity=deal, field=field, value=value, at=at, known_at=known_at, received_at=received_at)
        self._new.append(row)

    def save(self) -> None:
        insert(self._new, ignore_conflicts=True)
