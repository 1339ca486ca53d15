"""The quick form for a definition that is an AND of clauses: intersect the moments at which each holds.

Where the general form (`boundaries`, `sweep`) sorts every boundary of every clause, this one starts from
the most selective clause and asks the next only about the people who are left. `none` over a clause is the
gaps between its spans. Both forms give the same rows; a test holds them to it.
Source: the measured comparison of forms in the performance facts, section 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import or_
from typing import Any

import ibis

from treaty.agreement.conditions import Condition, Touches
from treaty.qualification import evidence
from treaty.qualification.boundaries import account_turns, both_ends, score_turns
from treaty.qualification.counters import Definition, field_counters, touch_counter
from treaty.qualification.counts import Counter
from treaty.qualification.schemas import FOREVER, MEMBERSHIP, Tables
from treaty.qualification.sweep import merged, spans, turns
from treaty.qualification.values import Lists, balanced, passes


@dataclass(frozen=True)
class Leaf:
    """A clause of the AND. at_least: how many touches; is_none: it must not hold."""

    counter: Counter
    at_least: int = 1
    is_none: bool = False

    @property
    def is_window(self) -> bool:
        return self.counter.of == "touches" and self.counter.touches is not None and self.counter.touches.within is not None

    @property
    def rank(self) -> tuple[bool, int]:
        """Smaller is asked earlier: what is likely to leave few people, and is cheap to find."""
        kinds = ("person", "account", "touches", "account_touches", "score")
        return self.is_none, kinds.index(self.counter.of)


def leaves(condition: Condition) -> list[Leaf] | None:
    """The clauses of a condition that is an AND of clauses and of `none` over single clauses; else None."""
    if condition.any and len(condition.any) > 1:
        return None
    found = [Leaf(counter) for counter in field_counters(condition)]
    if condition.touches:
        found.append(Leaf(touch_counter(condition.touches), condition.touches.at_least))
    for child in [*(condition.all or ()), *(condition.any or ())]:
        below = leaves(child)
        if below is None:
            return None
        found += below
    for child in condition.none or ():
        below = leaves(child)
        if below is None or len(below) != 1:
            return None
        found.append(replace(below[0], is_none=not below[0].is_none))
    return found


MOST = 12
"""More clauses than this are swept: each is a join here, and only a few more bits there."""


def conjunction(condition: Condition) -> list[Leaf] | None:
    """The clauses in the order to ask them, where this form applies: a short AND with something that must hold."""
    found = sorted(leaves(condition) or (), key=lambda leaf: leaf.rank)
    return found if found and len(found) <= MOST and not found[0].is_none else None


def intersected(definition: Definition, tables: Tables, asked: list[Leaf]) -> Any:
    """When all of the clauses hold: (person_id, from_us, to_us), disjoint; rows may touch each other (see `merged`).

    asked: the clauses from `conjunction`, the first of which must hold.
    """
    several = sum(leaf.is_window for leaf in asked) > 1
    own = [leaf for leaf in asked if leaf.counter.of == "touches"]
    read: Any = None
    held = None
    for leaf in asked:
        among = tables if held is None else tables.only(held)
        if leaf in own and len(own) > 1:
            read = _read_once(among.own_touches, own, definition.lists) if read is None else read
            found = _touch_spans(_marked(read, leaf, own.index(leaf), among), leaf)
        else:
            found = _spans(leaf, among, definition)
        if held is None:
            held = found.select("person_id", "from_us", "to_us")
            continue
        if leaf.is_none:
            found = _gaps(found, held.select("person_id").distinct())
        if leaf.is_window and several:
            found = merged(found)  # a row per touch on both sides would multiply
        held = evidence.overlaps(held, found, "person_id").select("person_id", "from_us", "to_us")
    return held


def _spans(leaf: Leaf, tables: Tables, definition: Definition) -> Any:
    """When one clause holds, each moment in one row at most; rows of a person may touch each other."""
    counter, lists = leaf.counter, definition.lists
    if counter.of == "touches":
        return _touch_spans(evidence.counting(tables.own_touches, clause_of(leaf), lists), leaf)
    if counter.of == "score":
        return spans(score_turns(counter.field, {"holds": counter}, definition, tables), "holds")
    if counter.of == "person":
        return _value_spans(_of_people(tables, counter.field), counter, lists).rename(person_id="subject_id")
    members = evidence.as_memberships(evidence.field_in_force(_of_people(tables, MEMBERSHIP), "person", MEMBERSHIP))
    at_account = _account_spans(counter, tables, members, lists)
    return evidence.overlaps(at_account, members, "account_id").select("person_id", "from_us", "to_us")


def _of_people(tables: Tables, field: str) -> Any:
    """The values of a field of the people whose verdict matters."""
    told = tables.facts.filter(tables.facts.subject == "person", tables.facts.field == field)
    return told if tables.people is None else told.semi_join(tables.people.select(subject_id="person_id"), "subject_id")


def _value_spans(facts: Any, counter: Counter, lists: Lists) -> Any:
    """When a value passes its test, of whom one ever did: (subject_id, from_us, to_us)."""
    test = counter.test
    assert test is not None  # noqa: S101 - for the type checker: a field counter has one
    rows = evidence.field_in_force(facts, counter.of, counter.field, lambda told: passes(test, told.text, told.number, lists))
    return rows.filter(passes(test, rows.text, rows.number, lists)).select("subject_id", "from_us", "to_us")


def _account_spans(counter: Counter, tables: Tables, members: Any, lists: Lists) -> Any:
    if counter.of == "account":
        return _value_spans(tables.facts, counter, lists).rename(account_id="subject_id")
    if tables.people is not None:  # whose verdict does not matter may still have done what counts
        members = evidence.as_memberships(evidence.field_in_force(tables.facts, "person", MEMBERSHIP))
    return spans(account_turns(tables, members, "holds", counter, lists), "holds", "account_id")


def clause_of(leaf: Leaf) -> Touches:
    clause = leaf.counter.touches
    assert clause is not None  # noqa: S101 - for the type checker
    return clause


def _read_once(touches: Any, leaves: Sequence[Leaf], lists: Lists) -> Any:
    """The touches any of these clauses counts, each clause a column `m<place>`: most of the time goes into reading them."""
    matching = [evidence.matches(touches, clause_of(leaf), lists) for leaf in leaves]
    found = touches.filter(balanced(or_, matching))
    flags = {f"m{place}": evidence.matches(found, clause_of(leaf), lists) for place, leaf in enumerate(leaves)}
    return found.select("person_id", "occurred_us", "known_us", **flags)


def _marked(read: Any, leaf: Leaf, place: int, tables: Tables) -> Any:
    """Of the touches that were read those of one clause, as `evidence.counting` gives them."""
    rows = read.filter(read[f"m{place}"])
    rows = rows if tables.people is None else rows.semi_join(tables.people, "person_id")
    return evidence.lasting(rows, clause_of(leaf))


def _touch_spans(counted: Any, leaf: Leaf) -> Any:
    return _windows(counted, leaf.at_least) if leaf.is_window else _from_the_nth(counted, leaf.at_least)


def _from_the_nth(counted: Any, at_least: int) -> Any:
    """Without a window: from the n-th touch on, for ever."""
    if at_least == 1:
        first = counted.group_by("person_id").agg(from_us=counted.from_us.min())
        return first.mutate(to_us=ibis.literal(FOREVER, "int64"))
    place = ibis.row_number().over(ibis.window(group_by="person_id", order_by="from_us"))
    ranked = counted.mutate(place=place)
    return ranked.filter(ranked.place == at_least - 1).select("person_id", "from_us", "to_us")


def _windows(counted: Any, at_least: int) -> Any:
    """With a window: from each touch until the n-th last one runs out or the next touch arrives.

    True where touches became known in the order in which they occurred; people for whom one overtook
    another are added up moment by moment instead.
    """
    in_order = ibis.window(group_by="person_id", order_by=["occurred_us", "from_us"])  # alike in both, they are alike in everything
    runs_out = counted.to_us.lag(at_least - 1).over(in_order) if at_least > 1 else counted.to_us
    seen = counted.select(
        "person_id", "from_us", runs_out=runs_out, earlier=counted.from_us.lag().over(in_order), later=counted.from_us.lead().over(in_order)
    )
    overtaken = seen.filter(seen.earlier > seen.from_us).select("person_id").distinct()
    quick = seen.filter(seen.runs_out.notnull()).anti_join(overtaken, "person_id")
    quick = quick.select("person_id", "from_us", to_us=ibis.least(quick.runs_out, quick.later.fill_null(FOREVER)))
    slow = _added_up(counted.semi_join(overtaken, "person_id"), at_least)
    return ibis.union(quick.filter(quick.from_us < quick.to_us), slow.select("person_id", "from_us", "to_us"), distinct=False)


def _added_up(counted: Any, at_least: int) -> Any:
    rows = ibis.union(*both_ends(counted.mutate(n=ibis.literal(1, "int64")), ["person_id"], ["n"]), distinct=False)
    return spans(turns(rows, ["person_id"], ["n"], {"holds": lambda count: count("n") >= at_least}), "holds")


def _gaps(bad: Any, people: Any) -> Any:
    """The moments outside the bad spans, for each of the people: from for ever ago to for ever."""
    start = ibis.literal(-FOREVER, "int64")
    marks = ibis.union(people.select("person_id", from_us=start, to_us=start), bad.select("person_id", "from_us", "to_us"), distinct=False)
    until = marks.from_us.lead().over(ibis.window(group_by="person_id", order_by=["from_us", "to_us"])).fill_null(FOREVER)
    gaps = marks.select("person_id", from_us=marks.to_us, to_us=until)
    return gaps.filter(gaps.from_us < gaps.to_us)
