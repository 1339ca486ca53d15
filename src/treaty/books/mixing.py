"""A lake between two: each table as it was pinned, or as it is now, or part of both. Tables in, table out.

From the pinned lake to the present one in fixed steps, one cause each. What a step changes of a figure is that cause's part;
so the parts sum to the whole difference, whatever the figure is. The order is part of the definition of a cause, for two causes
that meet in one record (a late touch of somebody merged later) change a figure together: the later step has what both do.

merge        two records found to be one person: whose touches they are, whose lead it is
edit         a record known at the close says something else today: a deal's amount, a stage withdrawn
rate         the dated rates of currencies
late_touch   touches received after the close
late_record  deals, leads, stages, spend received after the close
rest         records that are gone, and whatever else
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import ibis

from treaty.engine import same
from treaty.engine.lake import Snapshot
from treaty.engine.mixed import Views, views

CAUSES = ("merge", "edit", "rate", "late_touch", "late_record", "rest")
WHOLE = {"merged": "merge", "opportunity_changes": "edit", "rates": "rate"}
"""Tables that are taken over as a whole. A change of a deal is a new row about a record that was known."""
LATE = {"touches": "late_touch"}
"""By which cause new rows of a table come; of all others by `late_record`."""
WHOSE = {"leads": "person_id", "buying_roles": "person_id", "activities": "person_id"}
"""Tables whose rows move to another person when two are found to be one."""


def table(pinned: Snapshot, present: Snapshot, done: Sequence[str], name: str) -> Any:
    """A table between two snapshots of one lake folder. done: the causes that have already come."""
    old = pinned.table(name)
    if name not in present.manifest.tables:
        return old
    new = present.table(name)
    if not done or is_same(pinned, present, name):
        return _fitted(old, new)
    return new if tuple(done) == CAUSES else _between(pinned, present, done, name)


def _between(pinned: Snapshot, present: Snapshot, done: Sequence[str], name: str) -> Any:
    new = present.table(name)
    old = _fitted(pinned.table(name), new)
    if cause := WHOLE.get(name):
        return new if cause in done else old
    key, follow = new.columns[0], present.manifest.tables[name].follow
    rows = _led(pinned, present, name) if "merge" in done else old
    if "edit" in done and follow is None:
        rows = _edited(rows, new, key)
    if LATE.get(name, "late_record") in done:
        rows = ibis.union(rows, new.anti_join(old, key))
    return rows


def _led(pinned: Snapshot, present: Snapshot, name: str) -> Any:
    """The rows of the close, led through the merges of today."""
    new, merged = present.table(name), present.table("merged")
    old = _fitted(pinned.table(name), new)
    if follow := present.manifest.tables[name].follow:
        return _fitted(_through(old.drop(follow.name), follow.column, follow.name, merged, follow.where), new)
    if column := WHOSE.get(name):
        return _fitted(_through(old.rename(was=column), "was", column, merged, None), new)
    if name != "people":
        return old
    gone = merged.anti_join(pinned.table("merged"), ["id", "canonical_id"])
    met = ibis.union(gone.select(person_id=gone.id), gone.select(person_id=gone.canonical_id))
    return ibis.union(old.anti_join(met, "person_id"), new.semi_join(met, "person_id"))


def _through(rows: Any, column: str, name: str, merged: Any, where: tuple[str, str] | None) -> Any:
    """Rows with `name`: who `column` is today; where: a column and the value a row must have to follow."""
    now = merged.select(gone_id="id", now_id="canonical_id")
    led = rows.left_join(now, rows[column] == now.gone_id)
    moved = led.now_id if where is None else ibis.cases((led[where[0]] == where[1], led.now_id), else_=ibis.null("int64"))
    return led.mutate(**{name: moved.coalesce(led[column])}).drop("gone_id", "now_id")


def _edited(old: Any, new: Any, key: str) -> Any:
    """The rows known before, as they are now; one that is gone stays as it was."""
    return ibis.union(new.semi_join(old, key), old.anti_join(new, key))


def _fitted(old: Any, new: Any) -> Any:
    """A table in the columns of another, in their order: a column another release added is unknown."""
    if old.schema() == new.schema() and old.columns == new.columns:
        return old
    there = set(old.columns)
    kinds = new.schema()
    return old.select(**{name: (old[name] if name in there else ibis.null()).cast(kinds[name]) for name in new.columns})


def is_same(one: Snapshot, other: Snapshot, name: str) -> bool:
    """Whether a table, and the merges it is led through, hold the same rows in both, in whatever files."""
    follow = other.manifest.tables[name].follow
    return all(same.is_same(one, other, table) for table in ([name, follow.through] if follow else [name]))


def between(pinned: Snapshot, present: Snapshot, done: Sequence[str] = ()) -> AbstractContextManager[Views]:
    """A lake of all tables that were pinned, at this step of the way."""
    return views({name: table(pinned, present, done, name) for name in pinned.manifest.tables}, present)


def as_it_is(lake: Snapshot) -> AbstractContextManager[Views]:
    """The same lake as `between` gives, of one snapshot alone."""
    return views({name: lake.table(name) for name in lake.manifest.tables}, lake)


def steps(pinned: Snapshot, present: Snapshot) -> list[tuple[str, tuple[str, ...]]]:
    """(cause, all causes done by then) for every cause that can have changed anything, in order."""
    changed = {name for name in pinned.manifest.tables if name in present.manifest.tables and not is_same(pinned, present, name)}
    return [(cause, CAUSES[: place + 1]) for place, cause in enumerate(CAUSES) if _may_change(cause, changed)]


def _may_change(cause: str, changed: set[str]) -> bool:
    late = {"late_touch": changed & set(LATE), "late_record": changed - set(LATE) - set(WHOLE)}
    return {
        "merge": "merged" in changed,
        "edit": bool(changed - set(LATE) - {"merged", "rates"}),
        "rate": "rates" in changed,
        **{name: bool(tables) for name, tables in late.items()},
    }.get(cause, bool(changed))
