"""Records as they arrive, whatever the door: the one shape between connectors and `truth.actions.absorb`.

All moments are aware. `occurred_at` is when it happened; `known_at` is when the system of record had it
(None: known when received). `external_id` is the sender's own id: the same (source, kind, external_id)
sent again changes nothing, or updates the named fields with history. Empty means "not stated" and never
erases what is known. `received_at` is set by our own inbox alone, when one batch holds several deliveries.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, NamedTuple

Value = str | int | float | bool | Decimal | date | None


class PersonRef(NamedTuple):
    """How a record names a person: any of these; e-mail joins systems, the others are per source.

    also_id: another record of the sender's that is the same person, such as the contact a lead was converted into
    """

    email: str = ""
    anonymous_id: str = ""
    user_id: str = ""
    external_id: str = ""
    also_id: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.email or self.anonymous_id or self.user_id or self.external_id)


class AccountRef(NamedTuple):
    """How a record names an account. is_of_address: only the domain is known, and only from somebody's work address."""

    external_id: str = ""
    domain: str = ""
    name: str = ""
    is_of_address: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.external_id or self.domain or self.name)


NO_PERSON, NO_ACCOUNT = PersonRef(), AccountRef()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    """parent: the account that this one is a part of, as its system has it."""

    ref: AccountRef
    fields: dict[str, Value] = field(default_factory=dict)
    owner_email: str = ""
    parent: AccountRef = NO_ACCOUNT
    occurred_at: datetime | None = None
    known_at: datetime | None = None
    received_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class PersonRecord:
    """fields: name, title, seniority, phone, country, lead_source, ...; `account` joins the person to it.

    account_owner_email: to whom the account belongs. A lead's own owner is nobody's to state: the agreement's route decides.
    """

    ref: PersonRef
    fields: dict[str, Value] = field(default_factory=dict)
    account: AccountRef = NO_ACCOUNT
    account_owner_email: str = ""
    created_at: datetime | None = None
    occurred_at: datetime | None = None
    known_at: datetime | None = None
    received_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class TouchRecord:
    """One thing a person did or received. `message_id` is unique per source, for ever."""

    ref: PersonRef
    kind: str
    occurred_at: datetime
    message_id: str
    known_at: datetime | None = None
    received_at: datetime | None = None
    path: str = ""
    host: str = ""
    title: str = ""
    channel: str = ""
    campaign: str = ""
    content: str = ""
    form: str = ""
    fields: dict[str, Value] = field(default_factory=dict)
    account: AccountRef = NO_ACCOUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEntry:
    """One row of a history: the stage, amount, close date or owner from a moment on."""

    at: datetime
    stage: str = ""
    amount: Decimal | None = None
    close_on: date | None = None
    owner_email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityRecord:
    """same_as: ids the deal has in other systems, as (id space, id): it is one deal, whoever tells of it. Treaty's own space is
    `treaty`."""

    external_id: str
    name: str = ""
    account: AccountRef = NO_ACCOUNT
    people: tuple[tuple[PersonRef, str], ...] = ()
    """Buying group: (person, role); role is one of the agreement's buying roles or empty."""
    owner_email: str = ""
    stage: str = ""
    outcome: Literal["open", "won", "lost", ""] = ""
    amount: Decimal | None = None
    currency: str = ""
    product: str = ""
    lost_reason: str = ""
    won_reason: str = ""
    opened_at: datetime | None = None
    close_on: date | None = None
    closed_at: datetime | None = None
    history: tuple[StageEntry, ...] = ()
    same_as: tuple[tuple[str, str], ...] = ()
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRecord:
    """What sales did: call, email, meeting, note. `outcome`: connected, no_answer, held, booked, ..."""

    external_id: str
    kind: str
    occurred_at: datetime
    ref: PersonRef = NO_PERSON
    member_email: str = ""
    opportunity_id: str = ""
    outcome: str = ""
    direction: Literal["out", "in"] = "out"
    text: str = ""
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRecord:
    """A user of either team. side: marketing or sales; role: see team.models.Role."""

    email: str
    name: str = ""
    role: str = ""
    manager_email: str = ""
    zone: str = ""
    country: str = ""
    region: str = ""
    languages: tuple[str, ...] = ()
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendRecord:
    channel: str
    on: date
    amount: Decimal
    currency: str = ""
    campaign: str = ""
    impressions: int | None = None
    clicks: int | None = None
    external_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRecord:
    key: str
    name: str = ""
    channel: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    budget: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRecord:
    """What one unit of `currency` was worth in `to` on a day; to: empty for the currency of the agreement in force."""

    currency: str
    on: date
    rate: Decimal
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneRecord:
    """A record that a system has no more: deleted at `at`, or merged into the record of the id `into`.

    email: the address a merged person had; it leads to the kept one as the id does.
    """

    kind: Literal["person", "account", "opportunity", "activity"]
    external_id: str
    into: str = ""
    at: datetime | None = None
    email: str = ""


Record = (
    AccountRecord
    | PersonRecord
    | TouchRecord
    | OpportunityRecord
    | ActivityRecord
    | MemberRecord
    | SpendRecord
    | CampaignRecord
    | RateRecord
    | GoneRecord
)
