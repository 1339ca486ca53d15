"""Who takes a lead and what they are told: pools, the route, absence, the brief."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from treaty.agreement.base import Term
from treaty.agreement.conditions import Condition, Name
from treaty.agreement.quantities import Email

BriefPart = Literal["problem", "journey_stage", "last_touch", "source", "content", "intent", "buying_group", "objections", "next_action"]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


class Pool(Term):
    members: list[Email] = Field(min_length=1, max_length=500)
    languages: list[Language] = []


class Rule(Term):
    """One step of the route, tried in order.

    rule: `account_owner` gives the lead to the owner of its account; `pool` picks a member of `pool`;
    `fallback` gives it to `to`, whoever it is. segment and when: only for leads that fit.
    pick: how a member is chosen; weight: `capacity` gives those with more room more leads.
    """

    rule: Literal["account_owner", "pool", "fallback"]
    pool: Name | None = None
    segment: Name | None = None
    when: Condition | None = None
    pick: Literal["round_robin"] | None = None
    weight: Literal["capacity", "equal"] | None = None
    to: Email | None = None


class Absent(Term):
    """skip: those who are away are passed over. give_back: whether leads given to others return with them."""

    skip: bool = True
    give_back: Literal["none", "on_return"] = "none"


class Handoff(Term):
    """at: the stage at which marketing hands over (default: the first that sales owns).

    before: the marketing member who owns a lead until then (default: the first who signs for marketing).
    """

    at: Name | None = None
    before: Email | None = None
    pools: dict[Name, Pool] = {}
    route: list[Rule] = Field(min_length=1, max_length=100)
    absent: Absent = Absent()
    brief: list[BriefPart] = []
