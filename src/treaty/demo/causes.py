"""The causes: why a simulated lead is accepted, qualified, opened and won. Stated as truth, so tests can ask for them back.

A lead passes four gates. At each its chance is odds / (1 + odds), and the odds are the gate's base times
one factor per cause that holds. A factor of 1 means the cause does nothing there, whatever it looks like.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import exp
from typing import NamedTuple


class Effect(NamedTuple):
    """Factors on the odds at the four gates; 1 changes nothing."""

    accepted: float = 1.0
    qualified: float = 1.0
    opened: float = 1.0
    won: float = 1.0

    def times(self, other: "Effect") -> "Effect":
        return Effect(*(mine * theirs for mine, theirs in zip(self, other, strict=True)))


NOTHING = Effect()


@dataclass(slots=True)
class Seen:
    """What had happened to a lead up to its handoff: all that its outcome depends on."""

    pricing_views: int = 0
    technical_downloads: int = 0
    general_downloads: int = 0
    webinars: int = 0
    letters_opened: int = 0
    page_views: int = 0
    ad_clicks: int = 0
    demo_requests: int = 0
    colleagues: int = 0
    channel: str = "direct"
    campaigns: set[str] = field(default_factory=set)
    webinar_months: set[int] = field(default_factory=set)
    employees: int = 0
    industry: str = ""
    seniority: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    says: str
    holds: Callable[[Seen], bool]
    effect: Effect


BASE = Effect(accepted=5.0, qualified=0.40, opened=0.42, won=0.135)
"""Odds at each gate for a lead with no cause at all."""

SIGNALS = {
    "prices_again": Signal("Prices looked at twice or more", lambda s: s.pricing_views >= 2, Effect(1.15, 1.5, 1.6, 1.9)),
    "technical_content": Signal("Two or more technical downloads", lambda s: s.technical_downloads >= 2, Effect(1.3, 1.4, 1.4, 2.1)),
    "asked_for_a_demo": Signal("Asked for a demonstration", lambda s: s.demo_requests > 0, Effect(1.6, 1.5, 1.2, 1.2)),
    "colleagues": Signal("Three or more people of the account", lambda s: s.colleagues >= 3, Effect(1.2, 1.2, 1.5, 1.7)),
    "webinar": Signal("Attended a webinar", lambda s: s.webinars > 0, Effect(1.1, 1.1, 1.0, 1.0)),
    "letters": Signal("Opened three or more letters", lambda s: s.letters_opened >= 3, Effect()),
    "many_pages": Signal("Eight or more pages, prices aside", lambda s: s.page_views >= 8, Effect()),
    "ads": Signal("Clicked an advertisement", lambda s: s.ad_clicks > 0, Effect()),
    "general_content": Signal("Two or more general downloads", lambda s: s.general_downloads >= 2, Effect()),
}
"""Which signals truly predict. Letters, pages, ads and general content only look busy."""


@dataclass(frozen=True, slots=True)
class Channel:
    """share: of people by first touch · cost: EUR for one such person · effect: what the channel does to the odds."""

    share: float
    cost: float
    effect: Effect = NOTHING


CHANNELS = {
    "organic_search": Channel(0.29, 14, Effect(1.0, 1.05, 1.0, 1.05)),
    "paid_search": Channel(0.18, 62),
    "paid_social": Channel(0.13, 55, Effect(0.5, 0.6, 0.8, 0.6)),
    "webinar": Channel(0.13, 70, Effect(1.1, 1.3, 1.1, 1.35)),
    "direct": Channel(0.08, 0, Effect(1.0, 1.1, 1.0, 1.1)),
    "email": Channel(0.06, 9, Effect(0.9, 0.8, 0.9, 0.8)),
    "referral": Channel(0.05, 30, Effect(1.5, 1.5, 1.3, 1.8)),
    "ai_assistant": Channel(0.04, 0, Effect(1.2, 1.2, 1.1, 1.4)),
    "trade_fair": Channel(0.04, 190, Effect(1.1, 1.2, 1.2, 1.1)),
}
"""By the first touch. Referral and AI assistants bring few and the best; paid social brings many and the poorest."""

CAMPAIGNS = {"social-plant-managers": Effect(accepted=0.6), "search-own-name": Effect(qualified=1.3, won=1.2)}
"""Beside the channel's own effect, for people a campaign reached."""


@dataclass(frozen=True, slots=True)
class Webinar:
    """topic; pull: how many times the usual number of new people; effect on those who attended."""

    topic: str
    pull: float = 1.0
    effect: Effect = NOTHING


WEBINARS = {
    1: Webinar("Planning a quiet year"),
    2: Webinar("Gearboxes that talk"),
    3: Webinar("Sensors near the kiln", 1.3),
    4: Webinar("Reading a spectrum in ten minutes", 1.2),
    5: Webinar("What to measure first"),
    6: Webinar("Pumps in summer heat", 0.9),
    7: Webinar("Monitoring in clean rooms", 0.8),
    8: Webinar("Small teams, many machines", 0.7),
    9: Webinar("From alarm to work order", 1.2),
    10: Webinar("A spare-parts shelf half as full", 1.1),
    11: Webinar("Retrofit without a shutdown", 2.5, Effect(1.3, 1.6, 1.3, 1.5)),
    12: Webinar("The year in bearings", 0.8),
}
"""One a month, on the second Wednesday. November's is the one that works: it draws more people, and better ones."""

INDUSTRIES = {
    "manufacturing": (0.46, Effect(1.2, 1.1, 1.1, 1.2)),
    "life sciences": (0.15, Effect(1.1, 1.2, 1.1, 1.2)),
    "food": (0.12, Effect(0.9, 0.9, 1.0, 0.9)),
    "energy": (0.10, Effect(0.9, 0.9, 1.0, 0.8)),
    "chemicals": (0.09, Effect(0.9, 1.0, 1.0, 0.7)),
    "education": (0.04, Effect(0.25, 0.4, 0.5, 0.4)),
    "software": (0.04, Effect(0.3, 0.4, 0.5, 0.4)),
}
"""(share of accounts, effect). Education and software qualify by the agreement's letter and rarely buy."""

SENIORITIES = {
    "c_level": (0.09, Effect(0.95, 0.9, 1.1, 1.2)),
    "vp": (0.10, Effect(1.0, 1.0, 1.1, 1.2)),
    "director": (0.29, Effect(1.1, 1.1, 1.0, 1.0)),
    "manager": (0.29, Effect(1.1, 1.1, 0.9, 0.9)),
    "individual": (0.23, Effect(0.7, 0.7, 0.7, 0.7)),
}
"""(share of people, effect)."""

SIZES = (
    (50, Effect(0.5, 0.6, 0.7, 0.9), 5_500),
    (250, Effect(1.0, 1.0, 1.0, 1.0), 10_500),
    (1000, Effect(1.15, 1.1, 1.1, 1.05), 17_500),
    (10**9, Effect(1.1, 1.0, 1.1, 0.9), 28_000),
)
"""(below so many employees, effect, median amount of a deal in EUR)."""

SPEED = Effect(accepted=0.985, qualified=0.955, opened=0.985, won=0.97)
"""Factor on the odds for each working hour from handoff to first contact, up to SLOWEST hours."""
SLOWEST = 24.0
REACHED, REACHED_DECAY = 0.93, 0.012
"""Chance to reach a person at once, and what each working hour takes from it."""

LOST = {"no_decision": 30.0, "price": 26.0, "competitor": 16.0, "timing": 14.0, "missing_capability": 12.0}
REJECTED = {"not_in_market": 38.0, "no_budget": 18.0, "no_fit": 16.0, "other_product": 12.0, "wrong_contact": 9.0}
"""Weights of the reasons where nothing else is known; `lost_weights` and `rejected_weights` add the causes."""


def odds(seen: Seen, hours: float) -> Effect:
    """The odds at the four gates for a lead first contacted after so many working hours."""
    found = BASE.times(CHANNELS[seen.channel].effect).times(fit(seen)).times(speed(hours))
    for signal in SIGNALS.values():
        if signal.holds(seen):
            found = found.times(signal.effect)
    for campaign in sorted(seen.campaigns & CAMPAIGNS.keys()):
        found = found.times(CAMPAIGNS[campaign])
    for month in sorted(seen.webinar_months):
        found = found.times(WEBINARS[month].effect)
    return found


def fit(seen: Seen) -> Effect:
    """What company and position do; an unknown position does nothing."""
    seniority = SENIORITIES[seen.seniority][1] if seen.seniority else Effect()
    return INDUSTRIES[seen.industry][1].times(seniority).times(size_of(seen.employees)[1])


def size_of(employees: int) -> tuple[int, Effect, int]:
    return next(row for row in SIZES if employees < row[0])


def speed(hours: float) -> Effect:
    """Each gate's factor after so many working hours: SPEED to that power."""
    return Effect(*(factor ** min(hours, SLOWEST) for factor in SPEED))


def chance(of_odds: float) -> float:
    return of_odds / (1 + of_odds)


def reach_chance(hours: float) -> float:
    """Chance that somebody answers within the agreed attempts."""
    return REACHED * exp(-REACHED_DECAY * min(hours, SLOWEST))


def lost_weights(seen: Seen, hours: float) -> dict[str, float]:
    """Small companies find it dear; chemicals and energy miss the Ex certificate; the slow lose to others."""
    weights = dict(LOST)
    weights["price"] *= 1.7 if seen.employees < 250 else 1.0
    weights["missing_capability"] *= 3.0 if seen.industry in ("chemicals", "energy") else 1.0
    weights["competitor"] *= 2.5 if hours > 4 else 1.0
    weights["no_decision"] *= 0.5 if seen.colleagues >= 3 else 1.0
    return weights


def rejected_weights(seen: Seen) -> dict[str, float]:
    """Paid social brings people who are not buying; schools and software houses do not fit; the small lack budget."""
    weights = dict(REJECTED)
    weights["not_in_market"] *= 2.0 if seen.channel == "paid_social" else 1.0
    weights["no_fit"] *= 6.0 if seen.industry in ("education", "software") else 1.0
    weights["no_budget"] *= 2.0 if seen.employees < 100 else 1.0
    return weights


OBJECTIONS = {
    "integration_effort": 26.0,
    "price_level": 20.0,
    "service_contract": 14.0,
    "proof_of_value": 14.0,
    "internal_capacity": 12.0,
    "data_security": 9.0,
    "missing_certificate": 5.0,
}
"""Weights of what buyers object to; `objection_weights` adds the causes."""


def objection_weights(seen: Seen) -> dict[str, float]:
    """Chemicals and energy ask for Ex papers, life sciences for data security, the small for a lower price."""
    weights = dict(OBJECTIONS)
    weights["missing_certificate"] *= 6.0 if seen.industry in ("chemicals", "energy") else 1.0
    weights["data_security"] *= 3.0 if seen.industry == "life sciences" else 1.0
    weights["price_level"] *= 1.6 if seen.employees < 250 else 1.0
    return weights
