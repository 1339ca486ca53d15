"""Where a clause stands: the name that stays with it from one text to the next, and the place at which people find it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from treaty.agreement.numbering import label
from treaty.agreement.words import Contract
from treaty.agreement.words_base import Clause


@dataclass(frozen=True, slots=True)
class Place:
    """name: `stages.marketing_qualified/person.seniority`; label: `article 3 (b) (ii)`; words: the sentence that stands there."""

    name: str
    label: str
    words: str = ""


WHOLE = Place("", "the agreement as a whole")


class Names:
    """Gives the clauses of one contract names of their own, asked for in reading order.

    A key (`words_base.Clause.key`) is unique among neighbours only, so a clause within another is named after both; the second of the
    same name is numbered.
    """

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def of(self, within: str, key: str) -> str:
        name = f"{within}/{key}" if within else key
        self._taken[name] += 1
        return name if self._taken[name] == 1 else f"{name}~{self._taken[name]}"


def places(said: Contract) -> dict[str, Place]:
    """Every clause by its name, in reading order. What this release does not carry out yet is said beside the contract and has none."""
    names = Names()
    found = [
        place
        for article in said.articles
        for i, one in enumerate(article.clauses)
        if one.key != "later"
        for place in _within(one, "", f"article {article.number}", i, 0, names)
    ]
    return {place.name: place for place in found}


def _within(one: Clause, within: str, before: str, place: int, depth: int, names: Names) -> Iterator[Place]:
    name, where = names.of(within, one.key), f"{before} {label(place, depth)}"
    yield Place(name, where, one.text)
    for i, item in enumerate(one.items):
        yield from _within(item, name, where, i, depth + 1, names)
