"""Two numbers over periods beside each other: what would be, and what is; open where a period was not whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from treaty.web.charts.scale import Scale, Value, room_for, ticks
from treaty.web.charts.svg import Caption, Drawing, Element, Sheet, circle, drawing, line, path, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One period. name: as the axis has it; first, second: its numbers, second None where there is nothing to compare with;
    words: both of them; href: its records."""

    name: str
    first: Value
    second: Value | None = None
    words: str = ""
    is_whole: bool = True
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Besides:
    """rows: periods that follow each other; first_words, second_words: what the two lines are; say: how a place of the axis is written."""

    rows: Sequence[Beside]
    first_words: str
    second_words: str = ""
    say: Callable[[float], str]


_LEFT, _TOP, _DOTS = 36, 34, 7.0


def beside_lines(given: Besides, caption: Caption) -> Drawing:
    """A line for each from zero, the first over the second; whole periods are dots, the others rings."""
    return drawing(caption, _sheet(given, 710, 240), _sheet(given, 358, 220), _sheet(given, 1180, 280))


def _sheet(given: Besides, width: int, height: int) -> Sheet:
    sheet, floor = Sheet(width, height), height - 26
    highest = max((float(one) for row in given.rows for one in (row.first, row.second) if one is not None), default=0.0)
    y = Scale(0, highest or 1, floor, _TOP)
    pitch = (width - _LEFT - 8) / max(len(given.rows), 1)
    places = [_LEFT + pitch * (place + 0.5) for place in range(len(given.rows))]
    sheet.extend(_legend(given))
    for mark in ticks(y.high, 4):
        sheet.add(line((_LEFT, y(mark)), (width, y(mark)), "c-grid" if mark else "c-axis"))
        sheet.add(text((0, y(mark) + 4), given.say(mark), "c-text-2"))
    second = [(at, y(float(row.second))) for row, at in zip(given.rows, places, strict=True) if row.second is not None]
    first = [(at, y(float(row.first))) for row, at in zip(given.rows, places, strict=True)]
    sheet.add(*([path(second, "c-whatif")] if second else []), path(first, "c-shared"))
    for row, at in zip(given.rows, places, strict=True):
        sheet.extend(_marks(row, at, y, pitch))
    sheet.extend(_names(given.rows, places, pitch, height))
    return sheet


def _legend(given: Besides) -> list[Element]:
    drawn = [line((_LEFT, 10), (_LEFT + 20, 10), "c-shared"), text((_LEFT + 26, 14), given.first_words, "c-text")]
    if given.second_words:
        left = _LEFT + 26 + room_for(given.first_words) + 22
        drawn += [line((left, 10), (left + 20, 10), "c-whatif"), text((left + 26, 14), given.second_words, "c-text")]
    return drawn


def _marks(row: Beside, at: float, y: Scale, pitch: float) -> list[Element]:
    """Where there are too many periods for dots, only those that were not whole are marked; a pointer is told of each all the same."""
    said, radius = f"{row.name}: {row.words}", 3.5 if pitch >= _DOTS else 2.0
    css = "c-shared-fill" if row.is_whole else "c-open"
    drawn = [replace(circle((at, y(float(row.first))), radius if row.is_whole else 4, css, said), href=row.href)]
    if row.second is not None:
        drawn.insert(
            0, circle((at, y(float(row.second))), radius - 1 if row.is_whole else 3.5, "c-whatif-fill" if row.is_whole else "c-open", said)
        )
    return drawn


def _names(rows: Sequence[Beside], places: Sequence[float], pitch: float, height: int) -> list[Element]:
    every = max(1, -(-int(room_for("30 Sep") + 8) // max(int(pitch), 1)))
    shown = [(row, at) for place, (row, at) in enumerate(zip(rows, places, strict=True)) if (len(rows) - 1 - place) % every == 0]
    return [text((at, height - 6), row.name, "c-text-2", "middle") for row, at in shown]
