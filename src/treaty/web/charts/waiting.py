"""The way from capture to first contact, stretch by stretch: hatched where a lead waits, filled where someone works."""

from collections.abc import Sequence
from dataclasses import dataclass

from treaty.web.charts.scale import Scale, Value, room_for, shortened
from treaty.web.charts.svg import Caption, Drawing, Element, Sheet, drawing, line, rect, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A step: its name, waiting and work in one unit, and both in words: `35 min, 4 of them work`."""

    name: str
    waiting: Value
    working: Value
    words: str
    starts_clock: bool = False

    @property
    def length(self) -> float:
        return max(0.0, float(self.waiting)) + max(0.0, float(self.working))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    stretches: Sequence[Stretch]
    first: str = "Captured"
    last: str = "First contact"
    clock_words: str = "the promised clock starts"


_FULL, _WIDE, _HIGH = 1100, 700, 250


def waiting_line(way: Waiting, caption: Caption) -> Drawing:
    """One bar to scale, from left to right where it is wide, from top to bottom where it is narrow."""
    return drawing(caption, _across(way, _WIDE), _down(way), _across(way, _FULL))


def _across(way: Waiting, width: int) -> Sheet:
    rows = _label_rows(way, width)
    sheet = Sheet(width, 62 + 34 * max(rows, default=1))
    x = Scale(0, sum(stretch.length for stretch in way.stretches), 1, width - 1)
    sheet.add(text((0, 14), way.first, "c-strong"), text((width, 14), way.last, "c-strong", "end"))
    beside_first = room_for(way.first, 8) + 16
    done = 0.0
    for stretch, row in zip(way.stretches, rows, strict=True):
        left, middle, right = x(done), x(done + max(0.0, float(stretch.waiting))), x(done + stretch.length)
        sheet.extend(_bar(stretch, ((left, 24), (middle - left - 1.5, 30)), ((middle, 24), (right - middle - 1.5, 30))))
        if stretch.starts_clock:
            is_free = left >= beside_first
            sheet.add(line((left - 0.7, 8 if is_free else 20), (left - 0.7, 58), "c-rule"))
            sheet.add(text((left + 7 if is_free else beside_first, 14), way.clock_words, "c-text"))
        sheet.extend(_label(stretch, (left, 72 + (row - 1) * 34), width))
        done += stretch.length
    return sheet


def _label_rows(way: Waiting, sheet_width: int) -> list[int]:
    """The row of words under each stretch, from 1: the first in which it does not run into a neighbour to its left."""
    x = Scale(0, sum(stretch.length for stretch in way.stretches), 1, sheet_width - 1)
    taken: list[float] = []
    rows, done = [], 0.0
    for stretch in way.stretches:
        left, width = _label_place(stretch, x(done), sheet_width)
        row = next((row for row, end in enumerate(taken) if left >= end), len(taken))
        taken[row : row + 1] = [left + width + 12]
        rows.append(row + 1)
        done += stretch.length
    return rows


def _label_place(stretch: Stretch, left: float, sheet_width: int) -> tuple[float, float]:
    width = max(room_for(stretch.name, 7), room_for(stretch.words))
    return (sheet_width - width if left + width > sheet_width else left), width


def _label(stretch: Stretch, at: tuple[float, float], sheet_width: int) -> list[Element]:
    left, y = at
    place, width = _label_place(stretch, left, sheet_width)
    if place < left:
        return [text((sheet_width, y), stretch.name, "c-label", "end"), text((sheet_width, y + 17), stretch.words, "c-text-2", "end")]
    return [text((left, y), shortened(stretch.name, width, 7), "c-label"), text((left, y + 17), stretch.words, "c-text-2")]


def _down(way: Waiting) -> Sheet:
    whole = sum(stretch.length for stretch in way.stretches) or 1.0
    heights = [max(44.0, stretch.length / whole * _HIGH) for stretch in way.stretches]
    sheet = Sheet(358, 46 + sum(heights))
    sheet.add(text((44, 12), way.first, "c-strong"), text((44, 38 + sum(heights)), way.last, "c-strong"))
    top = 20.0
    for stretch, height in zip(way.stretches, heights, strict=True):
        drawn = max(3.0, stretch.length / whole * _HIGH) if stretch.length else 0.0
        waits = drawn * max(0.0, float(stretch.waiting)) / (stretch.length or 1.0)
        sheet.extend(_bar(stretch, ((4, top), (26, waits - 1)), ((4, top + waits), (26, drawn - waits - 1))))
        sheet.add(text((44, top + 14), shortened(stretch.name, 310, 7), "c-label"), text((44, top + 31), stretch.words, "c-text-2"))
        if stretch.starts_clock:
            sheet.add(line((0, top - 1), (358, top - 1), "c-rule"), text((358, top - 6), way.clock_words, "c-text-2", "end"))
        top += height
    return sheet


def _bar(
    stretch: Stretch, waits: tuple[tuple[float, float], tuple[float, float]], works: tuple[tuple[float, float], tuple[float, float]]
) -> list[Element]:
    drawn = []
    if float(stretch.waiting) > 0:
        drawn.append(rect(*waits, "c-wait", f"{stretch.name}: waiting"))
    if float(stretch.working) > 0:
        drawn.append(rect(*works, "c-work", f"{stretch.name}: at work"))
    return drawn
