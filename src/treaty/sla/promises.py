"""Single cases of a promise: how long each first contact took, in the hours the agreement counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from treaty.agreement.canonical import Signed
from treaty.agreement.models import Version
from treaty.agreement.queries import signed_of
from treaty.agreement.terms_promises import Promise
from treaty.engine.measuring import Fetching, Span, kept, kept_rows
from treaty.moments import from_us
from treaty.sla import measures
from treaty.sla.whose import history_of
from treaty.sla.worktime import Pauses, elapsed
from treaty.team.models import Member

MOST = 200
"""Cases whose length is counted for a drawing: the latest. One mark is one lead up to so many."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A first contact that was made. took: in working time where the promise is, else on the wall clock."""

    lead_id: int
    owner_id: int
    starts_at: datetime
    due_at: datetime | None
    stopped_at: datetime
    took: timedelta
    is_kept: bool


def contacts(lake: Fetching, promise: Promise, span: Span) -> Sequence[Contact]:
    """The latest clocks of a promise that were due in a period and are stopped, the latest first; at most MOST.

    Each is counted by the calendar of the version it ran under.
    """
    key = ("contacts", promise.id, span)
    return kept(lake, ("as values", *key), lambda: _contacts(lake, promise, span, key))


def _contacts(lake: Fetching, promise: Promise, span: Span, key: tuple[Any, ...]) -> list[Contact]:
    rows = kept_rows(lake, key, lambda: measures.stopped(lake, promise.id, span, MOST))
    owners = Member.objects.in_bulk({row["owner_id"] for row in rows})
    versions = Version.objects.in_bulk({row["version_id"] for row in rows})
    pauses = _pauses(lake)
    return [
        Contact(
            row["lead_id"],
            row["owner_id"],
            from_us(row["starts_us"]),
            None if row["due_us"] is None else from_us(row["due_us"]),
            from_us(row["stopped_us"]),
            _took(row, owners[row["owner_id"]], signed_of(versions[row["version_id"]]), pauses.get(row["clock_id"], ()), promise.id),
            bool(row["kept"]),
        )
        for row in rows
        if row["owner_id"] in owners
    ]


def _pauses(lake: Fetching) -> Mapping[int, Pauses]:
    """Pauses by clock. They are few; all are read."""
    found: dict[int, tuple[tuple[datetime, datetime | None], ...]] = {}
    for row in kept_rows(lake, ("pauses",), lambda: lake.table("clock_pauses").select("clock_id", "starts_us", "ends_us")):
        ends_at = None if row["ends_us"] is None else from_us(row["ends_us"])
        found[row["clock_id"]] = (*found.get(row["clock_id"], ()), (from_us(row["starts_us"]), ends_at))
    return found


_taken: dict[tuple[int, int, int, str], timedelta] = {}
"""A stopped clock took what it took: counted once while the process lives."""


def _took(row: Mapping[str, Any], owner: Member, signed: Signed, pauses: Pauses, promise_id: str) -> timedelta:
    starts_at, stopped_at = from_us(row["starts_us"]), from_us(row["stopped_us"])
    promise = signed.terms.promise(promise_id)
    if not promise.needs_calendar:
        return stopped_at - starts_at
    key = (row["clock_id"], row["starts_us"], row["stopped_us"], f"{owner.zone} {owner.country} {owner.region} {pauses}")
    if key not in _taken:
        if len(_taken) > 100 * MOST:
            _taken.clear()
        _taken[key] = elapsed(starts_at, stopped_at, history_of(owner, signed, promise.calendar), pauses)
    return _taken[key]
