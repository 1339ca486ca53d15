"""Amounts of several deals added up, and the way of a deal that was won."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, QuerySet, Window
from django.db.models.functions import RowNumber

from treaty.feedback.models import Disposition
from treaty.handoff.models import Handoff
from treaty.team.models import Member
from treaty.truth.models import Activity, Assignment, Opportunity
from treaty.truth.queries import CHANGES, Step, paths

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Sum:
    """Several deals: how many, their amount in the agreement's currency, the others by currency.

    without: how many have no amount; unnamed: how many have one without saying in which currency. Neither counts anything.
    """

    n: int
    amount: Decimal
    others: Mapping[str, Decimal]
    without: int
    unnamed: int = 0


def total(pairs: Sequence[tuple[str, Decimal | None]], currency: str) -> Sum:
    """Add up amounts, each in the currency it names: what is to be converted was before."""
    others: dict[str, Decimal] = {}
    own = ZERO
    for theirs, amount in pairs:
        if amount is not None and theirs == currency:
            own += amount
        elif amount is not None and theirs:
            others[theirs] = others.get(theirs, ZERO) + amount
    unnamed = sum(amount is not None and not theirs for theirs, amount in pairs)
    return Sum(len(pairs), own, others, sum(amount is None for _, amount in pairs), unnamed)


@dataclass(frozen=True, slots=True)
class Won:
    """A won deal with the people who brought it there. contact_took: wall time from the handoff to the first contact."""

    deal: Opportunity
    steps: Sequence[Step]
    first: Step | None
    marketer: Member | None
    caller: Member | None
    contact_took: timedelta | None
    closer: Member | None

    @property
    def members(self) -> list[Member]:
        """Everyone who took part, each once, in the order of the way."""
        found = [one for one in (self.marketer, self.caller, self.closer) if one is not None]
        return list(dict.fromkeys(found))


def win(deal: Opportunity) -> Won | None:
    """One deal with its real path; None for one that is not won."""
    return next(iter(_wins(Opportunity.objects.filter(pk=deal.pk, outcome="won", gone_at=None))), None)


def wins(*, until: datetime, since: datetime | None = None, most: int | None = None, with_lead: bool = False) -> list[Won]:
    """Deals won in a stretch of time, the latest first, each with its real path. Records; two queries a deal, and eleven for all.

    with_lead: only those that came from a lead.
    """
    rows = Opportunity.objects.filter(outcome="won", closed_at__lt=until, gone_at=None)
    if since is not None:
        rows = rows.filter(closed_at__gte=since)
    if with_lead:
        rows = rows.filter(lead__isnull=False)
    return _wins(rows, most)


def _wins(rows: QuerySet[Opportunity], most: int | None = None) -> list[Won]:
    found = rows.select_related("account", "owner", "lead__person").prefetch_related(CHANGES)
    deals = list(found.order_by("-closed_at", "-id")[:most])
    leads = [deal.lead_id for deal in deals if deal.lead_id is not None]
    handoffs, marketers = _handoffs(leads), _marketers(leads)
    contacts = _first_contacts(handoffs.values())
    ways = paths(deals)
    return [
        _won(deal, ways[deal.pk], handoffs.get(deal.lead_id), contacts.get(deal.lead_id), marketers.get(deal.lead_id)) for deal in deals
    ]


def _won(deal: Opportunity, way: Sequence[Step], handoff: Handoff | None, contact: Activity | None, marketer: Member | None) -> Won:
    steps = [step for step in way if step.kind not in ("amount", "stage") or step.party != "sales"]
    first = next((step for step in steps if step.party == "marketing"), None)
    return Won(
        deal,
        steps,
        first,
        marketer if first else None,
        contact.member if contact else (handoff.owner if handoff else None),
        contact.occurred_at - handoff.made_at if contact and handoff else None,
        deal.owner,
    )


def _handoffs(leads: Collection[int]) -> dict[int | None, Handoff]:
    """For each lead the handoff that sales took, or the last one there was. One query."""
    accepted = Disposition.objects.filter(handoff=OuterRef("pk"), outcome="accepted", withdrawn_at=None)
    rows = Handoff.objects.filter(lead__in=leads).select_related("owner").order_by(Exists(accepted), "made_at")
    return {row.lead_id: row for row in rows}


def _first_contacts(handoffs: Collection[Handoff]) -> dict[int | None, Activity]:
    """For the lead of each handoff the first that sales did to reach its person since then. One query."""
    of, made_at = "person__leads__handoffs", F("person__leads__handoffs__made_at")
    rows = Activity.objects.filter(**{f"{of}__in": handoffs}, direction="out", withdrawn_at=None, occurred_at__gte=made_at)
    place = Window(RowNumber(), partition_by=F(f"{of}__lead"), order_by=[F("occurred_at").asc(), F("id").asc()])
    first = rows.exclude(kind="note").annotate(of_lead=F(f"{of}__lead"), place=place).filter(place=1).select_related("member")
    return {row.of_lead: row for row in first}


def _marketers(leads: Collection[int]) -> dict[int | None, Member]:
    """Who cared for each lead until it was handed over. One query."""
    rows = Assignment.objects.filter(lead__in=leads, rule="before_handoff").select_related("owner").order_by("-starts_at")
    return {row.lead_id: row.owner for row in rows}
