"""What a clause can say of a lead: touches counted in windows and values of fields, each with the question it asks. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from treaty.agreement.conditions import Condition, Name, Touches
from treaty.agreement.words_base import spans
from treaty.agreement.words_conditions import sentence
from treaty.qualification.learning.bins import Bins
from treaty.qualification.learning.tables import NUMBER
from treaty.qualification.values import folded

TIMES = (1, 2, 3, 5)
WINDOWS = (None, 90, 30, 14, 7)
"""Days; None counts for ever. The simplest first: what is simpler stands before what asks more."""
PEOPLE = (2, 3, 5)


@dataclass(frozen=True, slots=True)
class Counted:
    """Touches that are counted together: of a kind, with a path or a campaign, of the person or of everybody at the account.

    name: how a person calls it, to keep or refuse it · where: what `touches.where` says
    """

    name: str
    kind: str | None = None
    where: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...] = ()
    by: str = "person"

    def clause(self, *, at_least: int = 1, people: int | None = None, days: int | None = None) -> Touches:
        where = {field: {name: list(value) if isinstance(value, tuple) else value for name, value in test} for field, test in self.where}
        asked: dict[str, Any] = {"where": where, "by": self.by, "at_least": at_least}
        asked |= {"kind": self.kind} if self.kind else {}
        asked |= {"people": people} if people else {}
        asked |= {"within": f"{days} days"} if days else {}
        return Touches.model_validate(asked)


@dataclass(frozen=True, slots=True)
class Signal:
    """name: what it looks at · question: the name of all signals that ask the same with other numbers · field: of one that tests a value,
    as `person.seniority` · levels: the spellings of the level that is asked for, of a field that has levels"""

    name: str
    question: str
    condition: Condition
    field: str = ""
    levels: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        return says(self.condition)


_NAMES = TypeAdapter(Name)
LONGEST = 200
"""Letters of a value that a clause may ask for: nobody says more aloud."""


def is_name(text: str) -> bool:
    """Whether a clause can call a kind or a field so."""
    try:
        return bool(_NAMES.validate_python(text))
    except ValidationError:
        return False


def says(condition: Condition) -> str:
    """The sentence of the agreement."""
    return "".join(span.text for span in spans(sentence(condition, ())))


def of_touches(counted: Counted) -> Iterator[tuple[Signal, tuple[int | None, int, int | None]]]:
    """Every threshold in every window, with what it asks: (days, touches, people)."""
    for days in WINDOWS:
        for times in TIMES:
            yield _of(counted, counted.clause(at_least=times, days=days)), (days, times, None)
        for people in PEOPLE if counted.by == "account" else ():
            yield _of(counted, counted.clause(people=people, days=days), " people"), (days, 1, people)


def _of(counted: Counted, clause: Touches, more: str = "") -> Signal:
    return Signal(counted.name, f"{counted.name}{more}", Condition(touches=clause))


def of_field(subject: str, field: str, bins: Bins) -> Iterator[tuple[Signal, int]]:
    """A bound at each round number, one question; each level, a question of its own; with the bin it begins at, or is."""
    name = f"{subject}.{field}"
    if bins.kind == NUMBER:
        for at, cut in enumerate(bins.cuts):
            bound = int(cut) if cut == int(cut) else cut
            yield Signal(name, name, _test(subject, field, {"at_least": bound}), name), at + 1
        return
    for at, spellings in enumerate(bins.levels):
        if max(map(len, spellings)) > LONGEST:
            continue
        levels = tuple({folded(text): text for text in reversed(spellings)}.values())[::-1]
        yield Signal(name, f"{name} {spellings[0]}", _test(subject, field, _among(levels)), name, levels), at


def _test(subject: str, field: str, test: dict[str, Any]) -> Condition:
    if field.startswith("answer."):
        return Condition.model_validate({"answer": {field.removeprefix("answer."): test}})
    return Condition.model_validate({subject: {field: test}})


def _among(levels: Sequence[str]) -> dict[str, Any]:
    return {"is": levels[0]} if len(levels) == 1 else {"in": list(levels)}


def united(signals: Sequence[Signal]) -> Signal:
    """One signal that asks for any of several levels of one field."""
    subject, _, field = signals[0].field.partition(".")
    levels = tuple(level for one in signals for level in one.levels)
    return Signal(signals[0].name, f"{signals[0].name} of several", _test(subject, field, _among(levels)), signals[0].field, levels)
