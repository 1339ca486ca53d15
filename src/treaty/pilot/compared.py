"""Two sets of entries beside each other, and what deals say of them. Tables in, table out; entries: (person_id, at_us)."""

from collections.abc import Mapping, Sequence
from typing import Any

import ibis

from treaty.engine.measuring import Lake, by_period
from treaty.pilot.outcomes import answers
from treaty.pilot.shares import Key

DAY_US = 86_400_000_000


def overlap(new: Any, old: Any) -> Any:
    """One row: how many people both find, and either alone (both, only_new, only_old); of both who is found earlier, at the same
    moment and later than by the old one (earlier, same, later), and the median of what is gained, in days (gained_days)."""
    rows = _side_by_side(new, old)
    is_both = rows.new_us.notnull() & rows.old_us.notnull()
    gained = rows.old_us - rows.new_us
    return rows.agg(
        both=rows.count(where=is_both), only_new=rows.count(where=rows.old_us.isnull()), only_old=rows.count(where=rows.new_us.isnull()),
        earlier=rows.count(where=is_both & (gained > 0)), same=rows.count(where=is_both & (gained == 0)),
        later=rows.count(where=is_both & (gained < 0)),
        gained_days=ibis.ifelse(is_both, gained / DAY_US, ibis.null("float64")).quantile(0.5),
    )  # fmt: skip


def _side_by_side(new: Any, old: Any) -> Any:
    """(person_id, new_us, old_us) of everybody either finds."""
    parts = [
        new.select("person_id", new_us="at_us", old_us=ibis.null("int64")),
        old.select("person_id", new_us=ibis.null("int64"), old_us="at_us"),
    ]
    rows = ibis.union(*parts, distinct=False)
    return rows.group_by("person_id").agg(new_us=rows.new_us.min(), old_us=rows.old_us.min())


def only(entries: Any, other: Any) -> Any:
    """Those the other one never finds."""
    return entries.anti_join(other, "person_id")


def moved(entries: Any, other: Any) -> Any:
    """Entries the other one does not have at that moment."""
    return entries.anti_join(other, ["person_id", "at_us"])


def latest(entries: Any, most: int) -> Any:
    return entries.order_by([ibis.desc("at_us"), "person_id"]).limit(most)


def per_period(entries: Any, edges: Sequence[int]) -> Any:
    """How many entered in each period: (period, n); 0 is the first."""
    rows = by_period(entries, entries.at_us, edges)
    return rows.group_by("period").agg(n=rows.count())


BECAME = ("answer", "deal", "is_returned", "is_worked", "is_before")


def counted(people: Any, by: str = "side") -> Any:
    """How many people by what became of them, see `outcomes.judged`, and by another column of theirs."""
    return people.group_by([by, *BECAME]).agg(n=people.count())


def key_of(row: Mapping[str, Any]) -> Key:
    """What became of the people a row of `counted` counts."""
    answer, deal, is_returned, is_worked, is_before = (row[name] for name in BECAME)
    return answer, deal, is_returned, is_worked, is_before


def accepted_before(lake: Lake, entries: Any) -> Any:
    """One row: how many people sales ever accepted (n), and how many of them the definition had found by then (found)."""
    given = answers(lake)
    first = given.filter(given.answer == "accepted").group_by("person_id").agg(answered_us=given.answered_us.min())
    rows = first.left_join(entries, "person_id")
    return rows.agg(n=rows.count(), found=rows.count(where=rows.at_us <= rows.answered_us))


def deals_counted(deals: Any) -> Any:
    """Deals by outcome and by who finds them in time: (outcome, can_tell, by_new, by_old, late_new, n, pipeline, pipeline_squares,
    revenue, revenue_squares); amounts in whole smallest units. deals: `outcomes.deals_judged`.

    can_tell: one of its people had been seen doing something before it was opened: of others no definition could say anything
    late_new: found by the new definition, but only after it was opened
    """
    rows = deals.mutate(
        can_tell=(deals.people > 0) & (deals.seen_us <= deals.opened_us).fill_null(False),
        by_new=deals.new_us.notnull(), by_old=deals.old_us.notnull(),
        late_new=deals.new_us.isnull() & deals.new_any_us.notnull(),
    )  # fmt: skip
    squares = {f"{name}_squares": (rows[name].cast("float64") * rows[name].cast("float64")).sum() for name in ("pipeline", "revenue")}
    return rows.group_by(["outcome", "can_tell", "by_new", "by_old", "late_new"]).agg(
        n=rows.count(), pipeline=rows.pipeline.sum().cast("float64"), revenue=rows.revenue.sum().cast("float64"), **squares
    )


def last_deals(deals: Any, outcome: str, most: int) -> Any:
    """The deals that closed last with this outcome, the latest first."""
    rows = deals.filter(deals.outcome == outcome, deals.closed_us.notnull())
    return rows.order_by([ibis.desc("closed_us"), ibis.desc("opportunity_id")]).limit(most)


def first_of_deals(people: Any, entries: Any, ids: Sequence[int]) -> Any:
    """Of some deals the person each definition finds first: (opportunity_id, person_id, at_us)."""
    rows = people.filter(people.opportunity_id.isin(list(ids))).join(entries, "person_id")
    in_order = ibis.window(group_by="opportunity_id", order_by=["at_us", "person_id"])
    rows = rows.mutate(place=ibis.row_number().over(in_order))
    return rows.filter(rows.place == 0).select("opportunity_id", "person_id", "at_us")
