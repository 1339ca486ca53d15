"""Plural words and lists in sentences."""

from collections.abc import Sequence

from treaty.web.formats.manners import EN_GB, NBSP, Manner
from treaty.web.formats.numbers import number

_SPELT = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def plural(n: int, one: str, many: str = "") -> str:
    """The word alone: `lead` for one, `leads` for none and several; `many` where an s is not enough."""
    return one if abs(n) == 1 else many or f"{one}s"


def count(n: int, one: str, many: str = "", manner: Manner = EN_GB) -> str:
    """`1 lead`, `1,248 leads`, `0 leads`."""
    return f"{number(n, manner)}{NBSP}{plural(n, one, many)}"


def spell(n: int, one: str = "", many: str = "", manner: Manner = EN_GB) -> str:
    """For titles, up to twelve in letters: `nine leads`, `one lead`, `no leads`, `13 leads`."""
    figure = _SPELT[n] if 0 <= n < len(_SPELT) else number(n, manner)
    return f"{figure} {plural(n, one, many)}" if one else figure


def capital(words: str) -> str:
    """The first letter large, the others as they are: `Nine leads`."""
    return words[:1].upper() + words[1:]


def listing(names: Sequence[str]) -> str:
    """`Mira`, `Mira and Sam`, `Mira, Sam and Sol`; nothing for nobody."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
