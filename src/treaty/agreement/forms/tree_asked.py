"""A condition as a page shows it: clauses that read as a sentence with blanks, and groups within."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from treaty.agreement.conditions import FIELDS, TOUCH_FIELDS, Condition
from treaty.agreement.forms import tree
from treaty.agreement.words_base import spans, words
from treaty.agreement.words_conditions import sentence
from treaty.agreement.words_names import FIELD_NAMES, TOUCH_FIELD_NAMES, TOUCH_KINDS

Option = tuple[str, str]

TESTS: tuple[Option, ...] = (
    ("is", "is"), ("in", "is one of"), ("at_least", "is at least"), ("at_most", "is at most"), ("in_list", "is on the list"),
    ("starts_with", "begins with"), ("contains", "contains"), ("matches", "matches the pattern"), ("known", "is known"),
)  # fmt: skip
ADDS: tuple[Option, ...] = (
    ("touches", "Something they did"), ("person", "Something about the person"), ("account", "Something about the company"),
    ("answer", "An answer that was noted"), ("score", "A score"),
)  # fmt: skip
GROUPS: dict[str, str] = {"all": "All of these", "any": "At least one of these", "none": "None of these"}
SUBJECTS = {"person": "The person’s", "account": "The company’s", "answer": "The answer on", "score": "The score for"}


@dataclass(frozen=True, slots=True)
class Test:
    """One look at one value. fields: what may be chosen; empty where any name may be typed."""

    name: str
    on: str
    subject: str
    field: str
    fields: Sequence[Option]
    test: str
    tests: Sequence[Option]
    value: str
    lists: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Touches:
    name: str
    kinds: Sequence[tuple[str, str, bool]]
    kinds_say: str
    many: bool
    where: Sequence[Test]
    by: str
    at_least: str
    people: str
    within: str


@dataclass(frozen=True, slots=True)
class Node:
    """One level of a condition. groups: name, words, children. may_go: it stands in a group and may be taken out of it."""

    name: str
    clauses: Sequence[Test | Touches]
    groups: Sequence[tuple[str, str, Sequence["Node"]]]
    adds: Sequence[Option]
    more: Sequence[Option]
    may_go: bool = False

    @property
    def is_leaf(self) -> bool:
        return len(self.clauses) == 1 and not self.groups

    @property
    def drops(self) -> str:
        """What the removal of its only clause removes: the whole node, where it may go."""
        return self.name if self.is_leaf and self.may_go else ""


def sentence_of(state: Mapping[str, Any]) -> str:
    """The condition as the contract will say it; empty while it is not complete."""
    try:
        return "".join(span.text for span in spans(sentence(Condition.model_validate(tree.data_of(state)), ())))
    except ValidationError:
        return ""


def node(state: Mapping[str, Any], name: str, names: Callable[[Any], Sequence[Option]], *, may_go: bool = False) -> Node:
    """names: what the document names, by the kind of name."""
    clauses = [_clause(clause, f"{name}.clauses.{i}", names) for i, clause in enumerate(state["clauses"])]
    groups = [
        (f"{name}.{group}", words_of, [node(child, f"{name}.{group}.{i}", names, may_go=True) for i, child in enumerate(state[group])])
        for group, words_of in GROUPS.items()
        if state[group] is not None
    ]
    adds = [(f"add:{name}:{on}", says) for on, says in ADDS]
    more = [(f"add:{name}.{group}:touches", says) for group, says in GROUPS.items() if state[group] is None]
    return Node(name, clauses, groups, adds, more, may_go)


def _clause(clause: Mapping[str, Any], name: str, names: Callable[[Any], Sequence[Option]]) -> Test | Touches:
    if clause["on"] != "touches":
        return _test(clause, name, SUBJECTS[clause["on"]], _fields(clause["on"], names), names)
    fields = [(field, TOUCH_FIELD_NAMES[field]) for field in TOUCH_FIELDS]
    where = [_test(test, f"{name}.where.{i}", "whose", fields, names) for i, test in enumerate(clause["where"])]
    chosen = list(clause["kinds"])
    kinds = [(kind, kind_words(kind), kind in chosen) for kind in [*chosen, *(one for one in TOUCH_KINDS if one not in chosen)]]
    says = " or ".join(kind_words(kind) for kind in chosen) or "touch of any kind"
    return Touches(name, kinds, says, "many" in clause, where, clause["by"], clause["at_least"], clause["people"], clause["within"])


def kind_words(kind: str) -> str:
    return TOUCH_KINDS[kind][0] if kind in TOUCH_KINDS else words(kind)


def _fields(on: str, names: Callable[[Any], Sequence[Option]]) -> list[Option]:
    known = [(field, FIELD_NAMES.get(field, words(field))) for field in FIELDS.get(on, ())]
    return [*known, *names(on)] if on in FIELDS else list(names(on))


def _test(test: Mapping[str, Any], name: str, subject: str, fields: Sequence[Option], names: Callable[[Any], Sequence[Option]]) -> Test:
    field = test["field"]
    if fields and field and field not in dict(fields):
        fields = [*fields, (field, words(field))]
    return Test(name, test["on"], subject, field, fields, test["test"], TESTS, test["value"], names("lists"))
