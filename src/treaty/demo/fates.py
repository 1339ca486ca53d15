"""What becomes of a handoff: the causes applied to one lead, with chance decided once per person and pass."""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from math import exp
from random import Random

from treaty.demo import causes
from treaty.demo.catalogue import BY_SLUG, PRODUCTS
from treaty.demo.causes import Seen
from treaty.demo.people import Account, Ending, Person
from treaty.demo.story import DAY, Planned

COLLEAGUES_WITHIN = 30 * DAY
CYCLE_DAYS, CYCLE_SPREAD = 41.0, 0.42
SILENT = 0.015
"""The share of handoffs nobody answers, left to the clocks."""


@dataclass(frozen=True, slots=True)
class Fate:
    """`reason` is why it is rejected or recycled, of the agreement's reasons; `lost` why the deal is lost."""

    is_silent: bool
    is_reached: bool
    is_accepted: bool
    is_qualified: bool
    is_opened: bool
    is_won: bool
    reason: str
    lost: str
    amount: Decimal
    cycle_days: int
    product: str
    objection: str


def seen_by(account: Account, person: Person, story: list[Planned], at: datetime) -> Seen:
    """What had happened to this person, and at their account, and was known, up to that moment."""
    until = int(at.timestamp())
    past = [p for p in story if p.due <= until and not p.kind.startswith(":")]
    mine = [p for p in past if p.person is person]
    kinds = Counter(p.kind for p in mine)
    downloads = [BY_SLUG[p.ref].technical for p in mine if p.kind == "content_download"]
    prices = sum(p.kind == "page_view" and p.ref.startswith("/pricing") for p in mine)
    return Seen(
        pricing_views=prices, technical_downloads=sum(downloads), general_downloads=len(downloads) - sum(downloads),
        webinars=kinds["webinar_attended"], letters_opened=kinds["email_open"], page_views=kinds["page_view"] - prices,
        ad_clicks=kinds["ad_click"], demo_requests=kinds["demo_request"],
        colleagues=len({p.person.key for p in past if p.person and p.at > until - COLLEAGUES_WITHIN}),
        channel=person.channel, campaigns={p.campaign for p in mine if p.campaign},
        webinar_months={int(p.ref[-2:]) for p in mine if p.kind == "webinar_attended"},
        employees=account.employees, industry=account.industry, seniority=person.seniority,
    )  # fmt: skip


def decide(rng: Random, account: Account, person: Person, seen: Seen, hours: float, *, by_alias: bool) -> Fate:
    """The fate of a lead first contacted after so many working hours.

    Draws are made in a fixed order whatever the causes say, so a slower contact can only worsen a fate.
    """
    draws = [rng.random() for _ in range(6)]
    chances = [causes.chance(value) for value in causes.odds(seen, hours)]
    passed = [draw < chance for draw, chance in zip(draws, chances, strict=False)]
    reason = _blocked(account, person, by_alias) or _weighted(rng.random(), causes.rejected_weights(seen))
    fate = Fate(
        is_silent=draws[4] < SILENT,
        is_reached=draws[5] < causes.reach_chance(hours),
        is_accepted=passed[0] and not _blocked(account, person, by_alias),
        is_qualified=passed[1], is_opened=passed[2], is_won=passed[3], reason=reason,
        lost=_weighted(rng.random(), causes.lost_weights(seen, hours)),
        amount=_amount(rng, seen), cycle_days=_cycle(rng, seen), product=_product(rng, seen),
        objection=_weighted(rng.random(), causes.objection_weights(seen)),
    )  # fmt: skip
    return _as_written(fate, person.ending) if person.ending else fate


def _blocked(account: Account, person: Person, by_alias: bool) -> str:
    """What rules a lead out whatever it did."""
    if by_alias:
        return "duplicate"
    if account.is_competitor:
        return "competitor"
    if not account.is_company:
        return "no_fit"
    return "wrong_contact" if person.has_wrong_data else ""


def _as_written(fate: Fate, ending: Ending) -> Fate:
    """Hand-written people end as their story says."""
    goes_on = ending not in ("waiting", "rejected")
    return replace(
        fate, is_silent=ending == "waiting", is_reached=True, is_accepted=goes_on,
        is_qualified=ending in ("proposal", "won", "lost"), is_opened=ending in ("proposal", "won", "lost"),
        is_won=ending == "won", cycle_days=34 if ending in ("won", "lost") else 80,
        reason="not_in_market" if fate.reason in ("wrong_contact", "no_fit") else fate.reason,
    )  # fmt: skip


def _weighted(draw: float, weights: dict[str, float]) -> str:
    sums, total = [], 0.0
    for weight in weights.values():
        total += weight
        sums.append(total)
    return list(weights)[min(bisect_right(sums, draw * total), len(sums) - 1)]


def _amount(rng: Random, seen: Seen) -> Decimal:
    median = causes.size_of(seen.employees)[2]
    return Decimal(max(2_400, round(median * exp(rng.gauss(0, 0.42)) / 100) * 100))


def _cycle(rng: Random, seen: Seen) -> int:
    """Days from opening to close; large companies take half as long again."""
    return max(12, round(CYCLE_DAYS * (1.5 if seen.employees >= 1000 else 1.0) * exp(rng.gauss(0, CYCLE_SPREAD))))


def _product(rng: Random, seen: Seen) -> str:
    draw = rng.random()
    if seen.industry in ("chemicals", "energy") and draw < 0.6:
        return "Pulse Ex sensors"
    return PRODUCTS[0] if draw < 0.6 else PRODUCTS[3] if draw < 0.85 else PRODUCTS[2]
