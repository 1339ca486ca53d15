"""Rows of the lists: what a measure gives, with the names of the records beside; those one may not see stay unnamed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from treaty.moments import from_us
from treaty.team.models import Member
from treaty.team.queries import sees_every_lead
from treaty.truth.models import Lead, Opportunity
from treaty.truth.queries import leads, opportunities
from treaty.web import formats
from treaty.web.figures import campaign_names, words

UNSEEN = "a colleague's"


@dataclass(frozen=True, slots=True)
class SpendLine:
    """What one day cost on one channel or campaign, or a part of it."""

    spent_on: date
    channel: str
    campaign: str
    source: str
    amount: Decimal
    currency: str


def spend_lines(rows: Iterable[Mapping[str, Any]]) -> list[SpendLine]:
    """rows: (spent_on, channel, campaign, source, counted, currency) of a measure. One query."""
    found = list(rows)
    names = campaign_names(row["campaign"] for row in found)
    return [
        SpendLine(
            row["spent_on"],
            formats.capital(words(row["channel"])) or "no channel",
            names.get(row["campaign"], row["campaign"]),
            row["source"] or "",
            row["counted"],
            row["currency"],
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True)
class LeadLine:
    """One lead of a figure. says: what made it count; href: empty when it is not this member's to open."""

    lead_id: int
    href: str
    name: str
    account: str
    segment: str
    origin: str
    at: datetime | None
    says: str


@dataclass(frozen=True, slots=True)
class DealLine:
    """One deal of a figure, with the amount it counts with."""

    opportunity_id: int
    href: str
    name: str
    account: str
    sourced: str
    at: datetime | None
    amount: Decimal | None
    currency: str
    outcome: str


def lead_lines(member: Member, rows: Iterable[Mapping[str, Any]]) -> list[LeadLine]:
    """rows: (lead_id, at_us, says) of a measure. Two or three queries, whatever their number."""
    found = list(rows)
    ids = {row["lead_id"] for row in found}
    known = Lead.objects.select_related("person__account").in_bulk(ids)
    seen = ids if sees_every_lead(member) else set(leads(member).filter(pk__in=ids).values_list("pk", flat=True))
    names = campaign_names(lead.campaign for lead in known.values())
    return [_lead_line(row, known[row["lead_id"]], names, row["lead_id"] in seen) for row in found if row["lead_id"] in known]


def _lead_line(row: Mapping[str, Any], lead: Lead, names: Mapping[str, str], is_seen: bool) -> LeadLine:
    account = str(lead.person.account or "") if is_seen else ""
    origin = names.get(lead.campaign, lead.campaign) or words(lead.channel)
    return LeadLine(
        lead.pk,
        f"/leads/{lead.key}/" if is_seen else "",
        str(lead.person) if is_seen else f"{UNSEEN} lead",
        account,
        lead.segment,
        origin,
        None if row["at_us"] is None else from_us(row["at_us"]),
        row["says"],
    )


def deal_lines(member: Member, rows: Iterable[Mapping[str, Any]]) -> list[DealLine]:
    """rows: (opportunity_id, at_us, amount, currency, sourced, outcome) of a measure."""
    found = list(rows)
    ids = {row["opportunity_id"] for row in found}
    known = Opportunity.objects.select_related("account").in_bulk(ids)
    seen = ids if sees_every_lead(member) else set(opportunities(member).filter(pk__in=ids).values_list("pk", flat=True))
    return [_deal_line(row, known[row["opportunity_id"]], row["opportunity_id"] in seen) for row in found if row["opportunity_id"] in known]


def _deal_line(row: Mapping[str, Any], deal: Opportunity, is_seen: bool) -> DealLine:
    return DealLine(
        deal.pk,
        f"/opportunities/{deal.key}/" if is_seen else "",
        str(deal) if is_seen else f"{UNSEEN} opportunity",
        str(deal.account or "") if is_seen else "",
        row["sourced"],
        None if row["at_us"] is None else from_us(row["at_us"]),
        row["amount"],
        row["currency"],
        row["outcome"],
    )
