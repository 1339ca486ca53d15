"""Why leads come back and deals end: each reason asks what it needs and knows where the lead goes."""

from typing import Annotated, Literal

from pydantic import Field

from treaty.agreement.base import Length, Term
from treaty.agreement.conditions import Name, Text
from treaty.agreement.quantities import Share


class Reason(Term):
    """returns: a stage, `marketing_review` or `merge`; after: how long the lead rests before it goes there.

    asks: the detail without which the reason is not accepted. needs: what must be true before it may be given.
    """

    id: Name
    asks: Text | None = None
    needs: Literal["attempts_done"] | None = None
    returns: Name
    after: Length | None = None


class Recurring(Term):
    """From when a reason is no exception any more: given in at least this share of sales' answers, and so often, within a time.

    It holds for rulings too: of the disputes over one reason, the share that was ruled the same way against it.
    """

    share: Share
    at_least: Annotated[int, Field(ge=1, le=10_000)] = 10
    within: Length


class Reasons(Term):
    """recurring: from when an amendment is drafted; without it nothing is drafted unasked."""

    rejected: list[Reason] = Field([], max_length=100)
    lost: list[Name] = Field([], max_length=100)
    won: list[Name] = Field([], max_length=100)
    recurring: Recurring | None = None
