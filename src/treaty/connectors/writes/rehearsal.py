"""What would be written, record by record, without writing: the records are read from the system as they are now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db.models import QuerySet

from treaty.connectors.calling import OF_A_ROUND, Patience
from treaty.connectors.connections import Clock, caller_of
from treaty.connectors.models import Connection
from treaty.connectors.pulling import count_calls
from treaty.connectors.vendors.writer import Values
from treaty.connectors.writes.allowed import CannotWrite, allowed_of, writer_of
from treaty.connectors.writes.putting import TELLS
from treaty.connectors.writes.rules import Allowed, difference
from treaty.connectors.writes.state import Subject, subjects
from treaty.journal.models import Entry
from treaty.outward import Outward
from treaty.truth.models import Lead, SystemRecord

TOGETHER = 100


@dataclass(frozen=True, slots=True)
class Would:
    """One value that would be written, or would not and why (`left`). entry: the last thing that was said of the lead"""

    lead: Lead
    target: str
    external_id: str
    kind: str
    field: str
    there: str
    ours: str
    left: str = ""
    entry: Entry | None = None


def writable_leads(connection: Connection) -> QuerySet[Lead]:
    """Open leads of people who have a record in the system, those that moved last first."""
    people = SystemRecord.objects.filter(source=connection.source_id, kind=SystemRecord.Kind.PERSON, gone_at=None).values("person")
    rows = Lead.objects.filter(closed_at=None, person__in=people).select_related("person", "owner", "version")
    return rows.order_by("-stage_since", "-id")


def rehearse(
    connection: Connection, leads: Sequence[Lead], *, clock: Clock, outward: Outward | None = None, patience: Patience = OF_A_ROUND
) -> list[Would]:
    """Every difference of these leads, as if writing were on. Raises a Trouble, NoAnswer or NotReachable, and CannotWrite."""
    writer, allowed = writer_of(connection), allowed_of(connection)
    if writer is None:
        raise CannotWrite(f"{connection.source.name} is only read: nothing can be written there")
    caller = caller_of(connection, clock, outward, patience)
    found: list[Would] = []
    try:
        for some in _parts(leads):
            known = list(subjects(some, connection, writer).values())
            entries = _entries([one.lead.key for one in known])
            for target in dict.fromkeys(one.target for one in known):
                own = {one.external_id: one for one in known if one.target == target}
                names = sorted(allowed.fields_of(target).values())
                there = caller.run(writer.read(target, list(own), names)) if names else {}
                for one in own.values():
                    if one.external_id in there:
                        found += _would(one, there[one.external_id], allowed, connection, entries.get(one.lead.key))
    finally:
        count_calls(connection, caller, clock())
    return found


def _would(one: Subject, there: Values, allowed: Allowed, connection: Connection, entry: Entry | None) -> Iterator[Would]:
    changes, left = difference(one.wanted, there, one.target, allowed, connection.known)
    names = allowed.fields_of(one.target)
    for change in changes:
        yield Would(one.lead, one.target, one.external_id, change.kind, change.field, change.there, change.ours, entry=entry)
    for kept in left:
        name = names[kept.kind]
        yield Would(one.lead, one.target, one.external_id, kept.kind, name, there.get(name, ""), one.wanted[kept.kind], kept.why, entry)


def _parts(leads: Sequence[Lead]) -> Iterator[list[Lead]]:
    rest = iter(leads)
    while some := list(islice(rest, TOGETHER)):
        yield some


def _entries(leads: Sequence[str]) -> dict[str, Entry]:
    """By lead, the last entry about itself that may have changed what is written."""
    rows = Entry.objects.filter(subject_kind="lead", subject_key__in=leads, verb__in=TELLS).select_related("actor").order_by("seq")
    return {row.subject_key: row for row in rows}
