"""A model on other rows: points and probability of each, and what training had not seen of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from treaty.qualification.learning.model import Model
from treaty.qualification.learning.points import Card, Signal, probability
from treaty.qualification.learning.tables import CannotLearn, Column, Columns, Floats, Ints, as_arrow, read_column

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Applied:
    """points, probability: of each row, in the table's order · told: what was not as in training, a sentence each."""

    points: Ints
    probability: Floats
    told: tuple[str, ...]
    columns: Columns


def apply(model: Model, table: Any) -> Applied:
    """Score every row. table: as for training; columns the model does not know are not looked at.

    A column that is missing, a level or an emptiness that training never saw get the points its rows had on average there.
    Raises CannotLearn if not one column of the model is there.
    """
    arrow = as_arrow(table)
    columns = {
        signal.name: read_column(signal.name, arrow.column(signal.name), signal.bins.kind)
        for signal in model.card.signals
        if signal.name in arrow.column_names
    }
    if model.card.signals and not columns:
        named = ", ".join(signal.name for signal in model.card.signals[:8])
        raise CannotLearn(f"none of the model's columns ({named}) is in this table: it has {', '.join(arrow.column_names[:20])}")
    total = model.card.total(columns, arrow.num_rows)
    told = [sentence for signal in model.card.signals for sentence in _told(signal, columns.get(signal.name))]
    return Applied(total, probability(total), tuple(told), columns)


def _told(signal: Signal, column: Column | None) -> list[str]:
    if column is None:
        return [f"{signal.name}: the column is missing; every row gets {signal.unseen:+d}, its mean in training"]
    bins = signal.bins
    known = {*bins.rare, *(text for spellings in bins.levels for text in spellings)}
    new = [at for at, level in enumerate(column.levels) if level not in known]
    strange = int(np.isin(column.codes, new).sum())
    found = []
    if strange:
        shown = ", ".join(repr(column.levels[at]) for at in new[:_SHOWN]) + (f" and {len(new) - _SHOWN} more" if len(new) > _SHOWN else "")
        gets = f"{signal.points[bins.cells]:+d}, as any other" if bins.has_other else f"{signal.unseen:+d}, the mean"
        found.append(f"{signal.name}: {strange:,} rows have a level training never saw ({shown}); they get {gets}")
    empty = int((bins.codes(column) == -2).sum())
    if empty:
        found.append(f"{signal.name}: {empty:,} rows hold nothing, which training never saw; they get {signal.unseen:+d}, the mean")
    return found


def reasons(card: Card, columns: Columns, rows: int, most: int = 4) -> list[str]:
    """Of each row what gave or took the most points: `Lead Source Reference +7; Do Not Email Yes -16`."""
    points, labels = [], []
    for signal in card.signals:
        column = columns.get(signal.name)
        codes = np.full(rows, -1) if column is None else signal.bins.codes(column)
        points.append(signal.of(codes))
        labels.append([*(f"{signal.name} {label}" for label in signal.bins.labels()), signal.name, signal.name])
        labels[-1] = [labels[-1][code] for code in codes.tolist()]
    if not points:
        return [""] * rows
    table = np.stack(points, axis=1)
    order = np.argsort(-np.abs(table), axis=1, kind="stable")[:, :most]
    return ["; ".join(f"{labels[at][row]} {table[row, at]:+d}" for at in order[row] if table[row, at]) for row in range(rows)]
