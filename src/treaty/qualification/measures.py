"""The one evaluator: when a definition holds for each person. Live, back-test and explanation all ask it."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from treaty.agreement.conditions import Condition
from treaty.qualification.boundaries import boundaries
from treaty.qualification.counters import Definition, once_born, truth
from treaty.qualification.intervals import conjunction, intersected
from treaty.qualification.narrowing import candidates
from treaty.qualification.schemas import FOREVER, Tables
from treaty.qualification.sweep import Read, merged, tiles, turns

Form = Literal["by the tree", "sweep"]


def holds(definition: Definition, tables: Tables, *, form: Form = "by the tree") -> Any:
    """When a definition holds, for each person: spans (person_id, from_us, to_us).

    Disjoint, not touching each other, to_us null while open; half-open, so a touch exactly `within` old no
    longer counts. Nothing holds before the first fact or touch of the person is known. A clause on an unknown
    value does not hold, inside `none` either. `midnights` must reach from the first touch to as far as a score
    is asked for; other definitions never read it, nor `decay`.
    form: an AND of clauses is intersected, any other tree swept for the people who could qualify at all; `sweep`
    sweeps everybody, which is quickest for few people. The rows are the same.
    Source: agreement, stages and scores (R4, R8, R20, R21); DESIGN 2.1.
    """
    whole = merged(_held(definition, tables, form))
    return whole.mutate(to_us=whole.to_us.nullif(FOREVER))


def first_held(definition: Definition, tables: Tables) -> Any:
    """The first moment at which a definition holds for each person: (person_id, at_us); who it never holds for has no row.

    What `holds` says of the first span of each person, without joining spans that touch. The moment may still be to come: a
    value may be known that begins later, and a window may run out.
    Source: agreement, stages (R4); DESIGN 2.1.
    """
    held = _held(definition, tables, "by the tree")
    return held.group_by("person_id").agg(at_us=held.from_us.min())


def turning(whole: Definition, conditions: Mapping[str, Condition], tables: Tables) -> Any:
    """When several conditions begin and cease to hold, in one sweep: (person_id, at, one column each: +1, -1 or 0).

    whole: a definition that asks for everything the conditions ask for, their `any`. What each column says is what
    `holds` says of its condition alone; quickest for few people.
    """
    counts = whole.counts

    def held(condition: Condition) -> Callable[[Read], Any]:
        return lambda read: once_born(truth(condition, counts.see(read)), counts, counts.see(read))

    truths = {name: held(condition) for name, condition in conditions.items()}
    return turns(boundaries(whole, counts, tables), ["person_id"], counts.columns, truths, few=tables.few)


def _held(definition: Definition, tables: Tables, form: Form) -> Any:
    """The moments at which a definition holds, rows of a person disjoint but perhaps touching each other."""
    asked = conjunction(definition.condition) if form == "by the tree" else None
    if asked:
        return intersected(definition, tables, asked)
    people = candidates(definition, tables) if form == "by the tree" else None
    rows = boundaries(definition, definition.counts, tables if people is None else tables.only(people))
    return tiles(rows, definition.counts.columns, lambda read: definition.holds(definition.counts.see(read)))
