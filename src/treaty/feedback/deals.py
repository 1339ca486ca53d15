"""Deals made and worked in Treaty itself (R16), and what their ends mean for the lead."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from treaty.agreement.queries import signed_of
from treaty.bulk import insert
from treaty.feedback.contact import answer, by_hand
from treaty.feedback.courses import return_to_marketing
from treaty.handoff.actions import lock
from treaty.handoff.models import Handoff
from treaty.journal.actions import record
from treaty.keys import new_key
from treaty.qualification import lifecycle, moves
from treaty.qualification.moves import How, Why
from treaty.qualification.resting import rest
from treaty.team.models import Member
from treaty.truth.buying import ROLES
from treaty.truth.models import BuyingRole, Lead, Opportunity, OpportunityChange, Person

Outcome = Opportunity.Outcome


class NotForThisDeal(Exception):
    """The deal cannot be changed so; the message says why and what would help."""


@transaction.atomic
def open_opportunity(
    lead: Lead,
    *,
    by: Member,
    at: datetime,
    name: str,
    amount: Decimal,
    currency: str,
    close_on: date | None = None,
    product: str = "",
    roles: Mapping[Person, str] | None = None,
) -> Opportunity:
    """Open a deal from a lead; the lead moves to `opportunity` if the agreement lets it. Raises lifecycle.NotAllowed.

    roles: the buying group; the lead's person is in it even if not named. What the stage `opportunity` must
    have captured (amount, close date, economic buyer) is read from the deal itself.
    """
    lock(lead.pk)
    people = {lead.person: "", **(roles or {})}
    buyer = next((str(person) for person, role in people.items() if role == "economic_buyer"), "")
    answer(lead.person, {"amount": str(amount), "close_date": str(close_on or ""), "economic_buyer": buyer}, by=by, at=at)
    deal = Opportunity(
        source=by_hand(),
        external_id=new_key(),
        name=name[:200],
        account=lead.person.account,
        lead=lead,
        owner=by,
        stage="discovery",
        amount=amount,
        currency=currency,
        product=product[:120],
        close_on=close_on,
        opened_at=at,
        received_at=at,
    )
    insert([deal])
    _change(deal, at, by, stage="discovery", amount=str(amount), outcome="open", close_on=str(close_on or ""))
    insert(BuyingRole(opportunity=deal, person=person, role=role, at=at, by=by if role else None) for person, role in people.items())
    moves.move(lead, "opportunity", at=at, why=Why(How.OUTCOME, "opportunity_created"), by=by)
    record("opportunity.opened", deal, by=by, at=at, agreement=lead.version.hash, codes={"lead": lead.key})
    return deal


@transaction.atomic
def set_stage(deal: Opportunity, stage: str, *, by: Member, at: datetime) -> None:
    """Move a deal to another sales stage; every stage it had is kept. Raises NotForThisDeal for one that has ended."""
    _change_open(deal, stage=stage)
    _change(deal, at, by, stage=stage)
    record("opportunity.moved", deal, by=by, at=at, codes={"stage": stage})


@transaction.atomic
def set_amount(deal: Opportunity, amount: Decimal, *, by: Member, at: datetime) -> None:
    _change_open(deal, amount=amount)
    _change(deal, at, by, amount=str(amount))
    record("opportunity.changed", deal, by=by, at=at, codes={"amount": str(amount)})


@transaction.atomic
def declare_role(deal: Opportunity, person: Person, role: str, *, by: Member, at: datetime) -> None:
    """Say which part somebody has at a deal; empty says that they have none. What a system told before, and tells later, yields.

    The journal keeps what it was before. Raises NotForThisDeal for who is neither at its account nor in it, and for no role.
    """
    if role and role not in ROLES:
        raise NotForThisDeal(f"{role!r} is no role in a buying group: use one of {', '.join(ROLES)}")
    row = BuyingRole.objects.select_for_update().filter(opportunity=deal, person=person).first()
    if row is None and (deal.account_id is None or person.account_id != deal.account_id) and person != (deal.lead and deal.lead.person):
        raise NotForThisDeal(f"{person} is not at {deal.account or 'its account'}: put them in that account first")
    was = row.role if row else ""
    if row is None:
        BuyingRole.objects.create(opportunity=deal, person=person, role=role, at=at, by=by)
    else:
        BuyingRole.objects.filter(pk=row.pk).update(role=role, at=at, by=by)
    record("buying_role.declared", deal, by=by, at=at, codes={"person": person.key, "role": role, "was": was})


@transaction.atomic
def win(deal: Opportunity, *, by: Member, at: datetime, reason: str = "") -> None:
    """The deal is won; its lead becomes a customer. Raises NotForThisDeal for one that has ended."""
    _hold_lead(deal)
    _close(deal, Outcome.WON, at, by, won_reason=reason)
    follow_end(deal, "opportunity_won", at=at, by=by)


@transaction.atomic
def lose(deal: Opportunity, reason: str, *, by: Member, at: datetime, note: str = "") -> None:
    """The deal is lost, for one of the agreement's reasons; the lead goes back to marketing's care.

    Raises NotForThisDeal for a reason the agreement does not list, and for a deal that has ended.
    """
    reasons = signed_of(deal.lead.version).terms.reasons.lost if deal.lead else []
    if reasons and reason not in reasons:
        raise NotForThisDeal(f"{reason!r} is not a lost reason of the agreement: use one of {', '.join(reasons)}")
    _hold_lead(deal)
    _close(deal, Outcome.LOST, at, by, lost_reason=reason, words=note)
    follow_end(deal, "opportunity_lost", at=at, by=by)


def _hold_lead(deal: Opportunity) -> None:
    if deal.lead_id is not None:
        lock(deal.lead_id)


def _change_open(deal: Opportunity, **values: object) -> None:
    """Write to a deal that is open now, whatever was read of it before. Raises NotForThisDeal for one that has ended."""
    changed = Opportunity.objects.filter(pk=deal.pk, outcome=Outcome.OPEN).update(**values)
    deal.refresh_from_db()
    if not changed:
        raise NotForThisDeal(f"{deal} is {deal.outcome}, and an ended deal stays as it ended: open a new one for what comes next")


def _close(deal: Opportunity, outcome: Opportunity.Outcome, at: datetime, by: Member, words: str = "", **reasons: str) -> None:
    _change_open(deal, outcome=outcome, closed_at=at, **reasons)
    _change(deal, at, by, outcome=outcome)
    codes = {"lead": deal.lead.key if deal.lead else "", **reasons}
    record(f"opportunity.{outcome}", deal, by=by, at=at, codes=codes, words={"note": words} if words else None)


def follow_end(deal: Opportunity, event: str, *, at: datetime, by: Member | None) -> None:
    """Take the lead where the deal's end takes it: the stage that names the event, else back to nurture."""
    lead = deal.lead
    if lead is None or lead.closed_at is not None:
        return
    lead.refresh_from_db()
    terms = signed_of(lead.version).terms
    to_stage = next((name for name, stage in terms.stages.items() if stage.when == event), None)
    if to_stage is None and event == "opportunity_lost":
        to_stage = "recycled"
    try:
        if to_stage is not None:
            moves.move(lead, to_stage, at=at, why=Why(How.OUTCOME, event), by=by)
    except lifecycle.NotAllowed:
        return  # the lead is elsewhere by now; the deal's end stands by itself
    Handoff.objects.filter(lead=lead, ended_at=None).update(ended_at=at, ended_how=deal.outcome)
    if to_stage == "recycled":
        return_to_marketing(lead, by=by, at=at)
        rest(lead, until=None, evidence_from=at)


def _change(deal: Opportunity, at: datetime, by: Member, **values: str) -> None:
    """Keep the values some fields have from now on; an empty one says nothing."""
    insert(
        OpportunityChange(opportunity=deal, field=field, value=value[:200], at=at, known_at=at, received_at=at, by=by)
        for field, value in values.items()
        if value
    )
