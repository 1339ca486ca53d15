"""What may be asked at each place of the document: read off the terms, so that a new term has its form already."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from treaty.agreement import base, conditions, quantities, terms_economics, terms_parties, terms_promises, terms_scores
from treaty.agreement.base import Term
from treaty.agreement.conditions import Condition
from treaty.agreement.terms import Terms
from treaty.agreement.terms_scores import AnyScore, Score, ScoreBook

Names = Literal[
    "", "stages", "returns", "pools", "segments", "calendars", "lists", "people", "measures", "deliverable",
    "person", "account", "answer", "score",
]  # fmt: skip
"""Whose names a value is chosen from; they stand in the document, or in the team."""


@dataclass(frozen=True, slots=True)
class One:
    """A value on a line.

    is_text: it stays as typed; others are read as the document reads an unquoted word. may_be_many: a list on one line; reads: what such
    a line must be good for.
    """

    is_text: bool = True
    hint: str = ""
    widget: Literal["line", "day"] = "line"
    names: Names = ""
    may_be_many: bool = False
    choices: tuple[str, ...] = ()
    reads: Any = None


@dataclass(frozen=True, slots=True)
class Tick:
    """Yes or no. default: what it is while the document says nothing."""

    default: bool


@dataclass(frozen=True, slots=True)
class Many:
    """Several values: ticked where they are chosen from names, else one on each line."""

    of: One


@dataclass(frozen=True, slots=True)
class Rows:
    """Several parts, one after the other."""

    of: "Kind"


@dataclass(frozen=True, slots=True)
class Named:
    """Several parts, each under a name of its own; their order is kept."""

    of: "Kind"
    name: One


@dataclass(frozen=True, slots=True)
class Part:
    """A part with fixed fields."""

    model: type[Term]


@dataclass(frozen=True, slots=True)
class Tree:
    """A condition."""


Kind = One | Tick | Many | Rows | Named | Part | Tree


@dataclass(frozen=True, slots=True)
class Asked:
    """A field of a part. must: the document is not complete without it."""

    name: str
    kind: Kind
    must: bool


HINTS: dict[Any, One] = {
    quantities.Email: One(hint="name@company.example", names="people"),
    conditions.Name: One(hint="small letters, digits, - and _"),
    conditions.Text: One(),
    terms_parties.Day: One(is_text=False, widget="day"),
    terms_parties.Zone: One(hint="Europe/Berlin"),
    terms_parties.MeasureName: One(names="measures"),
    quantities.Currency: One(hint="EUR"),
    base.Length: One(hint="30 days, 4 working hours"),
    quantities.Share: One(hint="80%"),
    quantities.Portion: One(hint="130%"),
    quantities.Change: One(hint="+25%"),
    quantities.Amount: One(is_text=False, hint="60,000"),
    quantities.Figure: One(is_text=False, hint="120, or 80%"),
    quantities.MonthDay: One(hint="04-01"),
    quantities.TimeOfDay: One(hint="09:30"),
    quantities.TimeRange: One(hint="09:00-17:00"),
    terms_promises.Days: One(hint="mon-fri"),
    terms_economics.Lasting: One(hint="18 months"),
    terms_scores.Band: One(is_text=False, hint="A"),
}
"""How values of the vocabulary are asked."""

CHOSEN: dict[str, Names] = {
    "Stage.moves": "stages", "Handoff.at": "stages", "Rule.pool": "pools", "Rule.segment": "segments", "Promise.calendar": "calendars",
    "Promise.deliver": "deliverable", "Promise.keep": "measures", "Reason.returns": "returns", "TargetAccounts.list": "lists",
    "GoalFilter.segment": "segments", "Terms.journey": "stages", "Promise.by_segment": "segments", "Incentive.measures": "measures",
    "Pilot.treat": "segments", "Pilot.control": "segments",
}  # fmt: skip
"""Fields whose values, or whose own names, are names from elsewhere in the document."""


@lru_cache(maxsize=64)
def fields_of(model: type[Term]) -> tuple[Asked, ...]:
    """The fields of a part in the order of the document. The one without a name holds what has names of its own beside them: scores."""
    hints = get_type_hints(model, include_extras=True)
    found = [Asked("", Named(Part(Score), One(hint="engagement")), must=False)] if model is ScoreBook else []
    for name, info in model.model_fields.items():
        kind = _kind(hints[name], CHOSEN.get(f"{model.__name__}.{name}", ""), info.default)
        found.append(Asked(info.alias or name, kind, info.is_required()))
    return tuple(found)


def kind_at(name: str) -> Kind:
    """What a part of the whole document is. Raises KeyError for a part there is not."""
    return {asked.name: asked.kind for asked in fields_of(Terms)}[name]


def _kind(annotation: Any, names: Names = "", default: Any = None) -> Kind:
    if annotation is AnyScore:
        return Part(Score)
    if (known := _hint(annotation)) is not None:
        return One(known.is_text, known.hint, known.widget, names or known.names)
    origin = get_origin(annotation)
    if origin is Annotated:
        return _kind(get_args(annotation)[0], names, default)
    if origin in (Union, UnionType):
        options = [option for option in get_args(annotation) if option is not type(None)]
        return (
            _kind(options[0], names, default)
            if len(options) == 1
            else One(is_text=False, may_be_many=True, hint=_either(options), reads=annotation)
        )
    if origin is list:
        return _several(_kind(get_args(annotation)[0], names))
    if origin is dict:
        key, value = get_args(annotation)
        inner = _kind(value, names if get_origin(value) is list else "")
        return Named(inner, _named(key, "" if get_origin(value) is list else names))
    return _plain(annotation, origin, names, default)


def _plain(annotation: Any, origin: Any, names: Names, default: Any) -> Kind:
    if origin is Literal:
        return One(choices=tuple(map(str, get_args(annotation))), is_text=all(isinstance(one, str) for one in get_args(annotation)))
    if annotation is Condition:
        return Tree()
    if annotation is bool:
        return Tick(default is True)
    if isinstance(annotation, type) and issubclass(annotation, Term):
        return Part(annotation)
    return One(is_text=annotation is str, names=names, widget="day" if annotation is date else "line")


def _hint(annotation: Any) -> One | None:
    try:
        return HINTS.get(annotation)
    except TypeError:  # a type that has no hash is no value of the vocabulary
        return None


def _several(of: Kind) -> Kind:
    return Many(of) if isinstance(of, One) else Rows(of)


def _named(key: Any, names: Names) -> One:
    kind = _kind(key, names)
    return kind if isinstance(kind, One) else One()


def _either(options: list[Any]) -> str:
    """What may be written where several things may be: its fixed words."""
    words = [str(word) for option in options if get_origin(option) is Literal for word in get_args(option)]
    return ", ".join(words)
