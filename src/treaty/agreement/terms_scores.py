"""Scores: whole points for facts and touches, with decay, caps, and a grid of bands."""

import re
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from treaty.agreement.base import AS_PAIRS, ORDERED, Length, Term
from treaty.agreement.conditions import Condition, Name

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
Band = Annotated[
    str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value), StringConstraints(pattern=r"^\w{1,20}$")
]


class PointRule(Term):
    """Points for what `when` says. A rule about touches gives them at each touch, at most `cap` in all."""

    when: Condition
    points: Annotated[int, Field(ge=-1000, le=1000)]
    cap: Annotated[int, Field(ge=1, le=100_000)] | None = None


class Score(Term):
    """Rules that add up. With `half_life` the points of touches halve in that time, in one step at each midnight."""

    half_life: Length | None = None
    points: list[PointRule] = Field(max_length=200)


def _read_score(value: Any) -> Any:
    return {"points": value} if isinstance(value, list) else value


AnyScore = Annotated[Score, BeforeValidator(_read_score)]
Bands = Annotated[dict[Band, int], Field(min_length=1), ORDERED, AS_PAIRS]
Grid = dict[Name, Bands]
"""Per score its bands, best first, each with the points it starts at."""


class ScoreBook(Term):
    """Scores by name, and the grid that turns points into bands. `grid` is therefore not a name for a score."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, AnyScore]
    grid: Grid = {}

    @property
    def named(self) -> dict[str, Score]:
        """Every score by its name, in the order of the document."""
        return dict(self.__pydantic_extra__ or {})

    @model_validator(mode="after")
    def _names_are_names(self) -> Self:
        for name in self.named:
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} cannot name a score: use small letters, digits, - and _")
        return self
