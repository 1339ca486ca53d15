"""What a browser sends of a form nobody touched: one field for each question, as the templates write them."""

from collections.abc import Iterator
from typing import Any

from treaty.agreement.forms import questions as asked
from treaty.agreement.forms import tree_asked


def sent(questions: list[Any]) -> dict[str, list[str]]:
    """Names and values of all fields."""
    found: dict[str, list[str]] = {}
    for question in questions:
        for name, values in _fields(question):
            found.setdefault(name, []).extend(values)
    return found


def _fields(q: Any) -> Iterator[tuple[str, list[str]]]:
    match q:
        case asked.Line() | asked.Choice():
            yield q.name, [q.value]
        case asked.Ticked():
            yield f"{q.name}.@", ["1" if q.is_stated else "0"]
            yield q.name, ["1"] if q.is_on else []
        case asked.Several():
            yield from [(f"{q.name}.@", ["1"])] if q.is_there else []
            yield (q.name, [value for value, _, is_on in q.options if is_on]) if q.lines is None else (f"{q.name}.more", [q.lines])
        case asked.List():
            yield from [(f"{q.name}.@", ["1"])] if q.is_there else []
            for row in q.rows:
                yield from _fields(row.own) if row.own else ()
                yield from _fields(row.inside)
        case asked.Weights():
            yield f"{q.name}.@", ["1"]
            for row in q.rows:
                yield f"{row.name}.@name", [row.own]
                yield f"{row.name}.of", [row.value]
        case asked.Group():
            yield f"{q.name}.@", ["1"]
            yield from [(f"{q.name}.@list", ["1"])] if q.short else []
            for part in q.parts:
                yield from _fields(part)
        case asked.Condition():
            yield from _node(q.node)
        case asked.Silent():
            return
        case _:
            raise AssertionError(f"no template shows {q!r}")


def _node(node: tree_asked.Node) -> Iterator[tuple[str, list[str]]]:
    yield f"{node.name}.@", ["1"]
    for clause in node.clauses:
        yield from _test(clause) if isinstance(clause, tree_asked.Test) else _touches(clause)
    for group, _, children in node.groups:
        yield f"{group}.@", ["1"]
        for child in children:
            yield from _node(child)


def _touches(clause: tree_asked.Touches) -> Iterator[tuple[str, list[str]]]:
    yield f"{clause.name}.on", ["touches"]
    yield from [(f"{clause.name}.many", ["1"])] if clause.many else []
    yield f"{clause.name}.kinds", [value for value, _, is_on in clause.kinds if is_on]
    yield f"{clause.name}.kinds.more", [""]
    for part in ("by", "at_least", "people", "within"):
        yield f"{clause.name}.{part}", [getattr(clause, part)]
    for test in clause.where:
        yield from _test(test)


def _test(test: tree_asked.Test) -> Iterator[tuple[str, list[str]]]:
    for part in ("on", "field", "test", "value"):
        yield f"{test.name}.{part}", [getattr(test, part)]
