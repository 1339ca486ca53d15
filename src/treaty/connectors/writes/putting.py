"""What happened to leads is put down to be written into the systems that may be written to: ids alone, never values."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db import transaction

from treaty.connectors.models import Connection
from treaty.connectors.writes.allowed import DOOR, allowed_of, writer_of
from treaty.connectors.writes.rules import Allowed
from treaty.journal import outbox
from treaty.journal.models import Entry, Outgoing
from treaty.journal.outbox import Out
from treaty.moments import to_us
from treaty.team.models import Member
from treaty.truth.models import Lead

TELLS = frozenset((
    "lead.opened", "lead.moved", "lead.parted", "move.withdrawn", "handoff.made", "handoff.taken_over", "handoff.accepted",
    "handoff.rejected", "handoff.recycled", "handoff.reopened", "rejection.reason_given",
))  # fmt: skip
"""Entries after which something that may be written can have changed."""


def put_down(entries: Sequence[Entry], at: datetime) -> None:
    """Put down what these entries may have changed, once a lead; safe to run again.

    The last entry of a lead is its reason; what waited of an earlier one is not written any more, for the later row
    writes what is true then.
    """
    telling = [(entry, lead) for entry in entries if entry.verb in TELLS and (lead := _lead_of(entry))]
    if not telling:
        return
    last = {lead: entry for entry, lead in telling}
    for connection, allowed in writable():
        with transaction.atomic():
            outbox.put(_fields(connection, last.items()), at=at)
            _supersede(connection, last, at)
            if allowed.brief:
                outbox.put(_notes(connection, (entry for entry, _ in telling)), at=at)


def writable() -> list[tuple[Connection, Allowed]]:
    """Connected systems that may be written to."""
    rows = Connection.objects.filter(source__is_active=True, mapping__writes__on=True).select_related("source")
    return [(row, allowed_of(row)) for row in rows if writer_of(row) is not None]


def put_all(connection: Connection, leads: Iterable[Lead], *, by: Member | None, at: datetime) -> int:
    """Put down that these leads are to be written as they are now, such as after a rehearsal; how many. leads: with version"""
    moment = to_us(at)
    outs = [
        Out(
            DOOR, connection.key, f"all:{lead.key}:{moment}", subject=lead, body={"lead": lead.key}, agreement=lead.version.hash, by=by
        )
        for lead in leads
    ]  # fmt: skip
    outbox.put(outs, at=at)
    return len(outs)


def _lead_of(entry: Entry) -> str:
    return str(entry.subject_key if entry.subject_kind == "lead" else entry.codes.get("lead", ""))


def _fields(connection: Connection, last: Iterable[tuple[str, Entry]]) -> Iterator[Out]:
    for lead, entry in last:
        body = {"lead": lead, "seq": entry.seq}
        yield Out(DOOR, connection.key, _name(lead, entry), subject=Lead(key=lead), body=body, agreement=entry.agreement, by=entry.actor)


def _notes(connection: Connection, entries: Iterable[Entry]) -> Iterator[Out]:
    for entry in entries:
        if entry.verb == "handoff.made":
            body = {"lead": _lead_of(entry), "handoff": entry.subject_key, "seq": entry.seq}
            yield Out(
                DOOR, connection.key, f"note:{entry.subject_key}", subject=Lead(key=_lead_of(entry)), body=body,
                agreement=entry.agreement, by=entry.actor,
            )  # fmt: skip


def _name(lead: str, entry: Entry) -> str:
    return f"lead:{lead}:{entry.seq}"


def _supersede(connection: Connection, last: dict[str, Entry], at: datetime) -> None:
    names = [_name(lead, entry) for lead, entry in last.items()]
    rows = Outgoing.objects.filter(door=DOOR, to=connection.key)
    for number, lead in rows.filter(dedup_key__in=names).values_list("pk", "subject_key"):
        older = rows.filter(subject_kind="lead", subject_key=lead, pk__lt=number, dedup_key__startswith=f"lead:{lead}:")
        outbox.cancel(older, "a later change of the lead is written instead", at=at)
