"""A condition as a form holds it: clauses on lines, groups of conditions within, to any depth the document allows.

A node: `clauses` and the groups `all`, `any`, `none` (None where the document has none). A clause is text by name: `on` says what it is
about (touches, person, account, answer, score); the others are as typed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from treaty.agreement.forms.kinds import One
from treaty.agreement.forms.written import Unfit, as_line, from_line, from_words

GROUPS = ("all", "any", "none")
SUBJECTS = ("person", "account", "answer", "score")
TESTS = ("at_least", "at_most", "is", "in", "in_list", "starts_with", "contains", "matches", "known")
WORDS = One(is_text=False)
TEXT = One()
MANY = One(is_text=False, may_be_many=True)
FIGURES = ("at_least", "people")
TOUCHES = ("kind", "where", "by", "at_least", "people", "within")
EMPTY: dict[str, Any] = {"clauses": [], "all": None, "any": None, "none": None}


def state_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Raises Unfit for what is no condition, or one a form cannot show without loss."""
    if left := set(data) - {*GROUPS, *SUBJECTS, "touches"}:
        raise Unfit(f"{', '.join(map(str, left))} is no part of a condition")
    clauses = [_touches(_mapping(data["touches"]))] if data.get("touches") is not None else []
    for subject in SUBJECTS:
        clauses += [_test(subject, str(field), test) for field, test in _mapping(data.get(subject) or {}).items()]
    return {"clauses": clauses, **{group: _group(data.get(group)) for group in GROUPS}}


def _group(children: Any) -> list[Any] | None:
    if children is None:
        return None
    if not isinstance(children, list):
        raise Unfit("a group holds a list of conditions")
    return [state_of(_mapping(child)) for child in children]


def _mapping(data: Any) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise Unfit(f"{str(data)[:60]!r} is no condition")
    return data


def _touches(data: Mapping[str, Any]) -> dict[str, Any]:
    if left := set(data) - set(TOUCHES):
        raise Unfit(f"{', '.join(map(str, left))} is nothing touches are asked for")
    kind = data.get("kind")
    kinds = kind if isinstance(kind, list) else [] if kind is None else [kind]
    where = [_test("where", str(field), test) for field, test in _mapping(data.get("where") or {}).items()]
    clause: dict[str, Any] = {"on": "touches", "kinds": [as_line(TEXT, one) for one in kinds], "where": where}
    if isinstance(kind, list):
        clause["many"] = "1"
    for name in ("by", "within"):
        clause[name] = as_line(TEXT, data[name]) if data.get(name) is not None else ""
    for name in FIGURES:
        clause[name] = as_line(WORDS, data[name]) if data.get(name) is not None else ""
    return clause


def _test(on: str, field: str, data: Any) -> dict[str, Any]:
    tests = {name: value for name, value in _mapping(data).items() if value is not None}
    if len(tests) != 1 or set(tests) - set(TESTS):
        raise Unfit(f"the test of {field} says {' and '.join(map(str, tests)) or 'nothing'}")
    ((test, value),) = tests.items()
    if (test == "known" and value is not True) or (test == "in" and not isinstance(value, list)):
        raise Unfit(f"the test of {field} cannot be {value}")
    return {"on": on, "field": field, "test": test, "value": "" if test == "known" else as_line(_of(test), value)}


def _of(test: str) -> One:
    """How the value of a test is written."""
    return {"in": MANY, "in_list": TEXT, "starts_with": TEXT, "contains": TEXT, "matches": TEXT}.get(test, WORDS)


def data_of(node: Mapping[str, Any]) -> dict[str, Any]:
    """The condition. A second test of one field becomes a condition of its own beside the others, for a part tests a field once."""
    data: dict[str, Any] = {}
    beside: list[dict[str, Any]] = []
    for clause in node["clauses"]:
        on, said = next(iter(_said(clause)))
        if on == "touches":
            data, beside = (data, [*beside, {on: said}]) if on in data else ({**data, on: said}, beside)
        elif set(said) & set(data.get(on, {})):
            beside.append({on: said})
        else:
            data[on] = {**data.get(on, {}), **said}
    groups = {group: [data_of(child) for child in node[group]] for group in GROUPS if node[group] is not None}
    if beside:
        groups["all"] = [*groups.get("all", []), *beside]
    return {**{name: groups[name] for name in GROUPS if name in groups}, **data}


def _said(clause: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if clause["on"] != "touches":
        yield clause["on"], {clause["field"]: _asked(clause)}
        return
    kinds = clause["kinds"]
    said: dict[str, Any] = {}
    if kinds or "many" in clause:
        said["kind"] = kinds[0] if len(kinds) == 1 and "many" not in clause else list(kinds)
    if clause["where"]:
        said["where"] = {test["field"]: _asked(test) for test in clause["where"]}
    for name in ("by", "at_least", "people", "within"):
        if clause[name].strip():
            said[name] = from_line(TEXT if name in ("by", "within") else WORDS, clause[name])
    yield "touches", said


def _asked(clause: Mapping[str, Any]) -> dict[str, Any]:
    test, value = clause["test"], clause["value"]
    if test == "known":
        return {test: True}
    return {test: from_words(value.strip()) if test == "in" else from_line(_of(test), value)}
