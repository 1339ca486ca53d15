"""The buying group of a deal: each person's part and how it is known, who is silent, who is missing for this stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from treaty.truth.buying import Missing, is_engaged
from treaty.truth.groups import Buyer, Group
from treaty.truth.queries import leads
from treaty.web import formats
from treaty.web.context import who
from treaty.web.figures import words
from treaty.web.here import Here
from treaty.web.pieces import Column, Empty, Faint, Link, Piece, Row, Standing, Strong, Table


@dataclass(frozen=True, slots=True)
class Drawn:
    """note: how many are engaged; missing: one sentence for each role that nobody has."""

    table: Table
    note: str
    missing: Sequence[Piece]


def drawn(group: Group, here: Here) -> Drawn:
    people = {one.person.pk for one in group.people}
    places = dict(leads(here.member).select_related(None).filter(person__in=people).order_by("number").values_list("person", "key"))
    columns = [Column("Who"), Column("Part"), Column("How it is known"), Column("Heard of last", is_short=True), Column("Now")]
    table = Table(
        columns=columns,
        rows=[Row(_cells(one, places, here)) for one in group.people],
        caption="Buying group",
        empty=Empty(title="Nobody is known to buy yet", words="People of the account appear here once it is known who they are."),
    )
    engaged = sum(1 for one in group.people if is_engaged(one.seen.last_at, here.at))
    note = f"{engaged} of {len(group.people)} heard of within 30 days" if group.people else ""
    return Drawn(table, note, [_missing(one) for one in group.missing])


def _cells(one: Buyer, places: Mapping[int, str], here: Here) -> list[Piece]:
    key, title = places.get(one.person.pk), f", {one.person.title}" if one.person.title else ""
    name: Piece = (Link(str(one.person), f"/leads/{key}/") if key else str(one.person), Faint(title))
    last = formats.short(one.seen.last_at, here.viewer, here.at) if one.seen.last_at else Faint("never")
    return [name, *_part(one, here), last, _now(one, here)]


def _part(one: Buyer, here: Here) -> tuple[Piece, Piece]:
    """The role, and whether it was declared, told or is only proposed."""
    if one.row and one.row.role:
        known: Piece = ("declared by ", who(one.row.by)) if one.row.by else "told by a connected system or a file"
        return words(one.row.role), known
    if one.proposed:
        return Faint(f"perhaps {words(one.proposed.role)}"), Faint(f"proposed: {formats.listing(one.proposed.because)}")
    if one.row and one.row.by:
        return Faint("no part"), ("declared by ", who(one.row.by))
    return Faint("not known"), Faint("in the deal, part not said" if one.row else "at the account")


def _now(one: Buyer, here: Here) -> Piece:
    if one.seen.last_at is None:
        return Faint("silent")
    if is_engaged(one.seen.last_at, here.at):
        return Standing("kept", "engaged")
    return Standing("below", f"silent for {formats.count((here.at - one.seen.last_at).days, 'day')}")


def _missing(one: Missing) -> Piece:
    """`Missing for this stage: economic buyer.` and who could be it, with what speaks for them."""
    head = Strong(f"Missing for this stage: {words(one.role)}.")
    if not one.could_be:
        return (head, " Nobody known at the account fits: ask those you speak with who it is.")
    offers = [f"{name} ({formats.listing(because)})" for name, because in one.could_be[:3]]
    return (head, f" Could be {', or '.join(offers)}: declare it above once you know.")
