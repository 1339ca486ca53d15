"""Which touches count and which values are in force, each with the moments from and to which it does."""

from operator import and_
from typing import Any

import ibis

from treaty.agreement.conditions import Touches
from treaty.qualification.counts import Counter
from treaty.qualification.schemas import FOREVER, MEMBERSHIP
from treaty.qualification.values import Lists, balanced, passes


def within_us(clause: Touches) -> int | None:
    """The clause's window in microseconds; None counts for ever."""
    return None if clause.within is None else int(clause.within.span.total_seconds()) * 1_000_000


def matches(touches: Any, clause: Touches, lists: Lists) -> Any:
    """Whether a touch is of the clause's kind and passes its `where`; windows are not asked. Kinds are compared exactly."""
    parts = [touches.kind.isin(clause.kinds)] if clause.kinds else []
    parts += [passes(test, touches[field], None, lists) for field, test in clause.where.items()]
    return balanced(and_, parts) if parts else ibis.literal(True)


def starts(table: Any) -> Any:
    """When a touch or a fact can first count: once it has occurred and is known."""
    return ibis.greatest(table.occurred_us, table.known_us)


def ends(touches: Any, clause: Touches) -> Any:
    """When a touch no longer counts: exactly `within` after it occurred, or FOREVER."""
    window = within_us(clause)
    return ibis.literal(FOREVER, "int64") if window is None else touches.occurred_us + window


def counting(touches: Any, clause: Touches, lists: Lists) -> Any:
    """The touches a clause counts: (touch_id, person_id, occurred_us, from_us, to_us).

    A touch known only after its window has run out never counts and has no row.
    Source: agreement, stages (R20); DESIGN 2.1 and 2.2.
    """
    return lasting(touches.filter(matches(touches, clause, lists)), clause)


def lasting(found: Any, clause: Touches) -> Any:
    """The same of touches that match; without their ids where nobody read them."""
    names = [name for name in ("touch_id", "person_id", "occurred_us") if name in found.columns]
    found = found.select(*names, from_us=starts(found), to_us=ends(found, clause))
    return found.filter(found.from_us < found.to_us) if clause.within else found


def in_force(facts: Any) -> Any:
    """Each fact with the moments in which its value is the one in force: facts' columns, from_us, to_us.

    Of all rows that have started, the one last in (occurred, known, fact_id) is in force. So a row ends where
    any later row starts; a row known only after a later one has started is never in force and has no row here.
    """
    facts = facts.mutate(from_us=starts(facts))
    later = ibis.window(group_by=["subject", "subject_id", "field"], order_by=["occurred_us", "known_us", "fact_id"], following=(1, None))
    ended = facts.mutate(to_us=facts.from_us.min().over(later).fill_null(FOREVER))
    return ended.filter(ended.from_us < ended.to_us)


def field_in_force(facts: Any, subject: str, field: str, wanted: Any = None) -> Any:
    """The same of one field, over a whole history: (subject_id, text, number, from_us, to_us).

    wanted: an Ibis boolean over the facts; of whom it is never true nothing is said. Most have one value ever, which needs no order.
    """
    facts = facts.filter(facts.subject == subject, facts.field == field)
    told = facts.select("subject_id", "text", "number", "occurred_us", "known_us", "fact_id", from_us=starts(facts))
    several = {"n": told.count(), "text": told.text.max(), "number": told.number.max(), "from_us": told.from_us.max()}
    if wanted is not None:
        is_wanted = wanted(told)
        several["n_wanted"] = told.count(where=is_wanted)
    counted = told.group_by("subject_id").agg(**several)
    if wanted is not None:
        counted = counted.filter(counted.n_wanted > 0)
    once = counted.filter(counted.n == 1).select("subject_id", "text", "number", "from_us", to_us=ibis.literal(FOREVER, "int64"))
    more = told.semi_join(counted.filter(counted.n > 1), "subject_id")
    later = ibis.window(group_by="subject_id", order_by=["occurred_us", "known_us", "fact_id"], following=(1, None))
    more = more.mutate(to_us=more.from_us.min().over(later).fill_null(FOREVER))
    more = more.filter(more.from_us < more.to_us).select(*once.columns)
    return ibis.union(once, more, distinct=False)


def memberships(values: Any) -> Any:
    """Who belongs to which account, from and to when: (person_id, account_id, from_us, to_us). values: `in_force` rows."""
    return as_memberships(values.filter(values.subject == "person", values.field == MEMBERSHIP))


def as_memberships(rows: Any) -> Any:
    """The same of values of the field that says where a person belongs."""
    rows = rows.filter(rows.number.notnull())
    return rows.select("from_us", "to_us", person_id=rows.subject_id, account_id=rows.number.cast("int64"))


def passing(values: Any, counter: Counter, lists: Lists) -> Any:
    """Whether a row of `in_force` is of the field the counter asks about, with a value that passes its test."""
    assert counter.test is not None  # noqa: S101 - for the type checker: a field counter has one
    return (values.field == counter.field) & passes(counter.test, values.text, values.number, lists)


def overlaps(left: Any, right: Any, on: str) -> Any:
    """The moments both have in common, per pair of rows of one `on`: every column of both, from_us, to_us."""
    pairs = left.join(right.rename(other_from="from_us", other_to="to_us"), on)
    both = pairs.mutate(from_us=ibis.greatest(pairs.from_us, pairs.other_from), to_us=ibis.least(pairs.to_us, pairs.other_to))
    return both.filter(both.from_us < both.to_us).drop("other_from", "other_to")
