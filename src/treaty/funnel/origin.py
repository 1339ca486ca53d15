"""One campaign or content: the records behind each of its figures, and every deal it touched."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import ibis

from treaty.attribution import versions
from treaty.attribution.sharing import counts_as
from treaty.currencies import of_units
from treaty.engine.measuring import kept_rows, rows_of
from treaty.engine.periods import Period
from treaty.funnel import catalogue, touched
from treaty.funnel import deals as measures
from treaty.funnel.campaigns import lookback_us, since_ever
from treaty.funnel.catalogue import Measure
from treaty.funnel.frame import Frame
from treaty.funnel.touched import Dimension, Money
from treaty.moments import to_us

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Which:
    """One campaign, or one content, by its slug."""

    dimension: Dimension
    slug: str


@dataclass(frozen=True, slots=True)
class Part:
    """A deal and what the origin has of it. amount: as it stands; share and credited: its part by the version in force when the deal
    closed, of one that is open by the version of now, as if it ended now; whole, counted: amount and part in the agreement's currency,
    None where no agreed rate makes them that. place: `first`, `last`, `first and last` or `between`."""

    opportunity_id: int
    outcome: str
    at_us: int
    opened_us: int | None
    closed_us: int | None
    currency: str
    amount: Decimal | None
    touches: int
    share: float
    credited: Decimal
    whole: Decimal | None
    counted: Decimal | None
    place: str
    lost_reason: str
    sourced: str


def people(frame: Frame, which: Which, period: Period) -> Rows:
    """(person_id, touches, at_us) of everybody it reached in a period."""
    return rows_of(frame.lake, touched.reached(frame.lake, which.dimension, which.slug, period.us))


def qualified(frame: Frame, which: Which, period: Period) -> Rows:
    """(lead_id, at_us) of the leads that were handed over in a period after a touch of it."""
    rows = touched.qualified(frame.lake, which.dimension, frame.terms.handoff_stage, period.us, lookback_us(frame))
    return rows_of(frame.lake, rows.filter(rows.origin == which.slug))


def rejected(frame: Frame, which: Which, period: Period) -> Rows:
    """(lead_id, at_us, reason) of rejections in a period of leads it had touched."""
    rows = touched.rejected(frame.lake, which.dimension, period.us, lookback_us(frame))
    return rows_of(frame.lake, rows.filter(rows.origin == which.slug))


def earned(frame: Frame, which: Which, period: Period, what: Money) -> Rows:
    """`touched.parts` of the deals behind a sum of `campaigns.revenue` or `.pipeline`."""
    found = versions.sharings(frame.lake, frame.held, period.us)
    if not found:
        return []
    rows = touched.earned(frame.lake, which.dimension, what, period.us, found)
    return rows_of(frame.lake, rows.filter(rows.origin == which.slug))


def stage_now(frame: Frame, which: Which, period: Period) -> Mapping[str, int]:
    """Leads it touched in a period, by the stage they are in now."""
    key = ("stage now", which.dimension, which.slug, period.us)
    rows = kept_rows(frame.lake, key, lambda: touched.stage_now(frame.lake, which.dimension, which.slug, period.us))
    found: dict[str, int] = {}
    for row in rows:
        found[row["stage"]] = found.get(row["stage"], 0) + row["leads"]
    return found


@dataclass(frozen=True, slots=True)
class Cost:
    """What a campaign cost in one month, on how many days."""

    month: date
    channel: str
    amount: Decimal
    currency: str
    days: int


def cost_by_month(frame: Frame, which: Which, period: Period) -> list[Cost]:
    """Its cost in a period, `campaigns.costs`, by months in which money was spent on it, the latest first."""
    spend = catalogue.find("spend")
    assert isinstance(spend, Measure)  # noqa: S101 - it is no number made of others
    asked = catalogue.asked_of(frame, spend, period.us)

    def make() -> Any:
        rows = catalogue.counted(frame.lake, spend, asked, ("month", "channel"), {"campaign": [which.slug]})
        return rows.group_by(["month", "channel", "currency"]).agg(amount=rows.counted.sum(), days=rows.spent_on.nunique())

    rows = kept_rows(frame.lake, ("cost by month", which.slug, repr(asked)), make)
    found = [Cost(date.fromisoformat(f"{row['month']}-01"), row["channel"], row["amount"], row["currency"], row["days"]) for row in rows]
    return sorted(found, key=lambda cost: (cost.month, cost.channel, cost.currency), reverse=True)


def deals(frame: Frame, which: Which) -> list[Part]:
    """Every deal it touched, whenever, the latest first: what has ended by the version in force then, what is open by that of now,
    under removal effects by those of this month. What a deal is not credited to by anybody has no share here."""
    lake, now_us = frame.lake, min(frame.at_us, to_us(frame.lake.as_of))
    found = versions.sharings(lake, frame.held, since_ever(frame).us)
    if not found:
        return []

    def make() -> Any:
        t = touched.parts(versions.shared(lake, touched.every(lake, now_us), found), which.dimension)
        t = t.filter(t.origin == which.slug)
        rows = measures.with_sourced(lake, measures.deals(lake).semi_join(t, "opportunity_id")).select(
            "opportunity_id", "outcome", "opened_us", "closed_us", "amount", "lost_reason", "sourced"
        )
        return t.inner_join(rows, "opportunity_id").order_by([ibis.desc("at_us"), "opportunity_id"])

    rows = kept_rows(lake, ("touched deals", which.dimension, which.slug, now_us, repr(found)), make)
    return [_part(row, frame.terms.currency) for row in rows]


def _part(row: Mapping[str, Any], own: str) -> Part:
    kind = counts_as(row, own)
    whole, counted = (of_units(int(row[f"{of}{kind}"]), own) if kind else None for of in ("whole_", ""))
    return Part(
        row["opportunity_id"], row["outcome"], row["at_us"], row["opened_us"], row["closed_us"], row["currency"], row["amount"],
        row["touches"], row["share"], of_units(int(row["units"]), row["currency"]), whole, counted,
        _place(row), row["lost_reason"] or "", row["sourced"],
    )  # fmt: skip


def _place(row: Mapping[str, Any]) -> str:
    """Where in the path its touches stand."""
    ways: dict[tuple[bool, bool], str] = {(True, True): "first and last", (True, False): "first", (False, True): "last"}
    return ways.get((bool(row["is_first"]), bool(row["is_last"])), "between")


def within(parts: list[Part], period: Period) -> list[Part]:
    """The deals that were opened or closed in a period."""
    start, end = period.us
    return [part for part in parts if any(us is not None and start <= us < end for us in (part.opened_us, part.closed_us))]
