"""How many are still there after so long: a step curve with the range it lies in, and where half have left."""

from collections.abc import Sequence
from dataclasses import dataclass

from treaty.web.charts.scale import Scale, room_for, ticks
from treaty.web.charts.svg import Anchor, Caption, Drawing, Element, Sheet, circle, drawing, line, path, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """steps: (days, share still there from then on, low, high), days going up; end: how far the axis goes, in days;
    half: the days after which half have left, None while too many are still there; half_words: `20 hours`."""

    steps: Sequence[tuple[float, float, float, float]]
    end: float
    half: float | None = None
    half_words: str = ""


_WIDTH, _LEFT, _RIGHT, _TOP, _FLOOR = 270, 44, 262, 14, 132


def survival_curve(curve: Curve, caption: Caption) -> Drawing:
    """From all to nobody; a dot where half have left. Nobody left yet: a line along the top."""
    sheet = Sheet(_WIDTH, 156)
    x, y = Scale(0, max(curve.end, 0.01), _LEFT, _RIGHT), Scale(0, 1, _FLOOR, _TOP)
    for share, words in ((0.0, "0%"), (0.5, "50%"), (1.0, "100%")):
        sheet.add(line((_LEFT, y(share)), (_RIGHT, y(share)), "c-grid"), text((0, y(share) + 4), words, "c-text-2"))
    sheet.extend(_axis(curve, x))
    low, high = ([(days, bounds[side]) for days, *bounds in curve.steps] for side in (1, 2))
    if curve.steps:
        sheet.add(path([*_stairs(high, x, y), *reversed(_stairs(low, x, y))], "c-band", is_closed=True))
    sheet.add(path(_stairs([(days, share) for days, share, _, _ in curve.steps], x, y), "c-shared"))
    if curve.half is not None and curve.half <= curve.end:
        sheet.extend(_half(curve, x, y))
    return drawing(caption, sheet)


def _stairs(points: Sequence[tuple[float, float]], x: Scale, y: Scale) -> list[tuple[float, float]]:
    """Level until somebody leaves, then straight down; what lies beyond the axis is left out."""
    drawn, share = [(x.start, y(1))], 1.0
    for days, after in points:
        if days > x.high:
            break
        drawn += [(x(days), y(share)), (x(days), y(after))]
        share = after
    return [*drawn, (x.end, y(share))]


def _axis(curve: Curve, x: Scale) -> list[Element]:
    marks = ticks(curve.end, 3)
    drawn = []
    for place, days in enumerate(marks):
        anchor: Anchor = "start" if place == 0 else "middle"
        is_last = place == len(marks) - 1
        words = f"{days:g} d" if is_last else f"{days:g}"
        at = min(x.held(days), _WIDTH - room_for(words) / 2)
        drawn.append(text((at, _FLOOR + 18), words, "c-text-2", anchor))
    return drawn


def _half(curve: Curve, x: Scale, y: Scale) -> list[Element]:
    at = x.held(curve.half or 0)
    is_left = at + room_for(curve.half_words) + 10 > _WIDTH
    words = text((at + (-8 if is_left else 8), y(0.5) - 6), curve.half_words, "c-strong c-halo", "end" if is_left else "start")
    return [circle((at, y(0.5)), 4, "c-shared-fill", f"half after {curve.half_words}"), words]
