"""Bins of a signal: numbers by round thresholds, levels with rare ones joined, nothing as a bin of its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

import numpy as np

from treaty.qualification.learning.placeholders import same
from treaty.qualification.learning.tables import LEVELS, NUMBER, Column, Floats, Ints

PARTS = 12
"""A number is cut into at most so many bins, of about as many rows each."""
MOST_LEVELS = 30
MOST_RARE = 200
NOT_KNOWN, OTHER = "not known", "any other"


def least_rows(rows: int) -> int:
    """A level of fewer rows is joined with the other rare ones."""
    return max(10, min(50, rows // 100))


@dataclass(frozen=True, slots=True)
class Bins:
    """How the values of one column become bins, in this order: the cells of `cuts` or of `levels`, any other level, nothing.

    cuts: of a number, rising; the bin n holds values from cuts[n-1] on, below cuts[n]
    levels: of each bin the spellings that are in it · has_other, has_blank: whether training saw rare levels, or nothing
    rare: spellings of the rare levels, those of most rows, so that new ones are told apart
    """

    name: str
    kind: str
    cuts: tuple[float, ...] = ()
    levels: tuple[tuple[str, ...], ...] = ()
    has_other: bool = False
    has_blank: bool = False
    rare: tuple[str, ...] = ()

    @property
    def cells(self) -> int:
        """Bins of values, without those for other levels and for nothing."""
        return len(self.cuts) + 1 if self.kind == NUMBER else len(self.levels)

    @property
    def count(self) -> int:
        return self.cells + self.has_other + self.has_blank

    def labels(self) -> list[str]:
        """What each bin is called, in order."""
        cells = _spans(self.cuts) if self.kind == NUMBER else [spellings[0] for spellings in self.levels]
        return [*cells, *[OTHER] * self.has_other, *[NOT_KNOWN] * self.has_blank]

    def codes(self, column: Column) -> Ints:
        """The bin of each row; -1 for a level that training never saw, -2 for nothing where training never saw that."""
        blank = self.count - 1 if self.has_blank else -2
        if self.kind == NUMBER:
            found = np.searchsorted(np.array(self.cuts), column.numbers, side="right")
            return np.where(np.isnan(column.numbers), blank, found).astype(np.int64)
        place = {text: at for at, spellings in enumerate(self.levels) for text in spellings}
        other = self.cells if self.has_other else -1
        to = np.array([*(place.get(text, other) for text in column.levels), blank], np.int64)
        return to[column.codes]


def bins_of(column: Column, rows: int) -> Bins:
    """The bins of a column of numbers or levels, chosen without a look at the outcome. rows: of the table."""
    has_blank = not bool(column.filled.all())
    if column.kind == NUMBER:
        return Bins(column.name, NUMBER, cuts=cuts_of(column.numbers[column.filled]), has_blank=has_blank)
    levels, rare = _frequent(column, least_rows(rows))
    return Bins(column.name, LEVELS, levels=levels, has_other=bool(rare), has_blank=has_blank, rare=tuple(sorted(rare[:MOST_RARE])))


def _frequent(column: Column, least: int) -> tuple[tuple[tuple[str, ...], ...], list[str]]:
    """The levels of many rows, and the spellings of the rare ones; those of most rows first.

    Spellings of one word are one level, called as most rows spell it.
    """
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.levels))
    groups: dict[str, list[int]] = {}
    for at in sorted(range(len(column.levels)), key=lambda at: (-counts[at], column.levels[at])):
        groups.setdefault(same(column.levels[at]), []).append(at)
    rows = {word: int(counts[group].sum()) for word, group in groups.items()}
    ordered = sorted(groups, key=lambda word: (-rows[word], word))
    spelled = [tuple(column.levels[at] for at in groups[word]) for word in ordered]
    kept = min(sum(rows[word] >= least for word in ordered), MOST_LEVELS)
    return tuple(spelled[:kept]), [text for spellings in spelled[kept:] for text in spellings]


def cuts_of(values: Floats) -> tuple[float, ...]:
    """Round numbers that cut the values into parts of about equal size; each value of few has a part of its own."""
    told, counts = np.unique(values, return_counts=True)
    least = least_rows(len(values))
    if len(told) <= PARTS:
        return tuple(float(cut) for cut in _large_enough(told[1:].tolist(), values, least))
    ordered = np.sort(values)
    edges = np.linspace(0, 1, 2 * PARTS + 1)[1:-1]
    at = np.quantile(ordered, edges, method="inverted_cdf")
    wanted = [roundest(float(at[n - 1]), float(at[n + 1])) for n in range(1, len(at) - 1, 2)]
    often = told[counts >= len(values) / PARTS]  # a value many rows share begins a part
    smallest = [roundest(float(told[0]), float(told[1]))] if counts[0] >= least else []  # and zero visits are one of their own
    cuts = {*wanted, *map(float, often[often > told[0]]), *smallest}
    if bool((told == np.rint(told)).all()):
        cuts = {float(ceil(cut)) for cut in cuts}
    return _large_enough(sorted(cuts), values, least)


def _large_enough(cuts: Iterable[float], values: Floats, least: int) -> tuple[float, ...]:
    """Without the cuts that leave fewer than `least` values on one side of them."""
    kept: list[float] = []
    ordered = np.sort(values)
    begin = 0
    for cut in cuts:
        end = int(np.searchsorted(ordered, cut, side="left"))
        if end - begin >= least and len(ordered) - end >= least:
            kept.append(float(cut))
            begin = end
    return tuple(kept)


def roundest(low: float, high: float) -> float:
    """The number of the fewest digits above `low`, up to `high`: 1.37 to 2.4 is 2, 0.0312 to 0.0389 is 0.035."""
    if not low < high:
        return high
    if low < 0 <= high:
        return 0.0
    if high < 0:
        return -_roundest(-high, -low, is_open_above=True)
    return _roundest(low, high)


def _roundest(low: float, high: float, *, is_open_above: bool = False) -> float:
    """Of numbers from zero on: a multiple of the largest 1, 2, 2.5 or 5 times a power of ten that lies between."""
    power = floor(log10(high - low)) + 1
    for exponent in range(power, power - 4, -1):
        for step in (5.0, 2.5, 2.0, 1.0):
            found = _multiple(low, high, step, exponent, is_open_above=is_open_above)
            if found is not None:
                return found
    return high


def _multiple(low: float, high: float, step: float, exponent: int, *, is_open_above: bool) -> float | None:
    """As a person writes it: 0.35, not 35 times 0.01."""
    unit = float(f"{step}e{exponent}")
    times = ceil(low / unit) if is_open_above else floor(low / unit) + 1
    found = float(f"{times * step:.10g}e{exponent}")
    inside = low <= found < high if is_open_above else low < found <= high
    return found if inside else None


def _spans(cuts: Sequence[float]) -> list[str]:
    if not cuts:
        return ["any number"]
    middle = [f"{low:g} to below {high:g}" for low, high in pairwise(cuts)]
    return [f"below {cuts[0]:g}", *middle, f"{cuts[-1]:g} and more"]
