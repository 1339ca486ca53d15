"""One mark is one lead: how long each took, and which side of the promise it fell on."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from treaty.web.charts.scale import Scale, room_for
from treaty.web.charts.svg import Anchor, Caption, Drawing, Element, Sheet, circle, diamond, drawing, line, rect, text

MOST_MARKS = 200
"""Above this a mark would be too small to be one lead; bins become bars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots:
    """took: one length per lead; promised: the line; unit: what one step of the axis is; high: the end of the axis
    (twice the promise when None). Longer ones are drawn in the last bin. titles: one per lead, or empty."""

    took: Sequence[timedelta]
    promised: timedelta
    unit: timedelta = timedelta(hours=1)
    unit_words: str = "h"
    promised_words: str = "promised"
    promised_short: str = ""
    high: timedelta | None = None
    titles: Sequence[str] = ()

    @property
    def end(self) -> timedelta:
        return self.high or self.promised * 2


@dataclass(frozen=True, slots=True)
class _Frame:
    width: int
    height: int
    floor: int
    most: int
    radius: float
    pitch: float
    is_small: bool


_WIDE = _Frame(576, 198, floor=176, most=134, radius=4.2, pitch=13.5, is_small=False)
_NARROW = _Frame(358, 198, floor=176, most=134, radius=3.6, pitch=12, is_small=False)
_SMALL = _Frame(240, 70, floor=54, most=46, radius=1.8, pitch=4.2, is_small=True)
_BINS = 16


def dot_strip(dots: Dots, caption: Caption, *, is_small: bool = False) -> Drawing:
    """Marks stacked in bins of time: circles kept the promise, diamonds came later. `is_small`: beside a sentence."""
    if is_small:
        return drawing(caption, _sheet(dots, _SMALL))
    return drawing(caption, _sheet(dots, _WIDE), _sheet(dots, _NARROW))


def _sheet(dots: Dots, frame: _Frame) -> Sheet:
    sheet = Sheet(frame.width, frame.height)
    margin = 0 if frame.is_small else 4
    x = Scale(0, dots.end / dots.unit, margin, frame.width - margin)
    bins = _binned(dots)
    sheet.extend(_bars(bins, frame, x) if len(dots.took) > MOST_MARKS else _marks(dots, bins, frame, x))
    promise = x(dots.promised / dots.unit)
    sheet.add(line((promise, 2), (promise, frame.floor + (0 if frame.is_small else 4)), "c-rule"))
    sheet.add(line((margin, frame.floor), (frame.width - margin, frame.floor), "c-axis"))
    sheet.extend(_small_words(dots, frame, promise) if frame.is_small else _words(dots, frame, x, promise))
    return sheet


def _binned(dots: Dots) -> dict[tuple[int, bool], list[int]]:
    """Indexes of leads by (bin, kept); the promise itself is kept, and lies in the bin before its line."""
    width = dots.end / _BINS
    bins: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for index, took in enumerate(dots.took):
        kept = took <= dots.promised
        place = min(_BINS - 1, max(0, took // width))
        if kept and place * width >= dots.promised and place:
            place -= 1
        bins[place, kept].append(index)
    return bins


def _marks(dots: Dots, bins: dict[tuple[int, bool], list[int]], frame: _Frame, x: Scale) -> list[Element]:
    drawn: list[Element] = []
    step = (x.end - x.start) / _BINS
    tallest = max(map(len, bins.values()), default=1)
    pitch = min(frame.pitch, frame.most / tallest)
    radius = min(frame.radius, max(pitch / 2 - 0.2, 0.9))
    for (place, kept), indexes in sorted(bins.items()):
        stacked = len(bins.get((place, True), ())) if not kept else 0
        for row, index in enumerate(indexes):
            at = (x.start + (place + 0.5) * step, frame.floor - radius - 2 - (row + stacked) * pitch)
            title = dots.titles[index] if index < len(dots.titles) else ""
            drawn.append(circle(at, radius, "kept", title) if kept else diamond(at, radius * 1.28, "late", title))
    return drawn


def _bars(bins: dict[tuple[int, bool], list[int]], frame: _Frame, x: Scale) -> list[Element]:
    step, tallest = (x.end - x.start) / _BINS, max(map(len, bins.values()))
    drawn = []
    for (place, kept), indexes in sorted(bins.items()):
        height = len(indexes) / tallest * frame.most
        corner = (x.start + place * step + 1, frame.floor - height)
        drawn.append(rect(corner, (step - 2, height), "kept" if kept else "late", f"{len(indexes)} leads"))
    return drawn


def _small_words(dots: Dots, frame: _Frame, promise: float) -> list[Element]:
    words = dots.promised_short or dots.promised_words
    ends = [text((0, 67), f"0 {dots.unit_words}", "c-text-2"), text((frame.width, 67), _unit(dots, dots.end), "c-text-2", "end")]
    half = room_for(words) / 2
    middle = min(max(promise, half + 26), frame.width - half - 26)
    return [*ends, text((middle, 67), words, "c-text-2", "middle")]


def _words(dots: Dots, frame: _Frame, x: Scale, promise: float) -> list[Element]:
    kept = sum(took <= dots.promised for took in dots.took)
    later = len(dots.took) - kept
    words = dots.promised_words if frame.width > 400 else dots.promised_short or dots.promised_words
    drawn = [text((promise + 7, 13), words, "c-text"), text((promise + 7, 31), f"{later} later", "c-strong")]
    drawn.append(text((promise - 8, 31), f"{kept} in time", "c-strong", "end"))
    steps = round(dots.end / dots.unit)
    stride = max(1, -(-steps // (8 if frame.width > 400 else 4)))
    for step in range(0, steps + 1, stride):
        anchor: Anchor = "start" if step == 0 else "end" if step == steps else "middle"
        drawn.append(text((x(step), 192), f"{step} {dots.unit_words}", "c-text-2", anchor))
    return drawn


def _unit(dots: Dots, length: timedelta) -> str:
    return f"{length / dots.unit:g} {dots.unit_words}"
