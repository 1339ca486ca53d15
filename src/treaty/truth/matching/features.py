"""From a table of texts to the fields that are compared: normal forms, parts, words weighed by their rarity."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from treaty.agreement.built_in import FREE_MAIL
from treaty.truth.matching import comparisons as by
from treaty.truth.matching import normal
from treaty.truth.matching.kinds import Column
from treaty.truth.matching.levels import PLACE, SHARED, WHO, Comparison

Texts = Sequence[str]
_FREE = frozenset(FREE_MAIL)
_PEOPLE = {"first name", "last name", "full name", "birth"}


@dataclass(slots=True)
class Prepared:
    """fields: what SQL compares, one value or list a row, None where nothing is said · comparisons: how."""

    rows: int
    about_people: bool
    fields: dict[str, list[Any]] = field(default_factory=dict)
    comparisons: list[Comparison] = field(default_factory=list)

    @property
    def place(self) -> str:
        return SHARED if self.about_people else PLACE

    @property
    def contact(self) -> str:
        """A company's own phone and domain are its own; a person shares them with colleagues."""
        return SHARED if self.about_people else WHO


def prepared(columns: Sequence[Column], texts: Sequence[Texts]) -> Prepared:
    """The fields of a table. columns: as recognised; texts: of every column of the table, by `Column.at`.

    Returns no comparisons when no column can be compared.
    """
    rows = len(texts[0]) if texts else 0
    found = Prepared(rows, any(column.kind in _PEOPLE for column in columns))
    told = {kind: [column for column in columns if column.kind == kind] for kind in {column.kind for column in columns}}
    for kinds, add in _ADD:
        mine = [column for kind in kinds for column in told.get(kind, [])]
        if mine:
            add(found, mine, texts)
    return found


def _put(found: Prepared, name: str, values: Iterable[Any]) -> None:
    found.fields[name] = [value or None for value in values]


def _typed(found: Prepared, name: str, values: Iterable[str]) -> None:
    """A text that people mistype: beside it its letters in order, the same when two were swapped."""
    _put(found, name, values)
    _put(found, f"{name}_letters", ("".join(sorted(value)) if value else "" for value in found.fields[name]))


def _worded(found: Prepared, name: str, texts: Texts) -> None:
    """The words of a text, weighed, and a mask of which words may be among them."""
    members = weighed(texts)
    _put(found, f"{name}_words", members)
    _put(found, f"{name}_words_mask", (sum({1 << (member // 8 % 62) for member in one}) for one in members))


def _names(found: Prepared, columns: list[Column], texts: Sequence[Texts]) -> None:
    firsts, lasts = [""] * found.rows, [""] * found.rows
    for column in columns:
        for row, text in enumerate(texts[column.at]):
            if column.kind == "first name":
                firsts[row] = firsts[row] or normal.person(text)
            elif column.kind == "last name":
                lasts[row] = lasts[row] or normal.person(text)
            elif not firsts[row] and not lasts[row]:
                firsts[row], lasts[row] = normal.given_and_family(text)
    short = normal.nicknames()
    _typed(found, "first", firsts)
    _typed(found, "last", lasts)
    _put(found, "nick", (short.get(one.split()[0], one.split()[0]) if one else "" for one in firsts))
    _put(found, "whole", (" ".join(sorted(f"{one} {two}".split())) for one, two in zip(firsts, lasts, strict=True)))
    found.comparisons.append(by.people(_shown(columns)))


def _emails(found: Prepared, columns: list[Column], texts: Sequence[Texts]) -> None:
    told = [[normal.email(texts[column.at][row]) for column in columns] for row in range(found.rows)]
    kept = [[one for one in row if one and not (found.about_people and normal.is_role(one))] for row in told]
    _put(found, "emails", kept)
    _typed(found, "email", (row[0] if row else "" for row in kept))
    lasts = found.fields.get("last", [None] * found.rows)
    _put(found, "local", (_own(normal.local_of(row[0]), last) if row else "" for row, last in zip(kept, lasts, strict=True)))
    found.comparisons.append(by.email(_shown(columns)))


def _own(local: str, last: str | None) -> str:
    """What stands before the @, unless it is short or spells the person's name: that was compared already."""
    return "" if len(local) < 4 or (last and last.replace(" ", "") in local) else local


def _phones(found: Prepared, columns: list[Column], texts: Sequence[Texts]) -> None:
    told = [[one for column in columns if (one := normal.phone(texts[column.at][row]))] for row in range(found.rows)]
    _put(found, "phones", told)
    _typed(found, "phone", (row[0] if row else "" for row in told))
    found.comparisons.append(by.phone(_shown(columns), found.contact))


def _domains(found: Prepared, columns: list[Column], texts: Sequence[Texts]) -> None:
    """The employer's domain, from a website or behind the @; of people it is asked only where no company is named."""
    if found.about_people and any(name.startswith("company") for name in found.fields):
        return
    sites = [column for column in columns if column.kind == "domain"] or columns
    told = (normal.domain(texts[sites[0].at][row].rpartition("@")[2]) for row in range(found.rows))
    _put(found, "domain", ("" if one in _FREE else one for one in told))
    if any(found.fields["domain"]):
        name = _shown(sites[:1]) + ("" if sites[0].kind == "domain" else " (domain)")
        found.comparisons.append(by.exact("domain", name, found.contact))


def _births(found: Prepared, columns: list[Column], texts: Sequence[Texts]) -> None:
    _typed(found, "birth", map(normal.day, texts[columns[0].at]))
    found.comparisons.append(by.birth(columns[0].header))


def _streets(found: Prepared, columns: list[Column], texts: Sequence[Texts]) -> None:
    streets = [column for column in columns if column.kind == "street"]
    if not streets:
        return
    parts = [normal.street(text) for text in texts[streets[0].at]]
    numbers = [column for column in columns if column.kind == "house number"]
    houses = [normal.street(text)[1] for text in texts[numbers[0].at]] if numbers else [house for _, house in parts]
    _put(found, "street", (words for words, _ in parts))
    _put(found, "house", houses)
    _worded(found, "street", [words for words, _ in parts])
    found.comparisons.append(by.street(_shown([*numbers[:1], streets[0]]), found.place))
    for column in streets[1:]:
        _words(found, [column], texts)


def _companies(found: Prepared, columns: list[Column], texts: Sequence[Texts]) -> None:
    for at, column in enumerate(columns[:2]):
        name = f"company{at or ''}"
        told = [normal.company(text) for text in texts[column.at]]
        _typed(found, name, told)
        _put(found, f"{name}_sorted", (" ".join(sorted(set(one.split()))) for one in told))
        _put(found, f"{name}_joined", (one.replace(" ", "") for one in told))
        _worded(found, name, told)
        found.comparisons.append(by.company(name, column.header, found.contact))


def _each(kind: str, read: Callable[[str], str], compare: Callable[[str, str, str], Comparison]) -> Any:
    """One comparison for every column of that kind, under a field of its own."""

    def add(found: Prepared, columns: list[Column], texts: Sequence[Texts]) -> None:
        for column in columns[:3]:
            name = f"{kind}{sum(one.removeprefix(kind).isdigit() for one in found.fields)}"
            told = [read(text) for text in texts[column.at]]
            _typed(found, name, told)
            if kind == "words":
                _worded(found, name, told)
            elif kind == "category":
                _put(found, f"{name}_words", (one.split() for one in told))
            found.comparisons.append(compare(name, column.header, WHO if kind == "category" else found.place))

    return add


_words = _each("words", normal.plain, by.words)
_ADD: list[tuple[tuple[str, ...], Any]] = [
    (("first name", "last name", "full name"), _names),
    (("company",), _companies),
    (("email",), _emails),
    (("phone",), _phones),
    (("domain", "email"), _domains),
    (("birth",), _births),
    (("national id",), _each("number", normal.code, by.number)),
    (("street", "house number"), _streets),
    (("city",), _each("city", normal.plain, by.city)),
    (("postcode",), _each("postcode", normal.code, by.postcode)),
    (("state",), _each("state", normal.plain, by.exact)),
    (("country",), _each("country", normal.plain, by.exact)),
    (("category", "title"), _each("category", normal.plain, by.category)),
    (("address more", "words", "text"), _words),
]


def _shown(columns: Sequence[Column]) -> str:
    return " + ".join(column.header for column in columns)


def weighed(texts: Sequence[str]) -> list[list[int]]:
    """Each text as its words, a rare word as up to eight members and a common one as one, so that sets can be weighed by counting.

    A word's weight is the logarithm of rows per row that has it. Members are numbers, the same for the same word.
    """
    rows = Counter(word for text in texts for word in set(text.split()))
    number = {word: 8 * at for at, word in enumerate(sorted(rows))}
    most = max(1, sum(map(bool, texts)))
    weight = {word: max(1, min(8, round(math.log2(most / count)))) for word, count in rows.items()}
    return [[number[word] + step for word in sorted(set(text.split())) for step in range(weight[word])] for text in texts]
