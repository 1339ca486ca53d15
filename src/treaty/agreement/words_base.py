"""Pieces of a sentence: spans that remember which term they say, clauses, articles; and how values are said."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from treaty.agreement.quantities import Quantity, percent, plain
from treaty.agreement.terms_parties import Side
from treaty.agreement.yamltree import Path

Kind = Literal["", "value", "marketing", "sales", "term", "id"]
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, slots=True)
class Span:
    """Some words. path: the term they say, empty for words between. kind: how a page may show them."""

    text: str
    path: Path = ()
    kind: Kind = ""


Part = str | Span | Sequence[Any]
"""Words, a span, or a sequence of parts."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One sentence, and what it lists. key: names the clause across versions; path: where it stands in the document."""

    key: str
    path: Path
    spans: tuple[Span, ...]
    items: tuple["Clause", ...] = ()

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)

    def walk(self) -> Iterator["Clause"]:
        yield self
        for item in self.items:
            yield from item.walk()


@dataclass(frozen=True, slots=True)
class Article:
    """A numbered part of the contract. path: the part of the document it says."""

    number: int
    title: str
    path: Path
    clauses: tuple[Clause, ...] = field(default=())


def spans(*parts: Part) -> tuple[Span, ...]:
    """Flatten words, spans and lists of them into one sequence of spans."""
    found: list[Span] = []
    for part in parts:
        if isinstance(part, str):
            found += [Span(part)] if part else []
        elif isinstance(part, Span):
            found.append(part)
        else:
            found += spans(*part)
    return tuple(found)


def clause(path: Path, *parts: Part, key: str = "", items: Iterable[Clause] = ()) -> Clause:
    return Clause(key or key_of(path), path, spans(*parts), tuple(items))


def key_of(path: Path) -> str:
    return ".".join(map(str, path))


def value(text: object, *path: str | int) -> Span:
    """A value of the document, to be marked when it changes."""
    return Span(str(text), path, "value")


def term(name: str, *path: str | int) -> Span:
    """A name both sides have given something: a stage, a segment, a pool."""
    return Span(words(name), path, "term")


def mark(text: object, *path: str | int) -> Span:
    """The id by which other parts name this clause."""
    return Span(str(text), path, "id")


def side(name: Side, path: Path = (), *, begins: bool = True) -> Span:
    """A side, as a page colours it. begins: it begins the sentence."""
    return Span(name.capitalize() if begins else name, path, name)


def words(name: str) -> str:
    """`marketing_qualified` becomes `marketing qualified`, `ai_assistant` becomes `AI assistant`."""
    said = name.replace("_", " ")
    return f"AI{said[2:]}" if said.split(" ")[0] == "ai" else said


def listed(parts: Sequence[Part], last: str = "and") -> list[Part]:
    """a, b and c."""
    joined: list[Part] = []
    for i, part in enumerate(parts):
        joined += [f" {last} " if i == len(parts) - 1 else ", "] if i else []
        joined.append(part)
    return joined


def values(items: Iterable[object], path: Path, last: str = "and") -> list[Part]:
    """The items of a list, each with its own path."""
    return listed([value(words(str(item)), *path, i) for i, item in enumerate(items)], last)


def number(figure: Decimal | float) -> str:
    """`1,200,000`; fractions as they are."""
    whole, dot, rest = (plain(figure) if isinstance(figure, Decimal) else plain(Decimal(str(figure)))).partition(".")
    return f"{int(whole):,}{dot}{rest}" if whole.lstrip("-") else f"{whole}{dot}{rest}"


def small(count: int) -> str:
    """`three` up to ten, figures beyond."""
    return _SMALL[count] if 0 <= count < len(_SMALL) else f"{count:,}"


def money(figure: Decimal, currency: str) -> str:
    sign = _SIGNS.get(currency)
    return f"{sign}{number(figure)}" if sign else f"{number(figure)} {currency}"


def quantity(figure: Quantity, unit: str, currency: str) -> str:
    """A figure in the unit of its measure."""
    if figure.is_share:
        return percent(figure.number)
    return money(figure.number, currency) if unit == "money" else number(figure.number)


def day(on: date) -> str:
    """`1 January 2026`."""
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def month_day(text: str) -> str:
    return f"{int(text[3:])} {_MONTHS[int(text[:2]) - 1]}"


def of_hundred(share: Decimal) -> str:
    """`85 of 100`."""
    return f"{plain(share * 100)} of 100"
