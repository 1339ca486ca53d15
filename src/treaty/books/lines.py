"""Lines of the books: one figure each, exact, and what two lists of them differ by. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

ZERO = Decimal(0)


class Key(NamedTuple):
    """Which figure: by is a dimension, "" for everything together, value one of it; unit a currency, or what is counted."""

    measure: str
    by: str
    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of a period."""

    key: Key
    figure: Decimal

    def as_data(self) -> dict[str, str]:
        return {**self.key._asdict(), "figure": text(self.figure)}


def text(figure: Decimal) -> str:
    """A figure as it is written for ever: without exponent, without zeros that say nothing."""
    return f"{figure.normalize() + ZERO:f}"


def read(data: Iterable[Mapping[str, Any]]) -> list[Line]:
    """Lines as `as_data` wrote them."""
    return [Line(Key(*(str(one[name]) for name in Key._fields)), Decimal(one["figure"])) for one in data]


def in_order(lines: Iterable[Line]) -> list[Line]:
    """The order in which lines are written: one set of lines has one list."""
    return sorted(lines, key=lambda line: line.key)


def figures(lines: Iterable[Line]) -> dict[Key, Decimal]:
    return {line.key: line.figure for line in lines}


def differences(before: Mapping[Key, Decimal], after: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
    """What each figure has changed by, those that did; a line that is not there is 0."""
    moved = {key: after.get(key, ZERO) - before.get(key, ZERO) for key in sorted({*before, *after})}
    return {key: by for key, by in moved.items() if by}
