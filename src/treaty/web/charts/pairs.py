"""Two shares of each of several things side by side: what each takes, and what each brings."""

from collections.abc import Sequence
from dataclasses import dataclass

from treaty.web.charts.scale import Lanes, Scale, Value, shortened, ticks
from treaty.web.charts.svg import Caption, Drawing, Element, Sheet, circle, drawing, line, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One thing: its share of the first (an open mark), its share of the second (a filled one), and both in words."""

    name: str
    first: Value
    second: Value
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """rows: shares from 0 to 1, in the order they are drawn. first_words, second_words: what the two marks are."""

    rows: Sequence[Pair]
    first_words: str
    second_words: str


_WIDE = Lanes(710, left=176, right=530, row=30, is_wide=True)
_NARROW = Lanes(358, left=4, right=354, row=48, is_wide=False)
_TOP = 30


def pair_lines(pairs: Pairs, caption: Caption) -> Drawing:
    """A line per thing from its first share to its second, all on one scale from nothing."""
    return drawing(caption, _sheet(pairs, _WIDE), _sheet(pairs, _NARROW))


def _sheet(pairs: Pairs, frame: Lanes) -> Sheet:
    bottom = _TOP + frame.row * len(pairs.rows)
    sheet = Sheet(frame.width, bottom + 22)
    highest = max((float(value) for row in pairs.rows for value in (row.first, row.second)), default=0.0)
    x = Scale(0, highest or 1, frame.left, frame.right)
    sheet.extend(_legend(pairs, frame))
    for value in ticks(x.high, 4):
        sheet.add(line((x(value), _TOP - 6), (x(value), bottom), "c-grid" if value else "c-axis"))
        sheet.add(text((x(value), bottom + 16), f"{round(value * 100)}%", "c-text-2", "middle" if value or frame.is_wide else "start"))
    for index, row in enumerate(pairs.rows):
        sheet.extend(_row(row, frame, x, _TOP + index * frame.row))
    return sheet


def _legend(pairs: Pairs, frame: Lanes) -> list[Element]:
    left, second = frame.left + 6, frame.left + 6 + 26 + 7 * len(pairs.first_words)
    return [
        circle((left, 10), 4.5, "c-open"),
        text((left + 10, 14), pairs.first_words, "c-text"),
        circle((second, 10), 4.5, "c-shared-fill"),
        text((second + 10, 14), pairs.second_words, "c-text"),
    ]


def _row(row: Pair, frame: Lanes, x: Scale, top: float) -> list[Element]:
    y = top + (15 if frame.is_wide else 34)
    said = f"{row.name}: {row.words}"
    first, second = (x(float(row.first)), y), (x(float(row.second)), y)
    if frame.is_wide:
        labels = [text((0, y + 4), shortened(row.name, 160, 7), "c-label"), text((frame.right + 14, y + 4), row.words, "c-text")]
    else:
        labels = [
            text((frame.left, top + 16), shortened(row.name, 170, 7), "c-label"),
            text((frame.right, top + 16), row.words, "c-text", "end"),
        ]
    return [*labels, line(first, second, "c-ink-line"), circle(first, 5, "c-open", said), circle(second, 5, "c-shared-fill", said)]
