"""HubSpot, by its date-versioned API. Sources: the vendor's reference for 2026-09; landscape facts 5.2; ecosystem facts 4.

Everything is listed once, by id; from then on the search tells what changed (`hubspot_reading`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from treaty.connectors.vendors.hubspot_asking import VERSION, behind, check, next_of
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
from treaty.connectors.vendors.hubspot_reading import deleted, reader, some
from treaty.connectors.vendors.reading import amount, field_told, named
from treaty.connectors.vendors.talk import Hook, Hooks, Page, Place, Quota, Row, Stream, Talk, Terms, Token, bearer
from treaty.outward import Answer, Call
from treaty.signatures import check_hubspot
from treaty.truth.records import MemberRecord


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
            *(Stream(kind.path, reader(kind, rows), some=some(kind, rows), mapped=(kind.ours,)) for kind, rows in KINDS),
            Stream("form submissions", submissions, every=900),
            Stream("e-mail events", email_events, every=900),
            *(Stream(f"deleted {kind.path}", deleted(kind), every=3600) for kind in (COMPANIES, CONTACTS, DEALS)),
        )

    @property
    def hooks(self) -> Hooks:
        return Hooks("the client secret of the app whose webhooks are sent here", _genuine, _told_by)

    def sign_in(self, secrets: Mapping[str, str], address: str, at: datetime) -> Talk[Token]:
        """A key of this vendor is its token: nothing is to be called."""
        yield from ()
        return Token(secrets["token"].strip())

    def signed(self, call: Call, token: Token) -> Call:
        return bearer(call, token)

    def check(self, answer: Answer, at: datetime) -> None:
        check(answer)

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
                answer = yield Call("GET", f"/crm/owners/{VERSION}", query={"limit": "500", "archived": archived, **behind(after)})
                found["owners"] |= {str(one["id"]): one.get("email") or "" for one in answer.json()["results"]}
                after = next_of(answer.json())
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


def owners(place: Place, terms: Terms) -> Talk[Page]:
    answer = yield Call("GET", f"/crm/owners/{VERSION}", query={"limit": "500", **behind(place.next)})
    rows = [_owner(one) for one in answer.json()["results"]]
    after = next_of(answer.json())
    return Page(rows, place.at(after) if after else None)


def _owner(one: Json) -> Row:
    email = str(one.get("email") or "")
    if not email:
        return Row(str(one["id"]), problem="this owner has no e-mail address, so nobody can be recognised: give them one in HubSpot")
    name = named(one.get("firstName"), one.get("lastName"))
    return Row(str(one["id"]), [MemberRecord(email=email, name=name)], shown=name or email)


KINDS: tuple[tuple[Kind, Rows], ...] = (
    (COMPANIES, account_rows),
    (CONTACTS, person_rows),
    (DEALS, deal_rows),
    *((kind, activity_rows(name)) for name, kind in ACTIVITIES.items()),
)
"""Companies before the people who belong to them, people before their deals."""


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
