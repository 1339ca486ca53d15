"""What marketing spends, day by day, so that budgets are met over each campaign's run."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from treaty.demo.causes import CHANNELS
from treaty.demo.world import World
from treaty.truth.records import CampaignRecord, SpendRecord

ANNOUNCED = 14
"""A campaign is planned that many days before it starts."""
CLICK, VIEWS_PER_CLICK = {"paid_search": 2.4, "paid_social": 3.1}, {"paid_search": 31, "paid_social": 118}


def campaign_records(world: World, day: int) -> list[CampaignRecord]:
    """The campaigns that become known on that day."""
    return [
        CampaignRecord(
            key=c.key, name=c.name, channel=c.channel, starts_on=world.start_on + timedelta(c.first),
            ends_on=world.start_on + timedelta(c.last), budget=c.budget, currency="EUR",
        )
        for c in world.campaigns if max(c.first - ANNOUNCED, 0) == day
    ]  # fmt: skip


def spend_records(world: World, day: int) -> Iterator[SpendRecord]:
    """That day's spend: each running campaign's, then what the search channel costs without one."""
    rng = world.rng("spend", day)
    for c in world.campaigns:
        if c.first <= day <= c.last and c.budget:
            yield _spend(world, day, c.channel, float(c.budget) / (c.last - c.first + 1) * rng.uniform(0.85, 1.15), c.key)
    organic = CHANNELS["organic_search"]
    total = organic.share * organic.cost * world.leads
    yield _spend(world, day, "organic_search", total / world.days * rng.uniform(0.95, 1.05))


def _spend(world: World, day: int, channel: str, amount: float, campaign: str = "") -> SpendRecord:
    on = world.start_on + timedelta(day)
    clicks = int(amount / CLICK[channel]) if channel in CLICK else None
    return SpendRecord(
        channel=channel, on=on, amount=Decimal(f"{amount:.2f}"), currency="EUR", campaign=campaign, clicks=clicks,
        impressions=None if clicks is None else clicks * VIEWS_PER_CLICK[channel],
        external_id=f"spend-{on.isoformat()}-{campaign or channel}",
    )  # fmt: skip
