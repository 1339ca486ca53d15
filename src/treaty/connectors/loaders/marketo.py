"""Marketo's tables as a loader leaves them: people, and a table for each kind of activity. Sources: the loader's published
schema; landscape facts 5.4."""

from collections.abc import Iterator

from treaty.connectors.loaders.cells import Cells
from treaty.connectors.loaders.shelf import Kept, Shelf
from treaty.connectors.loaders.tables import Read, System, Table, by, gone, names, no_place, number_of, page
from treaty.connectors.tracking.kinds import snake
from treaty.connectors.vendors.marketo_rows import TOUCHES
from treaty.connectors.vendors.reading import fields_of, named
from treaty.truth.records import AccountRef, CampaignRecord, GoneRecord, PersonRecord, PersonRef, Record, TouchRecord

PERSON = {
    "title": "title", "phone": "phone", "country": "country", "lead_source": "lead_source", "lead_status": "lead_status",
    "score": "lead_score", "department": "department", "language": "preferred_language", "opted_out": "unsubscribed",
}  # fmt: skip
SAME = {
    "job_title": "title",
    "person_source": "lead_source",
    "person_status": "lead_status",
    "person_score": "score",
    "lead_score": "score",
}
"""Names of fields in the log of changes, where they are not our own."""


def leads(row: Cells, shelf: Shelf) -> Iterator[Record]:
    number = number_of(row, "id")
    if ended := list(gone("person", number, row, shelf, email=row.email("email"))):
        yield from ended
        return
    if shelf.has("deleted", number):
        at = Cells(shelf.get("deleted", number)).moment("activity_date")
        yield GoneRecord(kind="person", external_id=number, at=at)
        return
    created, changed = row.moment("created_at"), row.moment("updated_at", "created_at")
    fields = fields_of(row.values, PERSON)
    if name := named(row.text("first_name"), row.text("last_name")):
        fields["name"] = name
    yield PersonRecord(
        ref=row.person(email="email", external_id=number), fields=fields, account=AccountRef(name=row.text("company")),
        created_at=created, occurred_at=changed, known_at=changed or row.seen_at,
    )  # fmt: skip


def merges(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """A merge of leads: those in `merge_ids` became the row's lead."""
    old = row.ids("merge_ids")
    if not old:
        raise ValueError("nothing says which leads were merged")
    for one in old:
        yield GoneRecord(kind="person", external_id=one, into=shelf.final("person", one), at=row.moment("activity_date"))


def deletions(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """A lead was deleted; for one that was merged before, the merge says so."""
    number = number_of(row, "lead_id")
    kept = shelf.final("person", number)
    yield GoneRecord(kind="person", external_id=number, into="" if kept == number else kept, at=row.moment("activity_date"))


def touch(kind: str, table: str) -> Read:
    """Rows of the activities of one kind."""

    def read(row: Cells, shelf: Shelf) -> Iterator[Record]:
        at, number = row.moment("activity_date"), _lead(row, shelf)
        if at is None:
            raise ValueError("an activity without its moment is no touch")
        asset = row.text("primary_attribute_value")
        host, path = page(row.text("link", "webpage_url") or (asset if kind == "page_view" else row.text("referrer_url")))
        yield TouchRecord(
            ref=PersonRef(external_id=number), kind=kind, occurred_at=at, known_at=at,
            message_id=row.text("id", "marketo_guid") or f"{table}:{number}:{at.isoformat()}:{asset}",
            title=asset, form=asset if kind == "form_submitted" else "", host=host, path=path[:500],
            channel="email" if kind.startswith("email") or kind == "unsubscribed" else "", campaign=_campaign(row, shelf),
        )  # fmt: skip

    return read


def _lead(row: Cells, shelf: Shelf) -> str:
    """Whose activity it was. Raises ValueError for somebody who was deleted."""
    number = shelf.final("person", number_of(row, "lead_id"))
    shelf.check_not_gone("lead", number)
    if shelf.has("deleted", number):
        raise ValueError(f"the lead {number} was deleted: what belonged to them is not kept")
    return number


def _campaign(row: Cells, shelf: Shelf) -> str:
    """The programme an activity belongs to, by its campaign or its e-mail; without one the campaign's own name."""
    said = Cells(shelf.get("campaign", row.text("campaign_id")))
    email = Cells(shelf.get("email", row.text("email_template_id")))
    program = row.text("program_id") or said.text("program_id") or email.text("program_id")
    name = Cells(shelf.get("program", program)).text("name") or row.text("program_name") or said.text("program_name")
    return name or said.text("name") or (f"marketo program {program}" if program else "")


def changes(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """A change of a field of a lead that is kept."""
    label = row.text("primary_attribute_value")
    field = _field(Cells(shelf.get("field", label)).text("restname", "rest_name")) or _field(label)
    at = row.moment("activity_date")
    if field and at and row.text("new_value"):
        number = _lead(row, shelf)
        shelf.check("lead", number)
        yield PersonRecord(
            ref=PersonRef(external_id=number), fields=fields_of(row.values, {field: "new_value"}), occurred_at=at, known_at=at
        )  # fmt: skip


def _field(name: str) -> str:
    """Our field of that name, or nothing."""
    plain = snake(name)
    return SAME.get(plain, plain if plain in PERSON else "")


def progress(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """Somebody's status in a programme changed; the status that counts as its success is a response."""
    at, number = row.moment("activity_date"), _lead(row, shelf)
    if at is None:
        raise ValueError("an activity without its moment is no touch")
    program = row.text("primary_attribute_value_id", "program_id")
    yield TouchRecord(
        ref=PersonRef(external_id=number), kind="campaign_response" if row.flag("success") else "campaign_member", occurred_at=at,
        known_at=at, message_id=row.text("id") or f"program:{program}:{number}:{at.isoformat()}",
        campaign=Cells(shelf.get("program", program)).text("name") or row.text("primary_attribute_value"),
        fields={"status": row.text("new_status")} if row.text("new_status") else {},
    )  # fmt: skip


def memberships(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """Somebody's place in a programme, where the log of its changes is not in the set."""
    if "activity_change_status_in_progression" in shelf.tables or row.is_gone:
        return
    is_success = row.flag("reached_success") or "reached_success_date" in row.values
    at = row.moment("reached_success_date" if is_success else "", "membership_date", "updated_at", "created_at")
    number, program = _lead(row, shelf), number_of(row, "program_id")
    if at is None:
        raise ValueError("a place in a programme without any date is no touch")
    kind = "campaign_response" if is_success else "campaign_member"
    status = row.text("progression_status", "status", "status_name")
    yield TouchRecord(
        ref=PersonRef(external_id=number), kind=kind, occurred_at=at, known_at=at, message_id=f"{kind}:{program}:{row.text('lead_id')}",
        campaign=_campaign(row, shelf), channel=shelf.get("program", program).get("channel", ""),
        fields={"status": status} if status else {},
    )  # fmt: skip


def programs(row: Cells, _: Shelf) -> Iterator[Record]:
    number = number_of(row, "id")
    if not row.is_gone:
        yield CampaignRecord(
            key=row.text("name") or f"marketo program {number}", name=row.text("name"), channel=row.text("channel"),
            starts_on=row.day("start_date"), ends_on=row.day("end_date"),
        )  # fmt: skip


def _keep_lead(row: Cells) -> Iterator[Kept]:
    yield Kept("lead", row.text("id"), {"gone": "yes"} if row.is_gone else {})
    yield Kept("address of person", row.text("id"), {"email": row.email("email")})


def _keep_merge(row: Cells) -> Iterator[Kept]:
    for old in row.ids("merge_ids"):
        yield Kept("merged person", old, {"into": row.text("lead_id"), "at": row.text("activity_date")}, row.text("activity_date"))


FIELD = "changes of fields that are not kept say nothing and count as merged"
ACTIVITY = "lead_id"
EMAILS = names(
    by("email", "id", "name", "program_id", rank="updated_at"), "names e-mails and the programmes they belong to", "subject|from_email"
)
MARKETO = System("marketo", "Marketo", ("marketo_",), {
    "lead_describe": names(by("field", "display_name", "restname", "rest_name"), "names the fields of leads", "display_name"),
    "activity_type": names(None, "names kinds of activities", "name"),
    "activity_type_attribute": names(None, "describes kinds of activities", "name"),
    "email_template_history": EMAILS,
    "email_template": EMAILS,
    "campaign": names(
        by("campaign", "id", "name", "program_id", "program_name"), "says to which programme an activity belongs",
        "program_id|workspace_name|program_name",
    ),
    "program": Table("campaigns", ("channel|workspace|sfdc_id",), programs, by("program", "id", "name", "channel")),
    "lead": Table("leads", ("created_at|updated_at",), leads, _keep_lead),
    "activity_merge_leads": Table("merges", ("merge_ids",), merges, _keep_merge),
    "activity_delete_lead": Table("merges", (ACTIVITY,), deletions, by("deleted", "lead_id", "activity_date")),
    "activity_change_data_value": Table("property history", (ACTIVITY,), changes, note=FIELD),
    "activity_change_score": Table("property history", (ACTIVITY,), changes, note=FIELD),
    "activity_change_status_in_progression": Table("touches", (ACTIVITY,), progress),
    "program_membership": Table(
        "touches", ("program_id",), memberships, note="told by activity_change_status_in_progression where that is here, and merged"
    ),
    **{f"activity_{table}": Table("touches", (ACTIVITY,), touch(kind, table)) for table, kind in TOUCHES.items()},
    **{name: no_place("lists of leads", "id|list_id|lead_id") for name in ("list", "list_membership", "smart_list", "static_list")},
    **{name: no_place("folders, segments and forms as they are designed", "id") for name in ("folder", "segmentation", "segment", "form")},
})  # fmt: skip
