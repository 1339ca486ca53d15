"""The meeting itself: the deals won and lost last, with the signals each had when sales first acted."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import ibis

from treaty.engine.measuring import Fetching
from treaty.moments import from_us
from treaty.pilot import belonging, outcomes
from treaty.pilot.entries import span_of
from treaty.pilot.replayed import Replayed
from treaty.pilot.suggesting import counting
from treaty.pilot.suggesting.signals import Signal
from treaty.truth.models import Opportunity

MOST = 10


@dataclass(frozen=True, slots=True)
class Talked:
    """One deal to talk about. had: of the signals that were asked about those one of its people had when sales first acted."""

    key: str
    name: str
    outcome: str
    closed_at: datetime
    had: tuple[Signal, ...]


def last_deals(lake: Fetching, document: Replayed, signals: Sequence[Signal], outcome: str) -> list[Talked]:
    """The deals that closed last with this outcome, `won` or `lost`, the latest first. Raises NotReplayable, TookTooLong."""
    deals = lake.table("opportunities")
    closed = deals.filter(deals.outcome == outcome, deals.closed_us.notnull())
    closed = closed.order_by([ibis.desc("closed_us"), ibis.desc("opportunity_id")]).limit(MOST)
    rows = lake.fetch(closed.select("opportunity_id", "key", "closed_us")).to_pylist()
    ids = [row["opportunity_id"] for row in rows]
    names = {deal.pk: str(deal) for deal in Opportunity.objects.filter(pk__in=ids)}
    had = _had(lake, document, signals, ids)
    return [
        Talked(
            row["key"],
            names.get(row["opportunity_id"], row["key"]),
            outcome,
            from_us(row["closed_us"]),
            tuple(one for place, one in enumerate(signals) if place in had[row["opportunity_id"]]),
        )
        for row in sorted(rows, key=lambda row: (-row["closed_us"], -row["opportunity_id"]))
    ]


def _had(lake: Fetching, document: Replayed, signals: Sequence[Signal], deals: Sequence[int]) -> dict[int, set[int]]:
    """By deal the places of the signals its people had."""
    found: dict[int, set[int]] = defaultdict(set)
    span = span_of(lake)
    if not signals or not deals or span is None:
        return found
    people = outcomes.involved(lake)
    people = people.filter(people.opportunity_id.isin(list(deals)))
    acts = counting.first_acts(lake).semi_join(people, "person_id")
    conditions = {str(place): one.condition for place, one in enumerate(signals)}
    held = people.join(belonging.holding(lake, document, acts, conditions, span), "person_id").select("opportunity_id", "name")
    for row in lake.fetch(held.distinct()).to_pylist():
        found[row["opportunity_id"]].add(int(row["name"]))
    return found
