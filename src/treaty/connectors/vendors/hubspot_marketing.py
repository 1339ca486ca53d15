"""What people did by HubSpot's own forms and e-mails. Sources: the vendor's reference; these logs have no address of the dated version.

Both are told from the newest back, so a round ends where the one before it began. Rights to them are not everybody's: without them
nothing is asked for.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from treaty.connectors.vendors.hubspot_asking import VERSION, behind, next_of
from treaty.connectors.vendors.reading import moment
from treaty.connectors.vendors.talk import Declined, Forbidden, Page, Place, Row, Talk, Terms
from treaty.moments import to_us
from treaty.outward import Call
from treaty.truth.records import PersonRef, TouchRecord

Json = Mapping[str, Any]
FORMS = f"/marketing/forms/{VERSION}"
EVENTS = {
    "SENT": "email_sent", "DELIVERED": "email_delivered", "OPEN": "email_open", "CLICK": "email_click", "BOUNCE": "email_bounce",
    "DROPPED": "email_dropped", "DEFERRED": "email_deferred", "PROCESSED": "email_processed", "PRINT": "email_print",
    "FORWARD": "email_forward", "SPAMREPORT": "email_spam", "STATUSCHANGE": "unsubscribed",
}  # fmt: skip
SIZE, MOST_EVENTS = 50, 300
"""Submissions and events of a page."""
LAG = timedelta(minutes=5)
"""A log may tell of something so much later."""


def known_forms() -> Talk[dict[str, str]]:
    """What each form is called, by its id; none where they may not be read."""
    found: dict[str, str] = {}
    after = ""
    try:
        while True:
            answer = yield Call("GET", FORMS, query={"limit": "100", **behind(after)})
            found |= {str(one["id"]): str(one.get("name") or one["id"]) for one in answer.json()["results"]}
            after = next_of(answer.json()) or ""
            if not after:
                return found
    except (Declined, Forbidden):
        return {}


def may_read_events() -> Talk[bool]:
    try:
        yield Call("GET", "/email/public/v1/events", query={"limit": "1"})
    except (Declined, Forbidden):
        return False
    return True


class _Turn(msgspec.Struct, frozen=True):
    """Where the reading of submissions stands: within one form after another."""

    form: str
    after: str = ""


def submissions(place: Place, terms: Terms) -> Talk[Page]:
    """A page of one form; a form that is there no more is passed over."""
    forms: Mapping[str, str] = terms.known.get("forms", {})
    turn = msgspec.json.decode(place.next, type=_Turn) if place.next else _Turn(min(forms, default=""))
    if not turn.form:
        return Page((), None)
    rows, after = yield from _of_form(turn, place.since, str(forms.get(turn.form, turn.form)))
    further = _Turn(turn.form, after) if after else _Turn(min((form for form in forms if form > turn.form), default=""))
    return Page(rows, place.at(msgspec.json.encode(further).decode()) if further.form else None)


def _of_form(turn: _Turn, since: datetime | None, name: str) -> Talk[tuple[list[Row], str]]:
    query = {"limit": str(SIZE), **behind(turn.after)}
    try:
        answer = yield Call("GET", f"/form-integrations/v1/submissions/forms/{turn.form}", query=query)
    except Declined:
        return [], ""
    found = [(one, moment(one.get("submittedAt"))) for one in answer.json()["results"]]
    new = [(one, at) for one, at in found if since is None or at is None or at >= since - LAG]
    return [_submission(one, at, name) for one, at in new], (next_of(answer.json()) or "") if len(new) == len(found) else ""


def _submission(one: Json, at: datetime | None, form: str) -> Row:
    """Who wrote no address said nothing of themselves."""
    number = f"form {one.get('conversionId') or ''}"
    email = next((str(said["value"]) for said in one.get("values") or () if said.get("name") == "email" and said.get("value")), "")
    if at is None:
        return Row(number, problem="a form without the moment it was sent is no touch")
    if not email:
        return Row(number)
    parts = urlsplit(str(one.get("pageUrl") or ""))
    return Row(number, [
        TouchRecord(
            ref=PersonRef(email=email), kind="form_submitted", occurred_at=at, known_at=at, message_id=number, form=form, title=form,
            host=parts.netloc, path=parts.path[:500],
        )
    ], shown=email)  # fmt: skip


def email_events(place: Place, terms: Terms) -> Talk[Page]:
    """What became of e-mails, without what a machine did. The vendor's word for where to go on is good for a short while."""
    if not terms.known.get("has_email_events"):
        return Page((), None)
    query = {"limit": str(MOST_EVENTS), "excludeFilteredEvents": "true"}
    if place.since is not None:
        query["startTimestamp"] = str(to_us(place.since - LAG) // 1000)
    try:
        answer = yield Call("GET", "/email/public/v1/events", query={**query, **({"offset": place.next} if place.next else {})})
    except Declined:
        if not place.next:
            raise
        answer = yield Call("GET", "/email/public/v1/events", query=query)
    body = answer.json()
    names = yield from _campaigns(body["events"])
    return Page([_event(one, names) for one in body["events"]], place.at(str(body["offset"])) if body.get("hasMore") else None)


def _campaigns(events: Sequence[Json]) -> Talk[dict[str, Json]]:
    """What the e-mails of these events are called; one that is there no more goes by its number."""
    found: dict[str, Json] = {}
    for number in dict.fromkeys(str(one["emailCampaignId"]) for one in events if one.get("emailCampaignId")):
        try:
            answer = yield Call("GET", f"/email/public/v1/campaigns/{number}")
            found[number] = answer.json()
        except Declined:
            found[number] = {}
    return found


def _event(one: Json, campaigns: Mapping[str, Json]) -> Row:
    number, at, told = str(one["id"]), moment(one.get("created")), str(one.get("type") or "").upper()
    if at is None or not one.get("recipient"):
        return Row(number)
    if told == "STATUSCHANGE" and not _left(one):
        return Row(number)
    campaign = str(one.get("emailCampaignId") or "")
    said = campaigns.get(campaign, {})
    parts = urlsplit(str(one.get("url") or ""))
    return Row(number, [
        TouchRecord(
            ref=PersonRef(email=str(one["recipient"])), kind=EVENTS.get(told, f"email_{told.lower()}"), occurred_at=at, known_at=at,
            message_id=number, channel="email", title=str(said.get("subject") or one.get("subject") or ""), host=parts.netloc,
            path=parts.path[:500],
            campaign=str(said.get("name") or said.get("subject") or (f"hubspot email {campaign}" if campaign else "")),
        )
    ], shown=str(one["recipient"]))  # fmt: skip


def _left(one: Json) -> bool:
    """Somebody left a list; what else changes there says nothing."""
    statuses = [one.get("portalSubscriptionStatus"), *(each.get("status") for each in one.get("subscriptions") or ())]
    return "UNSUBSCRIBED" in statuses
