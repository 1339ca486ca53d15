"""Absorb records from any door into the one source of truth, set by set."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, OperationalError, transaction

from treaty import trail
from treaty.truth.actions import activities, deals, facts, gone, members, money, rates, systems, touches
from treaty.truth.actions.accounts import Accounts
from treaty.truth.actions.people import People
from treaty.truth.actions.states import Later, Owners, account_of, said_of_account, said_of_person
from treaty.truth.actions.work import Absorbed, Batch
from treaty.truth.models import Source
from treaty.truth.records import (
    AccountRecord,
    AccountRef,
    ActivityRecord,
    CampaignRecord,
    GoneRecord,
    MemberRecord,
    OpportunityRecord,
    PersonRecord,
    PersonRef,
    RateRecord,
    Record,
    SpendRecord,
    TouchRecord,
)

ATTEMPTS = 20
"""Two writers may meet the same stranger at once; the loser starts again and then knows them. Each time another writer got further."""
DEADLOCK = "40P01"
"""PostgreSQL's word for two writers who wait for each other: one of them is told, and starts again."""

T = TypeVar("T")
F = TypeVar("F")
Numbered = list[tuple[int, T]]


def absorb(records: Iterable[Record], *, source: Source, received_at: datetime) -> Absorbed:
    """Store what is new, merge what is known, refuse what cannot be: every record ends in one of the three.

    records: at most a few hundred, in the order they were sent. received_at: when our system had them, unless a
    record says so itself.
    Safe to run again: the same records change nothing. Raises nothing for bad records; they are in `refused`
    as (position, reason).
    """
    listed = list(records)
    for _ in range(ATTEMPTS - 1):
        try:
            return _absorb(listed, Batch(source, received_at))
        except (IntegrityError, OperationalError) as fault:
            if not isinstance(fault, IntegrityError) and not _is_deadlock(fault):
                raise
    return _absorb(listed, Batch(source, received_at))


def _is_deadlock(fault: OperationalError) -> bool:
    return getattr(fault.__cause__, "sqlstate", "") == DEADLOCK


@transaction.atomic
@trail.whole()
def _absorb(records: Sequence[Record], batch: Batch) -> Absorbed:
    of = _Kinds(records).of
    members.save(of(MemberRecord), batch)
    money.save_campaigns(of(CampaignRecord), batch)
    gone.come_late(records, batch)
    accounts = Accounts(batch, _account_refs(records))
    people = People(batch, _person_refs(records))
    owners = members.named(_account_owners(records))
    stated = _state_accounts(of(AccountRecord), accounts, owners, batch)
    stated += _state_people(of(PersonRecord), people, accounts, owners, batch)
    seen = _find(of(TouchRecord), lambda r: people.find(r.ref), batch)
    accounts.save()
    people.save()
    facts.save((s for make in stated for s in make()), batch)
    touches.save(seen, people, batch)
    people.join()
    deals.save_opportunities(of(OpportunityRecord), people, accounts, batch)
    activities.save(of(ActivityRecord), people, batch)
    money.save_spend(of(SpendRecord), batch)
    rates.save(of(RateRecord), batch)
    systems.save(records, people, accounts, batch)
    systems.save_gone(of(GoneRecord), batch)
    people.join()
    people.check()
    accounts.check()
    gone.follow(records, batch)
    return batch.done


class _Kinds:
    """The records of each kind, numbered, in their order."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._by_kind: dict[type[Any], list[Any]] = defaultdict(list)
        for numbered in enumerate(records):
            self._by_kind[type(numbered[1])].append(numbered)

    def of(self, kind: type[T]) -> Numbered[T]:
        return self._by_kind.get(kind, [])


def _find(numbered: Numbered[T], find: Callable[[T], F], batch: Batch) -> list[tuple[T, F]]:
    found: list[tuple[T, F]] = []
    for number, record in numbered:
        try:
            found.append((record, find(record)))
        except ValueError as problem:
            batch.done.refused.append((number, str(problem)))
    return found


def _state_accounts(numbered: Numbered[AccountRecord], accounts: Accounts, owners: Owners, batch: Batch) -> list[Later]:
    makers = []
    for number, record in numbered:
        if record.ref.is_empty:
            batch.done.refused.append((number, "no id, domain or name: nothing says which account this is"))
            continue
        makers.append(said_of_account(record, accounts, owners, batch))
    return makers


def _state_people(numbered: Numbered[PersonRecord], people: People, accounts: Accounts, owners: Owners, batch: Batch) -> list[Later]:
    makers = []
    for number, record in numbered:
        try:
            makers.append(said_of_person(record, people, accounts, owners, batch))
        except ValueError as problem:
            batch.done.refused.append((number, str(problem)))
    return makers


def _account_owners(records: Sequence[Record]) -> set[str]:
    stated = {r.owner_email for r in records if isinstance(r, AccountRecord)}
    return stated | {r.account_owner_email for r in records if isinstance(r, PersonRecord)}


def _account_refs(records: Sequence[Record]) -> list[AccountRef]:
    refs = []
    for record in records:
        if isinstance(record, AccountRecord):
            refs += [record.ref, record.parent]
        elif isinstance(record, PersonRecord):
            refs.append(account_of(record))
        elif isinstance(record, OpportunityRecord):
            refs.append(record.account)
    return refs


def _person_refs(records: Sequence[Record]) -> list[PersonRef]:
    refs = []
    for record in records:
        if isinstance(record, PersonRecord | TouchRecord | ActivityRecord):
            refs.append(record.ref)
        elif isinstance(record, OpportunityRecord):
            refs += [ref for ref, _ in record.people]
    return refs
