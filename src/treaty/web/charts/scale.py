"""From values to places on the sheet, and labels that do not lie on each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import floor, log10

Value = int | float | Decimal
"""What a caller may pass; a drawing is not a sum, so it works in floats."""

LETTER = 6.6
"""Width of a letter of 12 px in the widest of the system faces, in px: labels get the room they may need."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale: `low` lies at `start`, `high` at `end`; a scale without width puts everything at `start`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        if self.high <= self.low:
            return self.start
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def held(self, value: float) -> float:
        """The same, kept on the scale."""
        return self(min(max(value, self.low), self.high))


def ticks(high: float, most: int = 4) -> list[float]:
    """Round values from 0 to at least `high` or just below it, at most so many above 0: 1.3 m gives 0, 0.5 m, 1 m."""
    if high <= 0:
        return [0.0]
    raw = high / most
    power = 10.0 ** floor(log10(raw))
    step = next(power * nice for nice in (1, 2, 2.5, 4, 5, 10) if power * nice >= raw * (1 - 1e-9))
    return [step * index for index in range(floor(high / step + 1e-9) + 1)]


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels as little as needed so that neighbours are `gap` apart, within [low, high] if they fit. Order is kept."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    floor_at = low
    for index in order:
        moved[index] = floor_at = max(moved[index], floor_at)
        floor_at += gap
    ceiling_at = high
    for index in reversed(order):
        moved[index] = ceiling_at = min(moved[index], ceiling_at)
        ceiling_at -= gap
    return moved


def room_for(words: str, letter: float = LETTER) -> float:
    """How wide a label may be, in px."""
    return len(words) * letter


def shortened(words: str, room: float, letter: float = LETTER) -> str:
    """The words as far as they fit, with an ellipsis; the whole stays in the title or the table."""
    most = max(1, int(room // letter))
    return words if len(words) <= most else words[: max(0, most - 1)].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Lanes:
    """Where a drawing has a row a thing: their height, and between which places its scale runs.

    is_wide: the name stands to the left of the scale; in a narrow place above what is drawn
    """

    width: int
    left: int
    right: int
    row: int
    is_wide: bool
