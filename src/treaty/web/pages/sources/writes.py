"""What was written into a connected system, what failed, and what may be written; the way back for each."""

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET, require_POST

from treaty.connectors.models import Connection, Written
from treaty.connectors.writes.allowed import DOOR, allowed_of, writer_of
from treaty.connectors.writes.rehearsal import Would
from treaty.connectors.writes.rules import KINDS, Allowed, options_of
from treaty.connectors.writes.undoing import failed, leave, try_again
from treaty.journal.models import Outgoing
from treaty.team.models import Role
from treaty.truth.models import Lead
from treaty.web import formats, listing
from treaty.web.here import Here, page
from treaty.web.listing import Field, Kind, Pick
from treaty.web.pieces import Column, Empty, Faint, Link, Piece, Row, Standing, Strong, Table
from treaty.web.replies import go, tell
from treaty.web.rights import BRING_DATA, is_steward, only

FAILED_SHOWN = 50


def connection_of(key: str) -> Connection:
    """A connected system that can be written to."""
    found = Connection.objects.select_related("source").filter(source__key=key).first()
    if found is None or writer_of(found) is None:
        raise Http404
    return found


def home_of(connection: Connection) -> str:
    return f"/sources/{connection.key}/writes/"


def crumbs(connection: Connection, here: str = "") -> list[Link]:
    way = [Link("Sources", "/sources/"), Link(connection.source.name, f"/sources/{connection.key}/")]
    return [*way, Link("What is written", home_of(connection) if here else ""), *([Link(here, "")] if here else [])]


def summary(connection: Connection) -> str:
    """For the page of the system: is anything written, and does anything wait for a person?"""
    n = failed(connection).count()
    said = "written to as allowed" if allowed_of(connection).is_on else "nothing is written there"
    return said + (f", {formats.count(n, 'write')} failed" if n else "")


# what was written


@require_GET
@page
@only(*BRING_DATA)
def writes(here: Here, key: str) -> HttpResponseBase:
    connection = connection_of(key)
    allowed, may_change = allowed_of(connection), is_steward(here.member)
    dead = failed(connection)
    steps = [Link("Choose what is written", f"{home_of(connection)}fields/", is_go=not allowed.is_on)] if may_change else []
    steps += [Link("See what would change", f"{home_of(connection)}rehearsal/")] if may_change and _is_chosen(allowed) else []
    return listing.show(
        here, _kind_of_written(connection), _written(connection), title=f"What is written into {connection.source.name}",
        template="treaty/writes.html", crumbs=crumbs(connection), eyebrow="On" if allowed.is_on else "Off", lede=_lede(allowed, connection),
        steps=steps, allowed=_allowed_table(allowed, connection),
        failed=_failed_table(here, list(dead[:FAILED_SHOWN]), may_change=may_change),
        n_failed=dead.count(), waiting=_waiting(connection), may_change=may_change, connection=connection,
    )  # fmt: skip


def _is_chosen(allowed: Allowed) -> bool:
    return bool(allowed.fields)


def _lede(allowed: Allowed, connection: Connection) -> str:
    if not allowed.is_on:
        return f"Nothing is written into {connection.source.name} until somebody who keeps the systems says which field takes what."
    return "What changes here is written there within seconds: only the fields below, only what differs, each with its reason."


def _waiting(connection: Connection) -> int:
    states = (Outgoing.State.WAITING, Outgoing.State.SENDING)
    return Outgoing.objects.filter(door=DOOR, to=connection.key, state__in=states).count()


def _allowed_table(allowed: Allowed, connection: Connection) -> Table:
    writer, name = writer_of(connection), connection.source.name
    targets = writer.targets if writer else {}
    rows = []
    for kind, said in KINDS.items():
        fields = [
            f"{targets[target]}: {_label(connection, target, field)}" for target, field in allowed.fields.get(kind, {}).items() if field
        ]
        master = name if kind in allowed.theirs else "Treaty"
        into: Piece = ", ".join(fields) if fields and kind not in allowed.theirs else Faint("not written")
        rows.append(Row((said, into, master)))
    rows.append(Row(("Brief", "a note at each handoff" if allowed.brief else Faint("not written"), "Treaty")))
    return Table(columns=[Column("Value"), Column(f"Field of {name}"), Column("Master")], rows=rows, caption="What may be written")


def _label(connection: Connection, target: str, name: str) -> str:
    properties = connection.known.get("properties", {}).get(target, ())
    return next((str(one["label"]) for one in properties if one["name"] == name), name)


def _written(connection: Connection) -> QuerySet[Written]:
    rows = Written.objects.filter(connection=connection, confirmed_at__isnull=False)
    return rows.select_related("lead__person", "outgoing__by")


def _kind_of_written(connection: Connection) -> Kind[Written]:
    return Kind(
        name="what was written",
        path=home_of(connection),
        sort="-when",
        href=lambda row: f"{home_of(connection)}{row.pk}/",
        fields=(
            Field(words="Record", value=lambda row: str(row.lead.person) if row.lead else row.external_id),
            Field(words="Field", value=lambda row: row.field, show=lambda row, _: named_field(connection, row)),
            Field(words="Before", value=lambda row: row.before, show=lambda row, _: shown(connection, row, row.before)),
            Field(words="Written", value=lambda row: row.after, show=lambda row, _: Strong(in_words(connection, row, row.after))),
            Field(words="Standing", value=_standing_words, show=lambda row, _: standing(row)),
            Field(
                words="When", value=lambda row: row.confirmed_at, key="when", order=("confirmed_at",), is_short=True,
                show=lambda row, here: formats.short(row.confirmed_at, here.viewer, here.at),
            ),
            Field(words="Id there", value=lambda row: row.external_id, in_page=False),
            Field(words="Agreement", value=lambda row: row.outgoing.agreement, in_page=False),
            Field(words="Journal entry", value=lambda row: row.entry, in_page=False),
        ),
        picks=(
            Pick(
                key="field", words="Value", narrow=lambda rows, value: rows.filter(kind=value),
                options=lambda _: [*KINDS.items(), ("brief", "Brief")],
            ),
        ),
        empty=Empty(
            title="Nothing was written yet",
            words="Once fields are chosen, every write stands here with what stood there before, who and what caused it, and a way back.",
        ),
    )  # fmt: skip


def named_field(connection: Connection, row: Written) -> str:
    if row.field == "note":
        return "Brief, as a note"
    return f"{KINDS.get(row.kind, row.kind)}: {_label(connection, row.target, row.field)}"


def in_words(connection: Connection, row: Written | Would, value: str) -> str:
    """An owner by their address, an option by its label; everything else as it is."""
    if row.kind == "owner":
        return str(connection.known.get("owners", {}).get(value) or value)
    options = options_of(connection.known, row.target, row.field)
    return next((str(one["label"]) for one in options if one["value"] == value), value)


def shown(connection: Connection, row: Written | Would, value: str) -> Piece:
    return in_words(connection, row, value) if value else Faint("nothing")


def _standing_words(row: Written) -> str:
    return "taken back" if row.undone_at else "overwritten there" if row.overtaken_at else "stands"


def standing(row: Written) -> Standing:
    return Standing("kept" if _standing_words(row) == "stands" else "", _standing_words(row))


# what failed


def _failed_table(here: Here, rows: list[Outgoing], *, may_change: bool) -> Table | None:
    people = {
        lead.key: str(lead.person) for lead in Lead.objects.filter(key__in=[row.subject_key for row in rows]).select_related("person")
    }
    lines = [
        Row(
            cells=(
                Link(people.get(row.subject_key, row.subject_key), f"/leads/{row.subject_key}/"),
                "brief" if "handoff" in row.body else "undo" if "undo" in row.body else "fields",
                row.problem,
                formats.short(row.ended_at or row.made_at, here.viewer, here.at),
            ),
            key=row.key,
        )
        for row in rows
    ]
    columns = [Column("Lead"), Column("What"), Column("Why it was not written"), Column("Since", is_short=True)]
    select, form = ("row", "failed-form") if may_change else ("", "")
    return Table(columns=columns, rows=lines, caption="Writes that failed", select=select, form=form) if rows else None


@require_POST
@page
@only(Role.REVOPS)
def failed_ones(here: Here, key: str) -> HttpResponseBase:
    """Those that were selected, all when none was: tried again, or left as they are."""
    connection, rows = connection_of(key), here.request.POST.getlist("row")
    if here.request.POST.get("do") == "leave":
        n = leave(connection, rows, by=here.member, at=here.at)
        tell(here, f"{formats.count(n, 'write')} left as {'it is' if n == 1 else 'they are'}.")
    else:
        n = try_again(connection, rows, by=here.member, at=here.at)
        tell(here, f"{formats.count(n, 'write')} tried again within seconds.")
    return go(here, home_of(connection))
