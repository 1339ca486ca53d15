"""What would be written into a system, value by value, read from it just now."""

import shlex

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from treaty.connectors.calling import OF_A_PAGE, TooSlow
from treaty.connectors.models import Connection
from treaty.connectors.vendors.talk import Trouble
from treaty.connectors.writes.allowed import CannotWrite, allowed_of
from treaty.connectors.writes.putting import put_all
from treaty.connectors.writes.rehearsal import Would, rehearse, writable_leads
from treaty.connectors.writes.rules import KINDS
from treaty.jobs.clock import now
from treaty.journal.actions import record
from treaty.outward import NoAnswer, NotReachable
from treaty.sealed import CannotOpen
from treaty.team.models import Role
from treaty.web import formats, listing
from treaty.web.figures import words
from treaty.web.here import Here, page
from treaty.web.listing import Field, Kind
from treaty.web.pages.sources.writes import connection_of, crumbs, home_of, in_words, shown
from treaty.web.pieces import Empty, Faint, Piece, Strong
from treaty.web.replies import go, sentence, tell, warn
from treaty.web.rights import only

MOST = 500
"""Leads of one rehearsal on a page: somebody waits for it. `treaty sync NAME --write --dry-run` takes all."""
UNREADABLE = (Trouble, NoAnswer, NotReachable, CannotWrite, CannotOpen)


@require_http_methods(["GET", "POST"])
@page
@only(Role.REVOPS)
def rehearsal(here: Here, key: str) -> HttpResponseBase:
    """Every difference, read from the system now. Sent, all of them are put down to be written."""
    connection = connection_of(key)
    if here.request.method == "POST":
        return _write_all(here, connection)
    leads = list(writable_leads(connection)[:MOST])
    try:
        rows = rehearse(connection, leads, clock=now, patience=OF_A_PAGE)
    except TooSlow as problem:
        waits_longer = f"treaty sync {shlex.quote(connection.source.name)} --write --dry-run"
        warn(here, f"{sentence(problem)} Try again in a moment, or run `{waits_longer}`, which waits longer.")
        return go(here, home_of(connection))
    except UNREADABLE as problem:
        warn(here, f"{connection.source.name} cannot be read now: {sentence(problem)}")
        return go(here, home_of(connection))
    n = len({row.lead.pk for row in rows if not row.left})
    return listing.show(
        here, _kind_of_would(connection), rows, title=f"{formats.count(n, 'record')} of {formats.number(len(leads))} would change",
        template="treaty/writes_rehearsal.html", crumbs=crumbs(connection, "What would change"), lede=_counted(rows, connection),
        connection=connection, n=n, is_on=allowed_of(connection).is_on,
    )  # fmt: skip


def _counted(rows: list[Would], connection: Connection) -> str:
    counts = {kind: sum(row.kind == kind and not row.left for row in rows) for kind in KINDS}
    said = [f"{KINDS[kind].lower()} of {n:,}" for kind, n in counts.items() if n]
    left = sum(bool(row.left) for row in rows)
    told = (
        f"{formats.capital(formats.listing(said))}."
        if said
        else f"{connection.source.name} says the same of every lead that was looked at."
    )
    return told + (f" {formats.count(left, 'value')} would not be written, each with its reason below." if left else "")


def _kind_of_would(connection: Connection) -> Kind[Would]:
    return Kind(
        name="what would be written",
        path=f"{home_of(connection)}rehearsal/",
        href=lambda row: f"/leads/{row.lead.key}/",
        fields=(
            Field(words="Lead", value=lambda row: str(row.lead.person)),
            Field(words="Value", value=lambda row: KINDS[row.kind], key="value"),
            Field(words="Field", value=lambda row: row.field),
            Field(words="There", value=lambda row: row.there, show=lambda row, _: shown(connection, row, row.there)),
            Field(words="Ours", value=lambda row: row.ours, show=lambda row, _: _ours(connection, row)),
            Field(words="Not written because", value=lambda row: row.left, in_page=False),
            Field(words="Why", value=lambda row: words(row.entry.verb.replace(".", " ")) if row.entry else ""),
            Field(words="By", value=lambda row: row.entry.actor.name if row.entry and row.entry.actor else "rules"),
            Field(words="Agreement", value=lambda row: f"version {row.lead.version.number}"),
            Field(words="Id there", value=lambda row: row.external_id, in_page=False),
        ),
        empty=Empty(title="Nothing would change", words="Every record says what is true here, or no field is chosen yet."),
    )


def _ours(connection: Connection, row: Would) -> Piece:
    return Faint(row.left) if row.left else Strong(in_words(connection, row, row.ours))


def _write_all(here: Here, connection: Connection) -> HttpResponseBase:
    if not allowed_of(connection).is_on:
        warn(here, "Writing is off: switch it on under “Choose what is written” first.")
        return go(here, f"{home_of(connection)}fields/")
    n = put_all(connection, writable_leads(connection), by=here.member, at=here.at)
    record("writes.put_down", connection.source, by=here.member, at=here.at, codes={"leads": n})
    tell(here, f"All {formats.count(n, 'open lead')} put down. Only what differs is written; follow it here.")
    return go(here, home_of(connection))
