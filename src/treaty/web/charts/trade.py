"""Volume against the share that is won: a point for each definition, the chosen one marked, with what sales can work."""

from collections.abc import Sequence
from dataclasses import dataclass

from treaty.web.charts.scale import Scale, room_for, ticks
from treaty.web.charts.svg import Anchor, Caption, Drawing, Element, Sheet, circle, diamond, drawing, line, path, text


@dataclass(frozen=True, slots=True)
class Choice:
    """One definition. share, low, high: of 1 · words: what a pointer shows · href: the page that chooses it."""

    volume: float
    share: float
    low: float
    high: float
    words: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """choices: from many to few; chosen: the place of the marked one, and its words; now: the definition in force; room: the volume
    that can be worked, with its words."""

    choices: Sequence[Choice]
    chosen: int
    chosen_words: str
    now: Choice | None = None
    room: float | None = None
    room_words: str = ""


_LEFT, _TOP, _FLOOR, _HEIGHT = 40, 26, 176, 210


def trade_curve(trade: Trade, caption: Caption) -> Drawing:
    """More leads to the right, more of them won upwards; a thin line is where the true share lies, a diamond what is in force."""
    return drawing(caption, _sheet(trade, 576), _sheet(trade, 358))


def _sheet(trade: Trade, width: int) -> Sheet:
    sheet = Sheet(width, _HEIGHT)
    every = [*trade.choices, *([trade.now] if trade.now else [])]
    x = Scale(0, max([one.volume for one in every] + [trade.room or 0, 1e-9]) * 1.06, _LEFT, width - 8)
    y = Scale(0, min(1.0, max([one.high for one in every] + [0.01]) * 1.05), _FLOOR, _TOP)
    sheet.extend(_axes(x, y, width))
    if trade.room is not None:
        sheet.extend(_room(trade, x, width))
    sheet.add(path([(x(one.volume), y(one.share)) for one in trade.choices], "c-pace"))
    for place, one in enumerate(trade.choices):
        sheet.extend(_choice(one, x, y, is_chosen=place == trade.chosen))
    if trade.now is not None:
        sheet.add(diamond((x(trade.now.volume), y(trade.now.share)), 5, "c-open", trade.now.words))
    if trade.choices:
        sheet.add(_said(trade, x, y, width))
    return sheet


def _axes(x: Scale, y: Scale, width: int) -> list[Element]:
    drawn: list[Element] = []
    for share in ticks(y.high, 3):
        drawn += [line((_LEFT, y(share)), (width - 8, y(share)), "c-grid"), text((0, y(share) + 4), f"{share:.0%}", "c-text-2")]
    for volume in ticks(x.high, 4):
        anchor: Anchor = "start" if not volume else "middle"
        drawn.append(text((x(volume), _FLOOR + 18), f"{volume:g}", "c-text-2", anchor))
    return [*drawn, text((width - 8, _HEIGHT - 1), "leads a week", "c-text-2", "end")]


def _room(trade: Trade, x: Scale, width: int) -> list[Element]:
    at = x(trade.room or 0)
    is_left = at + room_for(trade.room_words) + 6 > width
    words = text((at - 5 if is_left else at + 5, 12), trade.room_words, "c-text-2", "end" if is_left else "start")
    return [line((at, 2), (at, _FLOOR), "c-rule"), words]


def _choice(one: Choice, x: Scale, y: Scale, *, is_chosen: bool) -> list[Element]:
    at = x(one.volume)
    dot = circle((at, y(one.share)), 6 if is_chosen else 4, "c-shared-fill" if is_chosen else "c-open", one.words)
    return [line((at, y(one.low)), (at, y(one.high)), "c-axis"), _linked(dot, one.href)]


def _linked(element: Element, href: str) -> Element:
    return Element(element.tag, element.attributes, element.words, element.title, href)


def _said(trade: Trade, x: Scale, y: Scale, width: int) -> Element:
    one = trade.choices[trade.chosen]
    at, room = x(one.volume), room_for(trade.chosen_words) + 12
    is_left = at + room > width
    place = max(y(one.share) - 9, _TOP + 4)
    return text((at - 10 if is_left else at + 10, place), trade.chosen_words, "c-strong c-halo", "end" if is_left else "start")
