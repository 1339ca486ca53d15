"""Boundaries into truth: add up what starts and ends, moment by moment, and see when the answer changes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ibis

from treaty.qualification.schemas import FOREVER

Columns = Sequence[str]
Read = Callable[[str], Any]
"""A running count by its column: an Ibis integer."""


def running(rows: Any, by: Columns, columns: Columns) -> Any:
    """What each moment changes and where the counts stand from it on: by, at, the columns, and `d_` + column.

    rows: boundaries (by, at, columns), several at one moment allowed. They are added up first, so a moment is
    one row and the running sum needs no RANGE frame, which not every engine has.
    """
    moments = rows.group_by([*by, "at"]).agg(**{f"d_{column}": rows[column].sum().cast("int64") for column in columns})
    so_far = ibis.window(group_by=by, order_by="at", following=0)
    return moments.mutate(**{column: moments[f"d_{column}"].sum().over(so_far).cast("int64") for column in columns})


def after(counts: Any) -> Read:
    """Reads a row of `running` as it stands from its moment on."""
    return lambda column: counts[column]


def before(counts: Any) -> Read:
    """Reads it as it stood until then: no second window is needed."""
    return lambda column: counts[column] - counts[f"d_{column}"]


def turns(rows: Any, by: Columns, columns: Columns, truths: Mapping[str, Callable[[Read], Any]]) -> Any:
    """The moments at which any of the truths turns: by, at, and per truth +1 (begins), -1 (ends) or 0.

    Nothing may hold before the first boundary of a `by`.
    """
    counts = running(rows, by, columns)
    now, then = after(counts), before(counts)
    changed = counts.select(*by, "at", **{name: held(now).cast("int64") - held(then).cast("int64") for name, held in truths.items()})
    return changed.filter(ibis.or_(*(changed[name] != 0 for name in truths)))


def spans(turned: Any, name: str, by: str = "person_id") -> Any:
    """The turns of one truth as spans (by, from_us, to_us), to_us FOREVER while open."""
    following = turned["at"].lead().over(ibis.window(group_by=by, order_by="at")).fill_null(FOREVER)
    paired = turned.select(by, name, from_us=turned["at"], to_us=following)
    return paired.filter(paired[name] > 0).drop(name)
