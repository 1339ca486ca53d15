"""The grid of the agreement: whole points into bands, bands into the grade of a lead. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Bands = Mapping[str, int]
"""The bands of one score, best first, each with the whole points it starts at."""
Grid = Mapping[str, Bands]
NO_BAND = "–"
FIRST = ("fit", "engagement")
"""How the field reads a grade: who they are, then what they did. Other scores follow by name; signed bytes keep no order."""


def band(bands: Bands, points: int) -> str:
    """The first band, best first, whose start the points reach; empty below the last one."""
    return next((name for name, start in bands.items() if points >= start), "")


def grade(grid: Grid, points: Mapping[str, int]) -> str:
    """The band of each score, fit first, then engagement: `A1`. `–` stands for a score below its last band; empty when all are.

    Bands of one letter each are written together; where one has more, all are kept apart by a space, so that a
    grade can be read in one way only. Source: agreement, scores, grid (R21).
    """
    found = [band(bands, points.get(name, 0)) for name, bands in in_order(grid)]
    return _between(grid.values()).join(name or NO_BAND for name in found) if any(found) else ""


def _between(grid: Iterable[Bands]) -> str:
    return "" if all(len(name) == 1 for bands in grid for name in bands) else " "


@dataclass(frozen=True, slots=True)
class Banded:
    """One score in words of the grid. better: the next better band, from how many points; empty in the best one."""

    score: str
    points: int
    band: str
    better: str = ""
    better_from: int | None = None


def banded(grid: Grid, points: Mapping[str, int]) -> tuple[Banded, ...]:
    """Each score of the grid with the band it is in and the one above it."""
    return tuple(_banded(name, bands, points.get(name, 0)) for name, bands in in_order(grid))


def in_order(grid: Grid) -> list[tuple[str, Bands]]:
    """The scores of a grid in the order in which a grade names them."""
    return sorted(grid.items(), key=lambda item: (FIRST.index(item[0]) if item[0] in FIRST else len(FIRST), item[0]))


def _banded(name: str, bands: Bands, points: int) -> Banded:
    above = [(better, start) for better, start in bands.items() if start > points]
    better, start = above[-1] if above else ("", None)
    return Banded(name, points, band(bands, points), better, start)
