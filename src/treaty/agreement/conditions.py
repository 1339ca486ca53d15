"""The closed vocabulary of a definition: a tree of clauses over touches, fields, answers and scores.

A `Condition` is data, never an expression, so it can be shown as a form, read as a sentence, compared,
and compiled by the one evaluator in `qualification`. Several keys in one condition must all hold; an
empty condition always holds. A clause on an unknown value does not hold, inside `none` either.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from treaty.agreement.base import Length, Term
from treaty.agreement.quantities import Number, read_scalar

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Scalar = Annotated[bool | int | str, BeforeValidator(read_scalar)]

TOUCH_FIELDS = ("path", "host", "channel", "campaign", "content", "form", "source", "title")
"""What `touches.where` may look at: flattened when the touch is absorbed, so every engine can read it."""

FIELDS = {
    "person": ("email_domain", "seniority", "title", "department", "country", "language", "lead_source", "consent"),
    "account": ("name", "domain", "industry", "country", "employees", "revenue", "account_type"),
}
"""Fields a clause may name; others are allowed when the agreement lists them under `fields`."""

NUMERIC = ("at_least", "at_most")
MAX_DEPTH = 8


_ONE_OF = "use one of at_least, at_most, is, in, in_list, starts_with, contains, matches, known; write two tests for two bounds"


class Test(Term):
    """One test of one value. Exactly one key is set. Text is compared without regard to case.

    at_least, at_most: numbers, inclusive · in, is: equal to one of · in_list: member of a list embedded in
    the document · starts_with, contains: text · matches: an RE2 pattern, searched · known: a value exists.
    """

    at_least: Number | None = None
    at_most: Number | None = None
    is_: Scalar | None = Field(None, alias="is")
    in_: list[Scalar] | None = Field(None, alias="in", min_length=1, max_length=1000)
    in_list: Name | None = None
    starts_with: Text | None = None
    contains: Text | None = None
    matches: Text | None = None
    known: Literal[True] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        used = [k for k, v in self if v is not None]
        if len(used) != 1:
            found = " and ".join(name.rstrip("_") for name in used) or "nothing"
            raise ValueError(f"a test says exactly one thing, this one says {found}: {_ONE_OF}")
        return self


class Touches(Term):
    """Touches of a kind, counted in a half-open window: a touch exactly `within` old no longer counts.

    by: `person` counts the person's own touches, `account` those of everyone at the account at that moment.
    at_least: how many touches; people: by how many different people. Both hold if both are given.
    """

    kind: Name | list[Name] | None = None
    where: dict[str, Test] = {}
    by: Literal["person", "account"] = "person"
    at_least: int = Field(1, ge=1, le=10_000)
    people: int | None = Field(None, ge=1, le=1000)
    within: Length | None = None

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.people is not None and self.by != "account":
            raise ValueError("`people` counts people of an account: add `by: account`")
        if self.within is not None and self.within.is_working:
            raise ValueError(f"{self.within}: a window of touches is calendar time, say `days` or `hours`")
        for field in self.where:
            if field not in TOUCH_FIELDS:
                raise ValueError(f"{field!r} is not a field of a touch: use one of {', '.join(TOUCH_FIELDS)}")
        return self

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that count; empty means every kind."""
        return () if self.kind is None else (self.kind,) if isinstance(self.kind, str) else tuple(self.kind)


class Condition(Term):
    """A node of the tree. `all`, `any` and `none` hold conditions; the other keys are clauses."""

    all: list["Condition"] | None = Field(None, max_length=100)
    any: list["Condition"] | None = Field(None, min_length=1, max_length=100)
    none: list["Condition"] | None = Field(None, min_length=1, max_length=100)
    touches: Touches | None = None
    person: dict[str, Test] | None = None
    account: dict[str, Test] | None = None
    answer: dict[Name, Test] | None = None
    score: dict[Name, Test] | None = None

    def walk(self) -> Iterator["Condition"]:
        """This condition and every one below it, parents first."""
        yield self
        for group in (self.all, self.any, self.none):
            for child in group or ():
                yield from child.walk()

    @property
    def depth(self) -> int:
        children = [c for group in (self.all, self.any, self.none) for c in group or ()]
        return 1 + max((c.depth for c in children), default=0)

    @property
    def is_always(self) -> bool:
        """True for `{}`: nothing is asked."""
        return not any(value for _, value in self)

    @model_validator(mode="after")
    def _not_too_deep(self) -> Self:
        if self.depth > MAX_DEPTH:
            raise ValueError(f"conditions are nested {self.depth} deep: {MAX_DEPTH} is the limit, split the definition")
        return self
