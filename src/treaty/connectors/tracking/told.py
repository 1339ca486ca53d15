"""One event as it lies in the inbox, and who it says it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

from treaty.connectors.tracking.traits import in_snake, text
from treaty.truth.identity import normal_email
from treaty.truth.records import PersonRef


class Unusable(ValueError):
    """An event that cannot become a record. The text says why and what to send instead; the event stays in quarantine."""


class Times(TypedDict):
    """When the event happened and when we had it, as every record says it."""

    occurred_at: datetime
    received_at: datetime | None


@dataclass(slots=True)
class Told:
    """One event as it lies in the inbox.

    events: the source's own names of events, see `kinds.kind_of`. received_at: when the inbox had it, None for that of the batch.
    traits: of the call; the other vendor's clients keep them in the context, which the call's own overrule.
    """

    call: str
    body: Any
    message_id: str
    occurred_at: datetime
    events: Mapping[str, str] = field(default_factory=dict)
    received_at: datetime | None = None
    context: dict[str, Any] = field(init=False)
    properties: dict[str, Any] = field(init=False)
    traits: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.context, self.properties = self.part("context"), self.part("properties")
        self.traits = in_snake(self.context.get("traits")) | self.part("traits")

    @property
    def times(self) -> Times:
        return {"occurred_at": self.occurred_at, "received_at": self.received_at}

    def part(self, name: str) -> dict[str, Any]:
        """An object inside the event, with its names in snake_case; empty if the event has none, or is none itself."""
        return in_snake(self.body.get(name)) if isinstance(self.body, dict) else {}


def ref_of(told: Told, *, from_traits: bool = True, needed: bool = True) -> PersonRef:
    """Who it was. An e-mail that is none is left aside if anything else says who. Raises Unusable if nothing does."""
    user = text(told.body.get("userId"), 254)
    stated = (told.traits.get("email") if from_traits else "") or told.properties.get("email") or user
    email = email_or_none(text(stated)) if stated else ""
    ref = PersonRef(email=email, user_id=user, anonymous_id=text(told.body.get("anonymousId"), 254))
    if ref.is_empty and needed:
        raise Unusable('the event has no "userId", no "anonymousId" and no e-mail: nothing says who it was')
    return ref


def email_or_none(stated: str) -> str:
    """The address in its normal form, or empty."""
    try:
        return normal_email(stated)
    except ValueError:
        return ""
