"""Opportunities in Salesforce's tables: as they stand, what changed of them when, and who buys."""

from collections.abc import Iterator
from datetime import datetime
from typing import get_args

from treaty.agreement.terms_profile import BuyingRole
from treaty.connectors.loaders.cells import Cells
from treaty.connectors.loaders.salesforce_versions import FIRST, LAST, is_newest, keeping, since
from treaty.connectors.loaders.salesforce_work import member_of
from treaty.connectors.loaders.shelf import Kept, Shelf
from treaty.connectors.loaders.tables import UNKEPT, Outcome, Table, gone, number_of
from treaty.connectors.tracking.kinds import snake
from treaty.connectors.vendors.reading import amount, day
from treaty.truth.records import AccountRef, OpportunityRecord, PersonRef, Record, StageEntry


def opportunities(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """The newest version is the deal, with its stage from the moment its history says; older ones are history."""
    number = number_of(row, "id")
    if not is_newest("opportunity", number, row, shelf):
        shelf.check_not_gone("opportunity", number)
        yield from _entry(number, row, shelf, since(row))
        return
    if ended := list(gone("opportunity", number, row, shelf)):
        yield from ended
        return
    stage, outcome = _stage(row.text("stage_name"), row, shelf)
    entered = Cells(shelf.get("stage entered", number)).moment("at")
    person = shelf.final("person", row.text("contact_id"))
    yield OpportunityRecord(
        external_id=number, name=row.text("name"), account=AccountRef(external_id=shelf.final("account", row.text("account_id"))),
        people=((PersonRef(external_id=person), ""),) if person else (), owner_email=member_of(row.text("owner_id"), shelf),
        stage="" if entered else stage, outcome=outcome, amount=row.amount("amount"), currency=row.text("currency_iso_code"),
        lost_reason=row.text("loss_reason_c", "lost_reason_c", "closed_lost_reason_c"), opened_at=row.moment(*FIRST),
        close_on=row.day("close_date"), closed_at=row.moment("close_date") if outcome in ("won", "lost") else None,
        known_at=row.moment("fivetran_start", "last_modified_date", "system_modstamp") or row.seen_at,
    )  # fmt: skip
    if entered and stage:
        yield OpportunityRecord(external_id=number, stage=stage, history=(StageEntry(at=entered, stage=stage),), known_at=entered)


def _stage(name: str, row: Cells, shelf: Shelf) -> tuple[str, Outcome]:
    """(label, outcome): what the row itself says of its end, else what its stage means."""
    said = Cells(shelf.get("stage", name))
    told = row if "is_closed" in row.values or "is_won" in row.values else said
    outcome: Outcome = "won" if told.flag("is_won") else "lost" if told.flag("is_closed") else "open"
    return said.text("master_label") or name, outcome if name or told.values else ""


def opportunity_history(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """What changed of a deal: its stage, amount or close date from a moment on. A row without the deal's id is a version of it."""
    if "opportunity_id" not in row.values:
        yield from opportunities(row, shelf)
        return
    if row.is_gone:
        raise ValueError("this row of the history was deleted")
    number = shelf.final("opportunity", row.text("opportunity_id"))
    shelf.check_not_gone("opportunity", number)
    yield from _entry(number, row, shelf, row.moment("created_date", "system_modstamp"))


def _entry(number: str, row: Cells, shelf: Shelf, at: datetime | None) -> Iterator[Record]:
    if at is None:
        raise ValueError("a change without its moment has no place in a history")
    stage, _ = _stage(row.text("stage_name"), row, shelf)
    entry = StageEntry(at=at, stage=stage, amount=row.amount("amount"), close_on=row.day("close_date"))
    yield OpportunityRecord(external_id=number, history=(entry,), known_at=at)


def opportunity_fields(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """A change of one field of a deal; of those that have no history here it says nothing, nor of an owner by their name alone."""
    number, at, value = shelf.final("opportunity", number_of(row, "opportunity_id")), row.moment("created_date"), row.text("new_value")
    entries = {
        "StageName": lambda: StageEntry(at=at, stage=_stage(value, Cells({}), shelf)[0]) if at else None,
        "Amount": lambda: StageEntry(at=at, amount=amount(value)) if at else None,
        "CloseDate": lambda: StageEntry(at=at, close_on=day(value) or row.day("new_value")) if at else None,
        "Owner": lambda: StageEntry(at=at, owner_email=member_of(value, shelf) if shelf.has("user", value) else "") if at else None,
    }
    make = entries.get(row.text("field"))
    if make is None or not value:
        return
    entry = make()
    if entry is None:
        raise ValueError("a change without its moment has no place in a history")
    shelf.check_not_gone("opportunity", number)
    yield OpportunityRecord(external_id=number, history=(entry,), known_at=at)


def roles(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """Who buys; their role where it is one of the agreement's."""
    if row.is_gone:
        return
    deal, person = shelf.final("opportunity", number_of(row, "opportunity_id")), shelf.final("person", number_of(row, "contact_id"))
    shelf.check("opportunity", deal)
    shelf.check("contact", person)
    role = snake(row.text("role"))
    role = role if role in get_args(BuyingRole) else ""
    yield OpportunityRecord(external_id=deal, people=((PersonRef(external_id=person), role),), known_at=row.moment(*LAST))


def _keep_opportunity(row: Cells) -> Iterator[Kept]:
    yield from keeping("opportunity", "opportunity")(row)
    if "fivetran_start" in row.values:
        yield from _entered(row.text("id"), row.moment("fivetran_start"))


def _keep_history(row: Cells) -> Iterator[Kept]:
    """Either kind of `opportunity_history`."""
    if "opportunity_id" in row.values:
        yield from _entered(row.text("opportunity_id"), row.moment("created_date", "system_modstamp") if row.text("stage_name") else None)
    else:
        yield from _keep_opportunity(row)


def _keep_field(row: Cells) -> Iterator[Kept]:
    if row.text("field") == "StageName":
        yield from _entered(row.text("opportunity_id"), row.moment("created_date"))


def _entered(number: str, at: datetime | None) -> Iterator[Kept]:
    if at is not None:
        yield Kept("stage entered", number, {"at": at.isoformat()}, at.isoformat())


DEALS = {
    "opportunity": Table("opportunities", ("stage_name|close_date|is_won",), opportunities, _keep_opportunity),
    "opportunity_history": Table("stage history", ("stage_name",), opportunity_history, _keep_history),
    "opportunity_field_history": Table("stage history", ("field",), opportunity_fields, _keep_field, note=UNKEPT),
    "opportunity_contact_role": Table("links", ("opportunity_id",), roles),
}
