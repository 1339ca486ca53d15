"""The deals that closed last: whether each would have qualified, when, by whom and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from treaty.currencies import of_units
from treaty.moments import from_us
from treaty.pilot.replayed import Replayed
from treaty.qualification.grounds import Grounds
from treaty.truth.models import Opportunity, Person

CHANGED = "what is known of them has changed since the figures were made"


@dataclass(frozen=True, slots=True)
class Moment:
    """When a definition finds the first of a deal's people, and why.

    days_ahead: so many days before the deal was opened; less than nothing: after it, too late
    """

    at: datetime
    key: str
    name: str
    days_ahead: float
    because: tuple[str, ...]

    @property
    def is_late(self) -> bool:
        return self.days_ahead < 0


@dataclass(frozen=True, slots=True)
class LastDeal:
    """new, old: None where the document finds nobody of it, or there is no old one. can_tell: false where nobody of it had been seen
    doing anything before it was opened. amount: in the agreement's currency, None where it has none."""

    key: str
    name: str
    outcome: str
    opened_at: datetime
    closed_at: datetime
    amount: Decimal | None
    can_tell: bool
    new: Moment | None
    old: Moment | None


Firsts = Mapping[int, tuple[int, int]]
"""By deal the person who is found first, and when, in microseconds."""


def moments(one: Replayed, deals: Sequence[Mapping[str, Any]], firsts: Firsts) -> dict[int, Moment]:
    """By deal when and why a document finds somebody of it."""
    if not firsts:
        return {}
    people = Person.objects.in_bulk([person for person, _ in firsts.values()])
    grounds, found = Grounds(one.definition, one.zone), {}
    for deal in deals:
        person_id, at_us = firsts.get(deal["opportunity_id"], (0, 0))
        if person := people.get(person_id):
            ahead = round((deal["opened_us"] - at_us) / 86_400_000_000, 1)
            why = grounds.of(person_id, at_us) or (CHANGED,)
            found[deal["opportunity_id"]] = Moment(from_us(at_us), str(person.key), str(person), ahead, why)
    return found


def last_deals(deals: Sequence[Mapping[str, Any]], new: Mapping[int, Moment], old: Mapping[int, Moment], currency: str) -> list[LastDeal]:
    """deals: rows of `outcomes.deals_judged`, in the order they are shown."""
    names = {deal.pk: str(deal) for deal in Opportunity.objects.filter(pk__in=[row["opportunity_id"] for row in deals])}
    return [
        LastDeal(
            str(row["key"]),
            names.get(row["opportunity_id"], str(row["key"])),
            row["outcome"],
            from_us(row["opened_us"]),
            from_us(row["closed_us"]),
            None if row["revenue"] is None else of_units(int(row["revenue"]), currency),
            row["people"] > 0 and row["seen_us"] is not None and row["seen_us"] <= row["opened_us"],
            new.get(row["opportunity_id"]),
            old.get(row["opportunity_id"]),
        )
        for row in deals
    ]
