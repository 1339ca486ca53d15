"""What a press of a button does to a form that is not saved yet: a row more, one fewer, one further up."""

from collections.abc import Mapping, Sequence
from typing import Any

from treaty.agreement.forms import tree
from treaty.agreement.forms.kinds import Kind, Many, Named, Part, Rows, Tree, fields_of
from treaty.agreement.terms_handoff import Rule
from treaty.agreement.terms_promises import Promise

STARTS: dict[tuple[type, str], dict[str, str]] = {
    (Promise, "deliver"): {"deliver": "", "at_least": "", "per": "month"},
    (Promise, "keep"): {"keep": "", "at_least": "", "per": "month"},
    (Promise, "answer"): {"answer": "recycled_lead", "within": "5 working days"},
    (Promise, "do"): {"do": "first_contact", "within": "4 working hours", "in": "90%"},
    (Rule, "account_owner"): {"rule": "account_owner"},
    (Rule, "pool"): {"rule": "pool", "pick": "round_robin", "weight": "equal"},
    (Rule, "fallback"): {"rule": "fallback"},
}
"""How a new row of a kind begins, where rows are of several kinds."""

CLAUSES: dict[str, dict[str, Any]] = {
    "touches": {"on": "touches", "kinds": [], "where": [], "by": "", "at_least": "1", "people": "", "within": "30 days"},
    "person": {"on": "person", "field": "seniority", "test": "in", "value": ""},
    "account": {"on": "account", "field": "employees", "test": "at_least", "value": ""},
    "answer": {"on": "answer", "field": "", "test": "known", "value": ""},
    "score": {"on": "score", "field": "", "test": "at_least", "value": ""},
}
WHERE = {"on": "where", "field": "path", "test": "starts_with", "value": ""}


def variants(of: Kind) -> tuple[str, ...]:
    """The kinds of rows that may be added; empty when there is one."""
    return tuple(name for model, name in STARTS if isinstance(of, Part) and of.model is model)


def changed(kind: Kind, state: Any, do: str, at: Sequence[str], variant: str = "") -> Any:
    """The state after a press: do is `add`, `drop`, `up` or `down`; at: the steps of a field's name below this part.

    A place that is not there any more changes nothing.
    """
    if kind == Tree():
        return _in_tree(state, do, list(at), variant)
    if not at:
        return _added(kind, state, variant) if do == "add" else None if do == "drop" else state
    match kind:
        case Rows(of):
            return _in_rows(state or [], do, at, lambda row, rest: changed(of, row, do, rest, variant))
        case Named(of):
            return _in_rows(state or [], do, at, lambda row, rest: [row[0], changed(of, row[1], do, rest[1:], variant)])
        case Part(model):
            return _in_part(model, state or {}, do, at, variant)
    return state


def _added(kind: Kind, state: Any, variant: str) -> Any:
    match kind:
        case Rows(of):
            return [*(state or []), _start(of, variant)]
        case Named(of):
            return [*(state or []), ["", _start(of, variant)]]
        case Many():
            return state or []
        case Part():
            return _start(kind, variant)
    return state


def _start(kind: Kind, variant: str) -> Any:
    match kind:
        case Part(model):
            return {**{asked.name: None for asked in fields_of(model)}, **STARTS.get((model, variant), {})}
        case Tree():
            return _with(dict(tree.EMPTY), "touches")
        case Many() | Rows() | Named():
            return []
    return ""


def _in_rows(rows: list[Any], do: str, at: Sequence[str], inside: Any) -> list[Any]:
    """at[0] numbers a row; `of` follows for rows with names."""
    i = int(at[0]) if at[0].isdecimal() and len(at[0]) < 6 else len(rows)
    if i >= len(rows):
        return rows
    if len(at) > 1:
        return [*rows[:i], inside(rows[i], at[1:]), *rows[i + 1 :]]
    if do == "drop":
        return [*rows[:i], *rows[i + 1 :]]
    other = i + {"up": -1, "down": 1}.get(do, 0)
    if 0 <= other < len(rows):
        rows = list(rows)
        rows[i], rows[other] = rows[other], rows[i]
    return rows


def _in_part(model: Any, state: Mapping[str, Any], do: str, at: Sequence[str], variant: str) -> dict[str, Any]:
    kinds = {asked.name or "own": asked for asked in fields_of(model)}
    if at[0] not in kinds:
        return dict(state)
    asked = kinds[at[0]]
    return {**state, asked.name: changed(asked.kind, state.get(asked.name), do, at[1:], variant)}


# Conditions


def _in_tree(node: Any, do: str, at: list[str], variant: str) -> Any:
    if not at:
        return None if do == "drop" else _with(node or dict(tree.EMPTY), variant or "touches")
    if node is None:
        return None
    step, rest = at[0], at[1:]
    if step == "clauses" and rest:
        return {**node, "clauses": _in_rows(node["clauses"], do, rest, lambda clause, inner: _in_clause(clause, do, inner))}
    if step in tree.GROUPS:
        return {**node, step: _in_group(node[step], do, rest, variant)}
    return node


def _in_group(children: list[Any] | None, do: str, at: list[str], variant: str) -> list[Any] | None:
    if not at:
        return None if do == "drop" else [*(children or []), _with(dict(tree.EMPTY), variant or "touches")]
    return _in_rows(children or [], do, at, lambda child, rest: _in_tree(child, do, list(rest), variant))


def _with(node: Mapping[str, Any], on: str) -> dict[str, Any]:
    """A node with one clause more."""
    return {**node, "clauses": [*node["clauses"], dict(CLAUSES.get(on, CLAUSES["touches"]))]}


def _in_clause(clause: Mapping[str, Any], do: str, at: Sequence[str]) -> dict[str, Any]:
    """A look at a touch more, or one fewer."""
    if at[0] != "where" or clause["on"] != "touches":
        return dict(clause)
    tests = list(clause["where"])
    if do == "add":
        return {**clause, "where": [*tests, dict(WHERE)]}
    return {**clause, "where": _in_rows(tests, do, at[1:], lambda test, _: test)} if len(at) > 1 else {**clause, "where": []}
