"""Measures of routing: who took how many turns. Tables in, table out."""

from typing import Any

from treaty.engine.measuring import Lake, Span, within


def turns(lake: Lake, span: Span) -> Any:
    """Turns taken in a period: (pool, owner_id, n). A lead that went by account or by hand takes no turn."""
    rows = lake.table("assignments")
    taken = within(rows.filter(rows.turn.notnull()), rows.starts_us, span)
    return taken.group_by(["pool", "owner_id"]).agg(n=taken.count())
