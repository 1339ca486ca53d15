"""`treaty connect` and `treaty sync`: outside systems, connected once and pulled whenever they are due."""

import getpass
import json as json_format
import os
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from treaty.cli.ready import ready

if TYPE_CHECKING:
    from treaty.connectors.models import Connection, StreamPlace
    from treaty.connectors.pulling import Pulled

SAY_EVERY = 2.0
"""Seconds between two words on how far a long pull has come."""


def connect(
    vendor: Annotated[str, typer.Argument(help="hubspot, salesforce, pipedrive or marketo.", show_default=False)],
    name: Annotated[str, typer.Argument(help="What people will call it.", show_default=False)],
    address: Annotated[str, typer.Option(help="Where it is called, if not at the vendor's usual address.")] = "",
    since: Annotated[str, typer.Option(help="Leave out what changed before this day, such as 2025-01-01.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Try the credentials, seal them, and begin to pull. They are asked for, or read from TREATY_SECRET_TOKEN and the like."""
    ready()
    from treaty.connectors import connections
    from treaty.jobs.clock import now

    try:
        kind = connections.vendor_named(vendor)
        made = connections.connect(name, kind.name, _secrets(kind.secrets), clock=now, address=address, backfill_from=_day(since))
    except ValueError as told:
        raise _failed(str(told)) from None
    if json:
        print(json_format.dumps({"source": made.source.name, "key": made.key, "vendor": made.vendor}))
    else:
        print(
            f"{made.source.name} is connected. A running worker pulls it from now on; `treaty sync {made.source.name!r}` does it at once."
        )


def sync(
    source: Annotated[str, typer.Argument(help="The system's name, or its key.", show_default=False)],
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write what is due there instead of pulling.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --write: say what would change in every open lead's record.")] = False,
) -> None:
    """Pull what changed, or everything the first time. A pull that was interrupted goes on where it was."""
    ready()
    from treaty import locks
    from treaty.connectors.pulling import pull
    from treaty.jobs.clock import now
    from treaty.jobs.systems import lock_of
    from treaty.sealed import CannotOpen

    connection = _named(source)
    if dry_run and not write:
        raise _failed("--dry-run goes with --write: a pull changes nothing in the system")
    try:
        if dry_run:
            return _rehearse(connection, as_json=json)
        with locks.take(lock_of(connection.key), wait=1):
            if write:
                return _write(connection, as_json=json)
            done = pull(connection, clock=now, progress=Progress())
    except locks.Held as held:
        raise _failed(f"{connection.source.name} is being pulled by process {held.pid}: wait for it, or end it") from None
    except CannotOpen as told:
        raise _failed(str(told)) from None
    _tell(connection, done, as_json=json)


def _rehearse(connection: "Connection", *, as_json: bool) -> None:
    """Every difference of every open lead, as the system has it now. Exit 3 when something could not be written."""
    from treaty.connectors.vendors.talk import Trouble
    from treaty.connectors.writes.allowed import CannotWrite
    from treaty.connectors.writes.rehearsal import rehearse, writable_leads
    from treaty.jobs.clock import now
    from treaty.outward import NoAnswer, NotReachable

    leads = list(writable_leads(connection))
    try:
        rows = rehearse(connection, leads, clock=now)
    except (Trouble, NoAnswer, NotReachable, CannotWrite) as told:
        raise _failed(f"{connection.source.name} cannot be read: {told}") from None
    changes, left = [row for row in rows if not row.left], [row for row in rows if row.left]
    if as_json:
        differences = [
            {"lead": row.lead.key, "record": row.external_id, "value": row.kind, "field": row.field, "there": row.there, "ours": row.ours,
             "not_written_because": row.left, "agreement": row.lead.version.hash, "entry": row.entry.seq if row.entry else None}
            for row in rows
        ]  # fmt: skip
        print(json_format.dumps({"source": connection.source.name, "leads": len(leads), "differences": differences}, indent=1))
    else:
        for row in rows:
            said = f"not written: {row.left}" if row.left else f"{row.there!r} would become {row.ours!r}"
            print(f"{row.lead.key}  {row.external_id}  {row.field}: {said}")
        print(f"{connection.source.name}: {len(leads):,} leads · {len(changes):,} values would change · {len(left):,} would not be written")
    if left:
        raise typer.Exit(3)


def _write(connection: "Connection", *, as_json: bool) -> None:
    """Write what is due now. Exit 3 when something failed."""
    from treaty.connectors.writes.carrying import carry
    from treaty.connectors.writes.undoing import failed
    from treaty.jobs.clock import now

    taken = 0
    while n := carry(connection, clock=now):
        taken += n
    dead = failed(connection).count()
    if as_json:
        print(json_format.dumps({"source": connection.source.name, "taken": taken, "failed": dead}))
    else:
        print(f"{connection.source.name}: {taken:,} taken · {dead:,} failed and waiting for a person")
    if dead:
        raise typer.Exit(3)


def _tell(connection: "Connection", done: "Pulled", *, as_json: bool) -> None:
    """Exit 1 when nothing could be read, 3 when some of it was not."""
    streams = [
        {
            "stream": place.stream,
            "problem": done.problems.get(place.stream, ""),
            **{n: getattr(place, n) for n in ("read", "stored", "merged", "refused")},
        }
        for place in connection.places.order_by("id")
    ]
    if as_json:
        told = {"source": connection.source.name, "read": done.read, "stored": done.stored, "merged": done.merged, "refused": done.refused}
        print(json_format.dumps({**told, "streams_in_all": streams}, indent=1))
    else:
        print(f"{connection.source.name}: read {done.read:,} · stored {done.stored:,} · merged {done.merged:,} · refused {done.refused:,}")
    for stream, problem in done.problems.items():
        print(f"{stream}: {problem}", file=sys.stderr)
    if done.problems or done.refused:
        raise typer.Exit(1 if done.problems and not done.read else 3)


class Progress:
    """Says now and then how far a long pull has come."""

    def __init__(self) -> None:
        self.said_at = time.monotonic()

    def __call__(self, place: "StreamPlace") -> None:
        if time.monotonic() - self.said_at >= SAY_EVERY:
            self.said_at = time.monotonic()
            print(f"{place.stream}: {place.read:,} read so far", file=sys.stderr, flush=True)


def _named(text: str) -> "Connection":
    from treaty.connectors.models import Connection
    from treaty.connectors.sources import NoSuchSource, source_named

    try:
        found = source_named(text)
    except NoSuchSource as told:
        raise _failed(str(told.args[0])) from None
    connection = Connection.objects.select_related("source").filter(source=found).first()
    if connection is None:
        raise _failed(f"{found.name!r} is a source of another kind: only connected systems are pulled, see `treaty connect`")
    return connection


def _secrets(wanted: Mapping[str, str]) -> dict[str, str]:
    """From the environment, or typed unseen; never from the command line, which others on the machine can read."""
    found = {}
    for name, says in wanted.items():
        told = os.environ.get(f"TREATY_SECRET_{name.upper()}", "")
        found[name] = told or (getpass.getpass(f"{name} ({says}): ") if sys.stdin.isatty() else "")
    return found


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a day: write it such as 2025-01-01") from None


def _failed(sentence: str) -> typer.Exit:
    print(sentence, file=sys.stderr)
    return typer.Exit(1)
