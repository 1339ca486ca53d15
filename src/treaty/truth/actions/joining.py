"""Of one person one lead is open: what becomes of the leads when two are found to be one, and when they are parted.

Of two that are open the one in sales' care goes on, between two of a kind the one opened first. The other ends by no step
of the agreed graph, with its history, owner and ledger as they are, and says in which it goes on.
See docs/decisions/two-leads-of-one-person.md.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Coalesce

from treaty.agreement.queries import signed_of
from treaty.journal.actions import record
from treaty.team.models import Member
from treaty.truth.models import Activity, BuyingRole, Lead, Objection, Opportunity

SALES = "sales"


def join(root: int, gone: int, *, by: Member | None, at: datetime) -> None:
    """Before two are made one: of two open leads one goes on."""
    leads = _held(Lead.objects.filter(person__in=(root, gone), closed_at=None))
    if len(leads) == 2:
        stays, ends = in_precedence(leads)
        _end(ends, stays, by=by, at=at)


def part(root: int, gone: int, *, since: datetime, by: Member | None, at: datetime) -> None:
    """After two were parted: a lead that went on in one that is somebody else's now goes on by itself.

    since: when they were made one; deals given a lead after it, and activities told after it, go to the lead of those they speak of.
    """
    for person in (root, gone):
        _open_again(person, by=by, at=at)
    for model in (Activity, Objection):  # noted on a lead, of nobody's record: it is whose the lead is
        model._default_manager.filter(person=root, seen_as=None, lead__person=gone).update(person=gone)
    for activity in Activity.objects.filter(person__in=(root, gone), lead__isnull=False).exclude(lead__person=F("person")):
        activity.lead = lead_at(activity.person_id, activity.occurred_at)
        activity.save(update_fields=["lead"])
    _choose_leads_of_deals((root, gone), since)


def in_precedence(leads: Iterable[Lead]) -> list[Lead]:
    """Of leads that would be one person's: the one that goes on first."""
    return sorted(leads, key=_precedence)


def lead_at(person: int | None, at: datetime) -> Lead | None:
    """The lead a contact with a person belongs to: the last one opened by then."""
    if person is None:
        return None
    return Lead.objects.filter(person=person, opened_at__lte=at, joined_to=None).order_by("-opened_at", "-number").first()


def _open_again(person: int, *, by: Member | None, at: datetime) -> None:
    own = _held(Lead.objects.filter(person=person, joined_to__isnull=False).exclude(joined_to__person=F("person")))
    if not own:
        return
    standing = _held(Lead.objects.filter(person=person, closed_at=None))
    stays, *others = in_precedence([*own, *standing])
    for lead in others:
        _end(lead, stays, by=by, at=at)
    if stays in own:
        stays.closed_at = stays.joined_to = None
        stays.save(update_fields=["closed_at", "joined_to"])
        record("lead.parted", stays, by=by, at=at, agreement=stays.version.hash, codes={"stage": stays.stage})


def _end(lead: Lead, stays: Lead, *, by: Member | None, at: datetime) -> None:
    lead.closed_at, lead.joined_to = lead.closed_at or at, stays
    lead.save(update_fields=["closed_at", "joined_to"])
    record("lead.joined", lead, by=by, at=at, agreement=lead.version.hash, codes={"into": stays.key, "stage": lead.stage})


def _held(leads: object) -> list[Lead]:
    return list(leads.select_for_update(of=("self",)).select_related("version").order_by("pk"))  # type: ignore[attr-defined]


def _precedence(lead: Lead) -> tuple[bool, datetime, int]:
    stage = signed_of(lead.version).terms.stages.get(lead.stage)
    return (stage is None or stage.owner != SALES, lead.opened_at, lead.pk)


def _choose_leads_of_deals(people: Sequence[int], since: datetime) -> None:
    """A deal that was given its lead meanwhile, whose buyer is one of them and whose lead is the other's, has its buyer's lead."""
    buys = BuyingRole.objects.filter(opportunity=OuterRef("pk"))
    deals = Opportunity.objects.alias(given_at=Coalesce("lead_since", "received_at"))
    rows = deals.filter(given_at__gte=since, lead__person__in=people).select_related("lead")
    for deal in rows.exclude(Exists(buys.filter(person=OuterRef("lead__person")))):
        buyer = deal.roles.filter(person__in=people).values_list("person", flat=True).first()
        if buyer is not None:
            deal.lead = Lead.objects.filter(person=buyer, joined_to=None).order_by("opened_at", "number").last()
            deal.save(update_fields=["lead"])
