"""What the company's people do with a handoff: the driver carries each step out at its moment, through the product's doors."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffSeen:
    """A handoff the product made. `pass_number` counts a person's passes from 1; `route` is for reading only."""

    handoff_key: str
    person_email: str
    owner_email: str
    made_at: datetime
    pass_number: int = 1
    route: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceSeen:
    """Half-open, like the product's: back at `ends_at`."""

    member_email: str
    starts_at: datetime
    ends_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    at: datetime
    by: str
    kind: Literal["call", "email", "meeting"]
    outcome: Literal["connected", "no_answer", "sent", "held"]
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """`detail` answers what the agreement asks for this reason: a field, a date, a product, a criterion, a name, an e-mail."""

    at: datetime
    by: str
    reason: str
    detail: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recycle:
    """Back to marketing after it was accepted; `reason` is one of the agreement's reasons."""

    at: datetime
    by: str
    reason: str
    detail: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting is booked at `at` for `at_meeting`; a Contact of kind `meeting`, outcome `held`, follows then."""

    at: datetime
    by: str
    at_meeting: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualify:
    """To sales qualified, with what was captured: budget, timeline, need."""

    at: datetime
    by: str
    answers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """To opportunity. `roles`: (e-mail, buying role) of known people of the account; one is the economic buyer."""

    at: datetime
    by: str
    name: str
    amount: Decimal
    close_on: date
    product: str
    owner_email: str
    roles: tuple[tuple[str, str], ...] = ()
    currency: str = "EUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTo:
    """The opportunity's stage: discovery, proposal, negotiation."""

    at: datetime
    by: str
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    at: datetime
    by: str
    new: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Won:
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """`competitor` is named when the reason is `competitor`."""

    at: datetime
    by: str
    reason: str
    competitor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    at: datetime
    by: str
    text: str
    theme: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    at: datetime
    by: str
    text: str


Step = Contact | Accept | Reject | Recycle | Meeting | Qualify | Open | StageTo | Amount | Won | Lost | Objection | Note
