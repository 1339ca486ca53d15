"""Who converted, read from the column that says so."""

from dataclasses import dataclass

import numpy as np

from treaty.qualification.learning.placeholders import same
from treaty.qualification.learning.tables import DATE, NUMBER, Bools, CannotLearn, Column

_YES = set(
    "yes y true t 1 x won win converted closedwon customer success successful ja oui si sí sim gewonnen kunde gagné gagne ganado"
    " ganho qualified accepted bought purchased subscribed enrolled".split()
) | {"closed won", "deal won"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """converted: of each row, False where it is not known · known: which rows say it · positive: the value that means converted."""

    converted: Bools
    known: Bools
    positive: str


def outcome_of(column: Column, positive: str = "") -> Outcome:
    """positive: the value that means converted; empty where that can be told: 0 and 1, yes and no, won and lost, or a date that is
    filled for those who converted. Raises CannotLearn."""
    if column.kind == DATE:
        return Outcome(column.filled, np.ones(len(column.filled), np.bool_), "a date")
    values = _values(column)
    if positive:
        wanted = [text for text in values if same(text) == same(positive)]
        if not wanted:
            raise CannotLearn(f"{column.name!r} is never {positive!r}: its values are {_some(values)}")
        mine = wanted
    else:
        mine = _told(column.name, values)
    if column.kind == NUMBER:
        return Outcome(np.isin(column.numbers, [float(text) for text in mine]), column.filled, mine[0])
    places = [column.levels.index(text) for text in mine]
    return Outcome(np.isin(column.codes, places), column.filled, mine[0])


def _values(column: Column) -> list[str]:
    if column.kind == NUMBER:
        return [f"{value:g}" for value in np.unique(column.numbers[column.filled])]
    return list(column.levels)


def _told(name: str, values: list[str]) -> list[str]:
    """The spellings of the one value that means converted, where all others mean the same end."""
    groups = {same(text) for text in values}
    if len(groups) < 2:
        raise CannotLearn(f"{name!r} holds {'one value only: ' + repr(values[0]) if values else 'nothing'}; both ends are needed to learn")
    said = {word for word in groups if word in _YES}
    if len(groups) != 2 or len(said) != 1:
        raise CannotLearn(f"{name!r} is {_some(values)}: say with --positive which of these means converted")
    return [text for text in values if same(text) in said]


def _some(values: list[str]) -> str:
    shown = ", ".join(map(repr, values[:8]))
    return f"{shown} and {len(values) - 8:,} more" if len(values) > 8 else shown
