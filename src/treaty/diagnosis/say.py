"""Figures in sentences: counts with their noun, shares, amounts; text from files made safe to show."""

import re
from decimal import Decimal

_PLURAL = {"opportunity": "opportunities", "company": "companies", "address": "addresses", "is": "are", "was": "were", "has": "have"}
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def count(n: int, noun: str) -> str:
    """`1 lead`, `8,000 leads`."""
    return f"{n:,} {noun if n == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """Of the last word: `lost opportunity` gives `lost opportunities`."""
    first, _, last = noun.rpartition(" ")
    return f"{first} {_PLURAL.get(last, last + 's')}".lstrip()


def verb(n: int, word: str) -> str:
    return word if n == 1 else plural(word)


def percent(share: float) -> str:
    """`10.5 %`; small shares keep a figure that says something: `0.12 %`."""
    shown = share * 100
    if shown in (0, 100):
        return f"{shown:.0f} %"
    return f"{shown:.2f} %" if 0 < shown < 1 else f"{shown:.1f} %"


def money(value: Decimal, currency: str = "") -> str:
    shown = f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"
    return f"{shown} {currency}".rstrip()


def days(value: float) -> str:
    shown = int(value) if value == int(value) else round(value, 1)
    return f"{shown:,} day{'s' * (shown != 1)}"


def listed(parts: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def visible(text: str) -> str:
    """A line without what would steer a terminal, turn it around or break it."""
    return _UNSAFE.sub("·", text)


def safe(text: str, most: int = 80) -> str:
    """Text of a file, without what would steer a terminal or turn a line around, cut to a length one can read."""
    shown = visible(" ".join(text.split()))
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def quoted(text: object, most: int = 60) -> str:
    return f'"{safe(str(text), most)}"'
