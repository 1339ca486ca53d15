"""The whole way from a plain table to a model. Needs neither server nor files:

from treaty.qualification.learning.train import Asked, train
model = train(frame, Asked("converted"))     # a pandas frame, an Arrow table or a mapping of columns
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from treaty.qualification.learning import leakage
from treaty.qualification.learning.bins import Bins, bins_of
from treaty.qualification.learning.dates import contact_column
from treaty.qualification.learning.fitting import Fitted, card_of, fit_all, unseen_totals
from treaty.qualification.learning.kinds import left_out
from treaty.qualification.learning.leakage import Candidate, Dates, Verdict
from treaty.qualification.learning.model import Asked, Figures, Model
from treaty.qualification.learning.outcome import outcome_of
from treaty.qualification.learning.placeholders import placeholders
from treaty.qualification.learning.points import probability
from treaty.qualification.learning.splits import Split, folds, hashes, split
from treaty.qualification.learning.tables import DATE, LEVELS, NUMBER, Bools, CannotLearn, Columns, Ints, read_columns
from treaty.qualification.learning.unseen import Unseen, figures_of

MOST_ROWS = 200_000
"""Of longer tables so many rows are drawn: more would tell no level apart that these do not."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is learnt from: rows whose outcome is known, in the order of their hashes. known: how many there are in all."""

    columns: Columns
    converted: Bools
    split: Split
    fold: Ints
    positive: str
    left_aside: int
    known: int


def train(table: Any, asked: Asked) -> Model:
    """Learn a score. The same rows in any order give the same model. Raises CannotLearn.

    table: columns by name, texts, numbers, dates or truth, as a mapping, a pandas frame or an Arrow table
    """
    columns = read_columns(table)
    _check(columns, asked)
    rows = _rows(columns, asked)
    empty = placeholders([one for name, one in rows.columns.items() if name not in (asked.outcome, asked.agreed)])
    known = Dates({name: one for name, one in rows.columns.items() if one.kind == DATE}, _contact(rows.columns, asked))
    candidates = _candidates(rows, asked, empty)
    verdicts = leakage.overruled(leakage.judged(candidates, rows.converted, rows.fold, known), keep=asked.keep, refuse=asked.refuse)
    signals = _signals(candidates, verdicts, asked)
    bins, codes = [one.bins for one in signals if one.bins], [one.codes for one in signals if one.codes is not None]
    directions = {**dict.fromkeys(asked.rising, 1), **dict.fromkeys(asked.falling, -1)}
    older = _older(rows, bins, codes, directions)
    whole = fit_all(bins, codes, rows.converted, rows.fold, directions, like=older)
    return Model(
        asked,
        rows.positive,
        len(rows.converted),
        int(rows.converted.sum()),
        rows.left_aside,
        rows.known,
        whole.strength,
        card_of(whole, bins, codes, rows.converted),
        {one.name: _counts(one, code, rows.converted) for one, code in zip(bins, codes, strict=True)},
        tuple(verdicts),
        {name: tuple(sorted(levels)) for name, levels in empty.items()},
        _figures(rows, asked, bins, codes, older or whole),
        leakage.warning(verdicts),
    )


def _check(columns: Columns, asked: Asked) -> None:
    """Raises CannotLearn for a name that is not there, or is used twice, or holds another kind of thing."""
    one_each = [asked.outcome, asked.time, asked.contacted, asked.agreed, asked.segment]
    for name in filter(None, (*one_each, *asked.rising, *asked.falling)):
        if name not in columns:
            raise CannotLearn(f"there is no column {name!r}: the columns are {', '.join(list(columns)[:40])}")
    if asked.outcome in one_each[1:] or asked.outcome in (*asked.keep, *asked.refuse):
        raise CannotLearn(f"{asked.outcome!r} is the outcome: it can be nothing else, name another column")
    if asked.time and columns[asked.time].kind == LEVELS:
        raise CannotLearn(f"{asked.time!r} holds no dates and no running number: name a column that does with --time, or leave that out")
    if asked.contacted and columns[asked.contacted].kind != DATE:
        raise CannotLearn(f"{asked.contacted!r} holds no dates: name a column of dates with --contacted, or leave that out")
    if asked.agreed and columns[asked.agreed].kind != NUMBER:
        raise CannotLearn(f"{asked.agreed!r} holds no numbers: name the column of the agreed points, or leave --points out")
    for name in (*asked.rising, *asked.falling):
        if columns[name].kind != NUMBER:
            raise CannotLearn(f"{name!r} holds no numbers: points can only rise or fall with a number")
        if name in asked.rising and name in asked.falling:
            raise CannotLearn(f"{name!r} cannot rise and fall: say one of the two")
    if not len(next(iter(columns.values())).filled):
        raise CannotLearn("the table has no rows")


def _contact(columns: Columns, asked: Asked) -> str:
    """The date of first contact, as said or by its name; the date a lead came is called like that in some tables."""
    found = asked.contacted or contact_column(columns)
    return found if found != asked.time else ""


def _rows(columns: Columns, asked: Asked) -> _Rows:
    told = outcome_of(columns[asked.outcome], asked.positive)
    kept = np.flatnonzero(told.known)
    row_hashes = hashes(list(columns.values()), len(told.known))
    order = kept[np.argsort(row_hashes[kept], kind="stable")][:MOST_ROWS]
    columns = {name: one.taken(order) for name, one in columns.items()}
    converted = told.converted[order]
    row_hashes = row_hashes[order]
    times = columns[asked.time].numbers if asked.time else None
    left_aside = len(told.known) - len(kept)
    return _Rows(
        columns, converted, split(row_hashes, converted, times), folds(row_hashes, converted), told.positive, left_aside, len(kept)
    )


def _candidates(rows: _Rows, asked: Asked, empty: dict[str, frozenset[str]]) -> list[Candidate]:
    """Every column that is not the outcome, the time, the moment of contact or the agreed points."""
    found = []
    count = len(rows.converted)
    for name, column in rows.columns.items():
        if name in (asked.outcome, asked.time, asked.contacted, asked.agreed):
            continue
        says = left_out(column)
        filled = column.filled
        if name in empty:
            filled = filled & ~np.isin(column.codes, [at for at, level in enumerate(column.levels) if level in empty[name]])
        bins = None if says else bins_of(column, count)
        codes = bins.codes(column) if bins else None
        found.append(Candidate(column, filled, bins, codes, says, asked.descriptions.get(name, "")))
    return found


def _signals(candidates: list[Candidate], verdicts: list[Verdict], asked: Asked) -> list[Candidate]:
    used = {one.name for one in verdicts if one.is_used}
    for name in (*asked.rising, *asked.falling):
        if name not in used:
            raise CannotLearn(
                f"{name!r} is no signal of this score, so it can neither rise nor fall: keep it with --keep, or leave that out"
            )
    found = [one for one in candidates if one.name in used]
    if not found:
        why = "; ".join(f"{one.name}: {one.left_out or one.overruled or one.verdict}" for one in verdicts[:12])
        raise CannotLearn(f"no column is left to learn from ({why}): bring signals known before contact, or overrule with --keep")
    return found


def _counts(bins: Bins, codes: Ints, converted: Bools) -> tuple[tuple[int, int], ...]:
    rows, won = np.bincount(codes, minlength=bins.count), np.bincount(codes[converted], minlength=bins.count)
    return tuple(zip(rows.tolist(), won.tolist(), strict=True))


def _older(rows: _Rows, bins: list[Bins], codes: list[Ints], directions: dict[str, int]) -> Fitted | None:
    """The fit on what is older than the rows kept back; none by hash."""
    if rows.split.by == "hash":
        return None
    mine = ~rows.split.newest
    return fit_all(bins, [code[mine] for code in codes], rows.converted[mine], rows.split.fold[mine], directions)


def _figures(rows: _Rows, asked: Asked, bins: list[Bins], codes: list[Ints], fit: Fitted) -> Figures:
    """By hash every row is judged by a card without its fold; by time the newest by a card of the older. fit: on all, on the older."""
    newest = rows.split.newest
    if rows.split.by == "hash":
        mine = np.ones(len(newest), np.bool_)
        chance = probability(unseen_totals(fit, bins, codes, rows.converted, rows.fold))
    else:
        mine = newest
        made = card_of(fit, bins, [code[~newest] for code in codes], rows.converted[~newest])
        added = (signal.of(code[newest]) for signal, code in zip(made.signals, codes, strict=True))
        chance = probability(sum(added, np.full(int(newest.sum()), made.base, np.int64)))
    seen = Unseen(np.flatnonzero(mine), rows.converted[mine], chance, rows.split.by, rows.split.since)
    by_name = {one.name: code for one, code in zip(bins, codes, strict=True)}
    return figures_of(seen, rows.columns, asked, [one for one in bins if one.kind == LEVELS], by_name)
