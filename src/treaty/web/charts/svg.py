"""The one place where markup of drawings is made: few elements, few attributes, every word and value escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from math import isfinite
from typing import Literal

Number = float | int
Anchor = Literal["start", "middle", "end"]
_ANCHORS = {"start": "", "middle": " c-mid", "end": " c-end"}


def figure(value: Number) -> str:
    """A coordinate: at most one decimal, no `-0`. Raises ValueError for NaN and infinity."""
    if not isfinite(value):
        raise ValueError(f"{value} cannot be drawn")
    return f"{round(float(value), 1) + 0.0:g}" if abs(value) < 100_000 else f"{round(value)}"


@dataclass(frozen=True, slots=True)
class Element:
    """One element, its attributes in order, and a `title` that a pointer shows.

    href: a page of ours that a click opens; lists beside the drawing offer the same to keys and to who listens.
    """

    tag: str
    attributes: tuple[tuple[str, str], ...]
    words: str = ""
    title: str = ""
    href: str = ""

    def __html__(self) -> str:
        written = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes if value)
        inner = (f"<title>{escape(self.title)}</title>" if self.title else "") + escape(self.words)
        drawn = f"<{self.tag}{written}>{inner}</{self.tag}>" if inner else f"<{self.tag}{written}/>"
        is_ours = self.href.startswith("/") and self.href[1:2] not in ("/", "\\")
        return f'<a href="{escape(self.href)}" tabindex="-1">{drawn}</a>' if is_ours else drawn


def line(start: tuple[Number, Number], end: tuple[Number, Number], css: str) -> Element:
    names = ("x1", "y1", "x2", "y2")
    return Element("line", (("class", css), *zip(names, map(figure, (*start, *end)), strict=True)))


def rect(corner: tuple[Number, Number], size: tuple[Number, Number], css: str, title: str = "") -> Element:
    names = ("x", "y", "width", "height")
    sides = (max(0, size[0]), max(0, size[1]))
    return Element("rect", (("class", css), *zip(names, map(figure, (*corner, *sides)), strict=True)), title=title)


def circle(centre: tuple[Number, Number], radius: Number, css: str, title: str = "") -> Element:
    names = ("cx", "cy", "r")
    return Element("circle", (("class", css), *zip(names, map(figure, (*centre, radius)), strict=True)), title=title)


def path(points: Sequence[tuple[Number, Number]], css: str, *, is_closed: bool = False, title: str = "") -> Element:
    """A line through the points, closed on demand; no points, an empty path."""
    steps = "".join(f"{'L' if index else 'M'}{figure(x)} {figure(y)}" for index, (x, y) in enumerate(points))
    return Element("path", (("class", css), ("d", steps + ("Z" if is_closed and points else ""))), title=title)


def diamond(centre: tuple[Number, Number], radius: Number, css: str, title: str = "") -> Element:
    x, y = centre
    return path([(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)], css, is_closed=True, title=title)


def square(centre: tuple[Number, Number], side: Number, css: str, title: str = "") -> Element:
    return rect((centre[0] - side / 2, centre[1] - side / 2), (side, side), css, title)


def text(at: tuple[Number, Number], words: str, css: str = "c-text", anchor: Anchor = "start") -> Element:
    return Element("text", (("class", css + _ANCHORS[anchor]), ("x", figure(at[0])), ("y", figure(at[1]))), words)


@dataclass(frozen=True, slots=True)
class Svg:
    """A drawing of fixed proportions. Without a label it is decoration, and hidden from who listens."""

    width: Number
    height: Number
    elements: tuple[Element, ...]
    label: str = ""
    css: str = ""

    def __html__(self) -> str:
        kind = f' class="{escape(self.css)}"' if self.css else ""
        seen = f' role="img" aria-label="{escape(self.label)}"' if self.label else ' aria-hidden="true"'
        inner = "".join(element.__html__() for element in self.elements)
        sides = f"{figure(self.width)} {figure(self.height)}"
        return f'<svg{kind} width="{figure(self.width)}" viewBox="0 0 {sides}"{seen}>{inner}</svg>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """title: the finding, with its number; note: measure, unit, period; label: all of it in a sentence for who listens."""

    title: str = ""
    note: str = ""
    label: str = ""

    @property
    def spoken(self) -> str:
        return self.label or ". ".join(part for part in (self.title, self.note) if part) or "Drawing"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A caption and its forms: narrow under 34 rem, full from 56 rem on; a small drawing has only the wide one."""

    caption: Caption
    wide: Svg
    narrow: Svg | None = None
    full: Svg | None = None

    def __html__(self) -> str:
        return "".join(form.__html__() for form in (self.wide, self.narrow, self.full) if form)


@dataclass(slots=True)
class Sheet:
    """Where a chart puts its elements, bottom first."""

    width: Number
    height: Number
    elements: list[Element] = field(default_factory=list)

    def add(self, *elements: Element) -> None:
        self.elements.extend(elements)

    def extend(self, elements: Iterable[Element]) -> None:
        self.elements.extend(elements)

    def done(self, label: str, css: str = "") -> Svg:
        return Svg(self.width, self.height, tuple(self.elements), label, css)


def drawing(caption: Caption, wide: Sheet, narrow: Sheet | None = None, full: Sheet | None = None) -> Drawing:
    """Label all forms alike; each is shown where it fits."""
    if narrow is None:
        return Drawing(caption, wide.done(caption.spoken))
    return Drawing(
        caption,
        wide.done(caption.spoken, "wide-only is-middle" if full else "wide-only"),
        narrow.done(caption.spoken, "narrow-only"),
        full.done(caption.spoken, "full-only") if full else None,
    )
