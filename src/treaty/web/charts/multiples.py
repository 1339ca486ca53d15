"""The same small picture several times: shares of groups, each with its range, open while they are young."""

from collections.abc import Sequence
from dataclasses import dataclass

from treaty.web.charts.scale import Scale, room_for, shortened
from treaty.web.charts.svg import Anchor, Caption, Drawing, Element, Sheet, circle, drawing, line, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """One row: the group's name, its share and range (value None: too early to say), words for both."""

    name: str
    value: float | None = None
    low: float = 0.0
    high: float = 1.0
    words: str = ""
    title: str = ""
    is_mature: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """caption: the finding of this panel; agreed: the line, drawn firm over the last `in_force` rows and dashed before."""

    caption: Caption
    cohorts: Sequence[Cohort]
    agreed: float | None = None
    agreed_words: str = ""
    in_force: int | None = None


_ROW, _TOP, _LEFT, _RIGHT, _WIDTH = 22, 18, 38, 226, 270


def small_multiples(panels: Sequence[Panel]) -> list[Drawing]:
    """One drawing a panel, all on the same scale from nothing to all, so that they may be compared. Four fit in a row."""
    return [drawing(panel.caption, _sheet(panel)) for panel in panels]


def _sheet(panel: Panel) -> Sheet:
    floor = _TOP + max(len(panel.cohorts), 1) * _ROW + 4
    sheet = Sheet(_WIDTH, floor + 20)
    x = Scale(0, 1, _LEFT, _RIGHT)
    for share, words in ((0.0, "0%"), (0.5, "50%"), (1.0, "100%")):
        sheet.add(line((x(share), _TOP), (x(share), floor), "c-grid"), text((x(share), floor + 16), words, "c-text-2", "middle"))
    sheet.extend(_agreed(panel, x, floor))
    for row, cohort in enumerate(panel.cohorts):
        sheet.extend(_cohort(cohort, x, _TOP + row * _ROW + 14))
    return sheet


def _agreed(panel: Panel, x: Scale, floor: float) -> list[Element]:
    if panel.agreed is None:
        return []
    at, rows = x.held(panel.agreed), len(panel.cohorts)
    firm = rows if panel.in_force is None else min(panel.in_force, rows)
    break_at = _TOP + (rows - firm) * _ROW
    half = room_for(panel.agreed_words) / 2
    middle = min(max(at, half), _WIDTH - half)
    drawn = [line((at, break_at), (at, floor), "c-rule"), text((middle, 12), panel.agreed_words, "c-text", "middle")]
    return [*drawn, line((at, _TOP - 2), (at, break_at), "c-pace")] if firm < rows else drawn


def _cohort(cohort: Cohort, x: Scale, y: float) -> list[Element]:
    name = text((0, y + 4), shortened(cohort.name, _LEFT - 4), "c-text")
    anchor: Anchor = "end"
    if cohort.value is None:
        return [name, text((_WIDTH, y + 4), cohort.words or "too early to say", "c-text-2 c-halo", anchor)]
    css, dot = ("c-ink-line", "c-shared-fill") if cohort.is_mature else ("c-pace", "c-open")
    drawn = [name, line((x.held(cohort.low), y), (x.held(cohort.high), y), css)]
    drawn.append(circle((x.held(cohort.value), y), 4, dot, cohort.title))
    return [*drawn, text((_WIDTH, y + 4), cohort.words, "c-strong" if cohort.is_mature else "c-text", anchor)]
