"""Opportunities with every stage, amount and date they had, and what sales did."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from treaty.team.models import Member
from treaty.truth.actions.accounts import Accounts
from treaty.truth.actions.people import People
from treaty.truth.actions.work import Batch
from treaty.truth.models import Activity, BuyingRole, Lead, Opportunity, OpportunityChange
from treaty.truth.records import ActivityRecord, OpportunityRecord

Numbered = list[tuple[int, OpportunityRecord]]


def save_opportunities(numbered: Numbered, people: People, accounts: Accounts, batch: Batch) -> None:
    """Update or make each deal; each difference becomes a row of history at the time the source gives."""
    if not numbered:
        return
    known = _known([record.external_id for _, record in numbered], batch)
    for number, record in numbered:
        if not record.external_id:
            batch.done.refused.append((number, "an opportunity without an id could not be recognised again: add one"))
            continue
        is_new = record.external_id not in known
        deal = known.get(record.external_id) or Opportunity(source=batch.source, external_id=record.external_id[:200])
        known[record.external_id] = deal
        _state(deal, record, accounts, batch)
        accounts.save()
        deal.account = accounts.find(record.account) or deal.account
        deal.save()
        _save_history(deal, record, batch)
        _save_roles(deal, record, people, batch)
        batch.done.count(is_new=is_new)
        batch.done.opportunity_ids.add(deal.pk)


def _known(ids: list[str], batch: Batch) -> dict[str, Opportunity]:
    return {deal.external_id: deal for deal in Opportunity.objects.filter(source=batch.source, external_id__in=ids)}


def _state(deal: Opportunity, record: OpportunityRecord, accounts: Accounts, batch: Batch) -> None:
    accounts.find(record.account)
    stated: dict[str, Any] = {
        "name": record.name[:200],
        "stage": record.stage[:100],
        "outcome": record.outcome,
        "amount": record.amount,
        "currency": record.currency[:3].upper(),
        "product": record.product[:120],
        "lost_reason": record.lost_reason[:64],
        "won_reason": record.won_reason[:64],
        "opened_at": record.opened_at,
        "close_on": record.close_on,
        "closed_at": record.closed_at,
        "owner": member_of(record.owner_email),
    }
    for field, value in stated.items():
        if value not in (None, ""):
            setattr(deal, field, value)
    deal.received_at = deal.received_at or batch.received_at


def _save_history(deal: Opportunity, record: OpportunityRecord, batch: Batch) -> None:
    rows = [
        OpportunityChange(
            opportunity=deal,
            field=field,
            value=value[:200],
            at=at,
            known_at=min(record.known_at or max(at, batch.received_at), batch.received_at),
            received_at=batch.received_at,
        )
        for field, value, at in _changes(deal, record, batch.received_at)
        if value and not _is_repeated(deal, field, value, at)
    ]
    OpportunityChange.objects.bulk_create(rows, ignore_conflicts=True)


def _changes(deal: Opportunity, record: OpportunityRecord, received_at: datetime) -> Iterator[tuple[str, str, datetime]]:
    """What the record says changed when: its own history, then its present state."""
    for entry in record.history:
        yield "stage", entry.stage, entry.at
        yield "amount", "" if entry.amount is None else str(entry.amount), entry.at
        yield "close_on", entry.close_on.isoformat() if entry.close_on else "", entry.at
    seen_at = record.known_at or received_at
    if record.opened_at:
        yield "outcome", "open", record.opened_at
    closed_at = record.closed_at or seen_at
    if not record.history:
        yield "stage", record.stage, closed_at if record.outcome in ("won", "lost") else (record.opened_at or seen_at)
    yield "amount", "" if record.amount is None else str(record.amount), (record.opened_at or seen_at) if deal.pk is None else seen_at
    if record.outcome in ("won", "lost"):
        yield "outcome", record.outcome, closed_at


def _is_repeated(deal: Opportunity, field: str, value: str, at: datetime) -> bool:
    """True if the value before that moment is the same: a snapshot that says nothing new."""
    before = deal.changes.filter(field=field, at__lte=at).order_by("-at", "-id").values_list("value", flat=True).first()
    return before == value


def _save_roles(deal: Opportunity, record: OpportunityRecord, people: People, batch: Batch) -> None:
    for ref, role in record.people:
        try:
            person = people.find(ref)
        except ValueError:
            continue
        people.save()
        BuyingRole.objects.update_or_create(
            opportunity=deal, person=person, defaults={"role": role[:40]}, create_defaults={"role": role[:40], "at": batch.received_at}
        )
        if deal.lead_id is None:
            deal.lead = Lead.objects.filter(person=person).order_by("-number").first()
            deal.save(update_fields=["lead"])


def member_of(email: str) -> Member | None:
    return Member.objects.filter(email=email.strip().lower()).first() if email else None


def save_activities(numbered: list[tuple[int, ActivityRecord]], people: People, batch: Batch) -> None:
    """What sales did, tied to the person, their open lead and the deal."""
    for number, record in numbered:
        if not record.external_id:
            batch.done.refused.append((number, "an activity without an id could not be recognised again: add one"))
            continue
        try:
            person = people.find(record.ref) if not record.ref.is_empty else None
        except ValueError as problem:
            batch.done.refused.append((number, str(problem)))
            continue
        people.save()
        _save_activity(record, person.pk if person else None, batch)


def _save_activity(record: ActivityRecord, person_id: int | None, batch: Batch) -> None:
    deal = Opportunity.objects.filter(source=batch.source, external_id=record.opportunity_id).first() if record.opportunity_id else None
    lead = Lead.objects.filter(person=person_id, opened_at__lte=record.occurred_at).order_by("-number").first() if person_id else None
    known = min(record.known_at or batch.received_at, batch.received_at)
    activity, is_new = Activity.objects.get_or_create(
        source=batch.source,
        external_id=record.external_id[:200],
        defaults={
            "person_id": person_id,
            "lead": lead,
            "opportunity": deal,
            "member": member_of(record.member_email),
            "kind": record.kind[:30],
            "direction": record.direction,
            "outcome": record.outcome[:40],
            "text": record.text,
            "occurred_at": record.occurred_at,
            "known_at": max(known, record.occurred_at),
            "received_at": batch.received_at,
        },
    )
    batch.done.count(is_new=is_new)
    batch.done.activity_ids.add(activity.pk)
