"""Who we sell to: the ideal customer, the segments in order, who buys."""

from typing import Annotated, Literal

from pydantic import Field

from treaty.agreement.base import AS_PAIRS, ORDERED, Term
from treaty.agreement.conditions import Condition, Name, Text

BuyingRole = Literal["economic_buyer", "champion", "influencer", "end_user", "blocker"]
Segments = Annotated[dict[Name, Condition], ORDERED, AS_PAIRS]
"""Tried in order; the first that fits is the segment."""


class TargetAccounts(Term):
    list: Name


class Persona(Term):
    id: Name
    roles: list[BuyingRole] = []
    pains: list[Text] = []
    objections: list[Text] = []


class Profile(Term):
    """The ideal customer profile. `accounts` is asked of companies only; an empty condition fits every one."""

    accounts: Condition = Condition()
    segments: Segments = {}
    target_accounts: TargetAccounts | None = None
    personas: list[Persona] = Field([], max_length=50)
    buying_roles: list[BuyingRole] = []
