"""What to ask in order to explain a verdict: the evaluator's expressions, with each clause's truth kept.

Nothing is decided a second time here; `explained` puts the answers together, `live.Explainer` asks.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis

from treaty.agreement.conditions import Condition, Touches
from treaty.qualification import evidence
from treaty.qualification.boundaries import boundaries, named_facts
from treaty.qualification.counters import Definition, rule_milli, score_named, truth
from treaty.qualification.counts import BORN, Counts, See
from treaty.qualification.schemas import Tables
from treaty.qualification.sweep import after, running


@dataclass(frozen=True)
class Part:
    """A node of the definition to explain: `condition` asks this node alone, `number` names its column."""

    number: int
    kind: str
    condition: Condition
    field: str = ""
    parts: tuple["Part", ...] = ()

    @property
    def size(self) -> int:
        return 1 + sum(part.size for part in self.parts)

    def walk(self) -> Iterator["Part"]:
        yield self
        for part in self.parts:
            yield from part.walk()


def part_of(condition: Condition, number: int = 0) -> Part:
    """The condition as parts, numbered from `number` on, children after parents. A single key needs no group."""
    keys = list(_keys(condition))
    first = number if len(keys) == 1 else number + 1
    found: list[Part] = []
    for kind, name, alone, children in keys:
        found.append(Part(first, kind, alone, name, tuple(_numbered(children, first + 1))))
        first += found[-1].size
    return found[0] if len(found) == 1 else Part(number, "all", condition, "", tuple(found))


def _numbered(children: Sequence[Condition], first: int) -> Iterator[Part]:
    for child in children:
        part = part_of(child, first)
        first += part.size
        yield part


def _keys(condition: Condition) -> Iterator[tuple[str, str, Condition, Sequence[Condition]]]:
    """(kind, field, the key as a condition of its own, children) of every key, in the order of the document."""
    for kind in ("all", "any", "none"):
        if children := getattr(condition, kind):
            yield kind, "", Condition.model_validate({kind: children}), children
    if condition.touches:
        yield "touches", "", Condition(touches=condition.touches), ()
    for kind in ("person", "account", "answer", "score"):
        for name, test in (getattr(condition, kind) or {}).items():
            yield kind, name, Condition.model_validate({kind: {name: test}}), ()


def questions(definition: Definition, tables: Tables) -> dict[str, Any]:
    """What must be asked to explain, as Ibis tables: `holds`, `points NAME` per score, `touches`, `values`."""
    asked = {"holds": _timeline(definition, definition.counts, tables, _truths(definition))}
    names = named_scores(definition)
    for name in names:
        asked[f"points {name}"] = _timeline(definition, definition.points_counts(name, ()), tables, _points(definition, name))
    counts = [definition.counts, *(definition.points_counts(name, ()) for name in names)]
    every = Counts(counter for one in counts for counter in one.counters.values())
    asked["values"] = evidence.in_force(named_facts(every, tables.facts, with_memberships=True))
    clauses = touch_clauses(definition)
    if clauses:
        parts = [
            evidence.counting(tables.own_touches if c.by == "person" else tables.touches, c, definition.lists).mutate(
                clause=ibis.literal(n, "int64")
            )
            for n, c in enumerate(clauses)
        ]
        asked["touches"] = ibis.union(*parts) if len(parts) > 1 else parts[0]
    return asked


def named_scores(definition: Definition) -> list[str]:
    return list(dict.fromkeys(name for node in definition.condition.walk() for name in node.score or ()))


def touch_clauses(definition: Definition) -> list[Touches]:
    """Every clause on touches, in the definition and in the rules of its scores."""
    rules = [rule.when for name in named_scores(definition) for rule in score_named(name, definition.scores).rules]
    return [node.touches for condition in (definition.condition, *rules) for node in condition.walk() if node.touches]


def _timeline(definition: Definition, counts: Counts, tables: Tables, shown: Mapping[str, Callable[[See], Any]]) -> Any:
    """What is shown, from every moment at which a count changes: (person_id, at, one integer per name)."""
    counts = Counts([*counts.counters.values(), BORN])
    at_moments = running(boundaries(definition, counts, tables), ["person_id"], counts.columns)
    see = counts.see(after(at_moments))
    return at_moments.select("person_id", "at", **{name: value(see).cast("int64") for name, value in shown.items()})


def _truths(definition: Definition) -> dict[str, Callable[[See], Any]]:
    shown: dict[str, Callable[[See], Any]] = {"holds": lambda see: truth(definition.condition, see) & (see(BORN) > 0)}
    return shown | {f"t{part.number}": _truth_of(part) for part in part_of(definition.condition).walk()}


def _truth_of(part: Part) -> Callable[[See], Any]:
    return lambda see: truth(part.condition, see)


def _points(definition: Definition, name: str) -> dict[str, Callable[[See], Any]]:
    score = score_named(name, definition.scores)
    shown: dict[str, Callable[[See], Any]] = {"milli": lambda see: definition.milli(name, see)}
    for number, rule in enumerate(score.rules):
        shown[f"r{number}"] = lambda see, rule=rule: rule_milli(score, rule, see)  # type: ignore[misc]
        if not rule.is_per_touch:
            shown |= {f"r{number}t{part.number}": _truth_of(part) for part in part_of(rule.when).walk()}
    return shown
