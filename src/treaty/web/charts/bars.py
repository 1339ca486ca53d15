"""Bars: months against what is promised, and one bar split into waiting and work."""

from collections.abc import Sequence
from dataclasses import dataclass

from treaty.web.charts.scale import Scale, Value, room_for
from treaty.web.charts.svg import Caption, Drawing, Element, Sheet, drawing, line, rect, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """name: `Jan`; value, and as it is written; promised: what was due in it (None before the agreement);
    is_before: measured before the agreement, so drawn as a comparison."""

    name: str
    value: Value
    words: str
    promised: Value | None = None
    is_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    months: Sequence[Month]
    promised_words: str = "promised"


@dataclass(frozen=True, slots=True)
class _Frame:
    width: int
    height: int
    top: int
    bottom: int
    gap: float
    with_figures: bool


_SMALL = _Frame(240, 70, top=6, bottom=52, gap=7, with_figures=False)
_WIDE = _Frame(710, 240, top=34, bottom=206, gap=26, with_figures=True)
_NARROW = _Frame(358, 200, top=34, bottom=170, gap=9, with_figures=True)


def month_bars(months: Months, caption: Caption, *, is_small: bool = False) -> Drawing:
    """One bar a month from zero, and over each the line it was promised to reach. `is_small`: beside a sentence."""
    if is_small:
        return drawing(caption, _months_sheet(months, _SMALL))
    return drawing(caption, _months_sheet(months, _WIDE), _months_sheet(months, _NARROW))


def _months_sheet(months: Months, frame: _Frame) -> Sheet:
    sheet = Sheet(frame.width, frame.height)
    pitch = frame.width / max(len(months.months), 1)
    highest = max((float(value) for month in months.months for value in (month.value, month.promised or 0)), default=0)
    y = Scale(0, highest or 1, frame.bottom, frame.top)
    for index, month in enumerate(months.months):
        sheet.extend(_month(month, frame, y, (index * pitch, min(pitch - frame.gap, 64))))
    sheet.add(line((0, frame.bottom), (frame.width, frame.bottom), "c-axis"))
    sheet.extend(_promised(months, frame, y, pitch))
    return sheet


def _month(month: Month, frame: _Frame, y: Scale, place: tuple[float, float]) -> list[Element]:
    left, width = place
    top, css = y.held(float(month.value)), "c-whatif-fill" if month.is_before else "c-shared-fill"
    middle = left + width / 2
    drawn = [rect((left, top), (width, frame.bottom - top), css, f"{month.name}: {month.words}")]
    drawn.append(text((middle, frame.bottom + 14), month.name, "c-text-2", "middle"))
    if frame.with_figures:
        drawn.append(text((middle, frame.bottom + 30), month.words, "c-strong", "middle"))
    return drawn


def _promised(months: Months, frame: _Frame, y: Scale, pitch: float) -> list[Element]:
    """A line over each month that had a promise; neighbours with the same promise share one line."""
    drawn: list[Element] = []
    start: int | None = None
    values = [*(month.promised for month in months.months), None]
    for index, value in enumerate(values):
        if start is not None and value != values[start]:
            height, ends = y(float(values[start] or 0)), (start * pitch - 3, index * pitch - frame.gap + 3)
            drawn.append(line((max(0, ends[0]), height), (min(frame.width, ends[1]), height), "c-rule"))
            start = None
        if value is not None and start is None:
            start = index
    if drawn and frame.with_figures:
        drawn.append(_promised_words(months, y, pitch))
    return drawn


def _promised_words(months: Months, y: Scale, pitch: float) -> Element:
    """Over the first line, clear of every bar the words run across."""
    first = next(index for index, month in enumerate(months.months) if month.promised is not None)
    across = months.months[first : first + 1 + int(room_for(months.promised_words) // pitch)]
    highest = min(y(float(value)) for month in across for value in (month.value, month.promised or 0))
    return text((max(0, first * pitch - 3), highest - 7), months.promised_words, "c-text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Two lengths of one whole and their words: `5.4 days waiting`, `0.7 at work`."""

    waiting: Value
    working: Value
    waiting_words: str
    working_words: str


def split_bar(split: Split, caption: Caption) -> Drawing:
    """Waiting hatched, work filled, on one small bar. Nothing measured: an empty bar."""
    sheet = Sheet(240, 52)
    whole = float(split.waiting) + float(split.working)
    if whole <= 0:
        sheet.add(rect((0.5, 10.5), (239, 18), "c-none"), text((0, 46), "nothing measured yet", "c-text-2"))
        return drawing(caption, sheet)
    at = 240 * float(split.waiting) / whole
    sheet.add(rect((0.5, 10.5), (max(0, at - 1), 18), "c-wait"), rect((at, 10), (240 - at, 19), "c-work"))
    fits = room_for(split.waiting_words) + room_for(split.working_words) < 240
    sheet.add(text((0, 46), split.waiting_words, "c-text"))
    if fits:
        sheet.add(text((240, 46), split.working_words, "c-text", "end"))
    return drawing(caption, sheet)
