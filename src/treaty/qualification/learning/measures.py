"""The same score as an Ibis expression: it runs where the leads are. Table in, table out."""

from typing import Any

import ibis

from treaty.qualification.learning.points import DOUBLES, EVEN, Card, Signal
from treaty.qualification.learning.tables import NUMBER


def scored(table: Any, card: Card) -> Any:
    """The table with `points`, whole, and `probability`. Numbers are numeric columns in which nothing is null; levels are texts.

    A column that is missing counts as never seen. Equal to `Card.total` for every row.
    """
    total = ibis.literal(card.base, "int64")
    for signal in card.signals:
        total = total + (_points(table[signal.name], signal) if signal.name in table.columns else ibis.literal(signal.unseen, "int64"))
    named = table.mutate(points=total.cast("int64"))
    return named.mutate(probability=1 / (1 + ibis.literal(2.0) ** ((EVEN - named.points) / DOUBLES)))


def _points(column: Any, signal: Signal) -> Any:
    bins, points = signal.bins, signal.points
    blank = points[-1] if bins.has_blank else signal.unseen
    if bins.kind == NUMBER:
        below = [(column < cut, ibis.literal(each, "int64")) for cut, each in zip(bins.cuts, points, strict=False)]
        return ibis.cases((column.isnull(), ibis.literal(blank, "int64")), *below, else_=ibis.literal(points[bins.cells - 1], "int64"))
    text = (column if column.type().is_string() else column.cast("string")).strip()
    other = points[bins.cells] if bins.has_other else signal.unseen
    same: dict[int, list[str]] = {}
    for spellings, each in zip(bins.levels, points, strict=False):
        same.setdefault(each, []).extend(spellings)
    levels = [(text.isin(spellings), ibis.literal(each, "int64")) for each, spellings in same.items() if each != other]
    nothing = column.isnull() | (text == "")
    return ibis.cases((nothing, ibis.literal(blank, "int64")), *levels, else_=ibis.literal(other, "int64"))
