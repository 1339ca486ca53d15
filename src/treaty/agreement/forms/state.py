"""A part of the document as a form holds it, and back: text as typed, rows in their order, nothing lost between.

A form's state is text for a value, a list of rows, pairs of a name and a row, a mapping of fields; None where the document says nothing.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from treaty.agreement.forms import tree
from treaty.agreement.forms.kinds import Kind, Many, Named, One, Part, Rows, Tick, Tree, fields_of
from treaty.agreement.forms.written import Unfit, as_line, from_line
from treaty.agreement.terms_scores import Score

SHORT = "@list"
"""A score that was written as its list of rules alone stays so."""


class Twice(Exception):
    """Two rows of one list have the same name; the message says which."""


def state_of(kind: Kind, data: Any) -> Any:
    """What a form shows of plain data. Raises Unfit for what this kind of form cannot show; it is edited as text then."""
    if data is None:
        return None
    match kind:
        case One():
            return as_line(kind, data)
        case Tick():
            return _fit(data, bool)
        case Many(of):
            return [as_line(of, item) for item in _fit(data, list)]
        case Rows(of):
            return [_there(state_of(of, item)) for item in _fit(data, list)]
        case Named(of, name):
            return [[as_line(name, key), _there(state_of(of, inside))] for key, inside in _fit(data, dict).items()]
        case Tree():
            return tree.state_of(_fit(data, dict))
        case Part(model):
            return _part(model, data)


def _part(model: Any, data: Any) -> dict[str, Any]:
    state: dict[str, Any] = {}
    if model is Score and isinstance(data, list):
        state, data = {SHORT: "1"}, {"points": data}
    left = dict(_fit(data, dict))
    for asked in fields_of(model):
        if asked.name:
            state[asked.name] = state_of(asked.kind, left.pop(asked.name, None))
    for asked in fields_of(model):
        if not asked.name:
            state[""], left = state_of(asked.kind, left), {}
    if left:
        raise Unfit(f"{', '.join(map(str, left))} is no field of this part")
    return state


def _fit(data: Any, kind: type) -> Any:
    if not isinstance(data, kind):
        raise Unfit(f"{str(data)[:60]!r} is not of the form this part has")
    return data


def _there(state: Any) -> Any:
    if state is None:
        raise Unfit("an entry is empty")
    return state


def data_of(kind: Kind, state: Any) -> Any:
    """The plain data of a form's state; None where it says nothing. Raises Twice for two rows of one name."""
    if state is None:
        return None
    match kind:
        case One():
            return from_line(kind, state) if state.strip() else None
        case Many(of):
            return [from_line(of, line) for line in state if line.strip()]
        case Rows(of):
            return [_filled(of, data_of(of, row)) for row in state]
        case Named():
            return _named(kind, state)
        case Tree():
            return tree.data_of(state)
        case Part(model):
            return _part_data(model, state)
    return state


def _named(kind: Named, state: Any) -> dict[Any, Any]:
    data: dict[Any, Any] = {}
    for line, row in state:
        name = from_line(kind.name, line)
        if name in data:
            raise Twice(f"“{name}” is there twice: give one of them another name" if name else "two rows have no name: name one of them")
        data[name] = _filled(kind.of, data_of(kind.of, row))
    return data


def _filled(of: Kind, data: Any) -> Any:
    """A row that says nothing is still a row: of the kind it would have."""
    return data if data is not None else {Part: {}, Tree: {}, Many: [], Rows: [], Named: {}}.get(type(of), "")


def _part_data(model: Any, state: Mapping[str, Any]) -> Any:
    data: dict[str, Any] = {}
    for asked in fields_of(model):
        said = data_of(asked.kind, state.get(asked.name))
        if not asked.name:
            data |= said or {}
        elif said is not None:
            data[asked.name] = said
    return data["points"] if SHORT in state and set(data) == {"points"} else data


def same(one: Any, other: Any) -> bool:
    """Whether two parts say the same: nothing said and a null are one, and so are 5 and 5.0."""
    return bool(_bare(one) == _bare(other))


def _bare(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {str(name): _bare(value) for name, value in data.items() if value is not None}
    if isinstance(data, list):
        return [_bare(item) for item in data]
    return (type(data).__name__, data) if isinstance(data, bool | date) else data
