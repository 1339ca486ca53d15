"""Opportunities with every stage, amount and date they had, and who buys. A batch costs a fixed number of queries."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from treaty import trail
from treaty.bulk import insert, update
from treaty.team.models import Member
from treaty.truth.actions import members, roles, sameness
from treaty.truth.actions.accounts import Accounts
from treaty.truth.actions.history import History
from treaty.truth.actions.linking import tree_of
from treaty.truth.actions.people import People
from treaty.truth.actions.work import Batch
from treaty.truth.models import BuyingRole, Lead, Opportunity, Person
from treaty.truth.records import OpportunityRecord

ANSWERED = ("one_with", "gone_at", "merged_into")
"""Columns by which a deal is counted as another: whoever writes those answers for them."""
STATED = [field.name for field in Opportunity._meta.concrete_fields if not field.primary_key and field.name not in ANSWERED]
Numbered = list[tuple[int, OpportunityRecord]]
Buyers = list[tuple[Person, str, int | None]]
"""Who buys, each with the role that was stated, and under whom they were named where that is another of their records."""


def save_opportunities(numbered: Numbered, people: People, accounts: Accounts, batch: Batch) -> None:
    """Update or make each deal; each difference becomes a row of history at the time the source gives."""
    records = _usable(numbered, batch)
    if not records:
        return
    buyers = [_buyers(record, people) for record in records]
    for record in records:
        accounts.find(record.account)
    people.save()
    accounts.save()
    deals = _state_all(records, buyers, accounts, batch)
    _save_histories(deals, records, batch)
    _save_roles(deals, buyers, batch)
    batch.done.opportunity_ids.update(deal.pk for deal in deals)


def _usable(numbered: Numbered, batch: Batch) -> list[OpportunityRecord]:
    for number, record in numbered:
        if not record.external_id:
            batch.done.refused.append((number, "an opportunity without an id could not be recognised again: add one"))
    return [record for _, record in numbered if record.external_id]


def _buyers(record: OpportunityRecord, people: People) -> Buyers:
    """A buyer nobody could recognise is left out; the deal stands without them."""
    found = []
    for ref, role in record.people:
        try:
            person = people.find(ref)
            found.append((person, role[:40], people.seen_as(ref)))
        except ValueError:
            continue
    return found


def _state_all(records: list[OpportunityRecord], buyers: list[Buyers], accounts: Accounts, batch: Batch) -> list[Opportunity]:
    """The deal of each record, written with what the record says; one that stands twice in a batch is one deal."""
    known = sameness.known(records, batch)
    told = sameness.told_elsewhere(known.values(), batch)
    owners = members.named(record.owner_email for record in records)
    leads = _leads(person for listed in buyers for person, *_ in listed)
    stood = {name: _columns(deal) for name, deal in known.items()}
    deals = []
    for record, listed in zip(records, buyers, strict=True):
        name = record.external_id[:200]
        batch.done.count(is_new=name not in known)
        deal = known.setdefault(name, Opportunity(source=batch.source, external_id=name, received_at=batch.received_at))
        yielded = sameness.yields(deal, told, batch)
        _state(deal, record, owners, yielded)
        if deal.account_id is None or "name" not in yielded:
            _place(deal, record, accounts)
        if deal.lead_id is None and (lead := next((leads[person.pk] for person, *_ in listed if person.pk in leads), None)):
            deal.lead, deal.lead_since = lead, batch.received_at if deal.pk else None
        deals.append(deal)
    insert(deal for name, deal in known.items() if name not in stood)
    trail.met(Opportunity, [deal.pk for name, deal in known.items() if name in stood])
    update([known[name] for name, before in stood.items() if _columns(known[name]) != before], STATED)
    sameness.save(zip(records, deals, strict=True), batch)
    return deals


def _place(deal: Opportunity, record: OpportunityRecord, accounts: Accounts) -> None:
    """At the account the record names, if it names one."""
    if account := accounts.find(record.account):
        deal.account, deal.account_seen_as_id = account, accounts.seen_as(record.account)


def _columns(deal: Opportunity) -> dict[str, Any]:
    return {field.attname: getattr(deal, field.attname) for field in Opportunity._meta.concrete_fields}


def _leads(people: Iterable[Person]) -> dict[int, Lead]:
    """The latest lead of each person."""
    rows = Lead.objects.filter(person__in={person.pk for person in people}, joined_to=None)
    return {lead.person_id: lead for lead in rows.order_by("opened_at", "number")}


def _state(deal: Opportunity, record: OpportunityRecord, owners: Mapping[str, Member], yields: Collection[str]) -> None:
    """yields: fields another system is the master of: what it said stands."""
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
        "owner": owners.get(record.owner_email.strip().lower()),
    }
    for field, value in stated.items():
        if value not in (None, "") and field not in yields:
            setattr(deal, field, value)


def _save_histories(deals: list[Opportunity], records: list[OpportunityRecord], batch: Batch) -> None:
    history = History(deals)
    told = sameness.told_elsewhere(deals, batch)
    for deal, record in zip(deals, records, strict=True):
        yields = sameness.yields(deal, told, batch)
        for field, value, at in _changes(record, batch.received_at):
            if field in yields:
                continue
            known_at = min(record.known_at or max(at, batch.received_at), batch.received_at)
            history.add(deal, field, value[:200], at=at, known_at=known_at, received_at=batch.received_at)
    history.save()


def _changes(record: OpportunityRecord, received_at: datetime) -> Iterator[tuple[str, str, datetime]]:
    """What the record says changed when: its own history, then its present state."""
    for entry in record.history:
        yield "stage", entry.stage, entry.at
        yield "amount", "" if entry.amount is None else str(entry.amount), entry.at
        yield "close_on", entry.close_on.isoformat() if entry.close_on else "", entry.at
        yield "owner", entry.owner_email.strip().lower(), entry.at
    seen_at = record.known_at or received_at
    if record.opened_at:
        yield "outcome", "open", record.opened_at
    closed_at = record.closed_at or seen_at
    if not any(entry.stage for entry in record.history):
        yield "stage", record.stage, closed_at if record.outcome in ("won", "lost") else (record.opened_at or seen_at)
    yield "amount", "" if record.amount is None else str(record.amount), seen_at
    if record.outcome in ("won", "lost"):
        yield "outcome", record.outcome, closed_at


def _save_roles(deals: list[Opportunity], buyers: list[Buyers], batch: Batch) -> None:
    """Who buys; a role that is not stated again stays what it was."""
    stored = list(BuyingRole.objects.filter(opportunity__in=deals))
    rows = {(row.opportunity_id, row.seen_as_id or row.person_id): row for row in stored}
    counting = {(row.opportunity_id, row.person_id) for row in stored}
    changed, several = set(), set()
    for deal, listed in zip(deals, buyers, strict=True):
        for person, role, seen in listed:
            name = (deal.pk, seen or person.pk)
            if name not in rows:
                counts = (deal.pk, person.pk) not in counting
                rows[name] = BuyingRole(opportunity=deal, person=person if counts else None, at=batch.received_at)
                rows[name].seen_as_id = seen if counts else name[1]
                counting.add((deal.pk, person.pk))
            several |= {person.pk} if rows[name].seen_as_id else set()
            if role and rows[name].role != role and rows[name].by_id is None:
                rows[name].role = role
                changed |= {name} if rows[name].pk else set()
    insert(row for row in rows.values() if row.pk is None)
    update([rows[name] for name in changed], ["role"])
    for number in several:
        roles.settle(number, tree_of(number))
