"""Steps of the funnel: how many reached each, what share went on, and how sure that share is."""

from collections.abc import Sequence
from dataclasses import dataclass

from treaty.web.charts.scale import Scale, shortened
from treaty.web.charts.svg import Caption, Drawing, Element, Sheet, circle, drawing, line, rect, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """name and count of a stage, as written; `on`: the share of the stage before that came here, with its 95 % range
    and words; None for the first stage or before anyone had the time."""

    name: str
    count: int
    words: str
    on: float | None = None
    low: float = 0.0
    high: float = 1.0
    on_words: str = ""
    agreed: float | None = None
    is_mature: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    steps: Sequence[Step]
    all_words: str = "all"
    """Stands at the right end of the scale of shares."""


_ROW = 46


def funnel_steps(funnel: Funnel, caption: Caption) -> Drawing:
    """A bar from zero for each count; between two bars the share that went on, as a dot in its range."""
    return drawing(caption, _wide(funnel), _narrow(funnel))


def _widest(funnel: Funnel) -> float:
    return float(max((step.count for step in funnel.steps), default=0) or 1)


def _wide(funnel: Funnel) -> Sheet:
    sheet = Sheet(710, max(len(funnel.steps), 1) * _ROW + 22)
    bar, share = Scale(0, _widest(funnel), 150, 390), Scale(0, 1, 470, 640)
    sheet.add(text((470, 12), "went on from the step above", "c-text-2"))
    for index, step in enumerate(funnel.steps):
        top = 22 + index * _ROW
        sheet.add(text((0, top + 21), shortened(step.name, 140, 7), "c-label"))
        sheet.add(rect((150, top + 8), (bar(step.count) - 150, 18), "c-shared-fill", f"{step.name}: {step.words}"))
        sheet.add(text((bar(step.count) + 8, top + 22), step.words, "c-strong"))
        if index:
            sheet.extend(_share(step, share, top + 17))
    return sheet


def _narrow(funnel: Funnel) -> Sheet:
    sheet = Sheet(358, max(len(funnel.steps), 1) * (_ROW + 26))
    bar, share = Scale(0, _widest(funnel), 2, 290), Scale(0, 1, 96, 270)
    for index, step in enumerate(funnel.steps):
        top = index * (_ROW + 26)
        if index:
            sheet.extend(_share(step, share, top + 8))
            sheet.add(text((2, top + 12), "went on", "c-text-2"))
        sheet.add(text((2, top + 36), shortened(step.name, 350, 7), "c-label"))
        sheet.add(rect((2, top + 42), (bar(step.count) - 2, 16), "c-shared-fill", f"{step.name}: {step.words}"))
        sheet.add(text((bar(step.count) + 8, top + 55), step.words, "c-strong"))
    return sheet


def _share(step: Step, x: Scale, y: float) -> list[Element]:
    drawn = [line((x.start, y), (x.end, y), "c-grid")]
    if step.agreed is not None:
        drawn.append(line((x.held(step.agreed), y - 9), (x.held(step.agreed), y + 9), "c-rule"))
    if step.on is None:
        return [*drawn, text((x.end + 8, y + 4), "too early", "c-text-2")]
    drawn.append(line((x.held(step.low), y), (x.held(step.high), y), "c-ink-line" if step.is_mature else "c-pace"))
    drawn.append(circle((x.held(step.on), y), 4, "c-shared-fill" if step.is_mature else "c-open", step.on_words))
    return [*drawn, text((x.end + 8, y + 4), step.on_words, "c-strong" if step.is_mature else "c-text")]
