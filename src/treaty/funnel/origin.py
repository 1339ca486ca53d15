"""One campaign or content: the records behind each of its figures, and every deal it touched."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import ibis

from treaty.attribution import deals as credit
from treaty.attribution.agreed import agreed_model, journey_of
from treaty.currencies import of_units
from treaty.engine.measuring import kept_rows, rows_of
from treaty.engine.periods import Period
from treaty.funnel import deals as measures
from treaty.funnel import touched
from treaty.funnel.campaigns import credit_terms, lookback_us
from treaty.funnel.frame import Frame
from treaty.funnel.touched import Dimension
from treaty.moments import to_us

Rows = list[dict[str, Any]]
Money = Literal["revenue", "pipeline"]


@dataclass(frozen=True, slots=True)
class Which:
    """One campaign, or one content, by its slug."""

    dimension: Dimension
    slug: str


@dataclass(frozen=True, slots=True)
class Part:
    """A deal and what the origin has of it. amount: as it stands; share and credited: its part by the agreed model, of a deal that
    is open or lost as if it ended now. place: `first`, `last`, `first and last` or `between`."""

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
    """(opportunity_id, at_us, currency, whole, units, share) of the deals behind a sum of `campaigns.revenue` or `.pipeline`."""
    agreed = credit_terms(frame)
    model = agreed_model(agreed) if agreed else None
    if agreed is None or model is None:
        return []
    conversions = credit.won(frame.lake, period.us) if what == "revenue" else touched.opened(frame.lake, period.us)
    rows = touched.parts(frame.lake, which.dimension, conversions, journey_of(agreed), model)
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


def cost_by_month(frame: Frame, which: Which) -> list[Cost]:
    """Every month in which money was spent on it, the latest first."""
    rows = kept_rows(frame.lake, ("spent by month", which.slug), lambda: touched.spent_by_month(frame.lake, which.slug))
    found = [Cost(date(row["year"], row["month"], 1), row["channel"], row["amount"], row["currency"], row["days"]) for row in rows]
    return sorted(found, key=lambda cost: (cost.month, cost.channel, cost.currency), reverse=True)


def deals(frame: Frame, which: Which) -> list[Part]:
    """Every deal it touched, whenever, the latest first. What a deal is not credited to by anybody has no share here."""
    agreed = credit_terms(frame)
    model = agreed_model(agreed) if agreed else None
    if agreed is None or model is None:
        return []
    journey, now_us = journey_of(agreed), to_us(frame.lake.as_of)

    def make() -> Any:
        lake = frame.lake
        t = touched.parts(lake, which.dimension, touched.every(lake, now_us), journey, model)
        t = t.filter(t.origin == which.slug)
        rows = measures.with_sourced(lake, measures.deals(lake).semi_join(t, "opportunity_id")).select(
            "opportunity_id", "outcome", "opened_us", "closed_us", "amount", "lost_reason", "sourced"
        )
        return t.inner_join(rows, "opportunity_id").order_by([ibis.desc("at_us"), "opportunity_id"])

    rows = kept_rows(frame.lake, ("touched deals", which.dimension, which.slug, now_us, agreed.model_dump_json()), make)
    return [_part(row) for row in rows]


def _part(row: Mapping[str, Any]) -> Part:
    return Part(
        row["opportunity_id"], row["outcome"], row["at_us"], row["opened_us"], row["closed_us"], row["currency"], row["amount"],
        row["touches"], row["share"], of_units(row["units"], row["currency"]), _place(row), row["lost_reason"] or "", row["sourced"],
    )  # fmt: skip


def _place(row: Mapping[str, Any]) -> str:
    """Where in the path its touches stand."""
    ways: dict[tuple[bool, bool], str] = {(True, True): "first and last", (True, False): "first", (False, True): "last"}
    return ways.get((bool(row["is_first"]), bool(row["is_last"])), "between")


def within(parts: list[Part], period: Period) -> list[Part]:
    """The deals that were opened or closed in a period."""
    start, end = period.us
    return [part for part in parts if any(us is not None and start <= us < end for us in (part.opened_us, part.closed_us))]
