"""A running promise as one line of working time, with nights and weekends folded away."""

from collections.abc import Sequence
from dataclasses import dataclass

from treaty.web.charts.scale import Scale, room_for
from treaty.web.charts.svg import Anchor, Caption, Drawing, Element, Sheet, circle, diamond, drawing, line, rect, text


@dataclass(frozen=True, slots=True)
class Fold:
    """A pause of the clock: after how much working time (a share of the promise) and its word: `night`, `weekend`."""

    at: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """used: working time gone as a share of the promise (1 is due, more is late); start, due, warned: words;
    warned_at: the share at which the warning goes out, None for none; is_over: stopped, so the dot is where it ended."""

    used: float
    start: str
    due: str
    warned_at: float | None = None
    warned: str = "notice sent"
    folds: Sequence[Fold] = ()
    is_over: bool = False


def clock_line(clock: Clock, caption: Caption) -> Drawing:
    """The time gone as a bold line, what is left as a thin one, the due end as a bar; late runs on past the bar."""
    return drawing(caption, _sheet(clock, 720), _sheet(clock, 358), _sheet(clock, 940))


def _sheet(clock: Clock, width: int) -> Sheet:
    sheet = Sheet(width, 46)
    high = max(1.0, min(clock.used, 1.5) if clock.used > 1 else 1.0)
    x = Scale(0, high, 4, width - (8 if clock.used > 1 else 4))
    used = x.held(clock.used)
    sheet.add(line((4, 16), (x.end, 16), "c-axis"), line((4, 16), (used, 16), "c-gone"))
    sheet.extend(element for fold in clock.folds for element in _fold(x.held(fold.at), fold.at <= clock.used))
    if clock.warned_at is not None:
        sheet.add(line((x.held(clock.warned_at), 9), (x.held(clock.warned_at), 23), "c-axis"))
    sheet.add(line((x(1), 6), (x(1), 26), "c-rule"))
    sheet.add(diamond((used, 16), 7, "late") if clock.used > 1 else circle((used, 16), 5.5, "c-ink"))
    sheet.extend(_words(clock, x))
    return sheet


def _fold(at: float, is_gone: bool) -> list[Element]:
    css = "c-ink-line" if is_gone else "c-fold"
    strokes = [line((at + shift - 2, 22), (at + shift + 2, 10), css) for shift in (-3, 3)]
    return [rect((at - 3, 8), (6, 16), "c-gap"), *strokes]


def _words(clock: Clock, x: Scale) -> list[Element]:
    """Start and due always; then the warning and the folds, from the left, while there is room."""
    due_anchor: Anchor = "middle" if x(1) < x.end - room_for(clock.due) / 2 else "end"
    drawn = [text((4, 42), clock.start, "c-text-2"), text((x(1), 42), clock.due, "c-text", due_anchor)]
    due_left = x(1) - room_for(clock.due) * (0.5 if due_anchor == "middle" else 1)
    taken = [(0.0, 4 + room_for(clock.start)), (due_left, x(1) + room_for(clock.due))]
    wished = [(clock.warned_at, clock.warned if clock.used >= clock.warned_at else "notice")] if clock.warned_at is not None else []
    for share, words in [*wished, *((fold.at, fold.words) for fold in clock.folds)]:
        middle, half = x.held(share), room_for(words) / 2
        if all(middle + half + 6 < left or middle - half - 6 > right for left, right in taken):
            drawn.append(text((middle, 42), words, "c-text-2", "middle"))
            taken.append((middle - half, middle + half))
    return drawn
