"""What sales did, in Salesforce's tables of tasks and events, and the tables that have no place here."""

import re
from collections.abc import Iterator
from datetime import datetime

from treaty.connectors.loaders.cells import Cells
from treaty.connectors.loaders.shelf import Shelf
from treaty.connectors.loaders.tables import Table, address_of, no_place, number_of
from treaty.truth.records import ActivityRecord, GoneRecord, PersonRef, Record


def member_of(number: str, shelf: Shelf) -> str:
    """The address of a user by their id."""
    return address_of(number, Cells(shelf.get("user", number)).email("email"))


def tasks(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """A call, an e-mail or something else that was done; what is still to do says nothing."""
    kind = _kind(row.text("task_subtype"), row.text("type")) or "task"
    is_done = row.flag("is_closed") or row.text("status").lower() == "completed" or "completed_date_time" in row.values
    at = row.moment("completed_date_time", "activity_date", "created_date")
    yield from _activity("task", kind, row, shelf, at if is_done or row.is_gone else None, is_done=is_done)


def events(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """A meeting, or what else stood in the calendar."""
    kind = _kind(row.text("type"), row.text("event_subtype")) or "meeting"
    at = row.moment("start_date_time", "activity_date_time", "activity_date", "created_date")
    yield from _activity("event", kind, row, shelf, at, is_done=True)


def _kind(*words: str) -> str:
    """What the words of a task or an event say it was, or nothing."""
    found = re.search(r"call|email|meeting|note", " ".join(words).lower().replace("-", ""))
    return found[0] if found else ""


def _activity(table: str, kind: str, row: Cells, shelf: Shelf, at: datetime | None, *, is_done: bool) -> Iterator[Record]:
    number = f"{table}:{number_of(row, 'id')}"
    if row.is_gone:
        yield GoneRecord(kind="activity", external_id=number, at=row.seen_at)
        return
    if not is_done:
        return
    if at is None:
        raise ValueError(f"this {table} has no time: nothing says when it happened")
    deal = shelf.final("opportunity", row.text("what_id"))
    yield ActivityRecord(
        external_id=number, kind=kind, occurred_at=at, ref=PersonRef(external_id=shelf.final("person", row.text("who_id"))),
        member_email=member_of(row.text("owner_id"), shelf), opportunity_id=deal if _is_deal(deal, shelf) else "",
        outcome=row.text("call_disposition", "status" if table == "task" else "").lower(),
        direction="in" if row.text("call_type").lower() == "inbound" else "out", text=row.text("subject", "description"),
        known_at=row.moment("created_date"),
    )  # fmt: skip


def _is_deal(number: str, shelf: Shelf) -> bool:
    """What a task is about may be an account or a case as well."""
    return shelf.has("opportunity", number) or ("opportunity" not in shelf.tables and number.startswith("006"))


UNDONE = "a task that is not done yet says nothing and counts as merged"
_task = Table("activities", ("who_id|what_id|task_subtype|subject",), tasks, note=UNDONE)
_event = Table("activities", ("start_date_time|activity_date_time|subject",), events)
WORK = {"task": _task, "task_history": _task, "event": _event, "event_history": _event}
OTHERS = {
    **{
        name: no_place("products and orders", "id")
        for name in (
            "opportunity_line_item", "opportunity_line_item_history", "order", "order_history", "order_item",
            "product_2", "product_2_history",
            "pricebook_2", "pricebook_entry", "quote", "contract", "asset",
        )
    },
    **{name: no_place("service cases", "id") for name in ("case", "case_history", "case_comment")},
    **{
        name: no_place("the system's own files, groups and settings", "id")
        for name in ("attachment", "content_version", "group", "profile", "period", "forecasting_item", "fiscal_year_settings")
    },
}  # fmt: skip
