"""Levels that only say that nothing was said, such as `Select`: by their words, and by standing in columns of other sorts."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from treaty.qualification.learning.tables import LEVELS, Column
from treaty.qualification.learning.words import NOTHING, is_wholly

_A_VALUE = {
    "yes",
    "no",
    "true",
    "false",
    "other",
    "others",
    "ja",
    "nein",
    "andere",
    "autre",
    "otro",
    "outro",
    "high",
    "medium",
    "low",
    "a",
    "b",
    "c",
}
_COLUMNS, _MOST = 3, 200


def same(text: str) -> str:
    """What spellings of one word have in common: no capitals, single spaces."""
    return " ".join(text.lower().split())


def placeholders(columns: Sequence[Column]) -> dict[str, frozenset[str]]:
    """By column the levels, as written, that stand for nothing.

    By their words; or a level that stands in three columns or more which have nothing else in common: no column's own word. Columns
    with fewer than four levels are not looked at for that: yes and no stand in many. Of a column of many levels only the frequent ones.
    """
    levels = {column.name: _frequent(column) for column in columns if column.kind == LEVELS}
    own = {name: {same(level) for level in told} for name, told in levels.items()}
    shared = _shared({name: words for name, words in own.items() if len(words) >= 4})
    found = {}
    for name, told in levels.items():
        found[name] = frozenset(level for level in told if is_wholly(NOTHING, level) or same(level) in shared.get(name, ()))
    return {name: levels for name, levels in found.items() if levels}


def _frequent(column: Column) -> list[str]:
    if len(column.levels) <= _MOST:
        return list(column.levels)
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.levels))
    return [column.levels[at] for at in np.argsort(-counts, kind="stable")[:_MOST].tolist()]


def _shared(own: dict[str, set[str]]) -> dict[str, set[str]]:
    """By column the words that also stand in columns with which it shares at most one more."""
    often = Counter(word for words in own.values() for word in words)
    found: dict[str, set[str]] = {}
    for word in sorted(word for word, times in often.items() if times >= _COLUMNS and word not in _A_VALUE and not word.isdigit()):
        names = [name for name in own if word in own[name]]
        strange = [name for name in names if sum(len(own[name] & own[other]) <= 2 for other in names if other != name) >= _COLUMNS - 1]
        for name in strange if len(strange) >= _COLUMNS else ():
            found.setdefault(name, set()).add(word)
    return found
