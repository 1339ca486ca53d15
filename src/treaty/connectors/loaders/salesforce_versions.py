"""Salesforce's tables with all versions of a record: from when on a row holds, and which version is the record."""

from collections.abc import Iterator
from datetime import datetime

from treaty.connectors.loaders.cells import Cells
from treaty.connectors.loaders.shelf import Kept, Shelf
from treaty.connectors.loaders.tables import Keep

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


def keeping(place: str, kind: str) -> Keep:
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
