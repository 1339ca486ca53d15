"""What became of people and deals, beside the moment a definition would have found them. Tables in, table out.

entries, everywhere: (person_id, at_us), one row per person (see `entries.entered`).
"""

from collections.abc import Sequence
from typing import Any

import ibis

from treaty.engine.measuring import Lake
from treaty.funnel.deals import with_first_amount
from treaty.pilot.entries import known
from treaty.qualification.evidence import starts
from treaty.qualification.schemas import FOREVER
from treaty.truth.measures import Exchange, in_currency

BOTH, ONE = "both", "only"
Step = tuple[str, str]
"""From one stage to another."""


def everybody(lake: Lake) -> Any:
    """Every known person as if found before anything was known: what became of all of them is what entries are held against."""
    return known(lake).select("person_id", at_us=ibis.literal(-FOREVER, "int64"))


def judged(lake: Lake, entries: Any, other: Any = None, *, returns: Sequence[Step] = ()) -> Any:
    """What became of each person after their entry: (person_id, at_us, side, answer, deal, is_returned, is_worked, is_before).

    other: entries of the document it is compared with · side: `both`, or `only` where the other never finds them
    answer: sales' first answer from then on, `accepted`, `rejected` or `recycled`, empty for none · deal: of the deals opened from
    then on with their lead or with them in the buying group the best, `won`, `lost` or `open`, empty for none
    is_returned: whether a lead of theirs was given back from then on, by one of `returns`, the steps from sales' care into marketing's
    is_worked: whether sales ever answered, reached out, gave back a lead or had a deal with them: of others nothing is known
    is_before: whether sales had answered, or a deal was opened, before: then the entry found nobody
    """
    rows = entries.mutate(side=ibis.literal(ONE))
    if other is not None:
        there = other.select("person_id", other_id="person_id").distinct()
        rows = entries.left_join(there, "person_id")
        rows = rows.mutate(side=ibis.ifelse(rows.other_id.notnull(), BOTH, ONE)).select(*entries.columns, "side")
    for part in (_answered(lake, entries), _dealt(lake, entries), _returned(lake, entries, returns), _worked(lake, returns)):
        rows = rows.left_join(part, "person_id").drop("person_id_right")
    is_before = (rows.answers_before.fill_null(0) > 0) | (rows.deals_before.fill_null(0) > 0)
    return rows.select(
        "person_id", "at_us", "side", answer=rows.answer.fill_null(""), deal=rows.deal.fill_null(""),
        is_returned=rows.returned.notnull(), is_worked=rows.worked.notnull(), is_before=is_before,
    )  # fmt: skip


def answers(lake: Lake) -> Any:
    """Every answer of sales that stands: (person_id, answer, answered_us, disposition_id)."""
    given, handoffs = lake.table("dispositions"), lake.table("handoffs").select("handoff_id", "lead_id")
    given = given.filter(given.withdrawn_us.isnull()).select("handoff_id", "disposition_id", answer="outcome", answered_us="at_us")
    rows = given.join(handoffs, "handoff_id").join(lake.table("leads").select("lead_id", "person_id"), "lead_id")
    return rows.select("person_id", "answer", "answered_us", "disposition_id")


def own_deals(lake: Lake) -> Any:
    """Whose a deal is by name: the person of its lead, and everybody in its buying group: (opportunity_id, person_id)."""
    deals, leads, roles = lake.table("opportunities"), lake.table("leads"), lake.table("buying_roles")
    of_lead = deals.select("opportunity_id", "lead_id").join(leads.select("lead_id", "person_id"), "lead_id")
    group = roles.semi_join(deals, "opportunity_id")
    parts = [rows.select("opportunity_id", "person_id") for rows in (of_lead, group)]
    return ibis.union(*parts, distinct=True)


def involved(lake: Lake) -> Any:
    """The same, and where a deal names nobody all known people of its account: (opportunity_id, person_id)."""
    named, deals = own_deals(lake), lake.table("opportunities")
    nameless = deals.anti_join(named, "opportunity_id").filter(ibis._.account_id.notnull()).select("opportunity_id", "account_id")
    there = nameless.join(known(lake), "account_id").select("opportunity_id", "person_id")
    return ibis.union(named, there, distinct=False)


def deals_judged(lake: Lake, exchange: Exchange, new: Any, old: Any = None) -> Any:
    """Each deal with the first entry of its people: (opportunity_id, key, outcome, opened_us, closed_us, people, seen_us, new_us,
    new_any_us, old_us, old_any_us, pipeline, revenue).

    exchange: how amounts become the agreement's currency · pipeline, revenue: whole smallest units of it, of the amount the deal was
    opened with and of its last; null where none is known · opened_us: when it was opened; of a deal without that date, when it was
    closed or told · people: how many known people it has · seen_us: the first touch of any of them · new_us: the first entry at or
    before it was opened, new_any_us: the first at all; old: the same of the document compared with, null where there is none
    """
    deals = with_first_amount(lake, lake.table("opportunities"))
    deals = in_currency(lake, deals, exchange, ("amount", "created_amount"))
    deals = deals.select(
        "opportunity_id", "key", "outcome", "closed_us", opened_us=_opened(deals),
        pipeline="created_amount_units", revenue="amount_units",
    )  # fmt: skip
    people = involved(lake)
    rows = _beside(deals, people.group_by("opportunity_id").agg(people=people.count()))
    rows = _beside(rows, _seen(lake, people))
    for name, entries in (("new", new), ("old", old)):
        rows = _beside(rows, _found(deals, people, entries, name)) if entries is not None else rows.mutate(**_none(name))
    return rows.mutate(people=rows.people.fill_null(0))


def _opened(deals: Any) -> Any:
    return ibis.coalesce(deals.opened_us, deals.closed_us, deals.received_us)


def _beside(rows: Any, more: Any) -> Any:
    joined = rows.left_join(more, "opportunity_id")
    return joined.drop("opportunity_id_right")


def _none(name: str) -> dict[str, Any]:
    return {f"{name}_us": ibis.null("int64"), f"{name}_any_us": ibis.null("int64")}


def _seen(lake: Lake, people: Any) -> Any:
    """The first touch of any of a deal's people: (opportunity_id, seen_us)."""
    touches = lake.table("touches").semi_join(people, "person_id")
    first = touches.group_by("person_id").agg(seen_us=starts(touches).min())
    seen = people.join(first, "person_id")
    return seen.group_by("opportunity_id").agg(seen_us=seen.seen_us.min())


def _found(deals: Any, people: Any, entries: Any, name: str) -> Any:
    found = people.join(entries, "person_id").join(deals.select("opportunity_id", "opened_us"), "opportunity_id")
    in_time = found.at_us <= found.opened_us
    return found.group_by("opportunity_id").agg(**{f"{name}_us": found.at_us.min(where=in_time), f"{name}_any_us": found.at_us.min()})


def _answered(lake: Lake, entries: Any) -> Any:
    """The first answer from the entry on, and how many there were before: (person_id, answer, answers_before)."""
    rows = answers(lake).join(entries, "person_id")
    in_order = ibis.window(group_by="person_id", order_by=["is_early", "answered_us", "disposition_id"])
    rows = rows.mutate(is_early=(rows.answered_us < rows.at_us).cast("int8"))
    rows = rows.mutate(place=ibis.row_number().over(in_order))
    first = (rows.place == 0) & (rows.is_early == 0)
    return rows.group_by("person_id").agg(
        answer=ibis.ifelse(first, rows.answer, ibis.null("string")).max(), answers_before=rows.is_early.cast("int64").sum()
    )


def _dealt(lake: Lake, entries: Any) -> Any:
    """The best deal opened from the entry on, and how many were opened before: (person_id, deal, deals_before)."""
    deals = lake.table("opportunities")
    deals = deals.select("opportunity_id", "outcome", opened_us=_opened(deals))
    rows = own_deals(lake).join(deals, "opportunity_id").join(entries, "person_id")
    is_later = rows.opened_us >= rows.at_us
    best = {outcome: rows.count(where=is_later & (rows.outcome == outcome)) for outcome in ("won", "lost", "open")}
    found = rows.group_by("person_id").agg(**best, deals_before=rows.count(where=rows.opened_us < rows.at_us))
    deal = ibis.cases((found.won > 0, "won"), (found.lost > 0, "lost"), (found.open > 0, "open"), else_="")
    return found.select("person_id", "deals_before", deal=deal)


def tries(lake: Lake) -> Any:
    """What went out from sales to somebody and stands; notes do not."""
    rows = lake.table("activities")
    return rows.filter((rows.direction == "out") & (rows.kind != "note") & rows.withdrawn_us.isnull() & rows.person_id.notnull())


def given_back(lake: Lake, returns: Sequence[Step]) -> Any:
    """Every step by which a lead was given back: (person_id, moved_us)."""
    moves, leads = lake.table("stage_moves"), lake.table("leads").select("lead_id", "person_id")
    is_return = ibis.or_(ibis.literal(False), *((moves.from_stage == a) & (moves.to_stage == b) for a, b in returns))
    rows = moves.filter(moves.withdrawn_us.isnull(), is_return).select("lead_id", moved_us="at_us")
    return rows.join(leads, "lead_id").select("person_id", "moved_us")


def _returned(lake: Lake, entries: Any, returns: Sequence[Step]) -> Any:
    """Whose lead was given back from the entry on: (person_id, returned), returned always 1."""
    rows = given_back(lake, returns).join(entries, "person_id")
    return rows.filter(rows.moved_us >= rows.at_us).select("person_id", returned=ibis.literal(1, "int8")).distinct()


def _worked(lake: Lake, returns: Sequence[Step]) -> Any:
    """Whom sales ever answered, reached out to, gave back, or had a deal with: (person_id, worked), worked always 1."""
    parts = [rows.select("person_id") for rows in (answers(lake), tries(lake), given_back(lake, returns), own_deals(lake))]
    return ibis.union(*parts, distinct=True).mutate(worked=ibis.literal(1, "int8"))
