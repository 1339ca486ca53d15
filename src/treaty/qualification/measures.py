"""The one evaluator: when a definition holds for each person. Live, back-test and explanation all ask it."""

from typing import Any, Literal

from treaty.qualification.boundaries import boundaries
from treaty.qualification.counters import Definition
from treaty.qualification.intervals import conjunction, intersected
from treaty.qualification.schemas import FOREVER, Tables
from treaty.qualification.sweep import Read, spans, turns

Form = Literal["by the tree", "sweep"]


def holds(definition: Definition, tables: Tables, *, form: Form = "by the tree") -> Any:
    """When a definition holds, for each person: spans (person_id, from_us, to_us).

    Disjoint, not touching each other, to_us null while open; half-open, so a touch exactly `within` old no
    longer counts. Nothing holds before the first fact or touch of the person is known. A clause on an unknown
    value does not hold, inside `none` either. `midnights` must reach from the first touch to as far as a score
    is asked for; other definitions never read it, nor `decay`.
    form: an AND of clauses is intersected, any other tree is swept; `sweep` asks for the general form. Same rows.
    Source: agreement, stages and scores (R4, R8, R20, R21); DESIGN 2.1.
    """
    asked = conjunction(definition.condition) if form == "by the tree" else None
    found = intersected(definition, tables, asked) if asked else swept(definition, tables)
    return found.mutate(to_us=found.to_us.nullif(FOREVER))


def swept(definition: Definition, tables: Tables) -> Any:
    """The general form: every clause's boundaries, added up moment by moment."""
    rows = boundaries(definition, tables, tables.touches)

    def held(read: Read) -> Any:
        return definition.holds(lambda counter: read(definition.columns[counter.key]))

    return spans(turns(rows, ["person_id"], list(definition.counters), {"holds": held}), "holds")


def first_from(spans: Any) -> Any:
    """The first moment of each person's spans, when they qualified: (person_id, first_us)."""
    return spans.group_by("person_id").agg(first_us=spans.from_us.min())
