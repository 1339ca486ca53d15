"""Why leads come back and deals end: each reason asks what it needs and knows where the lead goes."""

from typing import Literal

from pydantic import Field

from treaty.agreement.base import Length, Term
from treaty.agreement.conditions import Name, Text


class Reason(Term):
    """returns: a stage, `marketing_review` or `merge`; after: how long the lead rests before it goes there.

    asks: the detail without which the reason is not accepted. needs: what must be true before it may be given.
    """

    id: Name
    asks: Text | None = None
    needs: Literal["attempts_done"] | None = None
    returns: Name
    after: Length | None = None


class Reasons(Term):
    rejected: list[Reason] = Field([], max_length=100)
    lost: list[Name] = Field([], max_length=100)
    won: list[Name] = Field([], max_length=100)
