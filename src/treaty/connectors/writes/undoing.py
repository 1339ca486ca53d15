"""Taking a write back, letting a failed one be tried again, or leaving it."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from treaty.connectors.models import Connection, Written
from treaty.connectors.writes.allowed import DOOR
from treaty.journal import outbox
from treaty.journal.actions import record
from treaty.journal.models import Outgoing
from treaty.journal.outbox import Out
from treaty.team.models import Member


class CannotUndo(Exception):
    """Why a write is not taken back; the message says what stands in the way."""


@transaction.atomic
def undo(written: Written, *, by: Member | None, at: datetime) -> None:
    """Have the value before written back, if ours still stands there when it is. Raises CannotUndo."""
    if written.field == "note":
        raise CannotUndo("a note stays: delete it in the system itself, nothing here depends on it")
    if written.confirmed_at is None or written.undone_at is not None or "undo" in written.outgoing.body:
        raise CannotUndo("this is not there to be taken back: it was not written, or was taken back already")
    if written.overtaken_at is not None:
        raise CannotUndo("somebody has written another value there since: it is left as it is")
    lead = written.lead
    if lead is None:
        raise CannotUndo("the lead it was about is gone: mend the value in the system itself")
    body = {"lead": lead.key, "undo": written.pk}
    connection = written.connection
    out = Out(DOOR, connection.key, f"undo:{written.pk}:{_times(written)}", subject=lead, body=body, agreement=lead.version.hash, by=by)
    outbox.put([out], at=at)
    record("write.undone", lead, by=by, at=at, agreement=lead.version.hash, codes={"field": written.field, "source": connection.key})


def _times(written: Written) -> int:
    """How often it was tried before and could not be: each time is a row of its own."""
    return Outgoing.objects.filter(door=DOOR, dedup_key__startswith=f"undo:{written.pk}:", state=Outgoing.State.DEAD).count()


@transaction.atomic
def try_again(connection: Connection, rows: list[str], *, by: Member | None, at: datetime) -> int:
    """Let failed writes be tried anew, all of them or those of these keys: their cause was seen to. How many."""
    n = outbox.release(_failed(connection, rows), at=at)
    if n:
        record("write.tried_again", connection.source, by=by, at=at, codes={"n": n})
    return n


@transaction.atomic
def leave(connection: Connection, rows: list[str], *, by: Member | None, at: datetime) -> int:
    """Leave failed writes as they are, all of them or those of these keys: they stay dead, and nobody is asked again. How many."""
    n = _failed(connection, rows).update(receipt={"left_by": by.key if by else ""})
    if n:
        record("write.left", connection.source, by=by, at=at, codes={"n": n})
    return n


def failed(connection: Connection) -> QuerySet[Outgoing]:
    """What could not be written and nobody has left as it is, the newest first."""
    return failed_anywhere().filter(to=connection.key).order_by("-ended_at", "-id")


def failed_anywhere() -> QuerySet[Outgoing]:
    """The same of every system, in no order."""
    return Outgoing.objects.filter(door=DOOR, state=Outgoing.State.DEAD, receipt__left_by__isnull=True)


def _failed(connection: Connection, rows: list[str]) -> QuerySet[Outgoing]:
    found = failed(connection).order_by()
    return found.filter(key__in=rows) if rows else found
