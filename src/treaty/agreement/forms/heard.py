"""What a browser sends of a form, as the form's state. Fields are named by their place: `promises.sales.0.within`.

Rows are numbered; `@` says that a part, a list or a row is there though nothing in it is filled in, `@name` is the name of a row.
"""

from collections.abc import Iterable
from typing import Any

from treaty.agreement.forms import tree
from treaty.agreement.forms.kinds import Kind, Many, Named, One, Part, Rows, Tick, Tree, fields_of
from treaty.agreement.forms.state import SHORT
from treaty.agreement.terms_scores import Score

THERE, NAME, MORE = "@", "@name", "more"
MOST = 500
"""Rows of one list; nothing an agreement allows has more."""


class Said:
    """The fields that came, as a tree of their names."""

    __slots__ = ("inside", "values")

    def __init__(self) -> None:
        self.values: list[str] = []
        self.inside: dict[str, Said] = {}

    @classmethod
    def of(cls, fields: Iterable[tuple[str, list[str]]]) -> "Said":
        """Of names and values as a form sends them. Line ends become those of a document."""
        root = cls()
        for name, values in fields:
            at = root
            for step in name.split("."):
                at = at.inside.setdefault(step, cls())
            at.values = [value.replace("\r\n", "\n").replace("\r", "\n") for value in values]
        return root

    def __getitem__(self, step: str) -> "Said":
        return self.inside.get(step) or _NOTHING

    def __contains__(self, step: str) -> bool:
        return step in self.inside

    @property
    def line(self) -> str:
        return self.values[-1] if self.values else ""

    @property
    def rows(self) -> "list[Said]":
        """What is numbered, in the order of the numbers."""
        numbers = sorted(int(step) for step in self.inside if step.isdecimal() and len(step) < 6)
        return [self.inside[str(number)] for number in numbers[:MOST]]


_NOTHING = Said()


def heard(kind: Kind, said: Said) -> Any:
    """The state of what was sent. Never raises: what does not fit is not there."""
    match kind:
        case One():
            return said.line
        case Tick(default):
            return _ticked(said, default=default)
        case Many():
            return _many(said)
        case Rows(of):
            return [_row(of, row) for row in said.rows] if THERE in said else None
        case Named(of):
            return [[row[NAME].line.strip(), _row(of, row["of"])] for row in said.rows] if THERE in said else None
        case Tree():
            return _node(said) if THERE in said else None
        case Part(model):
            return _part(model, said) if THERE in said else None


def _ticked(said: Said, *, default: bool) -> bool | None:
    """What nobody stated stays unstated while it is as it would be anyway."""
    is_on = said.line == "1"
    return None if THERE not in said or (said[THERE].line == "0" and is_on is default) else is_on


def _row(of: Kind, said: Said) -> Any:
    """A row that came is there, whatever it says."""
    state = heard(of, said)
    return state if state is not None else {Part: {}, Many: [], Rows: [], Named: []}.get(type(of), dict(tree.EMPTY) if of == Tree() else "")


def _part(model: Any, said: Said) -> dict[str, Any]:
    state: dict[str, Any] = {SHORT: "1"} if model is Score and SHORT in said else {}
    for asked in fields_of(model):
        state[asked.name] = heard(asked.kind, said[asked.name or "own"])
    return state


def _many(said: Said) -> list[str] | None:
    """What is ticked, and what is typed, one on each line."""
    if THERE not in said and not said.values and MORE not in said:
        return None
    lines = [*said.values, *said[MORE].line.split("\n")]
    found = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    return found if found or THERE in said else None


def _node(said: Said) -> dict[str, Any]:
    groups = {group: [_node(row) for row in said[group].rows] if THERE in said[group] else None for group in tree.GROUPS}
    return {"clauses": [_clause(row) for row in said["clauses"].rows], **groups}


def _clause(said: Said) -> dict[str, Any]:
    on = said["on"].line
    if on not in tree.SUBJECTS:
        return _touches(said)
    return {"on": on, **_test(said)}


def _test(said: Said) -> dict[str, str]:
    test = said["test"].line
    return {"field": said["field"].line.strip(), "test": test if test in tree.TESTS else "is", "value": said["value"].line}


def _touches(said: Said) -> dict[str, Any]:
    clause: dict[str, Any] = {"on": "touches", "kinds": _many(said["kinds"]) or []}
    clause["where"] = [{"on": "where", **_test(row)} for row in said["where"].rows]
    if "many" in said:
        clause["many"] = "1"
    return clause | {name: said[name].line.strip() for name in ("by", "at_least", "people", "within")}
