"""HubSpot, by its date-versioned API. Sources: the vendor's reference for 2026-09; landscape facts 5.2; ecosystem facts 4.

Everything is listed once, by id; from then on the search tells what changed. The search answers late, so each round asks
from a little before the last one began; it ends at 10,000 rows, then it is asked anew from the last moment it told of.
Each property comes with its history, for the vendor overwrites the dates of stages when a record enters one again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from treaty.connectors.vendors.hubspot_marketing import email_events, known_forms, may_read_events, submissions
from treaty.connectors.vendors.hubspot_objects import (
    ACTIVITIES,
    COMPANIES,
    CONTACTS,
    DEALS,
    Json,
    Kind,
    Rows,
    account_rows,
    activity_rows,
    deal_rows,
    person_rows,
)  # fmt: skip
from treaty.connectors.vendors.reading import amount, field_told, moment, named, says
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
from treaty.moments import to_us
from treaty.outward import Answer, Call
from treaty.signatures import check_hubspot
from treaty.truth.records import GoneRecord, MemberRecord

VERSION = "2026-09"
SIZE = 50
"""Records of a page: the most that are given with their history."""
MOST_FOUND = 10_000
"""Rows after which a search ends."""
LAG = timedelta(minutes=5)
"""The search may tell of a change so much later."""


@dataclass(frozen=True)
class HubSpot:
    """The vendor, see `talk.Vendor`."""

    name: str = "hubspot"
    label: str = "HubSpot"
    address: str = "https://api.hubapi.com"
    example: str = "https://api.hubapi.com"
    domains: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def secrets(self) -> Mapping[str, str]:
        return {
            "token": "a Service Key or the token of a private app, with the rights to read contacts, companies, deals, owners and, for"
            " what people did, forms and content",
        }

    @property
    def quotas(self) -> tuple[Quota, ...]:
        """Those of its smallest plan, a little less for others that call beside us."""
        return (Quota(90, 10), Quota(4, 1, of="/search"))

    @property
    def fields(self) -> Mapping[str, Mapping[str, str]]:
        return {
            "person": {
                "title": "jobtitle", "phone": "phone", "country": "country", "language": "hs_language", "seniority": "hs_seniority",
                "lead_source": "hs_analytics_source", "lifecycle_stage": "lifecyclestage", "lead_status": "hs_lead_status",
                "opted_out": "hs_email_optout",
                "company": "company",
            },
            "account": {"industry": "industry", "country": "country", "employees": "numberofemployees"},
            "opportunity": {
                "name": "dealname", "currency": "deal_currency_code",
                "lost_reason": "closed_lost_reason", "won_reason": "closed_won_reason",
            },
        }  # fmt: skip

    @property
    def streams(self) -> tuple[Stream, ...]:
        return (
            Stream("owners", owners, every=3600),
            *(Stream(kind.path, _reader(kind, rows), some=_some(kind, rows), mapped=(kind.ours,)) for kind, rows in KINDS),
            Stream("form submissions", submissions, every=900),
            Stream("e-mail events", email_events, every=900),
            *(Stream(f"deleted {kind.path}", _deleted(kind), every=3600) for kind in (COMPANIES, CONTACTS, DEALS)),
        )

    @property
    def hooks(self) -> Hooks:
        return Hooks("the client secret of the app whose webhooks are sent here", _genuine, _told_by)

    def sign_in(self, secrets: Mapping[str, str], address: str, at: datetime) -> Talk[Token]:
        """A key of this vendor is its token: nothing is to be called."""
        yield from ()
        return Token(secrets["token"].strip())

    def signed(self, call: Call, token: Token) -> Call:
        return replace(call, headers={**call.headers, "authorization": f"Bearer {token.value}"})

    def check(self, answer: Answer, at: datetime) -> None:
        if answer.status < 300:
            answer.json()
            return
        told = says(answer, "message", "category")
        if answer.status == 401:
            raise SignedOut(told)
        if answer.status == 403:
            raise Forbidden(told)
        if answer.status == 429 or answer.status >= 500:
            raise Busy(told, _seconds(answer.headers.get("retry-after")))
        raise Declined(told)

    def rest(self, answer: Answer) -> float:
        """Its quotas are those of a short while: what was sent tells enough."""
        return 0.0

    def learn(self) -> Talk[dict[str, Any]]:
        """Owners by id, also those who left; the stages of deals with what they mean; the properties and their options; what
        forms are called, and whether the log of e-mails may be read."""
        found: dict[str, Any] = {"owners": {}, "stages": {}, "properties": {}}
        for archived in ("false", "true"):
            after: str | None = ""
            while after is not None:
                answer = yield Call("GET", f"/crm/owners/{VERSION}", query={"limit": "500", "archived": archived, **_after(after)})
                found["owners"] |= {str(one["id"]): one.get("email") or "" for one in answer.json()["results"]}
                after = _next(answer.json())
        pipelines = yield Call("GET", f"/crm/pipelines/{VERSION}/deals")
        for pipeline in pipelines.json()["results"]:
            for stage in pipeline["stages"]:
                found["stages"][str(stage["id"])] = {
                    "label": stage["label"],
                    "outcome": _outcome(stage.get("metadata") or {}),
                    "pipeline": pipeline["label"],
                }
        for kind in (CONTACTS, COMPANIES, DEALS):
            listed = yield Call("GET", f"/crm/properties/{VERSION}/{kind.path}")
            found["properties"][kind.ours] = [_property(one) for one in listed.json()["results"]]
        return found | {"forms": (yield from known_forms()), "has_email_events": (yield from may_read_events())}


def _property(one: Json) -> dict[str, Any]:
    is_fixed = bool((one.get("modificationMetadata") or {}).get("readOnlyValue"))
    return field_told(one["name"], one.get("label"), one.get("type"), one.get("options") or (), is_fixed=is_fixed)


def _outcome(metadata: Json) -> str:
    if str(metadata.get("isClosed")).lower() != "true":
        return "open"
    return "won" if amount(metadata.get("probability")) == 1 else "lost"


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.replace(".", "", 1).isdigit() else None


def _after(after: str) -> dict[str, str]:
    return {"after": after} if after else {}


def _next(body: Json) -> str | None:
    """Where to go on; None at the end."""
    after = ((body.get("paging") or {}).get("next") or {}).get("after")
    return str(after) if after else None


def owners(place: Place, terms: Terms) -> Talk[Page]:
    answer = yield Call("GET", f"/crm/owners/{VERSION}", query={"limit": "500", **_after(place.next)})
    rows = [_owner(one) for one in answer.json()["results"]]
    after = _next(answer.json())
    return Page(rows, place.at(after) if after else None)


def _owner(one: Json) -> Row:
    email = str(one.get("email") or "")
    if not email:
        return Row(str(one["id"]), problem="this owner has no e-mail address, so nobody can be recognised: give them one in HubSpot")
    name = named(one.get("firstName"), one.get("lastName"))
    return Row(str(one["id"]), [MemberRecord(email=email, name=name)], shown=name or email)


def _reader(kind: Kind, row: Rows) -> Callable[[Place, Terms], Talk[Page]]:
    """A page of a kind: of all there are, or of what changed."""

    def read(place: Place, terms: Terms) -> Talk[Page]:
        found, following = yield from (_listed(kind, place, terms) if place.since is None else _changed(kind, place, terms))
        links = yield from _links(kind, found)
        return Page([row(one, links.get(str(one["id"]), {}), terms) for one in found], place.at(following) if following else None)

    return read


KINDS: tuple[tuple[Kind, Rows], ...] = (
    (COMPANIES, account_rows),
    (CONTACTS, person_rows),
    (DEALS, deal_rows),
    *((kind, activity_rows(name)) for name, kind in ACTIVITIES.items()),
)
"""Companies before the people who belong to them, people before their deals."""


def _some(kind: Kind, row: Rows) -> Callable[[Sequence[str], Terms], Talk[Sequence[Row]]]:
    """Some records by their ids."""

    def read(ids: Sequence[str], terms: Terms) -> Talk[Sequence[Row]]:
        found = yield from _batch(kind, ids, terms)
        links = yield from _links(kind, found)
        return [row(one, links.get(str(one["id"]), {}), terms) for one in found]

    return read


def _batch(kind: Kind, ids: Sequence[str], terms: Terms) -> Talk[list[Json]]:
    properties, history = _asked(kind, terms)
    wanted = {"inputs": [{"id": one} for one in ids], "properties": properties, "propertiesWithHistory": history}
    answer = yield Call("POST", f"/crm/objects/{VERSION}/{kind.path}/batch/read", json=wanted)
    return list(answer.json()["results"])


def _genuine(secrets: Sequence[str], hook: Hook, at: datetime) -> None:
    check_hubspot(secrets, hook.method, hook.uri, hook.body, hook.headers, at)


HOOKED = {"contact": "contacts", "company": "companies", "deal": "deals"}


def _told_by(hook: Hook) -> list[tuple[str, str]]:
    """A list of events such as `contact.propertyChange`; what was deleted is told by the next round of its own stream."""
    try:
        events = msgspec.json.decode(hook.body, type=list[dict[str, Any]])
    except msgspec.DecodeError as fault:
        raise ValueError(f"no list of events ({fault})") from None
    told = [(HOOKED.get(str(event.get("subscriptionType", "")).split(".")[0]), str(event.get("objectId") or "")) for event in events]
    return [(stream, number) for stream, number in told if stream and number.isdigit()]


def _asked(kind: Kind, terms: Terms) -> tuple[list[str], list[str]]:
    """(properties, those with their history)."""
    mapped = list(terms.fields.get(kind.ours, {}).values())
    history = list(kind.with_history) or (mapped if kind.ours in ("person", "account") else [])
    return [*dict.fromkeys([*kind.always, *mapped])], history


def _listed(kind: Kind, place: Place, terms: Terms) -> Talk[tuple[list[Json], str | None]]:
    properties, history = _asked(kind, terms)
    query = {"limit": str(SIZE), "properties": ",".join(properties), **_after(place.next)}
    if history:
        query["propertiesWithHistory"] = ",".join(history)
    answer = yield Call("GET", f"/crm/objects/{VERSION}/{kind.path}", query=query)
    body = answer.json()
    return list(body["results"]), _next(body)


@dataclass(frozen=True)
class _Search:
    """Where a search stands: changes from that millisecond on, behind so many rows."""

    from_ms: int
    after: int = 0

    @classmethod
    def of(cls, place: Place) -> "_Search":
        if place.next:
            return cls(**msgspec.json.decode(place.next))
        since = place.since or place.began_at
        return cls(to_us(since - LAG) // 1000)

    def following(self, kind: Kind, found: list[Json], after: str | None) -> str | None:
        """Where to go on, as the place keeps it. Raises Lost when more than a search can tell changed in one millisecond."""
        if after is None:
            return None
        further = _Search(self.from_ms, int(after))
        if further.after + SIZE > MOST_FOUND:
            last = moment(found[-1]["properties"].get(kind.modified))
            further = _Search(to_us(last) // 1000 if last else self.from_ms)
            if further.from_ms <= self.from_ms:
                raise Lost(f"more than {MOST_FOUND} {kind.path} changed at once: all are read again")
        return msgspec.json.encode({"from_ms": further.from_ms, "after": further.after}).decode()


def _changed(kind: Kind, place: Place, terms: Terms) -> Talk[tuple[list[Json], str | None]]:
    at, (properties, history) = _Search.of(place), _asked(kind, terms)
    since = {"propertyName": kind.modified, "operator": "GTE", "value": str(at.from_ms)}
    wanted = {
        "filterGroups": [{"filters": [since]}],
        "sorts": [{"propertyName": kind.modified, "direction": "ASCENDING"}],
        "properties": properties,
        "limit": SIZE,
        **({"after": str(at.after)} if at.after else {}),
    }
    answer = yield Call("POST", f"/crm/objects/{VERSION}/{kind.path}/search", json=wanted)
    found, after = list(answer.json()["results"]), _next(answer.json())
    following = at.following(kind, found, after) if found else None
    if found and history:
        found = yield from _batch(kind, [str(one["id"]) for one in found], terms)
    return found, following


def _links(kind: Kind, found: list[Json]) -> Talk[dict[str, dict[str, list[str]]]]:
    """What each object is linked to, the primary one first."""
    links: dict[str, dict[str, list[str]]] = {}
    if not found:
        return links
    ids = {"inputs": [{"id": str(one["id"])} for one in found]}
    for other in kind.linked:
        answer = yield Call("POST", f"/crm/associations/{VERSION}/{kind.path}/{other}/batch/read", json=ids)
        for one in answer.json()["results"]:
            listed = sorted(one["to"], key=lambda to: not _is_primary(to))
            links.setdefault(str(one["from"]["id"]), {})[other] = [str(to["toObjectId"]) for to in listed]
    return links


def _is_primary(link: Json) -> bool:
    return any(str(of.get("label") or "").lower() == "primary" for of in link.get("associationTypes") or [])


def _deleted(kind: Kind) -> Callable[[Place, Terms], Talk[Page]]:
    """What was deleted and is still told of: the vendor forgets it after 90 days."""

    def read(place: Place, terms: Terms) -> Talk[Page]:
        query = {"limit": "100", "archived": "true", **_after(place.next)}
        answer = yield Call("GET", f"/crm/objects/{VERSION}/{kind.path}", query=query)
        body = answer.json()
        rows = [
            Row(str(one["id"]), [GoneRecord(kind=kind.ours, external_id=str(one["id"]), at=moment(one.get("archivedAt")))])
            for one in body["results"]
        ]
        after = _next(body)
        return Page(rows, place.at(after) if after else None)

    return read
