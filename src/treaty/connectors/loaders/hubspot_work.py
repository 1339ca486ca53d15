"""What sales did, in HubSpot's tables: an engagement, its own table by kind, and whom and which deal it was about."""

from collections.abc import Iterator, Mapping

from treaty.connectors.loaders.cells import Cells
from treaty.connectors.loaders.shelf import Kept, Shelf
from treaty.connectors.loaders.tables import Keep, Read, Table, address_of, by, number_of
from treaty.connectors.vendors.hubspot_objects import end_of
from treaty.truth.records import ActivityRecord, GoneRecord, PersonRef, Record

KINDS = {"call": "call", "email": "email", "meeting": "meeting", "note": "note", "task": "task", "communication": "message"}
"""Kinds of engagements as the system and we call them."""
OLDER = {
    "hs_call_disposition": "disposition", "hs_meeting_outcome": "meeting_outcome", "hs_email_status": "status",
    "hs_call_direction": "direction", "hs_email_direction": "direction",
}  # fmt: skip
"""Columns, and what older copies call them."""
TEXTS = (
    "hs_call_body", "hs_email_subject", "hs_meeting_title", "hs_note_body", "hs_task_subject", "hs_communication_body",
    "body", "subject", "title", "text",
)  # fmt: skip
UNDONE = "a task that is not done yet says nothing and counts as merged"


def work(kind: str) -> Read:
    """Rows of one kind's own table."""

    def read(row: Cells, shelf: Shelf) -> Iterator[Record]:
        yield from _activities(kind, number_of(row, "engagement_id", "id"), row, shelf)

    return read


def engagements(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """An engagement whose kind has no table of its own in the set; one that has says nothing here."""
    number = number_of(row, "id")
    if not shelf.has("engagement of a kind", number):
        kind = row.text("type", "activity_type").lower()
        yield from _activities(kind if kind in KINDS else "note", number, row, shelf)


def _activities(kind: str, number: str, row: Cells, shelf: Shelf) -> Iterator[Record]:
    if row.is_gone:
        yield GoneRecord(kind="activity", external_id=f"{kind}:{number}", at=row.seen_at)
        return
    parent = Cells(shelf.get("engagement", number))
    at = row.moment("hs_meeting_start_time", "start_time", "hs_timestamp", "timestamp") or parent.moment("timestamp")
    if at is None:
        raise ValueError(f"this {kind} has no time: nothing says when it happened")
    done = row.text("hs_task_status", "status").upper() if kind == "task" else ""
    if done and done != "COMPLETED":
        return
    people = [shelf.final("person", one["contact_id"]) for one in shelf.all("people of work", number)] or [""]
    deals = [shelf.final("opportunity", one["deal_id"]) for one in shelf.all("deals of work", number)]
    outcome, direction = end_of(kind, _said(row))
    for place, person in enumerate(dict.fromkeys(people)):
        yield ActivityRecord(
            external_id=f"{kind}:{number}" if place == 0 else f"{kind}:{number}:{person}", kind=KINDS[kind], occurred_at=at,
            ref=PersonRef(external_id=person), member_email=member_of(row.text("hubspot_owner_id") or parent.text("owner_id"), shelf),
            opportunity_id=deals[0] if deals else "", outcome=outcome, direction=direction, text=row.text(*TEXTS),
            known_at=row.moment("hs_createdate", "created_at") or parent.moment("created_at"),
        )  # fmt: skip


def _said(row: Cells) -> Mapping[str, str]:
    return {**{name: row.text(older) for name, older in OLDER.items()}, **row.values}


def member_of(number: str, shelf: Shelf) -> str:
    """The address of an owner by their id: their own, or that of their user."""
    owner = Cells(shelf.get("owner", number))
    return address_of(number, owner.email("email") or Cells(shelf.get("user", owner.text("active_user_id"))).email("email"))


def links(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """Whom an engagement was about: the engagement itself says so. Raises ValueError for one that is not in the set."""
    number = number_of(row, "engagement_id")
    if not shelf.has("engagement", number) and not shelf.has("engagement of a kind", number):
        raise ValueError(f"no engagement {number} is among these files: nothing says what was done, or when")
    yield from ()


def _keep_engagement(row: Cells) -> Iterator[Kept]:
    columns = ("timestamp", "owner_id", "created_at")
    yield Kept("engagement", row.text("id"), {name: row.values[name] for name in columns if name in row.values})


def _keep_work(row: Cells) -> Iterator[Kept]:
    yield Kept("engagement of a kind", row.text("engagement_id", "id"))


def _linked(place: str, column: str) -> Keep:
    return by(place, "engagement_id", column)


LINK = "says whom or what an engagement was about; its rows count as merged"
WORK = {
    "engagement": Table(
        "activities",
        ("id",),
        engagements,
        _keep_engagement,
        note="rows whose kind has a table of its own are told there and count as merged",
    ),
    **{
        f"engagement_{kind}": Table("activities", ("engagement_id|id",), work(kind), _keep_work, note=UNDONE if kind == "task" else "")
        for kind in KINDS
    },
    "engagement_contact": Table("links", ("engagement_id",), links, _linked("people of work", "contact_id"), note=LINK),
    "engagement_deal": Table("links", ("engagement_id",), links, _linked("deals of work", "deal_id"), note=LINK),
    "engagement_company": Table("links", ("engagement_id",), links, note=LINK),
}
