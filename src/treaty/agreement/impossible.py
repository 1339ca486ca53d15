"""Conditions that can never hold: contradictory bounds, a clause asked for and excluded at once."""

from collections.abc import Iterator

from treaty.agreement.conditions import Condition, Scalar, Test
from treaty.agreement.findings import Finding, Findings
from treaty.agreement.yamltree import Path

Asked = tuple[Path, str, str, Test]
"""Where, subject (person, account, answer, score), field, test."""


def never(root: Condition, path: Path) -> Findings:
    """Findings for every part of a condition that cannot hold, whatever the facts."""
    yield from _in_group(root, path)
    for place, node in _alternatives(root, path):
        yield from _in_group(node, place)


def _alternatives(node: Condition, path: Path) -> Iterator[tuple[Path, Condition]]:
    """Conditions judged by themselves: those under `any`, at every depth, and below `all` and `none`."""
    for i, child in enumerate(node.any or ()):
        yield (*path, "any", i), child
    for group in ("all", "any", "none"):
        for i, child in enumerate(getattr(node, group) or ()):
            yield from _alternatives(child, (*path, group, i))


def _in_group(node: Condition, path: Path) -> Findings:
    """What must hold together: the clauses here and in every `all` below."""
    together = list(_together(node, path))
    yield from _bounds([asked for place, part in together for asked in _tests(place, part)])
    excluded = [(place, child) for at, part in together for place, child in _excluded(at, part)]
    wanted = [_own(part) for _, part in together]
    for place, child in excluded:
        if child.is_always:
            yield Finding(place, "this excludes everyone", "say what is excluded, or delete it")
        elif _only_clauses(child) and any(_holds(child, own) for own in wanted):
            yield Finding(place, "the same is asked for and excluded, so this never holds", "delete one of the two")


def _together(node: Condition, path: Path) -> Iterator[tuple[Path, Condition]]:
    yield path, node
    for i, child in enumerate(node.all or ()):
        yield from _together(child, (*path, "all", i))


def _excluded(path: Path, node: Condition) -> Iterator[tuple[Path, Condition]]:
    yield from (((*path, "none", i), child) for i, child in enumerate(node.none or ()))


def _tests(path: Path, node: Condition) -> Iterator[Asked]:
    for subject in ("person", "account", "answer", "score"):
        for field, test in (getattr(node, subject) or {}).items():
            yield (*path, subject, field), subject, field, test


def _own(node: Condition) -> Condition:
    return node.model_copy(update={"all": None, "any": None, "none": None})


def _only_clauses(node: Condition) -> bool:
    return not (node.all or node.any or node.none)


def _holds(child: Condition, own: Condition) -> bool:
    """Whether everything `child` asks is asked by `own` too, word for word."""
    if child.touches is not None and child.touches != own.touches:
        return False
    parts = ((getattr(child, name) or {}, getattr(own, name) or {}) for name in ("person", "account", "answer", "score"))
    return all(theirs.get(field) == test for mine, theirs in parts for field, test in mine.items())


def _bounds(asked: list[Asked]) -> Findings:
    for i, (place, subject, field, test) in enumerate(asked):
        for _, other_subject, other_field, other in asked[:i]:
            if (subject, field) == (other_subject, other_field) and _clash(test, other):
                says = f"{field} cannot be {shown(other)} and {shown(test)} at once, so this never holds"
                yield Finding(place, says, "change one of the two, or put them under `any`")


def _clash(one: Test, two: Test) -> bool:
    low = max((t.at_least for t in (one, two) if t.at_least is not None), default=None)
    high = min((t.at_most for t in (one, two) if t.at_most is not None), default=None)
    if low is not None and high is not None:
        return low > high
    values = [_values(t) for t in (one, two) if _values(t)]
    if len(values) == 2:
        return not values[0] & values[1]
    return bool(values) and not any(_within(value, low, high) for value in values[0])


def _values(test: Test) -> set[Scalar]:
    listed = [test.is_] if test.is_ is not None else test.in_ or []
    return {value.casefold() if isinstance(value, str) else value for value in listed}


def _within(value: Scalar, low: float | None, high: float | None) -> bool:
    if isinstance(value, str):
        return True
    return (low is None or value >= low) and (high is None or value <= high)


def shown(test: Test) -> str:
    """A test as it is written: `at least 50`, `in DE, AT`."""
    name, value = next((name, value) for name, value in test if value is not None)
    return f"{name.rstrip('_').replace('_', ' ')} {', '.join(map(str, value)) if isinstance(value, list) else value}"
