"""How an amount became another: each part hangs where the one before it ended, and the last stands on the ground."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from treaty.web.charts.scale import Scale, Value, shortened
from treaty.web.charts.svg import Caption, Drawing, Element, Sheet, drawing, line, rect, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """name and amount of a part, as written; is_total: it stands on the ground (opening, closing); href: its records."""

    name: str
    amount: Value
    words: str
    is_total: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """The first is where it began, the last where it ended; those between add up from one to the other."""

    falls: Sequence[Fall]


_ROW = 30


def waterfall_bars(given: Waterfall, caption: Caption) -> Drawing:
    """One row a part, from above to below, so that the names are read as they are written."""
    return drawing(caption, _sheet(given, 710, (150, 590)), _sheet(given, 358, (2, 270), is_narrow=True))


def _spans(falls: Sequence[Fall]) -> list[tuple[float, float]]:
    """From where to where each bar goes."""
    at, spans = 0.0, []
    for fall in falls:
        start = 0.0 if fall.is_total else at
        at = start + float(fall.amount)
        spans.append((start, at))
    return spans


def _sheet(given: Waterfall, width: int, ends: tuple[int, int], *, is_narrow: bool = False) -> Sheet:
    row, spans = 48 if is_narrow else _ROW, _spans(given.falls)
    sheet = Sheet(width, len(given.falls) * row + 6)
    places = [0.0, *(place for span in spans for place in span)]
    x = Scale(min(places), max(places) or 1, *ends)
    sheet.add(line((x(0), 0), (x(0), len(given.falls) * row + 4), "c-axis"))
    for place, (fall, span) in enumerate(zip(given.falls, spans, strict=True)):
        top = place * row + (24 if is_narrow else 6)
        name = (ends[0], top - 6) if is_narrow else (0, top + 14)
        sheet.add(text(name, shortened(fall.name, width - 8 if is_narrow else 140, 7), "c-label"))
        sheet.extend(_bar(fall, span, x, top))
        if place + 1 < len(given.falls):
            sheet.add(line((x(span[1]), top + 18), (x(span[1]), top + row), "c-grid"))
    return sheet


def _bar(fall: Fall, span: tuple[float, float], x: Scale, top: float) -> list[Element]:
    """What goes away is an outline; what is there is filled. Something small is still to be seen."""
    left, right = sorted((x(span[0]), x(span[1])))
    css = "c-shared-fill" if fall.is_total else "c-whatif-fill" if fall.amount >= 0 else "c-none"
    bar = rect((left, top), (max(right - left, 1.5), 18), css, f"{fall.name}: {fall.words}")
    return [replace(bar, href=fall.href), text((right + 8, top + 14), fall.words, "c-strong")]
