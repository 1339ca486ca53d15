"""Boundaries into truth: add up what starts and ends, moment by moment, and see when the answer changes."""

from collections.abc import Callable, Mapping, Sequence
from operator import or_
from typing import Any

import ibis

from treaty.qualification.schemas import FOREVER
from treaty.qualification.values import balanced

Columns = Sequence[str]
Read = Callable[[str], Any]
"""A running count by its column: an Ibis integer."""


def running(rows: Any, by: Columns, columns: Columns, *, few: bool = False) -> Any:
    """What each moment changes and where the counts stand from it on: by, at, the columns, and `d_` + column.

    rows: boundaries (by, at, columns), several at one moment allowed. They are added up first, so a moment is
    one row and the running sum needs no RANGE frame, which not every engine has.
    few: add up all rows in one line, each `by` closed by a row that takes it back to nothing. It gives the same, at a
    quarter of what a window with partitions costs to set up; many rows want the partitions.
    """
    moments = rows.group_by([*by, "at"]).agg(**{f"d_{column}": rows[column].sum().cast("int64") for column in columns})
    if not few:
        return _added_up(moments, ibis.window(group_by=by, order_by="at", following=0), columns)
    back = {f"d_{column}": -moments[f"d_{column}"].sum().cast("int64") for column in columns}
    closing = moments.group_by(by).agg(at=ibis.literal(_CLOSED, "int64"), **back)
    counted = _added_up(ibis.union(moments, closing, distinct=False), ibis.window(order_by=[*by, "at"], following=0), columns)
    return counted.filter(counted["at"] < _CLOSED)


def _added_up(moments: Any, so_far: Any, columns: Columns) -> Any:
    return moments.mutate(**{column: moments[f"d_{column}"].sum().over(so_far).cast("int64") for column in columns})


_CLOSED = FOREVER + 1
"""After every boundary."""


def after(counts: Any) -> Read:
    """Reads a row of `running` as it stands from its moment on."""
    return lambda column: counts[column]


def before(counts: Any) -> Read:
    """Reads it as it stood until then: no second window is needed."""
    return lambda column: counts[column] - counts[f"d_{column}"]


def turns(rows: Any, by: Columns, columns: Columns, truths: Mapping[str, Callable[[Read], Any]], *, few: bool = False) -> Any:
    """The moments at which any of the truths turns: by, at, and per truth +1 (begins), -1 (ends) or 0.

    Nothing may hold before the first boundary of a `by`. few: see `running`.
    """
    counts = running(rows, by, columns, few=few)
    now, then = after(counts), before(counts)
    changed = counts.select(*by, "at", **{name: held(now).cast("int64") - held(then).cast("int64") for name, held in truths.items()})
    return changed.filter(balanced(or_, [changed[name] != 0 for name in truths]))


def spans(turned: Any, name: str, by: str = "person_id") -> Any:
    """The turns of one truth as spans (by, from_us, to_us), to_us FOREVER while open."""
    following = turned["at"].lead().over(ibis.window(group_by=by, order_by="at")).fill_null(FOREVER)
    paired = turned.select(by, name, from_us=turned["at"], to_us=following)
    return paired.filter(paired[name] > 0).drop(name)


def tiles(rows: Any, columns: Columns, held: Callable[[Read], Any]) -> Any:
    """Where a truth holds, from each boundary of a person to the next: (person_id, from_us, to_us).

    Disjoint, but they may touch (see `merged`). rows: boundaries (person_id, at, columns), several at one moment
    allowed: the RANGE frame gives each of them the sum of all, and only the last has a length.
    """
    so_far = ibis.range_window(group_by="person_id", order_by="at", following=0)
    until = rows["at"].lead().over(ibis.window(group_by="person_id", order_by="at")).fill_null(FOREVER)
    sums = {column: rows[column].sum().over(so_far).cast("int64") for column in columns}
    counts = rows.select("person_id", from_us=rows["at"], to_us=until, **sums)
    return counts.filter(counts.from_us < counts.to_us, held(after(counts))).select("person_id", "from_us", "to_us")


def merged(spans: Any) -> Any:
    """Spans that touch become one. The rows of a person must not overlap."""
    in_order = ibis.window(group_by="person_id", order_by="from_us")
    begins = (spans.to_us.lag().over(in_order) != spans.from_us).fill_null(True)
    ends = (spans.from_us.lead().over(in_order) != spans.to_us).fill_null(True)
    edges = spans.mutate(begins=begins, ends=ends)
    edges = edges.filter(edges.begins | edges.ends)
    last = ibis.ifelse(edges.ends, edges.to_us, edges.to_us.lead().over(in_order))
    whole = edges.select("person_id", "begins", "from_us", to_us=last)
    return whole.filter(whole.begins).drop("begins")
