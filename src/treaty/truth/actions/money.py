"""Campaigns and what was spent on them."""

from collections.abc import Mapping
from typing import Any

from treaty import trail
from treaty.bulk import insert, update
from treaty.truth import origins
from treaty.truth.actions.work import Batch
from treaty.truth.models import Campaign, Spend
from treaty.truth.records import CampaignRecord, SpendRecord


def save_campaigns(numbered: list[tuple[int, CampaignRecord]], batch: Batch) -> None:
    for number, record in numbered:
        slug = campaign_slug(record)
        if not slug:
            batch.done.refused.append((number, "a campaign without a name or key"))
            continue
        stated = {
            "name": record.name[:200],
            "channel": record.channel[:60],
            "starts_on": record.starts_on,
            "ends_on": record.ends_on,
            "budget": record.budget,
            "currency": record.currency[:3].upper(),
        }
        known = {k: v for k, v in stated.items() if v not in (None, "")}
        campaign = Campaign.objects.select_for_update().filter(slug=slug).first()
        batch.done.count(is_new=campaign is None)
        if campaign is None:
            insert([Campaign(slug=slug, made_at=batch.received_at, **known)])
        else:
            trail.met(Campaign, [campaign.pk])
            _restate(campaign, known)


def _restate(campaign: Campaign, known: Mapping[str, Any]) -> None:
    changed = [name for name, value in known.items() if getattr(campaign, name) != value]
    for name in changed:
        setattr(campaign, name, known[name])
    if changed:
        update([campaign], changed)


def spend_id(record: SpendRecord) -> str:
    """By what a row of spend is recognised again within its source."""
    return (record.external_id or f"{record.channel}|{record.campaign}|{record.on.isoformat()}")[:250]


def campaign_slug(record: CampaignRecord) -> str:
    """By what a campaign is recognised, whoever names it."""
    return origins.slug(record.key)[:120]


def save_spend(numbered: list[tuple[int, SpendRecord]], batch: Batch) -> None:
    """One row per (source, id); without an id, per channel, campaign and day, so a corrected file replaces its rows."""
    rows: dict[str, Spend] = {}
    ids = [spend_id(record) for _, record in numbered]
    known = {row.external_id: row for row in Spend.objects.filter(source=batch.source, external_id__in=ids)}
    for (number, record), external_id in zip(numbered, ids, strict=True):
        if record.amount.is_finite():
            batch.done.count(is_new=external_id not in known and external_id not in rows)
            rows[external_id] = _spend(record, external_id, batch)
        else:
            batch.done.refused.append((number, f"{record.amount} is not an amount"))
    insert(row for name, row in rows.items() if name not in known)
    again = [name for name in rows if name in known]
    for name in again:
        rows[name].pk = known[name].pk
    trail.met(Spend, [rows[name].pk for name in again])
    update([rows[name] for name in again], STATED)


STATED = ("channel", "campaign", "on", "amount", "currency", "impressions", "clicks", "received_at")


def _spend(record: SpendRecord, external_id: str, batch: Batch) -> Spend:
    return Spend(
        source=batch.source,
        external_id=external_id,
        channel=record.channel[:60],
        campaign=origins.slug(record.campaign)[:120],
        on=record.on,
        amount=record.amount,
        currency=(record.currency or "EUR")[:3].upper(),
        impressions=record.impressions,
        clicks=record.clicks,
        received_at=batch.received_at,
    )
