"""The outbox: what is to be told or written outside, put down in the transaction of its reason and carried afterwards.

Each row ends in exactly one of sent, dead, cancelled. Whoever carries it takes it for a while first; who dies on the way
leaves it in doubt, and the next one asks the other side, or sends with the same `key`, by which the receiver knows it
again. An answer that comes after the lease ran out does not count. Source: reliability facts, outbox; invariant 10.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from treaty.bulk import insert
from treaty.journal.actions import Subject
from treaty.journal.models import Outgoing
from treaty.team.models import Member

LEASE = timedelta(minutes=3)
"""Longer than any single call takes with its tries."""
FIRST, LONGEST = timedelta(seconds=5), timedelta(hours=4)
MOST_ATTEMPTS = 16
"""The wait doubles from `FIRST` to `LONGEST`: about 21 hours in all."""
PATIENCE = timedelta(days=7)
"""How long one who says when to come again is heard; that counts as no attempt."""


@dataclass(frozen=True, slots=True)
class Out:
    """What is to go out, by the names of `Outgoing`. dedup_key: said again under the same, it is the same and goes out once."""

    door: str
    to: str
    dedup_key: str
    subject: Subject | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    agreement: str = ""
    by: Member | None = None
    due_at: datetime | None = None


def put(outs: Iterable[Out], *, at: datetime) -> None:
    """Put down what is to go out, in the caller's transaction: it goes if and only if its reason is committed."""
    insert((_row(out, at) for out in outs), ignore_conflicts=True)


def _row(out: Out, at: datetime) -> Outgoing:
    kind, key = (type(out.subject).__name__.lower(), str(out.subject.key)) if out.subject else ("", "")
    return Outgoing(
        door=out.door,
        to=out.to,
        dedup_key=out.dedup_key,
        subject_kind=kind,
        subject_key=key,
        agreement=out.agreement,
        by=out.by,
        body=dict(out.body),
        due_at=out.due_at or at,
        made_at=at,
    )


@transaction.atomic
def take(door: str, to: str, *, at: datetime, most: int = 1, lease: timedelta = LEASE) -> list[Outgoing]:
    """What is due, longest first, ours until the lease runs out. What another left on the way is in doubt."""
    rows = list(due(door, at, to).select_for_update(of=("self",), skip_locked=_can_skip())[:most])
    for row in rows:
        row.in_doubt = row.in_doubt or row.state == Outgoing.State.SENDING
        row.state, row.attempts, row.lease_until = Outgoing.State.SENDING, row.attempts + 1, at + lease
        row.save(update_fields=["in_doubt", "state", "attempts", "lease_until"])
    return rows


def due(door: str, at: datetime, to: str = "") -> QuerySet[Outgoing]:
    """What is to be carried by now, for whom it may be. Two that are due at one moment go in the order they were put down."""
    is_runnable = Q(state=Outgoing.State.WAITING, due_at__lte=at) | Q(state=Outgoing.State.SENDING, lease_until__lte=at)
    rows = Outgoing.objects.filter(is_runnable, door=door)
    return (rows.filter(to=to) if to else rows).order_by("due_at", "id")


def _can_skip() -> bool:
    return bool(connection.features.has_select_for_update_skip_locked)


def sent(row: Outgoing, receipt: Any = None, *, at: datetime) -> bool:
    """It is there. receipt: what the other side said, as JSON. False: another took it over, and their answer counts."""
    return _ends(row, Outgoing.State.SENT, at, receipt=receipt, problem="", in_doubt=False)


def dead(row: Outgoing, problem: str, *, at: datetime) -> bool:
    """It will not go: a person must see to it, then `release` it."""
    return _ends(row, Outgoing.State.DEAD, at, problem=problem[:500])


def later(row: Outgoing, problem: str, *, at: datetime, in_doubt: bool, after: timedelta | None = None) -> bool:
    """Not this time: again after a while, `after` when the other side said how long; dead after the last time.

    in_doubt: whether it may have come through nevertheless, as when no answer came
    """
    tries = row.attempts - row.rests
    if tries >= MOST_ATTEMPTS if after is None else at - row.made_at >= PATIENCE:
        return dead(row, f"tried {tries} times; at last: {problem}", at=at)
    wait = after if after is not None else min(FIRST * 2 ** min(tries - 1, MOST_ATTEMPTS), LONGEST)
    changed = _taken(row).update(
        state=Outgoing.State.WAITING,
        due_at=at + wait,
        lease_until=None,
        problem=problem[:500],
        in_doubt=row.in_doubt or in_doubt,
        rests=row.rests + (after is not None),
    )
    return changed == 1


def dropped(row: Outgoing, problem: str, *, at: datetime) -> bool:
    """What it was to say is not so any more: it ends unsent, whoever took it."""
    return _ends(row, Outgoing.State.CANCELLED, at, problem=problem[:500])


def put_off(rows: QuerySet[Outgoing], *, until: datetime) -> int:
    """What waits is not due before then; how many that changed."""
    return rows.filter(state=Outgoing.State.WAITING, due_at__lt=until).update(due_at=until)


def cancel(rows: QuerySet[Outgoing], problem: str, *, at: datetime) -> int:
    """What still waits is not to go any more; how many. What is on its way goes; what may be there already is seen to its end."""
    waiting = rows.filter(state=Outgoing.State.WAITING, in_doubt=False)
    return waiting.update(state=Outgoing.State.CANCELLED, problem=problem[:500], ended_at=at)


def release(rows: QuerySet[Outgoing], *, at: datetime) -> int:
    """Let dead ones be tried anew: their cause was seen to. How many."""
    return rows.filter(state=Outgoing.State.DEAD).update(
        state=Outgoing.State.WAITING, due_at=at, attempts=0, rests=0, problem="", ended_at=None
    )


def _ends(row: Outgoing, state: str, at: datetime, **more: Any) -> bool:
    return _taken(row).update(state=state, ended_at=at, lease_until=None, **more) == 1


def _taken(row: Outgoing) -> QuerySet[Outgoing]:
    """The row as we took it: each taking counts `attempts` up."""
    return Outgoing.objects.filter(pk=row.pk, state=Outgoing.State.SENDING, attempts=row.attempts)
