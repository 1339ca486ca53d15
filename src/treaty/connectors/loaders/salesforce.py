"""Salesforce's tables as a loader leaves them. Sources: the loader's published schema; landscape facts 5.3.

A table may be kept with all its versions (`_fivetran_start`): then the newest version of a record is the record, and the
older ones are its history. Leads and contacts share one space of ids; a lead that was converted is its contact.
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from treaty.connectors.loaders.cells import Cells
from treaty.connectors.loaders.salesforce_deals import DEALS
from treaty.connectors.loaders.salesforce_versions import FIRST, LAST, is_newest, keeping, since
from treaty.connectors.loaders.salesforce_work import OTHERS, WORK, member_of
from treaty.connectors.loaders.shelf import Shelf
from treaty.connectors.loaders.tables import UNKEPT, System, Table, by, gone, names, number_of
from treaty.connectors.vendors.reading import fields_of, named
from treaty.truth.records import (
    AccountRecord,
    AccountRef,
    CampaignRecord,
    GoneRecord,
    MemberRecord,
    PersonRecord,
    PersonRef,
    Record,
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


LISTED = "a member who was listed and did not respond says nothing and counts as merged"
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
    "account": Table("accounts", ("name|is_deleted",), accounts, keeping("account", "account")),
    "account_history": Table("accounts", _dated, account_history, keeping("account", "account"), note=UNKEPT),
    "contact": Table("leads", _contact, contacts, keeping("contact", "person")),
    "contact_history": Table("leads", _dated, contact_history, keeping("contact", "person"), note=UNKEPT),
    "lead": Table("leads", _lead, leads, keeping("lead", "person")),
    "lead_history": Table("leads", _dated, lead_history, keeping("lead", "person"), note=UNKEPT),
    "campaign_member": Table("touches", ("campaign_id",), campaign_members, note=LISTED),
    "campaign_member_history": Table("touches", ("campaign_id",), campaign_members, note=LISTED),
    **DEALS,
    **WORK,
    **OTHERS,
})  # fmt: skip
