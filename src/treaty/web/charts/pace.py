"""The shared number against its pace: a cumulative line by working day, today's dot, the goal, a range to come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from treaty.web.charts.scale import Scale, Value, room_for, spread, ticks
from treaty.web.charts.svg import Caption, Drawing, Element, Sheet, circle, drawing, line, path, text

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Where the period ends: the middle, and the ends of 8 in 10 and 5 in 10 of the cases."""

    middle: Value
    low_80: Value
    high_80: Value
    low_50: Value
    high_50: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """so_far: the sum at the end of each working day up to today; days: working days of the whole period;
    pace: the agreed sum at the end of each day (straight to the target when empty); usual: the sum that usually has come by the end
    of day 0, 1, 2 …; months: (working days before it, name);
    say: writes a value for axis and range, short; now: the words at the dot; goal: the words at the goal line."""

    so_far: Sequence[Value]
    days: int
    target: Value
    say: Callable[[float], str]
    now: str = ""
    now_short: str = ""
    goal: str = "Goal"
    pace: Sequence[Value] = ()
    usual: Sequence[Value] = ()
    months: Sequence[tuple[int, str]] = ()
    forecast: Forecast | None = None

    @property
    def line(self) -> list[float]:
        """The sum at the end of day 0, 1, 2 …"""
        return [0.0, *map(float, self.so_far)]

    @property
    def agreed(self) -> list[float]:
        if self.pace:
            return [0.0, *map(float, self.pace)]
        return [float(self.target) * day / self.days for day in range(self.days + 1)] if self.days > 0 else [0.0]


@dataclass(frozen=True, slots=True)
class _Frame:
    """The sheet and the place of the axes on it."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    is_wide: bool


_WIDE = _Frame(710, 330, left=48, right=560, top=32, bottom=302, is_wide=True)
_NARROW = _Frame(358, 260, left=40, right=272, top=30, bottom=234, is_wide=False)


def pace_line(pace: Pace, caption: Caption) -> Drawing:
    """Draw the sum so far against the agreed pace. Empty before the first day, without a forecast until there is one."""
    return drawing(caption, _sheet(pace, _WIDE), _sheet(pace, _NARROW))


def _sheet(pace: Pace, frame: _Frame) -> Sheet:
    sheet = Sheet(frame.width, frame.height)
    x = Scale(0, max(pace.days, 1), frame.left, frame.right)
    y = Scale(min(0.0, *pace.line), _top(pace), frame.bottom, frame.top)
    sheet.extend(_grid(pace, frame, y))
    sheet.extend(_months(pace, frame, x))
    sheet.add(line((frame.left, y(float(pace.target))), (frame.right, y(float(pace.target))), "c-rule"))
    sheet.add(path([(x(day), y(value)) for day, value in enumerate(pace.agreed)], "c-pace"))
    if pace.usual:
        sheet.add(path([(x(day), y(float(value))) for day, value in enumerate(pace.usual)], "c-whatif"))
    sheet.extend(_range(pace, x, y))
    sheet.extend(_so_far(pace, frame, x, y))
    sheet.extend(_end_labels(pace, frame, y))
    return sheet


def _top(pace: Pace) -> float:
    highest = max(float(pace.target), *pace.line, *pace.agreed, float(pace.forecast.high_80) if pace.forecast else 0.0)
    return highest or 1.0


def _grid(pace: Pace, frame: _Frame, y: Scale) -> list[Element]:
    target, drawn = y(float(pace.target)), []
    for value in ticks(y.high, 3):
        css = "c-grid" if value else "c-rule"
        drawn.append(line((frame.left, y(value)), (frame.right, y(value)), css))
        drawn.append(text((frame.left - 8, y(value) + 4), pace.say(value), "c-text-2", "end"))
    if frame.is_wide or not pace.forecast:
        drawn.append(text((frame.left + 6, target - 7), pace.goal, "c-text"))
    return drawn


def _months(pace: Pace, frame: _Frame, x: Scale) -> list[Element]:
    drawn: list[Element] = []
    for before, name in pace.months:
        if before:
            drawn.append(line((x(before), frame.bottom), (x(before), frame.bottom + 6), "c-axis"))
        words = name if frame.is_wide else name[:3]
        drawn.append(text((x(before) + 2, frame.height - 8), words, "c-text-2"))
    return drawn


def _range(pace: Pace, x: Scale, y: Scale) -> list[Element]:
    """From today's dot to the end of the period: both bands, and the middle as a dotted line."""
    if pace.forecast is None:
        return []
    ahead, today = pace.forecast, (x(len(pace.so_far)), y(pace.line[-1]))

    def wedge(low: Value, high: Value, css: str) -> Element:
        return path([today, (x.end, y(float(high))), (x.end, y(float(low)))], css, is_closed=True)

    middle = path([today, (x.end, y(float(ahead.middle)))], "c-fore")
    return [wedge(ahead.low_80, ahead.high_80, "c-band"), wedge(ahead.low_50, ahead.high_50, "c-band-2"), middle]


def _so_far(pace: Pace, frame: _Frame, x: Scale, y: Scale) -> list[Element]:
    if not pace.so_far:
        return []
    dot = (x(len(pace.so_far)), y(pace.line[-1]))
    words = pace.now if frame.is_wide else pace.now_short or pace.now
    to_left = dot[0] - 10 - room_for(words) > frame.left
    at = (dot[0] - 10, dot[1] - 8) if to_left else (dot[0] + 10, dot[1] + 18)
    label = text(at, words, "c-strong c-halo", "end" if to_left else "start")
    return [path(_steps(pace.line, x, y), "c-shared"), circle(dot, 4, "c-shared-fill"), label]


def _steps(values: Sequence[float], x: Scale, y: Scale) -> list[Point]:
    """A sum stands still through the day and rises at its end; days without change add no point."""
    points = [(x(0), y(values[0]))]
    for day in range(1, len(values)):
        if values[day] != values[day - 1]:
            points += [(x(day), y(values[day - 1])), (x(day), y(values[day]))]
    return [*points, (x(len(values) - 1), y(values[-1]))]


def _end_labels(pace: Pace, frame: _Frame, y: Scale) -> list[Element]:
    """Words at the right end: the range, or what the dashed line is; pushed apart where they would touch."""
    if pace.forecast is None:
        return [text((frame.right + 8, y(pace.agreed[-1]) + 4), "agreed pace", "c-text-2")]
    ahead = pace.forecast
    middle = f"{pace.say(float(ahead.middle))}{' forecast' if frame.is_wide else ''}"
    labels = [
        (ahead.high_80, "c-text-2", pace.say(float(ahead.high_80))),
        (ahead.middle, "c-strong", middle),
        (ahead.low_80, "c-text-2", pace.say(float(ahead.low_80))),
    ]
    places = spread([y(float(value)) + 4 for value, _, _ in labels], 17, 12, frame.bottom)
    ends = [text((frame.right + 8, place), words, css) for place, (_, css, words) in zip(places, labels, strict=True)]
    return [*ends, _pace_words(pace, frame, y)]


def _pace_words(pace: Pace, frame: _Frame, y: Scale) -> Element:
    """The name of the dashed line, on the side where the sum so far is not."""
    day = round(pace.days * 0.6)
    agreed = pace.agreed[min(day, len(pace.agreed) - 1)]
    x = Scale(0, max(pace.days, 1), frame.left, frame.right)(day)
    is_below = pace.line[min(day, len(pace.line) - 1)] >= agreed
    at, anchor = ((x + 8, y(agreed) + 16), "start") if is_below else ((x - 8, y(agreed) - 8), "end")
    return text(at, "agreed pace", "c-text-2 c-halo", "start" if anchor == "start" else "end")
