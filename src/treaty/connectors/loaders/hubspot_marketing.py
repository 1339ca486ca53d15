"""Campaigns, what became of e-mails, and forms that were sent, in HubSpot's tables."""

from collections.abc import Iterator

from treaty.connectors.loaders.cells import Cells
from treaty.connectors.loaders.shelf import Shelf
from treaty.connectors.loaders.tables import Table, by, number_of, page
from treaty.connectors.vendors.hubspot_marketing import EVENTS
from treaty.truth.records import CampaignRecord, PersonRef, Record, TouchRecord


def campaigns(row: Cells, shelf: Shelf) -> Iterator[Record]:
    yield CampaignRecord(key=_campaign(number_of(row, "id"), shelf), name=row.text("name", "subject"), channel="email")


def _campaign(number: str, shelf: Shelf) -> str:
    said = Cells(shelf.get("campaign", number))
    return said.text("name", "subject") or (f"hubspot email {number}" if number else "")


def email_events(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """What became of an e-mail to somebody. What the system itself filters out, for a machine did it, says nothing."""
    at, number = row.moment("created"), number_of(row, "id")
    ref = row.person(email="recipient")
    if at is None or ref.is_empty:
        raise ValueError("an event of an e-mail needs a moment and a recipient")
    if row.flag("filtered_event"):
        return
    host, path = page(shelf.get("clicked", number).get("url", ""))
    told = row.text("type").upper()
    yield TouchRecord(
        ref=ref, kind=EVENTS.get(told, f"email_{told.lower()}"), occurred_at=at, known_at=at, message_id=number, host=host, path=path[:500],
        title=shelf.get("campaign", row.text("email_campaign_id")).get("subject", ""), channel="email",
        campaign=_campaign(row.text("email_campaign_id"), shelf),
    )  # fmt: skip


def of_event(row: Cells, shelf: Shelf) -> Iterator[Record]:
    """More about an event of `email_event`, which alone says who received the e-mail and when."""
    number = number_of(row, "id")
    if not shelf.has("email_event", number):
        raise ValueError("no row of email_event has this id: nothing says who received the e-mail, or when")
    yield from ()


def subscriptions(row: Cells, _: Shelf) -> Iterator[Record]:
    """Somebody leaves the list; what else changes there says nothing."""
    at, ref = row.moment("timestamp"), row.person(email="recipient")
    if row.text("change").upper() == "UNSUBSCRIBED" and at is not None and not ref.is_empty:
        key = f"{row.text('recipient')}:{row.text('email_subscription_id')}:{at.isoformat()}"
        yield TouchRecord(ref=ref, kind="unsubscribed", occurred_at=at, known_at=at, message_id=key, channel="email")


def submissions(row: Cells, shelf: Shelf) -> Iterator[Record]:
    at, number = row.moment("timestamp"), shelf.final("person", number_of(row, "contact_id"))
    if at is None:
        raise ValueError("a form without the moment it was sent is no touch")
    shelf.check_not_gone("contact", number)
    host, path = page(row.text("page_url"))
    form = shelf.get("form", row.text("form_id")).get("name") or row.text("form_id")
    yield TouchRecord(
        ref=PersonRef(external_id=number), kind="form_submitted", occurred_at=at, known_at=at,
        message_id=f"form:{row.text('conversion_id') or row.text('form_id')}:{row.text('contact_id')}:{at.isoformat()}",
        form=form, title=row.text("title"), host=host, path=path[:500],
    )  # fmt: skip


OF_EVENT = "says more of the touches in email_event: its rows count as merged where that has their event"
CAMPAIGN = Table("campaigns", ("app_id|content_id|subject",), campaigns, by("campaign", "id", "name", "subject"))
TOUCHES = {
    "email_event": Table("touches", ("recipient",), email_events, by("email_event", "id")),
    "email_event_click": Table("touches", ("id",), of_event, by("clicked", "id", "url"), note=OF_EVENT),
    **{
        f"email_event_{name}": Table("touches", ("id",), of_event, note=OF_EVENT)
        for name in "bounce deferred delivered dropped forward open print sent spam_report status_change".split()
    },
    "email_subscription_change": Table("touches", ("recipient",), subscriptions),
    "contact_form_submission": Table("touches", ("form_id",), submissions),
}
