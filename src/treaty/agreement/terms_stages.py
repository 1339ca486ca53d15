"""When a lead is ready: stages, who owns them, how one enters, where one may go."""

from typing import Annotated, Literal

from pydantic import Field

from treaty.agreement.base import AS_PAIRS, ORDERED, Term
from treaty.agreement.conditions import Condition, Name
from treaty.agreement.terms_parties import Side

StageEvent = Literal["opportunity_won", "opportunity_lost", "opportunity_created"]


class Stage(Term):
    """One stage of the lifecycle.

    owner: the side responsible while a lead is here · moves: stages one may go to from here · enter: the
    definition that brings a lead here · shortcuts: each enough by itself · by: `owner` means a person moves
    the lead, never a rule · when: an event of an opportunity that brings the lead here · captured: answers
    the owner must have noted before the lead enters.
    """

    owner: Side
    moves: list[Name] = Field([], max_length=50)
    enter: Condition | None = None
    shortcuts: list[Condition] = Field([], max_length=50)
    by: Literal["owner"] | None = None
    when: StageEvent | None = None
    captured: list[Name] = Field([], max_length=50)

    @property
    def definition(self) -> Condition | None:
        """`enter` or any shortcut, as one condition; None for a stage no rule leads to."""
        ways = [way for way in (self.enter, *self.shortcuts) if way is not None]
        return None if not ways else ways[0] if len(ways) == 1 else Condition(any=ways)


Stages = Annotated[dict[Name, Stage], Field(min_length=2, max_length=50), ORDERED, AS_PAIRS]
Journey = Annotated[dict[Name, list[Name]], ORDERED, AS_PAIRS]
