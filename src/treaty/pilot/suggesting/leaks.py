"""Which signals tell what was not yet known: what learning a score says of columns, said of fields and of touches. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from treaty.qualification.learning import leakage
from treaty.qualification.learning.bins import Bins, bins_of
from treaty.qualification.learning.kinds import left_out
from treaty.qualification.learning.leakage import Candidate, Dates, Verdict
from treaty.qualification.learning.splits import FOLDS, folds
from treaty.qualification.learning.tables import DATE, NUMBER, Bools, Column, Floats, Ints

CONTACT = "first contact"
MOST_ROWS = 20_000
"""Of more leads so many are drawn: more would tell no leak apart that these do not."""
_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Looked:
    """Something that may be looked at.

    column: of each lead what was known, of touches how many · since: of each lead since when a field was known, also after first contact,
    in microseconds, NaN where never; None of touches, which tell their own time · part: those of one sort are held against each other
    """

    name: str
    column: Column
    since: Floats | None = None
    part: str = "fields"


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said of each by name, and the bins of its values, of those that have some."""

    verdicts: Mapping[str, Verdict]
    bins: Mapping[str, Bins]

    @property
    def used(self) -> set[str]:
        return {name for name, one in self.verdicts.items() if one.is_used}


def judged(looked: Collection[Looked], won: Bools, moments: Ints, keep: Collection[str] = ()) -> Judged:
    """won, moments: of each lead, the moment sales first acted in microseconds. keep: names that are used whatever is said against them.

    Raises CannotLearn for a name that is not there.
    """
    some = np.random.default_rng(0).permutation(len(won))[:MOST_ROWS]
    bins = {one.name: bins_of(one.column, len(won)) for one in looked if not _why_not(one)}
    dated = {CONTACT: moments.astype(np.float64)}
    dated |= {f"{one.name} since": one.since for one in looked if one.since is not None}
    dates = Dates({name: Column(name, DATE, at[some], _NONE) for name, at in dated.items()}, CONTACT)
    fold = folds(np.arange(len(some), dtype=np.uint64), won[some], FOLDS)  # they were drawn in an order that says nothing
    verdicts: list[Verdict] = []
    for part in dict.fromkeys(one.part for one in looked):  # how much a column tells is held against those of its own sort
        candidates = [_candidate(one, bins.get(one.name), some) for one in looked if one.part == part]
        verdicts += leakage.judged(candidates, won[some], fold, dates)
    return Judged({one.name: one for one in leakage.overruled(verdicts, keep=keep, refuse=())}, bins)


def _why_not(one: Looked) -> str:
    """Of touches nothing is left out: how often there were some is a number like another."""
    return left_out(one.column) if one.since is not None else ""


def _candidate(one: Looked, bins: Bins | None, some: Ints) -> Candidate:
    column = one.column.taken(some)
    if bins is None:
        return Candidate(column, column.filled, left_out=_why_not(one))
    return Candidate(column, column.filled, bins, bins.codes(column))


def number_column(name: str, numbers: Floats) -> Column:
    return Column(name, NUMBER, numbers, _NONE)
