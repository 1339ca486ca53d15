"""What a choice of fields and stages would change, in words and on records."""

from treaty.connectors import mapping as choices
from treaty.connectors.mapping import Change
from treaty.connectors.models import Connection
from treaty.connectors.previewing import Shown
from treaty.connectors.queries import unmapped
from treaty.web import formats
from treaty.web.here import Here
from treaty.web.pages.sources.reconciliation import GROUP_WORDS
from treaty.web.pieces import Column, Faint, Piece, Row, Table

KINDS = {"person": "People", "lead": "Leads", "account": "Companies", "opportunity": "Deals"}


def says(connection: Connection, one: Change) -> str:
    """A change as a sentence."""
    if one.part == "fields":
        return _says_field(connection, one)
    if one.part == "stages":
        before = f"before: {_stage_words(one.before)}"
        return f"{KINDS[one.within]}: “{one.name}” is {_stage_words(one.after)} ({before})."
    if one.part == "currency":
        return f"Amounts without a currency are {one.after or 'left without one'} (before: {one.before or 'left without one'})."
    names = {other.key: other.name for other in choices.others_of(connection)} | {connection.key: connection.source.name}
    return f"{formats.capital(GROUP_WORDS[one.name])}: believed is {names.get(one.after or '', 'who usually is')}."


def _says_field(connection: Connection, one: Change) -> str:
    usual = choices.usual(connection)[one.within].get(one.name, "")
    before, after = (usual if said is None else said for said in (one.before, one.after))
    words = f"{KINDS[one.within]}: {one.name.replace('_', ' ')}"
    if not after:
        return f"{words} is not read any more (before: {before}); what was read stays."
    return f"{words} is read from {after}{f' instead of {before}' if before else ''}."


def _stage_words(said: str | None) -> str:
    return "not said" if said is None else said.replace("_", " ") or "none of ours"


def preview_table(shown: list[Shown]) -> Table | None:
    rows = [
        Row((one.name or one.external_id, KINDS[one.kind], one.field.replace("_", " "), _value(one.now), _value(one.then))) for one in shown
    ]
    columns = [Column(words) for words in ("Record", "Of", "Field", "Now", "Would be")]
    return Table(columns=columns, rows=rows, caption="Records that changed last, as they are and as they would be") if rows else None


def _value(value: object) -> Piece:
    return Faint("nothing") if value in (None, "") else str(value)


def odd_values(here: Here, connection: Connection) -> Table | None:
    """Choices of other fields that the system does not name."""
    manner = here.viewer.manner
    rows = [
        Row((one.value, f"{KINDS[one.kind]}: {one.field.replace('_', ' ')}", formats.number(one.n, manner)))
        for one in unmapped(connection)
        if one.field not in ("stage", "lifecycle_stage")
    ]
    columns = [Column("Value"), Column("Of"), Column("Records", is_number=True)]
    return Table(columns=columns, rows=rows, caption="Values that it does not name among its choices") if rows else None
