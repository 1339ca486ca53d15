"""Pipedrive, by its API v2, and by v1 for what v2 does not have. Sources: the vendor's reference; landscape facts 5.4.

Lists are read in the order of `update_time`. A deal's history is a call of its own, so it is asked for only of deals that
were changed after they were made: the vendor gives a company so many tokens a day. What was deleted is told for 30 days.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from treaty.connectors.vendors.pipedrive_rows import (
    Json,
    Rows,
    activity_row,
    deal_row,
    organization_row,
    person_row,
    recent_rows,
    user_row,
)  # fmt: skip
from treaty.connectors.vendors.reading import field_told, moment, says
from treaty.connectors.vendors.talk import (
    Busy,
    Declined,
    Forbidden,
    Hook,
    Hooks,
    Lost,
    Page,
    Place,
    Quota,
    Row,
    SignedOut,
    Stream,
    Talk,
    Terms,
    Token,
)  # fmt: skip
from treaty.outward import Answer, Call
from treaty.signatures import check_basic

V1, V2 = "/v1", "/api/v2"
SIZE = 100
"""Records of a page."""
DEALS = 20
"""Deals of a page, for each may take a call more."""
LAG = timedelta(minutes=5)
"""A list may tell of a change so much later."""
REMEMBERS = timedelta(days=30)
"""What was deleted longer ago is told of no more."""
MOST_USED = 0.9
"""Of the tokens a company has for a day; the rest is left to others."""
PATIENCE = 900.0
"""Seconds until the tokens of a day are looked at again, once they are used up."""


@dataclass(frozen=True)
class Pipedrive:
    """The vendor, see `talk.Vendor`."""

    name: str = "pipedrive"
    label: str = "Pipedrive"
    address: str = "https://api.pipedrive.com"
    example: str = "https://api.pipedrive.com"
    domains: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def secrets(self) -> Mapping[str, str]:
        return {"token": "the API token of a user who sees every deal, from their personal preferences"}

    @property
    def quotas(self) -> tuple[Quota, ...]:
        """That of its smallest plan, a little less for others that call beside us."""
        return (Quota(18, 2),)

    @property
    def fields(self) -> Mapping[str, Mapping[str, str]]:
        return {
            "person": {"title": "job_title", "phone": "phones"},
            "account": {"industry": "industry", "employees": "employee_count"},
            "opportunity": {"lost_reason": "lost_reason"},
        }

    @property
    def streams(self) -> tuple[Stream, ...]:
        return (
            Stream("users", users, every=3600),
            Stream(
                "organizations",
                _reader("organizations", organization_row),
                some=_some("organizations", organization_row),
                mapped=("account",),
            ),
            Stream("persons", _reader("persons", person_row), some=_some("persons", person_row), mapped=("person",)),
            Stream("deals", _reader("deals", deal_row, size=DEALS), some=_some("deals", deal_row), mapped=("opportunity",)),
            Stream("archived deals", _reader("deals/archived", deal_row, size=DEALS), every=3600, mapped=("opportunity",)),
            Stream("activities", _reader("activities", activity_row), some=_some("activities", activity_row)),
            Stream("deletions", deletions, every=3600),
        )

    @property
    def hooks(self) -> Hooks:
        return Hooks(f"the password its webhooks are given, for the user {HOOK_USER}", _genuine, _told_by)

    def sign_in(self, secrets: Mapping[str, str], address: str, at: datetime) -> Talk[Token]:
        """A token of this vendor is good until it is withdrawn: nothing is to be called."""
        yield from ()
        return Token(secrets["token"].strip())

    def signed(self, call: Call, token: Token) -> Call:
        return replace(call, headers={**call.headers, "x-api-token": token.value})

    def check(self, answer: Answer, at: datetime) -> None:
        if answer.status < 300:
            body = answer.json()
            if isinstance(body, dict) and body.get("success") is False:
                raise Declined(says(answer, "error", "message"))
            return
        told = says(answer, "error", "message")
        if answer.status == 401:
            raise SignedOut(told)
        if answer.status in (402, 403):
            raise Forbidden(told)
        if answer.status == 429:
            raise Busy(told, PATIENCE if answer.headers.get(REMAINING) == "0" else _number(answer, "x-ratelimit-reset"))
        if answer.status >= 500:
            raise Busy(told)
        raise Lost(told) if answer.status == 400 and "cursor" in told.lower() else Declined(told)

    def rest(self, answer: Answer) -> float:
        """By the tokens of the day, which are not always told, and by the calls that are left for two seconds."""
        left, most = _number(answer, REMAINING), _number(answer, "x-daily-ratelimit-token-limit")
        if left is not None and most and left <= (1 - MOST_USED) * most:
            return PATIENCE
        is_full = answer.headers.get("x-ratelimit-remaining") == "0"
        return (_number(answer, "x-ratelimit-reset") or 0.0) if is_full else 0.0

    def learn(self) -> Talk[dict[str, Any]]:
        """Users by id, also those who left; the stages of all pipelines; the fields with their names and options."""
        told = yield Call("GET", f"{V1}/users")
        pipelines = yield from _all("pipelines")
        stages = yield from _all("stages")
        names = {one["id"]: str(one["name"]) for one in pipelines}
        found: dict[str, Any] = {
            "owners": {str(one["id"]): one.get("email") or "" for one in told.json()["data"] or ()},
            "stages": {
                str(one["id"]): {"label": str(one["name"]), "outcome": "open", "pipeline": names.get(one["pipeline_id"], "")}
                for one in stages
            },
            "properties": {},
        }
        for ours, path in (("person", "personFields"), ("account", "organizationFields"), ("opportunity", "dealFields")):
            listed = yield from _all(path)
            found["properties"][ours] = [_field(one) for one in listed]
        return found


REMAINING = "x-daily-ratelimit-token-remaining"


def _field(one: Json) -> dict[str, Any]:
    """A field a company added itself is known by a code that tells nothing: its name is what people read."""
    return field_told(str(one["field_code"]), one.get("field_name"), one.get("field_type"), one.get("options") or (), value="id")


def _number(answer: Answer, header: str) -> float | None:
    text = answer.headers.get(header, "")
    return float(text) if text.replace(".", "", 1).isdigit() else None


def _all(path: str) -> Talk[list[Json]]:
    """Every record of a short list."""
    found: list[Json] = []
    cursor = ""
    while True:
        answer = yield Call("GET", f"{V2}/{path}", query={"limit": "500", **({"cursor": cursor} if cursor else {})})
        found += answer.json()["data"] or []
        cursor = _cursor(answer.json())
        if not cursor:
            return found


def _cursor(body: Json) -> str:
    return str((body.get("additional_data") or {}).get("next_cursor") or "")


def users(place: Place, terms: Terms) -> Talk[Page]:
    answer = yield Call("GET", f"{V1}/users")
    return Page([user_row(one) for one in answer.json()["data"] or ()], None)


def _reader(path: str, row: Rows, size: int = 0) -> Callable[[Place, Terms], Talk[Page]]:
    """A page of a kind: of all there are, or of what changed."""

    def read(place: Place, terms: Terms) -> Talk[Page]:
        query = {"limit": str(size or SIZE), "sort_by": "update_time", "sort_direction": "asc"}
        if place.since is not None:
            query["updated_since"] = (place.since - LAG).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        if place.next:
            query["cursor"] = place.next
        answer = yield Call("GET", f"{V2}/{path}", query=query)
        rows = yield from _rows(path, answer.json()["data"] or [], row, terms)
        following = _cursor(answer.json())
        return Page(rows, place.at(following) if following else None)

    return read


def _rows(path: str, found: Sequence[Json], row: Rows, terms: Terms) -> Talk[list[Row]]:
    rows = []
    for one in found:
        changes = (yield from _changes(one)) if path.startswith("deals") else []
        rows.append(row(one, changes, terms))
    return rows


def _some(path: str, row: Rows) -> Callable[[Sequence[str], Terms], Talk[Sequence[Row]]]:
    """Some records by their ids."""

    def read(ids: Sequence[str], terms: Terms) -> Talk[Sequence[Row]]:
        answer = yield Call("GET", f"{V2}/{path}", query={"ids": ",".join(ids), "limit": "500"})
        return (yield from _rows(path, answer.json()["data"] or [], row, terms))

    return read


HOOK_USER = "treaty"
HOOKED = {"organization": "organizations", "person": "persons", "deal": "deals", "activity": "activities"}


def _genuine(secrets: Sequence[str], hook: Hook, at: datetime) -> None:
    """This vendor signs nothing: whoever knows the password may tell us to look, and is believed no more than that."""
    check_basic(secrets, HOOK_USER, hook.headers)


def _told_by(hook: Hook) -> list[tuple[str, str]]:
    """One change of one record; what was deleted is told by the stream of deletions."""
    try:
        meta = msgspec.json.decode(hook.body, type=dict[str, Any])["meta"]
        stream, number = HOOKED.get(str(meta["entity"])), str(meta["entity_id"])
    except (msgspec.DecodeError, KeyError, TypeError) as fault:
        raise ValueError(f"no message of this vendor ({type(fault).__name__}: {fault})"[:200]) from None
    return [(stream, number)] if stream and number.isdigit() else []


def _changes(deal: Json) -> Talk[Sequence[Json]]:
    """Every change of a deal's fields; nothing is asked of one that is as it was made."""
    found: list[Json] = []
    made, changed = moment(deal.get("add_time")), moment(deal.get("update_time"))
    if deal.get("is_deleted") or (made is not None and made == changed):
        return found
    cursor = ""
    while True:
        path = f"{V1}/deals/{int(deal['id'])}/changelog"
        answer = yield Call("GET", path, query={"limit": "500", **({"cursor": cursor} if cursor else {})})
        found += answer.json()["data"] or []
        cursor = _cursor(answer.json())
        if not cursor:
            return found


def deletions(place: Place, terms: Terms) -> Talk[Page]:
    """What was deleted lately, among all that changed lately; a record that was merged into another is told as deleted."""
    since = max(place.since or place.began_at - REMEMBERS, place.began_at - REMEMBERS) - LAG
    query = {
        "since_timestamp": since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"), "items": "person,organization,deal,activity",
        "start": place.next or "0", "limit": "500",
    }  # fmt: skip
    answer = yield Call("GET", f"{V1}/recents", query=query)
    body = answer.json()
    told = (body.get("additional_data") or {}).get("pagination") or {}
    rows = recent_rows(body["data"] or (), place.began_at)
    return Page(rows, place.at(str(int(told["next_start"]))) if told.get("more_items_in_collection") else None)
