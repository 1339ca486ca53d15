"""Every clause as boundaries: what starts to count for a person at a moment, and what stops.

A boundary row is (person_id, at, columns): how much the running counts of a definition change, by their
places in the columns. The rows of one person add up to where the counts stand at a moment.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import or_
from typing import Any

import ibis

from treaty.agreement.conditions import Test, Touches
from treaty.qualification import evidence
from treaty.qualification.counters import Definition, once_born, score_named
from treaty.qualification.counts import BORN, Counter, Counts
from treaty.qualification.reaching import enough_points, loosest
from treaty.qualification.schemas import FOREVER, MEMBERSHIP, Tables
from treaty.qualification.scores import curves
from treaty.qualification.sweep import Read, turns
from treaty.qualification.values import Lists, balanced, passes_points


def boundaries(definition: Definition, counts: Counts, tables: Tables) -> Any:
    """All boundary rows of some counts: (person_id, at, the columns of the counts)."""
    lists = definition.lists
    values = evidence.in_force(named_facts(counts, tables.facts))
    parts = [*_touches(tables.own_touches, counts.of("touches"), lists), *_fields(values, "person", counts.of("person"), lists)]
    parts += [*_decay(definition, counts.of("decay"), tables), *_of_account(values, definition, counts, tables)]
    for name in {counter.field: None for counter in counts.of("score").values()}:
        tests = {column: counter for column, counter in counts.of("score").items() if counter.field == name}
        parts.append(score_turns(name, tests, definition, tables))
    if BORN.key in counts.names:
        parts.append(births(tables).rename({counts.names[BORN.key]: "born"}))
    return _united([_packed(part, counts) for part in parts])


def _packed(part: Any, counts: Counts) -> Any:
    """The changes a part makes, by counter, as changes of the columns the counters are kept in."""
    columns = {column: ibis.literal(0, "int64") for column in counts.columns}
    for name in (name for name in counts.counters if name in part.columns):
        place = counts.places[name]
        columns[place.column] = columns[place.column] + part[name] * (1 << place.shift)
    return part.select("person_id", "at", **columns)


def named_facts(counts: Counts, facts: Any, *, with_memberships: bool = False) -> Any:
    """The facts of fields the counts name, and memberships where they look at accounts."""
    asked = {(counter.of, counter.field) for counter in counts.of("person", "account").values()}
    if with_memberships or counts.of("account", "account_touches"):
        asked.add(("person", MEMBERSHIP))
    fields = {subject: sorted(field for of, field in asked if of == subject) for subject in ("person", "account")}
    return facts.filter(ibis.or_(*((facts.subject == subject) & facts.field.isin(names or [""]) for subject, names in fields.items())))


def births(tables: Tables) -> Any:
    """The first moment anything is known of each person: (person_id, at, born), born always 1."""
    touches, facts = tables.own_touches, tables.facts.filter(tables.facts.subject == "person")
    seen = ibis.union(
        touches.select("person_id", at=evidence.starts(touches)),
        facts.select(person_id=facts.subject_id, at=evidence.starts(facts)),
        distinct=False,
    )
    return seen.group_by("person_id").agg(at=seen["at"].min(), born=ibis.literal(1, "int64"))


def _touches(touches: Any, counters: Mapping[str, Counter], lists: Lists) -> Iterator[Any]:
    """One pass over the touches for all clauses on the person's own, and one for each window that ends."""
    clauses = {column: counter.touches for column, counter in counters.items() if counter.touches}
    if not clauses:
        return
    found = touches.filter(balanced(or_, [evidence.matches(touches, clause, lists) for clause in clauses.values()]))
    marked = found.select("person_id", "occurred_us", at=evidence.starts(found), **{c: _counts(found, clauses[c], lists) for c in clauses})
    yield marked
    for window in {evidence.within_us(clause) for clause in clauses.values()} - {None}:
        ending = [column for column, clause in clauses.items() if evidence.within_us(clause) == window]
        over = marked.filter(balanced(or_, [marked[column] > 0 for column in ending]))
        yield over.select("person_id", at=over.occurred_us + window, **{column: -over[column] for column in ending})


def _counts(touches: Any, clause: Touches, lists: Lists) -> Any:
    in_time = evidence.starts(touches) < evidence.ends(touches, clause)
    return (evidence.matches(touches, clause, lists) & in_time).cast("int64")


def _fields(values: Any, subject: str, counters: Mapping[str, Counter], lists: Lists) -> Iterator[Any]:
    """Every field test of one subject: +1 where a value that passes comes into force, -1 where it ends."""
    if not counters:
        return
    passing = {column: evidence.passing(values, counter, lists) for column, counter in counters.items()}
    found = values.filter(values.subject == subject, balanced(or_, list(passing.values())))
    by = f"{subject}_id"
    flags = {column: evidence.passing(found, counter, lists).cast("int64") for column, counter in counters.items()}
    yield from both_ends(found.select("from_us", "to_us", **{by: found.subject_id}, **flags), [by], list(flags))


def both_ends(spans: Any, by: list[str], columns: list[str]) -> Iterator[Any]:
    """What holds from `from_us` to `to_us`, as the two boundaries it has."""
    yield spans.select(*by, *columns, at="from_us")
    ended = spans.filter(spans.to_us < FOREVER)
    yield ended.select(*by, at="to_us", **{column: -ended[column] for column in columns})


def _decay(definition: Definition, counters: Mapping[str, Counter], tables: Tables) -> Iterator[Any]:
    """The milli-points of all shrinking rules: all at once when a touch starts to count, less at each midnight.

    Steps of midnights before the touch was known fall on the moment it was known, where they add up; so do those of
    all midnights before `since_us`.
    """
    parts = [_shrinking(tables.own_touches, column, counter, definition) for column, counter in counters.items()]
    if not parts:
        return
    touches = _with_day(_united(parts), tables.midnights)
    aged = touches.join(tables.decay.rename(age="day"), "curve")
    aged = aged.mutate(day=aged.day + aged.age).join(tables.midnights, "day")
    since = [] if tables.since_us is None else [tables.since_us]
    aged = aged.mutate(from_us=ibis.greatest(aged.from_us, aged.at_us, *since)).filter(aged.at_us < aged.to_us)
    steps = {column: ibis.ifelse(aged.rule == column, aged.step, 0) for column in counters}
    yield from both_ends(aged.select("person_id", "from_us", "to_us", **steps), ["person_id"], list(counters))


def _shrinking(touches: Any, column: str, counter: Counter, definition: Definition) -> Any:
    assert counter.touches is not None  # noqa: S101 - for the type checker
    assert counter.curve is not None  # noqa: S101
    number = curves(definition.scores).index(counter.curve)
    return evidence.counting(touches, counter.touches, definition.lists).mutate(
        rule=ibis.literal(column), curve=ibis.literal(number, "int64")
    )


def score_turns(name: str, tests: Mapping[str, Counter], definition: Definition, tables: Tables) -> Any:
    """When the points of a score begin and cease to pass each test: (person_id, at, one column per test).

    Added up apart from the rest, for those alone who could ever have enough: points change at every midnight, the
    answer to a test seldom.
    """
    asked = {column: counter.test for column, counter in tests.items() if counter.test}
    people = enough_points(tables.own_touches, score_named(name, definition.scores), loosest(asked.values()), definition.lists)
    tables = tables if people is None else tables.only(people)
    counts = definition.points_counts(name, asked.values())

    def passing(test: Test) -> Callable[[Read], Any]:
        return lambda read: once_born(passes_points(test, definition.milli(name, counts.see(read))), counts, counts.see(read))

    truths = {column: passing(test) for column, test in asked.items()}
    return turns(boundaries(definition, counts, tables), ["person_id"], counts.columns, truths, few=tables.few)


def _with_day(touches: Any, midnights: Any) -> Any:
    """The touches with the local day on which they occurred."""
    days = midnights.mutate(until_us=midnights.at_us.lead().over(ibis.window(order_by="day")).fill_null(FOREVER))
    return touches.join(days, [touches.occurred_us >= days.at_us, touches.occurred_us < days.until_us]).drop("at_us", "until_us")


def _of_account(values: Any, definition: Definition, counts: Counts, tables: Tables) -> Iterator[Any]:
    """Account clauses: boundaries of accounts, handed to each person for the time they belong there."""
    counters = counts.of("account", "account_touches")
    if not counters:
        return
    members = evidence.memberships(values)
    parts = list(_fields(values, "account", counts.of("account"), definition.lists))
    for column, counter in counts.of("account_touches").items():
        parts.append(account_turns(tables, members, column, counter, definition.lists))
    lifted = _aligned(parts, "account_id", counters).join(members, "account_id")
    lifted = lifted.filter(lifted["at"] < lifted.to_us)
    lifted = lifted.mutate(from_us=ibis.greatest(lifted["at"], lifted.from_us))
    yield from both_ends(lifted, ["person_id"], list(counters))


def account_turns(tables: Tables, members: Any, column: str, counter: Counter, lists: Lists) -> Any:
    """When a clause on everybody's touches begins and ceases to hold at an account: (account_id, at, column).

    A touch counts while it counts by itself and its person belongs to the account. Nobody's touch stops counting here
    because their lead was returned: that is said of the lead, not of the account.
    """
    if tables.turns is not None:
        told = tables.turns.filter(tables.turns.clause == counter.key)
        return told.select("account_id", "at", **{column: told.change})
    clause = counter.touches
    assert clause is not None  # noqa: S101 - for the type checker
    counted = evidence.overlaps(evidence.counting(tables.touches, clause, lists), members, "person_id")
    rows = list(both_ends(counted.mutate(touches=ibis.literal(1, "int64")), ["account_id", "person_id"], ["touches"]))
    parts = [row.select("account_id", "at", "touches") for row in rows]
    if clause.people:
        one = ibis.union(*rows, distinct=False)
        here = {"people": lambda count: count("touches") > 0}
        parts.append(turns(one, ["account_id", "person_id"], ["touches"], here, few=tables.few).drop("person_id"))

    def holds(count: Read) -> Any:
        return (count("touches") >= clause.at_least) & (count("people") >= (clause.people or 0))

    columns = ["touches", "people"]
    return turns(_aligned(parts, "account_id", columns), ["account_id"], columns, {column: holds}, few=tables.few)


def _aligned(parts: Iterable[Any], by: str, columns: Iterable[str]) -> Any:
    """The parts on top of each other, each with every column; what a part does not name it leaves unchanged."""
    names, none = list(columns), ibis.literal(0, "int64")
    return _united([part.select(by, "at", **{name: part[name] if name in part.columns else none for name in names}) for part in parts])


def _united(parts: list[Any]) -> Any:
    return balanced(lambda above, below: above.union(below), parts)
