"""Salesforce, by its REST API. Sources: the vendor's reference of the version asked for (`salesforce_asking`); landscape facts 5.3."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from treaty.connectors.vendors.reading import field_told
from treaty.connectors.vendors.salesforce_asking import ROOT, check, everything, rest
from treaty.connectors.vendors.salesforce_objects import (
    ACCOUNT,
    CAMPAIGN,
    CONTACT,
    EVENT,
    LEAD,
    MEMBER,
    OPPORTUNITY,
    ROLE,
    TASK,
    USER,
    Json,
)  # fmt: skip
from treaty.connectors.vendors.salesforce_reading import reader, some
from treaty.connectors.vendors.salesforce_rows import (
    account_row,
    campaign_row,
    contact_row,
    event_row,
    lead_row,
    member_row,
    opportunity_row,
    role_row,
    task_row,
    user_row,
)  # fmt: skip
from treaty.connectors.vendors.salesforce_signing import token_of
from treaty.connectors.vendors.talk import Quota, Stream, Talk, Token, bearer
from treaty.outward import Answer, Call


@dataclass(frozen=True)
class Salesforce:
    """The vendor, see `talk.Vendor`. Each company has an address of its own, and is signed in there."""

    name: str = "salesforce"
    label: str = "Salesforce"
    address: str = ""
    example: str = "https://example.my.salesforce.com"
    domains: tuple[str, ...] = (".salesforce.com", ".force.com")
    optional: tuple[str, ...] = ("client_secret", "private_key", "user")

    @property
    def secrets(self) -> Mapping[str, str]:
        return {
            "client_id": "the consumer key of a connected app that may use the API",
            "client_secret": "its consumer secret, when the app may sign in by client credentials",
            "private_key": "instead of the consumer secret: the private key, in PEM, of the certificate the app was given",
            "user": "with a private key: the name of the user to sign in as",
        }

    @property
    def quotas(self) -> tuple[Quota, ...]:
        """The vendor counts a day's calls, see `rest`; this keeps a pull from crowding out people at work."""
        return (Quota(20, 1),)

    @property
    def fields(self) -> Mapping[str, Mapping[str, str]]:
        """Leads and contacts are people both, each with names of its own."""
        return {
            "person": {"title": "Title", "phone": "Phone", "country": "MailingCountry", "lead_source": "LeadSource"},
            "lead": {"title": "Title", "phone": "Phone", "country": "Country", "lead_source": "LeadSource", "lead_status": "Status"},
            "account": {"industry": "Industry", "country": "BillingCountry", "employees": "NumberOfEmployees", "account_type": "Type"},
            "opportunity": {"currency": "CurrencyIsoCode"},
        }

    @property
    def streams(self) -> tuple[Stream, ...]:
        return (
            Stream("users", reader(USER, user_row), every=3600),
            *(
                Stream(name, reader(kind, row), some=some(kind, row), mapped=(kind.mapped,))
                for name, kind, row in (
                    ("accounts", ACCOUNT, account_row),
                    ("contacts", CONTACT, contact_row),
                    ("leads", LEAD, lead_row),
                    ("opportunities", OPPORTUNITY, opportunity_row),
                )
            ),
            Stream("opportunity contact roles", reader(ROLE, role_row)),
            Stream("campaigns", reader(CAMPAIGN, campaign_row), every=3600),
            Stream("campaign members", reader(MEMBER, member_row)),
            Stream("tasks", reader(TASK, task_row)),
            Stream("events", reader(EVENT, event_row)),
        )

    @property
    def hooks(self) -> None:
        """Its outbound messages are not taken yet: what changed is asked for."""
        return None

    def sign_in(self, secrets: Mapping[str, str], address: str, at: datetime) -> Talk[Token]:
        return token_of(secrets, address, at)

    def signed(self, call: Call, token: Token) -> Call:
        return bearer(call, token)

    def check(self, answer: Answer, at: datetime) -> None:
        check(answer)

    def rest(self, answer: Answer) -> float:
        return rest(answer)

    def learn(self) -> Talk[dict[str, Any]]:
        """The objects there are, users by id, the stages of opportunities with what they mean, the fields and their options."""
        listed = yield Call("GET", f"{ROOT}/sobjects")
        objects = sorted(one["name"] for one in listed.json()["sobjects"] if one.get("queryable"))
        users = yield from everything("SELECT Id, Email FROM User")
        stages = yield from everything("SELECT ApiName, MasterLabel, IsClosed, IsWon FROM OpportunityStage")
        found: dict[str, Any] = {
            "objects": objects,
            "owners": {one["Id"]: one.get("Email") or "" for one in users},
            "stages": {one["ApiName"]: {"label": one["MasterLabel"], "outcome": _outcome(one)} for one in stages},
            "properties": {},
        }
        for kind in (kind for kind in (LEAD, CONTACT, ACCOUNT, OPPORTUNITY) if kind.name in objects):
            told = yield Call("GET", f"{ROOT}/sobjects/{kind.name}/describe")
            found["properties"][kind.mapped] = [_property(one) for one in told.json()["fields"]]
        return found


def _property(one: Json) -> dict[str, Any]:
    is_fixed = one.get("updateable") is False
    return field_told(one["name"], one.get("label"), one.get("type"), one.get("picklistValues") or (), is_fixed=is_fixed)


def _outcome(stage: Json) -> str:
    if not stage["IsClosed"]:
        return "open"
    return "won" if stage["IsWon"] else "lost"
