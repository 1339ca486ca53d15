"""Comparisons in words: what is compared, causes, the difference as a sentence. Pure: values in, text out."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol

WHAT_WORDS = {
    "people": "people",
    "leads": "leads by stage",
    "accounts": "accounts",
    "opportunities": "opportunities",
    "amounts_by_stage": "amounts by stage",
    "amounts_by_month": "amounts by month of close",
}
CAUSE_WORDS = {
    "timing": "changed lately",
    "merged": "merged in one",
    "deleted": "deleted in one",
    "only_here": "only in the first",
    "only_there": "only in the second",
    "currency": "another currency",
    "unmapped": "unmapped stage",
    "period": "another month",
    "stage": "another stage",
    "amount": "another amount",
}
CAUSE_MEANS = {
    "timing": "One side changed or lost it so lately that the other's data may, as agreed, be older.",
    "merged": "One has fewer records of the same person, account or deal: there they were made one.",
    "deleted": "One had it and deleted it; the other still has it.",
    "only_here": "The other never had a record of it.",
    "only_there": "The other never had a record of it.",
    "currency": "Both have an amount, in different currencies.",
    "unmapped": "A stage of one of them has no place in the agreement: say under Fields and stages of its source what it means here.",
    "period": "It closes in another month.",
    "stage": "Both stages are known, and they are not the same.",
    "amount": "The amounts are not the same.",
}


class Named(Protocol):
    @property
    def name(self) -> str: ...


class Summed(Protocol):
    @property
    def currency(self) -> str: ...
    @property
    def difference(self) -> Decimal: ...
    @property
    def here(self) -> Decimal: ...
    @property
    def there(self) -> Decimal: ...


class Whole(Protocol):
    """A comparison, as its words need it."""

    @property
    def here(self) -> Named: ...
    @property
    def there(self) -> Named: ...
    @property
    def what(self) -> str: ...
    @property
    def pairs(self) -> Mapping[str, int]: ...
    @property
    def differing(self) -> int: ...
    def over(self, *names: str) -> Sequence[Summed]: ...


def cause_words(one: Whole, cause: str) -> str:
    """A cause by the names of both systems: `only in CRM`."""
    names = {"only_here": f"only in {one.here.name}", "only_there": f"only in {one.there.name}"}
    return names.get(cause, CAUSE_WORDS[cause])


def sentence(one: Whole) -> str:
    """`CRM has 240, Marketing 251: 11 fewer; 34 of 268 records differ.`"""
    counted = "; ".join(_counted(one, part) for part in one.over("currency"))
    pairs = sum(one.pairs.values())
    if not pairs:
        return "neither has any."
    differ = f"{one.differing:,} of {pairs:,} differ" if one.differing else f"all {pairs:,} agree"
    return f"{counted}; {differ}."


def _counted(one: Whole, part: Summed) -> str:
    here, there = (f"{value:,.2f} {part.currency}".strip() if part.currency else f"{value:,.0f}" for value in (part.here, part.there))
    if not part.difference:
        return f"both have {here}"
    return f"{one.here.name} has {here}, {one.there.name} {there}"
