"""Who would have entered a stage, and when: the definition of a document over all of history. Tables in, table out."""

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import ibis

from treaty.agreement.conditions import Condition, Test
from treaty.engine.laid import laid, laid_anew
from treaty.engine.measuring import Fetching, Lake, Span, kept_rows
from treaty.moments import to_us
from treaty.pilot.replayed import Replayed, key_of
from treaty.qualification.counters import Definition
from treaty.qualification.measures import first_held, holds
from treaty.qualification.midnights import between
from treaty.qualification.replaying import history
from treaty.qualification.schemas import Tables
from treaty.truth.stated import doubt_of


def span_of(lake: Fetching) -> Span | None:
    """From the first touch to the moment of the lake, in microseconds; None where nobody was ever seen doing anything."""
    [row] = kept_rows(lake, ("first touch",), lambda: lake.table("touches").agg(first_us=ibis._.occurred_us.min()))
    return None if row["first_us"] is None else (int(row["first_us"]), to_us(lake.as_of))


def entered(lake: Fetching, replayed: Replayed, span: Span, *, without_assumed: bool = False) -> Any:
    """The first moment at which each known person satisfies the definition: (person_id, at_us), none after the span.

    Judged as it was known then: nothing counts before the system of record had it. People nobody has named are left out, as they
    are when leads are judged; what they did before they were named counts once they are.
    without_assumed: leave out values of which it is assumed since when they hold.
    Source: R4; DESIGN 2.1 to 2.3.
    """
    return _whole(lake, replayed.definition, replayed, span, without_assumed=without_assumed)


def being_written(lake: Fetching, replayed: Replayed, span: Span) -> Any:
    """The same of a document that changes with every question: only its ways that were not asked before are worked out, and the rows lie
    under one name for all of them. Whoever asks holds a lock until they are read."""
    return laid_anew(lake, BEING_WRITTEN, lambda: _first(lake, replayed.definition, replayed, span).filter(ibis._.at_us <= span[1]))


def if_known(lake: Fetching, replayed: Replayed, span: Span, *, without_assumed: bool = False) -> Any:
    """The same if every value that nobody knew had been as its clause asks: who is in it and not in `entered` fails by an unknown."""
    asked = replace(replayed.definition, condition=_forgiving(replayed.condition))
    return _whole(lake, asked, replayed, span, without_assumed=without_assumed)


def if_excluded(lake: Fetching, replayed: Replayed, span: Span, *, without_assumed: bool = False) -> Any:
    """The same if every value that nobody knew had been as the `none` around its clause excludes: who is in `entered` and not in it
    qualifies only because a value is unknown."""
    asked = replace(replayed.definition, condition=_excluding(replayed.condition))
    return _whole(lake, asked, replayed, span, without_assumed=without_assumed)


def asks_for_values(replayed: Replayed) -> bool:
    """Whether an unknown value could keep anybody out."""
    return _forgiving(replayed.condition) != replayed.condition


def excludes_by_values(replayed: Replayed) -> bool:
    """Whether an unknown value could let anybody in."""
    return _excluding(replayed.condition) != replayed.condition


def standing(lake: Fetching, replayed: Replayed, span: Span) -> Any:
    """Known people who satisfy the definition at the end of the span and have no open lead: (person_id, from_us)."""
    spans = holds(replayed.definition, _tables(lake, replayed.definition, replayed, span))
    leads = lake.table("leads")
    now = spans.filter((spans.from_us <= span[1]) & (spans.to_us.isnull() | (spans.to_us > span[1])))
    now = now.semi_join(known(lake), "person_id").anti_join(leads.filter(leads.closed_us.isnull()), "person_id")
    return now.select("person_id", "from_us")


def known(lake: Lake) -> Any:
    """Everybody an e-mail or a system's record names, under the record they are kept under: (person_id, account_id)."""
    people = lake.table("people")
    return people.filter(~people.is_visitor & people.merged_into_id.isnull()).select("person_id", "account_id")


BEING_WRITTEN = "entered, of a document that is being written"


def _whole(lake: Fetching, definition: Definition, replayed: Replayed, span: Span, *, without_assumed: bool = False) -> Any:
    key = ("entered by any way", *_key(lake, definition, replayed, span, without_assumed=without_assumed))
    rows = laid(lake, key, lambda: _first(lake, definition, replayed, span, without_assumed=without_assumed))
    return rows.filter(rows.at_us <= span[1])


def _first(lake: Fetching, definition: Definition, replayed: Replayed, span: Span, *, without_assumed: bool = False) -> Any:
    """The first moment of each person by any of the ways in: the first of the first of each way, which is kept by itself."""
    ways = [replace(definition, condition=way) for way in ways_in(definition.condition)]
    parts = [_by_one(lake, way, replayed, span, without_assumed=without_assumed) for way in ways]
    if len(parts) == 1:
        return parts[0]
    rows = ibis.union(*parts, distinct=False)
    return rows.group_by("person_id").agg(at_us=rows.at_us.min())


def ways_in(condition: Condition) -> list[Condition]:
    """The conditions any of which is enough; the condition itself where it asks for something else."""
    if not condition.any or condition != Condition(any=condition.any):
        return [condition]
    return [way for child in condition.any for way in ways_in(child)]


def _by_one(lake: Fetching, definition: Definition, replayed: Replayed, span: Span, *, without_assumed: bool = False) -> Any:
    def make() -> Any:
        first = first_held(definition, _tables(lake, definition, replayed, span, without_assumed=without_assumed))
        return first.semi_join(known(lake), "person_id")

    return laid(lake, ("entered", *_key(lake, definition, replayed, span, without_assumed=without_assumed)), make)


def _key(lake: Fetching, definition: Definition, replayed: Replayed, span: Span, *, without_assumed: bool) -> tuple[Hashable, ...]:
    return key_of(definition, replayed.zone), without_assumed, _nights(definition, replayed, span), doubt_of(lake)


def _tables(lake: Fetching, definition: Definition, replayed: Replayed, span: Span, *, without_assumed: bool = False) -> Tables:
    return history(lake, definition, replayed.zone, span, without_assumed=without_assumed)


def _nights(definition: Definition, replayed: Replayed, span: Span) -> tuple[int, int]:
    """How far midnights reach, where points shrink at them: else the answer is the same whenever it is asked."""
    return (span[0], between(replayed.zone, span[1], span[1])[0][0]) if definition.reach else (0, 0)


def _forgiving(condition: Condition) -> Condition:
    """The condition with each test of a value also passed where the value is not known; within `none` nothing changes."""
    changed: dict[str, Any] = {"any": condition.any and [_forgiving(child) for child in condition.any]}
    alone = [_forgiving(child) for child in condition.all or ()]
    for kind in ("person", "account", "answer"):
        alone += [_or_unknown(kind, name, test) for name, test in (getattr(condition, kind) or {}).items()]
        changed[kind] = None
    return condition.model_copy(update=changed | {"all": alone or None})


def _excluding(condition: Condition) -> Condition:
    """The condition with each test of a value within a `none` also passed where the value is not known."""
    changed: dict[str, Any] = {name: [_excluding(child) for child in of] for name in ("any", "all") if (of := getattr(condition, name))}
    if condition.none:
        changed["none"] = [_forgiving(child) for child in condition.none]
    return condition.model_copy(update=changed)


def _or_unknown(kind: str, name: str, test: Test) -> Condition:
    asked = Condition.model_validate({kind: {name: test}})
    if test.known:
        return asked
    return Condition(any=[asked, Condition(none=[Condition.model_validate({kind: {name: {"known": True}}})])])
