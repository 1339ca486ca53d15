"""What the last restatement says, line by line: by how much, for which causes, through which records."""

from collections.abc import Sequence

from treaty.books.comparing import COUNTING
from treaty.books.document import Changed, Part
from treaty.books.models import Closing
from treaty.books.queries import latest, restated_of
from treaty.team.queries import sees_every_lead
from treaty.truth.models import Lead, Opportunity
from treaty.web import formats
from treaty.web.here import Here
from treaty.web.pages.books.shown import figure, name_of, signed, value_of
from treaty.web.pieces import Column, Empty, Link, Piece, Row, Table

SAID = {
    "merge": "two records found to be one person",
    "edit": "changed since",
    "rate": "another rate of a currency",
    "late_touch": "touches that arrived late",
    "late_record": "records that arrived late",
    "rest": "records that are gone",
    COUNTING: "this release counts otherwise",
}
COUNTED = {
    "deal": ("opportunity", "opportunities"), "lead": ("lead", "leads"), "touch": ("touch", "touches"),
    "spend": ("row of spend", "rows of spend"),
}  # fmt: skip
MOST, LINKED = 60, 3
COLUMNS = (Column("Figure"), Column("At the close", is_number=True), Column("Now", is_number=True), Column("Why"))


def table(here: Here, closing: Closing) -> Table | None:
    """Lines of everything together first; None before the first restatement."""
    last = latest(closing)
    if last is None:
        return None
    changes = sorted(restated_of(last).changes, key=lambda one: (bool(one.key.by), one.key))[:MOST]
    names = _names(changes) if sees_every_lead(here.member) else {}
    return Table(
        columns=COLUMNS,
        rows=[_row(one, names, here) for one in changes],
        caption=f"What restatement {last.number} says",
        empty=Empty(title="Everything is as it was closed"),
    )


def _row(one: Changed, names: dict[tuple[str, int], Link], here: Here) -> Row:
    manner = here.viewer.manner
    told = f"{one.key.by.replace('_', ' ')} {value_of(one.key) or 'none'}" if one.key.by else ""
    why: list[Piece] = []
    for part in one.parts:
        why += [", " if why else "", _cause(part, one.key.unit, names, here)]
    name = name_of(one.key) + (f", {told}" if told else "")
    now = figure(one.new, one.key.unit, manner)
    return Row([name, figure(one.old, one.key.unit, manner), now, tuple(why) or "as it was closed again"])


def _cause(part: Part, unit: str, names: dict[tuple[str, int], Link], here: Here) -> Piece:
    """`+€700 changed since (Acme pilot)`."""
    said: list[Piece] = [f"{signed(part.amount, unit, here.viewer.manner)} {SAID.get(part.cause, part.cause)}"]
    linked = [names[kind, record] for kind, record, _ in part.records if (kind, record) in names][:LINKED]
    count = len(part.records) + part.more[0]
    if linked:
        said.append(" (")
        for place, link in enumerate(linked):
            said += [", " if place else "", link]
        said.append(f" and {formats.number(count - len(linked))} more)" if count > len(linked) else ")")
    elif count:
        said.append(f" ({formats.spell(count, *COUNTED[part.records[0][0]])})")
    return tuple(said)


def _names(changes: Sequence[Changed]) -> dict[tuple[str, int], Link]:
    """Pages of the deals and leads that are named. Two queries."""
    named = {(kind, record) for one in changes for part in one.parts for kind, record, _ in part.records[: LINKED * 2]}
    deals = Opportunity.objects.filter(pk__in=[record for kind, record in named if kind == "deal"])
    leads = Lead.objects.filter(pk__in=[record for kind, record in named if kind == "lead"]).select_related("person")
    found = {("deal", row.pk): Link(row.name or "an opportunity", f"/opportunities/{row.key}/") for row in deals}
    return {**found, **{("lead", row.pk): Link(str(row.person), f"/leads/{row.key}/") for row in leads}}
