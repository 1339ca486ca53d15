"""Who earned what: a bar for each by the agreed rule, and below it, in grey outline, what other rules would have given them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from treaty.web.charts.scale import Lanes, Scale, Value, room_for, shortened
from treaty.web.charts.svg import Caption, Drawing, Element, Sheet, circle, diamond, drawing, line, rect, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """One origin: its amount, as it is written, and by each of the other rules. is_nobodys: what nothing earned; href: its records."""

    name: str
    amount: Value
    words: str
    others: Sequence[Value] = ()
    is_nobodys: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earnings:
    """rows in the order they are drawn · words: of the rule that counts · others: of at most two that do not."""

    rows: Sequence[Earned]
    words: str
    others: Sequence[str] = ()


_WIDE = Lanes(710, left=200, right=600, row=40, is_wide=True)
_NARROW = Lanes(358, left=2, right=250, row=60, is_wide=False)
_TOP, _TALL, _LANE, _BETWEEN = 30, 16, 25, 14
_MARKS = (circle, diamond)


def earned_bars(earnings: Earnings, caption: Caption) -> Drawing:
    """All on one scale from nothing; what nobody earned is an outline."""
    return drawing(caption, _sheet(earnings, _WIDE), _sheet(earnings, _NARROW))


def _sheet(given: Earnings, frame: Lanes) -> Sheet:
    sheet = Sheet(frame.width, _TOP + frame.row * len(given.rows) + 4)
    values = [float(value) for row in given.rows for value in (row.amount, *row.others)]
    x = Scale(min([0.0, *values]), max([0.0, *values]) or 1, frame.left, frame.right)
    sheet.extend(_legend(given))
    sheet.add(line((x(0), _TOP - 4), (x(0), _TOP + frame.row * len(given.rows)), "c-axis"))
    for place, row in enumerate(given.rows):
        sheet.extend(_row(row, given.others, frame, x, _TOP + place * frame.row))
    return sheet


def _legend(given: Earnings) -> list[Element]:
    drawn, at = [rect((0, 4), (12, 12), "c-shared-fill"), text((18, 14), given.words, "c-text")], 18 + room_for(given.words) + _BETWEEN
    for mark, words in zip(_MARKS, given.others, strict=False):
        drawn += [mark((at + 5, 10), 4.5, "c-whatif"), text((at + 15, 14), words, "c-text")]
        at += 15 + room_for(words) + _BETWEEN
    return drawn


def _row(row: Earned, others: Sequence[str], frame: Lanes, x: Scale, top: float) -> list[Element]:
    bar = top + (4 if frame.is_wide else 22)
    begins, room = (0, frame.left - 10) if frame.is_wide else (frame.left, 340)
    name = text((begins, top + 16), shortened(row.name, room, 7), "c-label")
    left, right = sorted((x(0), x(float(row.amount))))
    css = "c-lost" if row.is_nobodys else "c-shared-fill"
    drawn = rect((left, bar), (max(right - left, 1.5), _TALL), css, f"{row.name}: {row.words}")
    lane = bar + _LANE
    marks = [
        mark((x(float(value)), lane), 4.5, "c-whatif", f"{row.name}, {words}")
        for mark, words, value in zip(_MARKS, others, row.others, strict=False)
    ]
    ends = [x(0), *(x(float(value)) for value in row.others)]
    reach = [line((min(ends), lane), (max(ends), lane), "c-grid")] if marks else []
    return [name, replace(drawn, href=row.href), text((right + 8, bar + 13), row.words, "c-strong"), *reach, *marks]
