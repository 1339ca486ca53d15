"""Salesforce's tables as a loader leaves them. Sources: the loader's published schema; landscape facts 5.3.

A table may be kept with all its versions (`_fivetran_start`): then the newest version of a record is the record, and the
older ones are its history. Leads and contacts share one space of ids; a lead that was converted is its contact.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import get_args
from zoneinfo import ZoneInfo

from treaty.agreement.terms_profile import BuyingRole
from treaty.connectors.loaders.cells import Cells
from treaty.connectors.loaders.salesforce_work import OTHERS, WORK, member_of
from treaty.connectors.loaders.shelf import Kept, Shelf
from treaty.connectors.loaders.tables import Keep, Outcome, System, Table, by, gone, names, number_of
from treaty.connectors.tracking.kinds import snake
from treaty.connectors.vendors.reading import amount, day, fields_of, named
from treaty.truth.records import (
    AccountRecord,
    AccountRef,
    CampaignRecord,
    GoneRecord,
    MemberRecord,
    OpportunityRecord,
    PersonRecord,
    PersonRef,
    Record,
    StageEntry,
    TouchRecord,
)

PERSON = {
    "title": "title", "phone": "phone", "country": "country", "department": "department", "lead_source": "lead_source",
    "lead_status": "status", "rating": "rating", "opted_out": "has_opted_out_of_email",
}  # fmt: skip
ACCOUNT = {"industry": "industry", "country": "billing_country", "employees": "number_of_employees", "account_type": "type"}
CHANGED = {
    "Title": "title", "Phone": "phone", "Country": "country", "LeadSource": "lead_source", "Status": "lead_status",
    "Industry": "industry", "NumberOfEmployees": "employees", "Type": "account_type",
}  # fmt: skip
"""Names of fields in the system's histories."""
FIRST = ("created_date",)
LAST = ("last_modified_date", "system_modstamp", "created_date")


def since(row: Cells) -> datetime | None:
    """From when on the row holds: the start of a version, or when the record last changed."""
    return row.moment("fivetran_start", *LAST) or row.seen_at


def rank(row: Cells) -> str:
    """Of several versions of a record the one with the highest rank is the record."""
    if "fivetran_start" not in row.values and "fivetran_active" not in row.values:
        return "2"
    start = row.moment("fivetran_start", *LAST)
    return f"{int(row.flag('fivetran_active'))}{start.isoformat() if start else ''}"


def is_newest(place: str, number: str, row: Cells, shelf: Shelf) -> bool:
    return shelf.rank_of(place, number) == rank(row)


def members(row: Cells, shelf: Shelf) -> Iterator[Record]:
    number = number_of(row, "id")
    role = Cells(shelf.get("role", row.text("user_role_id"))).text("name").lower()
    is_there = not row.is_gone and (row.flag("is_active") or "is_active" not in row.values)
    yield MemberRecord(
        email=member_of(number, shelf), name=row.text("name") or named(row.text("first_name"), row.text("last_name")),
        role="marketing" if "marketing" in role else "", manager_email=member_of(row.text("manager_id"), shelf),
        zone=_zone(row.text("time_zone_sid_key")), is_active=is_there,
    )  # fmt: skip


def _zone(text: str) -> str:
    """A zone there is, or nothing."""
    try:
        return text and ZoneInfo(text).key
    except (KeyError, ValueError, OSError):
        return ""


def accounts(row: Cells, shelf: Shelf) -> Iterator[Record]:
    number = number_of(row, "id")
    if is_newest("account", number, row, shelf) and (ended := list(gone("account", number, row, shelf))):
        yield from ended
        return
    at = since(row)
    yield AccountRecord(
        ref=AccountRef(external_id=shelf.final("account", number), domain=row.text("website"), name=row.text("name")),
        fields=fields_of(row.values, ACCOUNT), owner_email=member_of(row.text("owner_id"), shelf),
        parent=AccountRef(external_id=shelf.final("account", row.text("parent_id"))), occurred_at=at, known_at=at,
    )  # fmt: skip


def contacts(row: Cells, shelf: Shelf) -> Iterator[Record]:
    number = number_of(row, "id")
    if is_newest("contact", number, row, shelf) and (ended := list(gone("person", number, row, shelf, email=row.email("email")))):
        yield from ended
        return
    account = AccountRef(external_id=shelf.final("account", row.text("account_id")))
    yield _person(row, row.person(email="email", external_id=shelf.final("person", number)), account, "mailing_country", shelf)


def leads(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """A lead; one that was converted or merged says of the record it became what it said of itself.

    Without a table of contacts the person is known by the id of the contact, with the lead's address.
    """
    number = number_of(row, "id")
    kept = shelf.final("person", number)
    if kept == number and row.is_gone and is_newest("lead", number, row, shelf):
        yield from gone("person", number, row, shelf)
        return
    account = AccountRef(domain=row.text("website"), name=row.text("company"))
    if kept == number:
        yield _person(row, row.person(email="email", external_id=number), account, "country", shelf)
        return
    if not shelf.tables & {"contact", "contact_history"}:
        yield _person(row, row.person(email="email", external_id=kept), account, "country", shelf)
    elif shelf.has("contact", kept) and not shelf.get("contact", kept).get("gone"):
        yield _person(row, PersonRef(external_id=kept), AccountRef(), "country", shelf)
    yield GoneRecord(
        kind="person", external_id=number, into=kept, at=row.moment("converted_date", *LAST) or row.seen_at, email=row.email("email")
    )  # fmt: skip


def _person(row: Cells, ref: PersonRef, account: AccountRef, country: str, shelf: Shelf) -> PersonRecord:
    fields = fields_of(row.values, {**PERSON, "country": country})
    if name := row.text("name") or named(row.text("first_name"), row.text("last_name")):
        fields["name"] = name
    if owner := member_of(row.text("owner_id"), shelf):
        fields["crm_owner"] = owner
    at = since(row)
    return PersonRecord(ref=ref, fields=fields, account=account, created_at=row.moment(*FIRST), occurred_at=at, known_at=at)


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


def person_fields(table: str, column: str, row: Cells, shelf: Shelf) -> Iterator[Record]:
    """A change of one field of a person that is kept."""
    number, at, field = shelf.final("person", number_of(row, column)), row.moment("created_date"), CHANGED.get(row.text("field"))
    if field and at and row.text("new_value"):
        if number == row.text(column):
            shelf.check(table, number)
        yield PersonRecord(
            ref=PersonRef(external_id=number), fields=fields_of(row.values, {field: "new_value"}), occurred_at=at, known_at=at
        )  # fmt: skip


def contact_history(row: Cells, shelf: Shelf) -> Iterator[Record]:
    yield from person_fields("contact", "contact_id", row, shelf) if "contact_id" in row.values else contacts(row, shelf)


def lead_history(row: Cells, shelf: Shelf) -> Iterator[Record]:
    yield from person_fields("lead", "lead_id", row, shelf) if "lead_id" in row.values else leads(row, shelf)


def account_history(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """A change of one field of an account, or a version of it."""
    if "field" not in row.values:
        yield from accounts(row, shelf)
        return
    number, at, field = shelf.final("account", number_of(row, "account_id")), row.moment("created_date"), CHANGED.get(row.text("field"))
    if field and at and row.text("new_value"):
        shelf.check("account", number)
        fields = fields_of(row.values, {field: "new_value"})
        yield AccountRecord(ref=AccountRef(external_id=number), fields=fields, occurred_at=at, known_at=at)


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


def campaigns(row: Cells, shelf: Shelf) -> Iterator[Record]:
    number = number_of(row, "id")
    if not row.is_gone:
        yield CampaignRecord(
            key=campaign_of(number, shelf), name=row.text("name"), channel=row.text("type").lower(), starts_on=row.day("start_date"),
            ends_on=row.day("end_date"), budget=row.amount("budgeted_cost"), currency=row.text("currency_iso_code"),
        )  # fmt: skip


def campaign_of(number: str, shelf: Shelf) -> str:
    return Cells(shelf.get("campaign", number)).text("name") or (f"salesforce campaign {number}" if number else "")


def campaign_members(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """A touch when the person responded, whatever the company calls that; who was only listed did nothing."""
    if row.is_gone or not (row.flag("has_responded") or "first_responded_date" in row.values):
        return
    number, at = number_of(row, "id"), row.moment("first_responded_date")
    person = shelf.final("person", number_of(row, "lead_or_contact_id", "contact_id", "lead_id"))
    if at is None:
        raise ValueError("this member responded, but nothing says when")
    shelf.check_not_gone("contact", person)
    shelf.check_not_gone("lead", person)
    yield TouchRecord(
        ref=PersonRef(external_id=person), kind="campaign_response", occurred_at=at, known_at=at, message_id=f"campaign member {number}",
        campaign=campaign_of(row.text("campaign_id"), shelf),
        channel=shelf.get("campaign", row.text("campaign_id")).get("type", "").lower(),
    )  # fmt: skip


def _keeping(place: str, kind: str) -> Keep:
    """That there is this record, in which versions, and which record it was merged into."""

    def keep(row: Cells) -> Iterator[Kept]:
        number, into = row.text("id"), row.text("master_record_id")
        yield Kept(place, number, {"gone": "yes"} if row.is_gone else {}, rank(row))
        yield Kept(f"address of {kind}", number, {"email": row.email("email")}, rank(row))
        if into and row.is_gone:
            yield Kept(f"merged {kind}", number, {"into": into})
        if row.flag("is_converted") and row.text("converted_contact_id"):
            at = row.text("converted_date")
            yield Kept("merged person", number, {"into": row.text("converted_contact_id"), "at": at}, rank="converted")

    return keep


def _keep_opportunity(row: Cells) -> Iterator[Kept]:
    yield from _keeping("opportunity", "opportunity")(row)
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


LISTED = "a member who was listed and did not respond says nothing and counts as merged"
FIELD = "changes of fields that are not kept say nothing and count as merged"
_user = Table("members", ("email|username|user_role_id",), members, by("user", "id", "email", "name", rank="fivetran_start"))
_role = names(by("role", "id", "name"), "names the roles of users", "name|developer_name")
_contact = ("account_id|is_deleted|system_modstamp|last_modified_date",)
_lead = ("is_converted|is_deleted|system_modstamp|created_date",)
_dated = ("fivetran_start|field",)
SALESFORCE = System("salesforce", "Salesforce", ("sf_", "salesforce_", "sfdc_"), {
    "user_role": _role,
    "user_role_history": _role,
    "user": _user,
    "user_history": _user,
    "opportunity_stage": names(
        by("stage", "api_name", "master_label", "is_closed", "is_won"), "names the stages of deals", "is_won|is_closed"
    ),
    "lead_status": names(None, "names the states of leads", "is_converted|master_label"),
    "record_type": names(None, "names kinds of records", "id"),
    "campaign_member_status": names(None, "names the states of members of campaigns", "campaign_id"),
    "campaign": Table("campaigns", ("start_date|end_date|budgeted_cost|number_of_leads",), campaigns, by("campaign", "id", "name", "type")),
    "campaign_history": Table("campaigns", ("fivetran_start",), campaigns, by("campaign", "id", "name", "type")),
    "account": Table("accounts", ("name|is_deleted",), accounts, _keeping("account", "account")),
    "account_history": Table("accounts", _dated, account_history, _keeping("account", "account"), note=FIELD),
    "contact": Table("leads", _contact, contacts, _keeping("contact", "person")),
    "contact_history": Table("leads", _dated, contact_history, _keeping("contact", "person"), note=FIELD),
    "lead": Table("leads", _lead, leads, _keeping("lead", "person")),
    "lead_history": Table("leads", _dated, lead_history, _keeping("lead", "person"), note=FIELD),
    "campaign_member": Table("touches", ("campaign_id",), campaign_members, note=LISTED),
    "campaign_member_history": Table("touches", ("campaign_id",), campaign_members, note=LISTED),
    "opportunity": Table("opportunities", ("stage_name|close_date|is_won",), opportunities, _keep_opportunity),
    "opportunity_history": Table("stage history", ("stage_name",), opportunity_history, _keep_history),
    "opportunity_field_history": Table("stage history", ("field",), opportunity_fields, _keep_field, note=FIELD),
    "opportunity_contact_role": Table("links", ("opportunity_id",), roles),
    **WORK,
    **OTHERS,
})  # fmt: skip
