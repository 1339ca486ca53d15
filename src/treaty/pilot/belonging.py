"""To whom the segments and the conditions of a route apply at the moment somebody qualifies. Tables in, table out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import ibis

from treaty.agreement.conditions import Condition
from treaty.engine.measuring import Fetching, Span
from treaty.pilot.replayed import Replayed
from treaty.qualification.measures import holds
from treaty.qualification.replaying import history


def holding(lake: Fetching, replayed: Replayed, entries: Any, conditions: Mapping[str, Condition], span: Span) -> Any:
    """Which of some conditions hold for each person at the moment of their entry: (person_id, name), a row for each that does.

    entries: (person_id, at_us). A condition that asks for nothing holds for everybody.
    Source: agreement, profile.segments and handoff.route (R22).
    """
    parts = [
        _one(lake, replayed, entries, condition, span).select("person_id", name=ibis.literal(name))
        for name, condition in conditions.items()
    ]
    return ibis.union(*parts, distinct=False) if len(parts) > 1 else parts[0]


def _one(lake: Fetching, replayed: Replayed, entries: Any, condition: Condition, span: Span) -> Any:
    if condition == Condition():
        return entries
    definition = replace(replayed.definition, condition=condition)
    tables = history(lake, definition, replayed.zone, span).only(entries.select("person_id"))
    spans = holds(definition, tables)
    joined = entries.join(spans, "person_id")
    return joined.filter((joined.from_us <= joined.at_us) & (joined.to_us.isnull() | (joined.at_us < joined.to_us)))


def account_owners(lake: Fetching, entries: Any) -> Any:
    """Who owns the account each person belongs to, today: (person_id, owner_id)."""
    people, accounts = lake.table("people").select("person_id", "account_id"), lake.table("accounts").select("account_id", "owner_id")
    rows = entries.join(people, "person_id").join(accounts, "account_id")
    return rows.filter(rows.owner_id.notnull()).select("person_id", "owner_id")


def first_of(names: Sequence[str], holding: Sequence[str]) -> str:
    """The first segment, in the order they are tried, that holds; empty for none."""
    return next((name for name in names if name in holding), "")
