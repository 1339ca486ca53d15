"""Receipts of what was written: put down before the call, confirmed after it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from treaty.connectors.connections import terms_of
from treaty.connectors.models import Connection, Written
from treaty.connectors.vendors.known import WRITERS
from treaty.connectors.writes.rules import Change, is_same, options_of
from treaty.connectors.writes.state import Subject
from treaty.journal.models import Outgoing
from treaty.truth.actions import systems
from treaty.truth.models import SystemRecord

OWNER = "crm_owner"
"""Our field of a person that says whose record it is there."""


@transaction.atomic
def intend(row: Outgoing, connection: Connection, subject: Subject, changes: Iterable[Change], at: datetime) -> None:
    """Put down what will be written. Begun anew, what stood there before the first try stays the value before."""
    for change in changes:
        kept, is_new = Written.objects.get_or_create(
            outgoing=row,
            field=change.field[:120],
            defaults={
                "connection": connection, "lead": subject.lead, "target": subject.target, "external_id": subject.external_id,
                "kind": change.kind, "before": change.there, "after": change.ours, "entry": row.body.get("seq"), "at": at,
            },
        )  # fmt: skip
        if not is_new and kept.after != change.ours:
            kept.after = change.ours
            kept.save(update_fields=["after"])


def forget_unmade(row: Outgoing, there: Mapping[str, str]) -> None:
    """What an earlier try put down and the record does not say was never made: it has no receipt."""
    for one in Written.objects.filter(outgoing=row, confirmed_at=None).exclude(field="note"):
        if not is_same(there.get(one.field, ""), one.after):
            one.delete()


@transaction.atomic
def confirm(row: Outgoing, at: datetime) -> Sequence[Written]:
    """The system has what was put down: an earlier write to the same field counts no more. Returns what was written."""
    written = list(Written.objects.filter(outgoing=row).select_related("connection__source"))
    for one in written:
        if one.confirmed_at is None:
            one.confirmed_at = at
            one.save(update_fields=["confirmed_at"])
            _said(one, at)
    return written


def _said(one: Written, at: datetime) -> None:
    """What the system says of its record now, so that the next reading finds no difference."""
    ours = name_of(one.connection, one.target, one.field)
    if ours:
        row = SystemRecord.objects.filter(
            source=one.connection.source_id, kind=SystemRecord.Kind.PERSON, external_id=one.external_id
        ).first()
        if row is not None:
            systems.wrote(row, ours, value_here(one, ours), at)


def name_of(connection: Connection, target: str, theirs: str) -> str:
    """Our name of a field of the system; empty for one that is not read."""
    writer = WRITERS.get(connection.vendor)
    if writer is not None and writer.owner_field.get(target) == theirs:
        return OWNER
    return next((ours for ours, name in terms_of(connection).fields.get(target, {}).items() if name == theirs), "")


def value_here(one: Written, ours: str) -> str:
    """A written value as it comes back when the record is read: an owner by their address, a choice by its label where labels are read."""
    connection, writer = one.connection, WRITERS.get(one.connection.vendor)
    if ours == OWNER:
        return str(connection.known.get("owners", {}).get(one.after, ""))
    options = options_of(connection.known, one.target, one.field) if writer is not None and writer.reads_labels else []
    return next((str(option["label"]) for option in options if option["value"] == one.after), one.after)
