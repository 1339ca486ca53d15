"""HubSpot's tables as a loader leaves them. Sources: the loader's published schema; landscape facts 5.2.

The fields and words are those of the connector (`vendors/hubspot`), so that both say the same of one record.
"""

from collections.abc import Iterator
from datetime import datetime

from treaty.connectors.loaders.cells import Cells
from treaty.connectors.loaders.hubspot_marketing import CAMPAIGN, TOUCHES
from treaty.connectors.loaders.hubspot_work import WORK, member_of
from treaty.connectors.loaders.shelf import Kept, Shelf
from treaty.connectors.loaders.tables import (
    PROPERTY,
    UNKEPT,
    Keep,
    Kind,
    Outcome,
    System,
    Table,
    address_of,
    by,
    gone,
    names,
    no_place,
    number_of,
)  # fmt: skip
from treaty.connectors.vendors.hubspot import HubSpot
from treaty.connectors.vendors.reading import amount, day, fields_of, moment, named
from treaty.truth.records import (
    AccountRecord,
    AccountRef,
    GoneRecord,
    MemberRecord,
    OpportunityRecord,
    PersonRecord,
    PersonRef,
    Record,
    StageEntry,
)

FIELDS = HubSpot().fields
OURS = {kind: {theirs: field for field, theirs in fields.items()} for kind, fields in FIELDS.items()}
MERGED = ("hs_merged_object_ids", "hs_calculated_merged_vids", "calculated_merged_vids")
PRIMARY = ("5", "6")
"""Types of links between a deal and its primary company."""


def members(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """An owner or a user. An owner whose address is not shown has that of their user."""
    number = number_of(row, "owner_id", "id")
    role = shelf.get("role", row.text("role_id")).get("name", "").lower()
    yield MemberRecord(
        email=member_of(number, shelf) if row.text("owner_id") else address_of(number, row.email("email")),
        name=named(row.text("first_name"), row.text("last_name")), role="marketing" if "marketing" in role else "",
        is_active=not row.is_gone,
    )  # fmt: skip


def companies(row: Cells, shelf: Shelf) -> Iterator[Record]:
    number = number_of(row, "id")
    if ended := list(gone("account", number, row, shelf)):
        yield from ended
        return
    changed = row.moment("hs_lastmodifieddate")
    yield AccountRecord(
        ref=AccountRef(external_id=number, domain=row.text("domain"), name=row.text("name")),
        fields=fields_of(row.values, FIELDS["account"]), owner_email=member_of(row.text("hubspot_owner_id", "owner_id"), shelf),
        parent=AccountRef(external_id=shelf.final("account", row.text("hs_parent_company_id"))),
        occurred_at=changed or row.moment("createdate"), known_at=changed or row.seen_at,
    )  # fmt: skip
    yield from _merged("account", "company", number, row, shelf)


def contacts(row: Cells, shelf: Shelf) -> Iterator[Record]:
    number = number_of(row, "id", "vid")
    if ended := list(gone("person", number, row, shelf, email=row.email("email"))):
        yield from ended
        return
    created, changed = row.moment("createdate"), row.moment("lastmodifieddate")
    fields = fields_of(row.values, FIELDS["person"])
    if name := named(row.text("firstname"), row.text("lastname")):
        fields["name"] = name
    if owner := member_of(row.text("hubspot_owner_id"), shelf):
        fields["crm_owner"] = owner
    yield PersonRecord(
        ref=row.person(email="email", external_id=number), fields=fields,
        account=AccountRef(external_id=shelf.final("account", row.text("associatedcompanyid"))),
        created_at=created, occurred_at=changed or row.moment("createdate"), known_at=changed or row.seen_at,
    )  # fmt: skip
    yield from _merged("person", "contact", number, row, shelf)


def _merged(kind: Kind, table: str, number: str, row: Cells, shelf: Shelf) -> Iterator[Record]:
    """Those this record says were merged into it, unless a row of their own says so."""
    for old in row.ids(*MERGED):
        if old != number and not shelf.has(table, old) and not shelf.has(f"told {kind}", old):
            at = row.moment("hs_lastmodifieddate", "lastmodifieddate") or row.seen_at
            yield GoneRecord(kind=kind, external_id=old, into=shelf.final(kind, number), at=at)


def merges(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """A merge of two contacts, or of two deals."""
    kind: Kind = "opportunity" if row.text("merged_deal_id") else "person"
    old = number_of(row, "vid_to_merge", "merged_deal_id")
    into = shelf.final(kind, old)
    if into == old:
        raise ValueError(f"nothing says into which record {old} was merged")
    yield GoneRecord(kind=kind, external_id=old, into=into, at=row.moment("timestamp") or row.seen_at)


def deals(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """The deal as it stands; its stage from the moment that its history says, where it has one."""
    number = number_of(row, "deal_id", "id")
    if ended := list(gone("opportunity", number, row, shelf)):
        yield from ended
        return
    key = row.text("deal_pipeline_stage_id", "dealstage")
    stage, outcome = stage_of(key, shelf)
    since = Cells(shelf.get("stage entered", number)).moment("at")
    names = FIELDS["opportunity"]
    yield OpportunityRecord(
        external_id=number, name=row.text(names["name"]), owner_email=member_of(row.text("hubspot_owner_id", "owner_id"), shelf),
        stage="" if since else stage, outcome=outcome, amount=row.amount("amount"), opened_at=row.moment("createdate"),
        close_on=row.day("closedate"), closed_at=row.moment("closedate") if outcome in ("won", "lost") else None,
        currency=row.text(names["currency"]), lost_reason=row.text(names["lost_reason"]), won_reason=row.text(names["won_reason"]),
        known_at=row.moment("hs_lastmodifieddate") or row.seen_at,
    )  # fmt: skip
    if since and stage:
        yield OpportunityRecord(external_id=number, stage=stage, history=(StageEntry(at=since, stage=stage),), known_at=since)
    yield from _merged("opportunity", "deal", number, row, shelf)


def stage_of(key: str, shelf: Shelf) -> tuple[str, Outcome]:
    """(label, outcome) of a stage by its id; an id that nothing names stands for itself."""
    said = Cells(shelf.get("stage", key))
    if not key:
        return "", ""
    if said.flag("closed_won") or key == "closedwon":
        return said.text("label") or key, "won"
    is_lost = said.flag("is_closed") or key == "closedlost" or ("is_closed" not in said.values and amount(said.text("probability")) == 0)
    return said.text("label") or key, "lost" if is_lost else "open"


def stages(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """The stage a deal was in from a moment on."""
    at = row.moment("date_entered", "fivetran_start")
    if at is None:
        raise ValueError("a stage without the moment it was entered has no place in a history")
    yield from _change(row, shelf, StageEntry(at=at, stage=stage_of(row.text("value"), shelf)[0]))


def deal_history(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """A change of a deal's stage, amount or close date."""
    at, value = row.moment("timestamp", "timestamp_instant", "fivetran_start"), row.text("value")
    if at is None:
        raise ValueError("a change without its moment has no place in a history")
    if row.text("name") == "dealstage":
        yield from _change(row, shelf, StageEntry(at=at, stage=stage_of(value, shelf)[0]))
    elif row.text("name") == "amount":
        yield from _change(row, shelf, StageEntry(at=at, amount=amount(value)))
    elif row.text("name") == "closedate":
        yield from _change(row, shelf, StageEntry(at=at, close_on=day(value) or row.day("value")))


def _change(row: Cells, shelf: Shelf, entry: StageEntry) -> Iterator[Record]:
    number = shelf.final("opportunity", number_of(row, "deal_id"))
    shelf.check_not_gone("deal", number)
    yield OpportunityRecord(external_id=number, history=(entry,), known_at=entry.at)


def person_history(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """A change of a field of a contact that is kept."""
    field = OURS["person"].get(row.text("name"))
    at, number = row.moment("timestamp", "timestamp_instant", "fivetran_start"), shelf.final("person", number_of(row, "contact_id"))
    if field and at and row.text("value"):
        shelf.check("contact", number)
        yield PersonRecord(
            ref=PersonRef(external_id=number), fields=fields_of(row.values, {field: "value"}), occurred_at=at, known_at=at
        )  # fmt: skip


def account_history(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """A change of a field of a company that is kept."""
    field = OURS["account"].get(row.text("name"))
    at, number = row.moment("timestamp", "timestamp_instant", "fivetran_start"), shelf.final("account", number_of(row, "company_id"))
    if field and at and row.text("value"):
        shelf.check("company", number)
        yield AccountRecord(ref=AccountRef(external_id=number), fields=fields_of(row.values, {field: "value"}), occurred_at=at, known_at=at)


def deal_contacts(row: Cells, shelf: Shelf) -> Iterator[Record]:
    deal, person = shelf.final("opportunity", number_of(row, "deal_id")), shelf.final("person", number_of(row, "contact_id"))
    shelf.check("deal", deal)
    shelf.check("contact", person)
    yield OpportunityRecord(external_id=deal, people=((PersonRef(external_id=person), ""),), known_at=row.seen_at)


def deal_companies(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """The company of a deal: of several the primary one."""
    deal, company = shelf.final("opportunity", number_of(row, "deal_id")), number_of(row, "company_id")
    shelf.check("deal", deal)
    shelf.check("company", shelf.final("account", company))
    if shelf.get("company of deal", number_of(row, "deal_id")).get("company_id") == company:
        yield OpportunityRecord(
            external_id=deal, account=AccountRef(external_id=shelf.final("account", company)), known_at=row.seen_at
        )  # fmt: skip


def contact_companies(row: Cells, shelf: Shelf) -> Iterator[Record]:
    person, company = shelf.final("person", number_of(row, "contact_id")), shelf.final("account", number_of(row, "company_id"))
    shelf.check("contact", person)
    shelf.check("company", company)
    yield PersonRecord(ref=PersonRef(external_id=person), account=AccountRef(external_id=company), known_at=row.seen_at)


def _keeping(table: str, kind: str) -> Keep:
    """That there is this record, and which were merged into it."""

    def keep(row: Cells) -> Iterator[Kept]:
        number = row.text("id", "vid", "deal_id")
        yield Kept(table, number, {"gone": "yes"} if row.is_gone else {})
        yield Kept(f"address of {kind}", number, {"email": row.email("email")})
        for old in row.ids(*MERGED):
            yield Kept(f"merged {kind}", old, {"into": number, "at": row.text("hs_lastmodifieddate", "lastmodifieddate")})

    return keep


def _keep_merge(row: Cells) -> Iterator[Kept]:
    kind = "opportunity" if row.text("merged_deal_id") else "person"
    old, into = row.text("vid_to_merge", "merged_deal_id"), row.text("canonical_vid", "contact_id", "deal_id")
    yield Kept(f"told {kind}", old)
    yield Kept(f"merged {kind}", old, {"into": into, "at": row.text("timestamp")}, rank=_rank(row.moment("timestamp")) or "1")


def _keep_stage(row: Cells) -> Iterator[Kept]:
    at = row.moment("date_entered", "fivetran_start")
    yield Kept("stage entered", row.text("deal_id"), {"at": at.isoformat() if at else ""}, _rank(at))


def _keep_deal_change(row: Cells) -> Iterator[Kept]:
    if row.text("name") == "dealstage":
        at = moment(row.text("timestamp")) or row.moment("timestamp", "timestamp_instant", "fivetran_start")
        yield Kept("stage entered", row.text("deal_id"), {"at": at.isoformat() if at else ""}, _rank(at))


def _rank(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _keep_deal_company(row: Cells) -> Iterator[Kept]:
    rank = f"{int(row.text('type_id') in PRIMARY)}"
    yield Kept("company of deal", row.text("deal_id"), {"company_id": row.text("company_id")}, rank)


HUBSPOT = System("hubspot", "HubSpot", ("hubspot_",), {
    "role": names(by("role", "id", "name"), "names the roles of users", "name"),
    "team": names(None, "names the teams of users", "name"),
    "users": Table("members", ("email",), members, by("user", "id", "email")),
    "owner": Table("members", ("owner_id",), members, by("owner", "owner_id", "email", "active_user_id")),
    "owner_team": names(None, "says in which teams owners are", "owner_id"),
    "team_user": names(None, "says in which teams users are", "user_id"),
    "property": names(None, "describes the system's own fields", "hubspot_object"),
    "property_option": names(None, "describes the choices of the system's own fields", "hubspot_object"),
    "deal_pipeline": names(by("pipeline", "pipeline_id", "label"), "names pipelines", "pipeline_id"),
    "deal_pipeline_stage": names(
        by("stage", "stage_id", "label", "closed_won", "is_closed", "probability"), "names the stages of deals", "stage_id"
    ),
    "form": names(by("form", "guid", "name"), "names the forms that were sent", "guid"),
    "email_subscription": names(None, "names kinds of subscriptions", "id"),
    "email_campaign": CAMPAIGN,
    "company": Table("accounts", ("id", PROPERTY), companies, _keeping("company", "account")),
    "contact": Table("leads", ("id|vid", PROPERTY), contacts, _keeping("contact", "person")),
    "contact_merge_audit": Table("merges", ("vid_to_merge",), merges, _keep_merge),
    "contact_company": Table("links", ("contact_id",), contact_companies),
    "company_property_history": Table("property history", ("company_id",), account_history, note=UNKEPT),
    "contact_property_history": Table("property history", ("contact_id",), person_history, note=UNKEPT),
    **TOUCHES,
    "deal": Table("opportunities", ("deal_id|id", PROPERTY), deals, _keeping("deal", "opportunity")),
    "merged_deal": Table("merges", ("merged_deal_id",), merges, _keep_merge),
    "deal_contact": Table("links", ("deal_id",), deal_contacts),
    "deal_company": Table("links", ("deal_id",), deal_companies, _keep_deal_company),
    "deal_stage": Table("stage history", ("deal_id",), stages, _keep_stage),
    "deal_property_history": Table("stage history", ("deal_id",), deal_history, _keep_deal_change, note=UNKEPT),
    **WORK,
    **{
        name: no_place("tickets", "ticket_id|id|stage_id|pipeline_id")
        for name in (
            "ticket", "ticket_company", "ticket_contact", "ticket_deal", "ticket_engagement", "ticket_pipeline", "ticket_pipeline_stage",
            "ticket_property_history",
        )
    },
    **{name: no_place("lists of contacts") for name in ("contact_list", "contact_list_member")},
    "calendar_event": no_place("plans of a calendar"),
})  # fmt: skip
