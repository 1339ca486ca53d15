"""A number over periods: each with the range it may really have, open while it is young, beside what was usual."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from treaty.web.charts.scale import Scale, Value, room_for, ticks
from treaty.web.charts.svg import Caption, Drawing, Element, Sheet, circle, drawing, line, path, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """name: `Oct`; value None: nothing was measured; words: as it is written; href: its records."""

    name: str
    value: Value | None
    words: str = ""
    low: float | None = None
    high: float | None = None
    is_mature: bool = True
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """say: how a place of the axis is written; usual: the level of the periods before the last, with its words."""

    points: Sequence[Point]
    say: Callable[[float], str]
    usual: float | None = None
    usual_words: str = ""


_LEFT, _TOP = 52, 24


def trend_line(trend: Trend, caption: Caption) -> Drawing:
    """A line from zero through the periods that were measured; a gap where one was not."""
    return drawing(caption, _sheet(trend, 710, 230), _sheet(trend, 358, 210))


def _sheet(trend: Trend, width: int, height: int) -> Sheet:
    sheet, floor = Sheet(width, height), height - 28
    top = max((float(one) for point in trend.points for one in (point.value, point.high) if one is not None), default=0.0)
    y = Scale(0, max(top, trend.usual or 0) or 1, floor, _TOP)
    pitch = (width - _LEFT - 8) / max(len(trend.points), 1)
    places = [_LEFT + pitch * (place + 0.5) for place in range(len(trend.points))]
    for mark in ticks(y.high, 3):
        sheet.add(line((_LEFT, y(mark)), (width, y(mark)), "c-grid"), text((0, y(mark) + 4), trend.say(mark), "c-text-2"))
    if trend.usual is not None:
        sheet.add(line((_LEFT, y(trend.usual)), (width, y(trend.usual)), "c-pace"))
        sheet.add(text((width, y(trend.usual) - 5), trend.usual_words, "c-text c-halo", "end"))
    sheet.extend(_runs(trend.points, places, y))
    every = max(1, -(-int(room_for("Mar 2026")) // int(pitch or 1)))
    for place, (point, at) in enumerate(zip(trend.points, places, strict=True)):
        sheet.extend(_point(point, at, y))
        if (len(trend.points) - 1 - place) % every == 0:
            sheet.add(text((at, height - 8), point.name, "c-text-2", "middle"))
    sheet.extend(_last(trend.points, places, y, width))
    return sheet


def _runs(points: Sequence[Point], places: Sequence[float], y: Scale) -> list[Element]:
    drawn: list[Element] = []
    run: list[tuple[float, float]] = []
    for point, at in [*zip(points, places, strict=True), (None, 0.0)]:
        if point is None or point.value is None:
            drawn += [path(run, "c-shared")] if len(run) > 1 else []
            run = []
        else:
            run.append((at, y.held(float(point.value))))
    return drawn


def _point(point: Point, at: float, y: Scale) -> list[Element]:
    if point.value is None:
        return []
    css, dot = ("c-ink-line", "c-shared-fill") if point.is_mature else ("c-pace", "c-open")
    drawn = [line((at, y.held(point.low)), (at, y.held(point.high)), css)] if point.low is not None and point.high is not None else []
    mark = circle((at, y.held(float(point.value))), 4, dot, f"{point.name}: {point.words}")
    return [*drawn, replace(mark, href=point.href)]


def _last(points: Sequence[Point], places: Sequence[float], y: Scale, width: float) -> list[Element]:
    """The latest figure is written beside its dot."""
    found = next(((point, at) for point, at in reversed(list(zip(points, places, strict=True))) if point.value is not None), None)
    if found is None:
        return []
    point, at = found
    top = min(y.held(float(point.value or 0)), y.held(point.high) if point.high is not None else y.start)
    return [text((min(at, width - room_for(point.words) / 2), top - 8), point.words, "c-strong c-halo", "middle")]
