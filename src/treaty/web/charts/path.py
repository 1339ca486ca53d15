"""A deal's way: marketing's circles and sales' squares on one line of time, to the ring that closes it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from treaty.web.charts.scale import Scale
from treaty.web.charts.svg import Caption, Drawing, Element, Sheet, circle, diamond, drawing, line, square, text

End = Literal["won", "lost", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One touch of marketing's or step of sales', with the words a pointer shows and the page a click opens."""

    party: Literal["marketing", "sales"]
    at: datetime
    words: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """marks in any order; until: when it closed, or now while it is open; first and last: words under the ends."""

    marks: Sequence[Mark]
    until: datetime
    end: End = "won"
    first: str = ""
    last: str = ""


def path_line(path: Path, caption: Caption) -> Drawing:
    """Marks on one line of time; those that would hide each other are lifted to rows above and below."""
    return drawing(caption, _sheet(path, 560, 10.0), _sheet(path, 340, 9.0), _sheet(path, 1100, 10.0))


def _sheet(path: Path, width: int, apart: float) -> Sheet:
    marks = sorted(path.marks, key=lambda mark: mark.at)
    begin = min([mark.at for mark in marks], default=path.until)
    x = Scale(0, max((path.until - begin).total_seconds(), 1), 7, width - 24)
    places = [x.held((mark.at - begin).total_seconds()) for mark in marks]
    rows = _rows(places, apart)
    middle = 14 + max(map(abs, rows), default=0) * apart
    height = middle * 2 + (16 if path.first or path.last else 0)
    sheet = Sheet(width, height)
    sheet.add(line((4, middle), (width - 12, middle), "c-axis"))
    sheet.extend(_mark(mark, (place, middle + row * apart)) for mark, place, row in zip(marks, places, rows, strict=True))
    sheet.add(_closing(path.end, (width - 12, middle)))
    sheet.extend(_end_words(path, width, height))
    return sheet


def _rows(places: Sequence[float], apart: float) -> list[int]:
    """A row for each mark, 0 on the line, then 1 below, -1 above, 2, -2: the first where its left neighbour leaves room.

    After four rows the last one is shared: a path of hundreds is a crowd, and its table has every one.
    """
    free_from: dict[int, float] = {}
    chosen = []
    for place in places:
        row = next((row for row in (0, 1, -1, 2, -2) if free_from.get(row, float("-inf")) <= place), 0)
        free_from[row] = place + apart
        chosen.append(row)
    return chosen


def _mark(mark: Mark, at: tuple[float, float]) -> Element:
    drawn = circle(at, 4.5, "c-m", mark.words) if mark.party == "marketing" else square(at, 8.4, "c-s", mark.words)
    return replace(drawn, href=mark.href)


def _closing(end: End, at: tuple[float, float]) -> Element:
    if end == "won":
        return circle(at, 6.5, "c-closed", "closed, won")
    if end == "lost":
        return diamond(at, 7, "c-lost", "closed, not won")
    return circle(at, 6.5, "c-none", "still open")


def _end_words(path: Path, width: int, height: float) -> list[Element]:
    drawn = []
    if path.first:
        drawn.append(text((0, height - 3), path.first, "c-text-2"))
    if path.last:
        drawn.append(text((width, height - 3), path.last, "c-text-2", "end"))
    return drawn
