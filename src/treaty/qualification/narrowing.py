"""Who could qualify at all: the cheap question asked first, so that the sweep sorts only their boundaries.

Fields are few rows and most selective; where an AND asks about none, its touches are asked instead. The
answer may name too many people, never too few.
"""

from functools import reduce
from typing import Any

import ibis

from treaty.agreement.conditions import Condition, Touches
from treaty.qualification import evidence
from treaty.qualification.boundaries import named_facts
from treaty.qualification.counters import Definition, field_counters, score_named
from treaty.qualification.counts import Counter
from treaty.qualification.reaching import enough_points
from treaty.qualification.schemas import Tables
from treaty.qualification.values import Lists

MOST = 4
"""So many clauses are asked; further ones would narrow little and nest deep."""


def candidates(definition: Definition, tables: Tables) -> Any | None:
    """(person_id) of all for whom the definition could hold at some moment; None: it cannot be said cheaply."""
    values = evidence.in_force(named_facts(definition.counts, tables.facts))
    return _possible(definition.condition, definition, tables, values)


def _possible(condition: Condition, definition: Definition, tables: Tables, values: Any) -> Any | None:
    lists, scores = definition.lists, definition.scores
    found = [_ever_passing(values, counter, lists) for counter in field_counters(condition) if counter.of != "score"]
    found += [people for child in condition.all or () if (people := _possible(child, definition, tables, values)) is not None]
    if condition.any:
        each = [_possible(child, definition, tables, values) for child in condition.any]
        if len(each) <= MOST and all(people is not None for people in each):
            found.append(ibis.union(*each, distinct=True) if len(each) > 1 else each[0])
    if not found and condition.touches and condition.touches.by == "person":
        found.append(_ever_enough(tables.touches, condition.touches, lists))
    for name, test in (condition.score or {}).items():
        if (people := enough_points(tables.touches, score_named(name, scores), test, lists)) is not None:
            found.append(people)
    return reduce(lambda people, others: people.semi_join(others, "person_id"), found[:MOST]) if found else None


def _ever_passing(values: Any, counter: Counter, lists: Lists) -> Any:
    rows = values.filter(values.subject == counter.of, evidence.passing(values, counter, lists))
    if counter.of == "person":
        return rows.select(person_id=rows.subject_id).distinct()
    members = evidence.memberships(values)
    return members.semi_join(rows, members.account_id == rows.subject_id).select("person_id").distinct()


def _ever_enough(touches: Any, clause: Touches, lists: Lists) -> Any:
    found = touches.filter(evidence.matches(touches, clause, lists)).group_by("person_id").agg(touches=lambda rows: rows.count())
    return found.filter(found.touches >= clause.at_least).select("person_id")
