"""The tables the evaluator reads and gives. Every moment is int64 microseconds UTC, every window half-open.

touches    one thing a person did or received, known to the system of record from `known_us`
facts      from `occurred_us` a field has this value, known from `known_us`; text and number both null withdraw
           it (unknown again). Booleans are the texts `true` and `false`; a captured answer is a person's field
           `answer.<key>`; a person's membership is the person's field `account`, its number the account's id
midnights  the local midnights of the agreement's zone, `day` counted from 1970-01-01 (see `midnights.between`)
turns      when a clause on everybody's touches begins (+1) and ceases (-1) to hold at an account, by the key of its count
decay      how the points of one touch change: `step` milli-points are added at the `day`-th midnight after it
           occurred, day 0 at once (see `scores.decay_steps`)
now        one row: the moment at which points are asked for
spans      when something holds for a person: disjoint, not touching each other, `to_us` null while open
"""

from dataclasses import dataclass, replace
from typing import Any

import ibis

TOUCH_TEXT = ("path", "host", "channel", "campaign", "content", "form", "source", "title")

_TOUCH = {"touch_id": "int64", "person_id": "int64", "kind": "string", "occurred_us": "int64", "known_us": "int64"}
TOUCHES = _TOUCH | dict.fromkeys(TOUCH_TEXT, "string")
FACTS = {
    "fact_id": "int64",
    "subject": "string",  # person or account
    "subject_id": "int64",
    "field": "string",
    "text": "string",
    "number": "float64",
    "occurred_us": "int64",
    "known_us": "int64",
}
MIDNIGHTS = {"day": "int64", "at_us": "int64"}
DECAY = {"curve": "int64", "day": "int64", "step": "int64"}
NOW = {"at_us": "int64"}
TURNS = {"clause": "string", "account_id": "int64", "at": "int64", "change": "int64"}
SHAPES = {"touches": TOUCHES, "facts": FACTS, "midnights": MIDNIGHTS, "decay": DECAY}
EXTRA = {"own": TOUCHES, "turns": TURNS}
SPANS = {"person_id": "int64", "from_us": "int64", "to_us": "int64"}

MEMBERSHIP = "account"
"""The person's field that says which account they belong to."""

FOREVER = 1 << 62
"""The end of what has none, inside the evaluator: a number compares alike on every engine, a null does not."""


@dataclass(frozen=True)
class Tables:
    """What a definition is judged on: Ibis tables in the shapes above, of one engine or of none yet.

    people: (person_id) whose verdict matters, None: everybody's. Their colleagues' touches are still read.
    own: the touches that clauses on a person's own touches may count, None: all of `touches`.
    turns: clauses on everybody's touches answered already, in the shape TURNS; None: they are counted from `touches`.
    since_us: how points shrank before this moment does not matter, an Ibis integer; None: it does.
    few: the rows of a few people, not of a whole history: what has a price for each step is avoided (see `sweep.running`).
    """

    touches: Any
    facts: Any
    midnights: Any
    decay: Any
    people: Any = None
    own: Any = None
    turns: Any = None
    since_us: Any = None
    few: bool = False

    def only(self, people: Any) -> "Tables":
        return replace(self, people=people)

    @property
    def own_touches(self) -> Any:
        """The touches of the people whose verdict matters."""
        touches = self.touches if self.own is None else self.own
        return touches if self.people is None else touches.semi_join(self.people, "person_id")


def named(*also: str, few: bool = False) -> Tables:
    """Tables without an engine, under the fixed names a caller registers its rows as. also: `own`, `turns`."""
    shapes = SHAPES | {name: EXTRA[name] for name in also}
    return Tables(**{name: ibis.table(ibis.schema(shape), name=name) for name, shape in shapes.items()}, few=few)
