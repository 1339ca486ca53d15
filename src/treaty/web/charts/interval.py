"""A share with the range it may really have, against what was agreed."""

from dataclasses import dataclass

from treaty.web.charts.scale import Scale, room_for
from treaty.web.charts.svg import Anchor, Caption, Drawing, Element, Sheet, circle, drawing, line, rect, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """value, low, high, agreed: shares, 0 to 1; value None: too early to say. Words are written by the caller;
    is_mature: whether all cases had the time they need (an open dot and a dashed range where not)."""

    value: float | None
    low: float
    high: float
    value_words: str
    low_words: str
    high_words: str
    agreed: float | None = None
    agreed_words: str = ""
    is_mature: bool = True


_WIDTH = 240


def interval_bar(interval: Interval, caption: Caption) -> Drawing:
    """A band from low to high, a dot at the value, a thin line at what was agreed; on a scale from nothing to all."""
    sheet = Sheet(_WIDTH, 60)
    x = Scale(0, 1, 4, _WIDTH - 4)
    sheet.add(line((0, 38), (_WIDTH, 38), "c-axis"))
    if interval.value is None:
        sheet.add(text((0, 30), "too early to say", "c-text-2"))
    else:
        sheet.extend(_range(interval, x))
    sheet.extend(_labels(interval, x))
    return drawing(caption, sheet)


def _range(interval: Interval, x: Scale) -> list[Element]:
    left, right, at = x.held(interval.low), x.held(interval.high), x.held(interval.value or 0)
    if interval.is_mature:
        return [rect((left, 20), (right - left, 12), "c-band-2"), circle((at, 26), 5, "c-shared-fill")]
    return [line((left, 26), (right, 26), "c-pace"), circle((at, 26), 5, "c-open")]


def _labels(interval: Interval, x: Scale) -> list[Element]:
    """The value stands on the side of its dot that turns away from the agreed line; the ends of the range below."""
    drawn: list[Element] = []
    value, agreed = interval.value, interval.agreed
    is_left = agreed is None or value is None or value < agreed
    if agreed is not None:
        drawn += [
            line((x.held(agreed), 12), (x.held(agreed), 38), "c-rule"),
            _beside(x.held(agreed), interval.agreed_words, "c-text", not is_left),
        ]
    if value is None:
        return drawn
    drawn.append(_beside(x.held(value), interval.value_words, "c-strong", is_left))
    return drawn + _ends(interval, x)


def _beside(at: float, words: str, css: str, is_left: bool) -> Element:
    """On the wished side of a place, or on the other one where the words would leave the sheet."""
    room = room_for(words) + 4
    goes_left = at - room >= 0 if is_left else at + room > _WIDTH
    anchor: Anchor = "end" if goes_left else "start"
    return text((at - 4 if goes_left else at + 4, 12), words, css, anchor)


def _ends(interval: Interval, x: Scale) -> list[Element]:
    left, right = x.held(interval.low), x.held(interval.high)
    lack = room_for(interval.low_words) / 2 + room_for(interval.high_words) / 2 + 8 - (right - left)
    if lack > 0:
        left, right = left - lack / 2, right + lack / 2
    half = room_for(interval.low_words) / 2
    left = max(half, left)
    right = min(_WIDTH - room_for(interval.high_words) / 2, max(right, left + half + room_for(interval.high_words) / 2 + 8))
    return [text((left, 54), interval.low_words, "c-text-2", "middle"), text((right, 54), interval.high_words, "c-text-2", "middle")]
