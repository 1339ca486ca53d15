"""What may be written into a connected system: off until somebody who keeps the systems says which field takes what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from treaty.connectors.models import Connection
from treaty.connectors.vendors.known import WRITERS
from treaty.connectors.vendors.writer import Writer
from treaty.connectors.writes.rules import KINDS, SHARED, Allowed
from treaty.journal import outbox
from treaty.journal.actions import record
from treaty.journal.models import Outgoing
from treaty.team.models import Member
from treaty.truth.masters import is_ours

DOOR = "write"
"""How the outbox calls what goes into a connected system; `to` is the system's key."""
WRITES = "writes"
"""Where `Connection.mapping` keeps it."""


class CannotWrite(ValueError):
    """Why this may not be written there; the message names the value and the way out."""


def writer_of(connection: Connection) -> Writer | None:
    """None for a system that is only read."""
    return WRITERS.get(connection.vendor)


def allowed_of(connection: Connection) -> Allowed:
    theirs = [kind for kind in SHARED if not is_ours(kind, connection.source)]
    return Allowed.of(connection.mapping.get(WRITES, {}), theirs)


@transaction.atomic
def allow(connection: Connection, kept: Mapping[str, Any], theirs: Mapping[str, bool], *, at: datetime, by: Member | None) -> None:
    """Keep what may be written from now on. kept: as `Allowed.of` reads it · theirs: kinds the system itself is master of.

    What waits is cancelled when nothing may be written any more. Raises CannotWrite for a field the system does not have or
    does not let be written, one that two kinds would share, a brief where there are no notes, and when it is on and nothing is chosen.
    """
    _check(connection, kept)
    hold(connection)
    connection.mapping = {**connection.mapping, WRITES: dict(kept)}
    connection.save(update_fields=["mapping"])
    source = connection.source
    masters = {kind: source.key for kind in SHARED if theirs.get(kind)}
    source.settings = {**source.settings, "masters": {**source.settings.get("masters", {}), "treaty": masters}}
    source.save(update_fields=["settings"])
    if not kept.get("on"):
        outbox.cancel(Outgoing.objects.filter(door=DOOR, to=connection.key, body__undo__isnull=True), "writing was switched off", at=at)
    codes = {"on": bool(kept.get("on")), "fields": kept.get("fields", {}), "brief": bool(kept.get("brief")), "masters": sorted(masters)}
    record("source.writing_changed", source, by=by, at=at, codes=codes)


def hold(connection: Connection) -> None:
    """Until the transaction ends nobody else changes what was chosen of this system; it is read anew."""
    held = Connection.objects.select_for_update(of=("self",)).select_related("source").get(pk=connection.pk)
    connection.mapping, connection.source = held.mapping, held.source


def _check(connection: Connection, kept: Mapping[str, Any]) -> None:
    properties = connection.known.get("properties", {})
    used: dict[tuple[str, str], str] = {}
    for kind, by_target in kept.get("fields", {}).items():
        for target, name in by_target.items():
            if kind not in KINDS or name not in {one["name"] for one in properties.get(target, ())}:
                raise CannotWrite(f"{name[:80]!r} is no field of {connection.source.name}: choose one that it has")
            if any(one.get("read_only") for one in properties[target] if one["name"] == name):
                raise CannotWrite(f"{name[:80]!r} cannot be written in {connection.source.name}: choose another, or add one there")
            if (other := used.setdefault((target, name), kind)) != kind:
                raise CannotWrite(
                    f"{name[:80]!r} cannot take both {KINDS[other].lower()} and {KINDS[kind].lower()}: choose another for one"
                )
    writer = writer_of(connection)
    if kept.get("brief") and (writer is None or writer.notes is None):
        raise CannotWrite(f"{connection.source.name} keeps no notes: the brief cannot be left there")
    if kept.get("on") and not used and not kept.get("brief"):
        raise CannotWrite("nothing is chosen: choose a field for at least one value, or the brief")
