"""What do the leads that came back have in common that the accepted ones have not? Values in, a condition out. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import eq, ge, le
from typing import Any

from treaty.shares import wilson

LEAST = 5
"""So many leads that came back must have it in common."""
SURE = 3.3
"""Standard errors, for the best of many conditions looks better than it is: some fifty are tried, at 95 of 100 together."""
MOST_TAKEN = 0.1
"""Of the accepted leads, so many at most may have it too."""

Value = tuple[str, str]
"""`account`, `industry`."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A lead sales answered. values: what was known of it then, text or a number."""

    came_back: bool
    values: Mapping[Value, str | float]


@dataclass(frozen=True, slots=True)
class Telling:
    """A condition, of how many of those that came back it holds and of how many that were accepted."""

    condition: dict[str, Any]
    came_back: int
    of_came_back: int
    accepted: int
    of_accepted: int


def telling(leads: Sequence[Answered]) -> Telling | None:
    """The condition of one clause that holds for most of those that came back and for few that were accepted.

    None where no clause tells them apart: the leads are too few, or alike. Of the leads that have it more must have come back than of
    all, beyond chance.
    """
    back, taken = [one for one in leads if one.came_back], [one for one in leads if not one.came_back]
    found = [_counted(one, back, taken) for one in _conditions(back)]
    good = [one for one in found if _is_good(one)]
    return max(good, key=lambda one: one.came_back / one.of_came_back - one.accepted / max(1, one.of_accepted), default=None)


def _is_good(one: Telling) -> bool:
    low, _ = wilson(one.came_back, one.came_back + one.accepted, SURE)
    base = one.of_came_back / (one.of_came_back + one.of_accepted)
    return one.came_back >= max(LEAST, one.of_came_back / 3) and one.accepted <= MOST_TAKEN * one.of_accepted and low > base


def _conditions(leads: Sequence[Answered]) -> Iterator[dict[str, Any]]:
    """Every level that occurs, and bounds of numbers on round ones, from above and from below."""
    levels: dict[Value, set[str]] = {}
    numbers: dict[Value, list[float]] = {}
    for lead in leads:
        for name, value in lead.values.items():
            if isinstance(value, str):
                levels.setdefault(name, set()).add(value)
            else:
                numbers.setdefault(name, []).append(value)
    for (subject, field), texts in sorted(levels.items()):
        yield from ({subject: {field: {"is": text}}} for text in sorted(texts))
    for (subject, field), figures in sorted(numbers.items()):
        for bound in _rounds(figures):
            yield {subject: {field: {"at_most": bound - 1}}}
            yield {subject: {field: {"at_least": bound}}}


def _rounds(figures: Sequence[float]) -> list[int]:
    """1, 2, 5, 10, 20, 50 ... within what occurs."""
    rounds = [digit * 10**power for power in range(9) for digit in (1, 2, 5)]
    return [one for one in rounds if min(figures) < one <= max(figures) * 2]


def _counted(condition: dict[str, Any], back: Sequence[Answered], taken: Sequence[Answered]) -> Telling:
    return Telling(
        condition, sum(_holds(condition, one) for one in back), len(back), sum(_holds(condition, one) for one in taken), len(taken)
    )


def _holds(condition: Mapping[str, Any], lead: Answered) -> bool:
    ((subject, tests),) = condition.items()
    ((field, test),) = tests.items()
    ((how, asked),) = test.items()
    value = lead.values.get((subject, field))
    if value is None or isinstance(value, str) is not isinstance(asked, str):
        return False
    return bool({"is": eq, "at_most": le, "at_least": ge}[how](value, asked))
