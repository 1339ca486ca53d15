"""What follows where a system has a record no more: deleted, or merged into another of its records.

A system's merge is proof. The id of a record that nobody ever had leads to the one that was kept; where both are there, they are
made one, in whichever order they and the word of it came. What a member has parted since stays parted.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from operator import attrgetter
from typing import TypeVar

from django.db.models import Q, QuerySet

from treaty import trail
from treaty.bulk import insert, update
from treaty.prepared import prepared
from treaty.truth.actions import account_merging, identities, linking, merging
from treaty.truth.actions.following import root_of
from treaty.truth.actions.work import Batch
from treaty.truth.identity import account_keys, person_keys
from treaty.truth.models import Account, AccountIdentity, AccountMerge, Identity, Merge, Opportunity, Person, SystemRecord
from treaty.truth.records import (
    AccountRecord,
    AccountRef,
    ActivityRecord,
    GoneRecord,
    OpportunityRecord,
    PersonRecord,
    PersonRef,
    Record,
    TouchRecord,
)

Kind = SystemRecord.Kind
T = TypeVar("T", Identity, AccountIdentity)


def follow(records: Sequence[Record], batch: Batch) -> None:
    """Carry out what is known of records that are gone, as far as this batch spoke of them or of what they became."""
    if not batch.is_of_a_system:
        return
    ids = set(_ids(records)) - {""}
    about = {row.pk: row for ask in (_gone, _gone_into) for row in ask(batch.source.pk, ids)} if ids else {}
    rows = sorted(about.values(), key=attrgetter("pk"))
    for row in rows:
        if row.kind == Kind.PERSON and row.gone_into:
            _one_person(row, batch)
        elif row.kind == Kind.ACCOUNT and row.gone_into:
            _one_account(row, batch)
    gone = {row.external_id: row for row in rows if row.kind == Kind.OPPORTUNITY}
    told = {record.external_id[:200] for record in records if isinstance(record, OpportunityRecord | GoneRecord)}
    _deals_gone(gone, told, batch)


@prepared
def _merged_before_told_of(source: int, ids: Collection[str]) -> QuerySet[SystemRecord]:
    """In no order: for one by number SQLite would read all records of the source."""
    rows = SystemRecord.objects.filter(source=source, kind=Kind.ACCOUNT, external_id__among=ids, account=None)
    return rows.exclude(gone_into="")


@prepared
def _gone(source: int, ids: Collection[str]) -> QuerySet[SystemRecord]:
    """Every kind is named, or the database reads all records there are of the source."""
    return SystemRecord.objects.filter(source=source, kind__in=Kind.values, external_id__among=ids, gone_at__isnull=False)


@prepared
def _gone_into(source: int, ids: Collection[str]) -> QuerySet[SystemRecord]:
    return SystemRecord.objects.filter(source=source, gone_into__among=ids).exclude(gone_into="")


def _ids(records: Iterable[Record]) -> Iterable[str]:
    for record in records:
        if isinstance(record, GoneRecord):
            yield record.external_id[:200]
            yield record.into[:200]
        elif isinstance(record, PersonRecord | TouchRecord | ActivityRecord | AccountRecord):
            yield record.ref.external_id.strip()[:200]
        if isinstance(record, PersonRecord):
            yield record.account.external_id.strip()[:200]
        elif isinstance(record, OpportunityRecord):
            yield from (record.external_id[:200], record.account.external_id.strip()[:200])
            yield from (ref.external_id.strip()[:200] for ref, _ in record.people)


def come_late(records: Sequence[Record], batch: Batch) -> None:
    """A record of an account that was merged, whose id was led to the kept one before any record of it came, is an account of its own,
    made one with that: so it can be parted from it. Called before a batch's accounts are read."""
    ids = {record.ref.external_id.strip()[:200] for record in records if isinstance(record, AccountRecord)} - {""}
    if not ids or not batch.is_of_a_system:
        return
    for row in sorted(_merged_before_told_of(batch.source.pk, ids), key=attrgetter("pk")):
        found = _both(identities.of_accounts, row, batch)
        if found is not None and found[0] == found[1]:
            [own] = insert([Account(made_at=batch.received_at)])
            of_record = AccountIdentity.objects.filter(kind="id", space=batch.space, value=row.external_id)
            trail.update(of_record, account_id=own.pk, seen_as_id=None)
            _, done = account_merging.merge(found[1], own.pk, evidence=_evidence(row, batch), by=None, at=batch.received_at)
            batch.done.add(done)


def lead_on(gone: Iterable[GoneRecord], batch: Batch) -> None:
    """The id and the address of a merged record that nobody has are the kept one's, if that is known.

    Whoever is known by them already stays who they are: nobody is joined here.
    """
    merges = [record for record in gone if record.into]
    people = [record for record in merges if record.kind == "person"]
    accounts = [record for record in merges if record.kind == "account"]
    if people:
        kept = _kept(Identity, people, batch)
        keys = (
            (one.into, key) for one in people for key in person_keys(PersonRef(email=one.email, external_id=one.external_id), batch.space)
        )
        insert((_of(kept[into], key) for into, key in keys if into in kept), ignore_conflicts=True)
    if accounts:
        kept_accounts = _kept(AccountIdentity, accounts, batch)
        ids = ((one.into, key) for one in accounts for key in account_keys(AccountRef(external_id=one.external_id), batch.space))
        rows = (_of(kept_accounts[into], key) for into, key in ids if into in kept_accounts)
        insert(rows, ignore_conflicts=True)


def _kept(model: type[T], merges: list[GoneRecord], batch: Batch) -> dict[str, T]:
    """By their ids, how those that were kept are recognised."""
    wanted = {record.into for record in merges}
    return {row.value: row for row in model.objects.filter(kind="id", space=batch.space, value__in=wanted)}


def _of(kept: T, key: tuple[str, str, str]) -> T:
    """The same one's, by another key."""
    row = copy(kept)
    row.pk = None
    row._state.adding = True
    row.kind, row.space, row.value = key
    return row


def _one_person(row: SystemRecord, batch: Batch) -> None:
    """Both ids name one person. An id whose record never came names nobody yet: it is found to be the other when it does."""
    found = _both(identities.of_people, row, batch)
    if found is None:
        return
    gone, kept = found
    people = Person.objects.in_bulk([gone, kept])
    known = Merge.objects.filter(Q(gone=gone, kept=kept) | Q(gone=kept, kept=gone) | Q(gone=linking.root_of(gone), kept=kept))
    if linking.root_of(gone) == linking.root_of(kept) or known.exists():
        return
    _, done = merging.merge(people[kept], people[gone], evidence=_evidence(row, batch), by=None, at=row.gone_at or batch.received_at)
    batch.done.add(done)


def _one_account(row: SystemRecord, batch: Batch) -> None:
    """Both ids name one account, as above."""
    found = _both(identities.of_accounts, row, batch)
    if found is None:
        return
    gone, kept = found
    going, root = root_of(Account, gone), root_of(Account, kept)
    known = AccountMerge.objects.filter(Q(gone=gone, kept=kept) | Q(gone=kept, kept=gone) | Q(gone=going, kept=kept))
    if going == root or known.exists():
        return
    _, done = account_merging.merge(kept, gone, evidence=_evidence(row, batch), by=None, at=batch.received_at)
    batch.done.add(done)


def _both(ask: identities.Ask, row: SystemRecord, batch: Batch) -> tuple[int, int] | None:
    """Under which records the one that is gone and the one it was merged into are known; None where one never came."""
    keys = [("id", batch.space, row.external_id), ("id", batch.space, row.gone_into)]
    found = identities.found(ask, keys)
    if len(found) < 2:
        return None
    gone, kept = (seen or known for known, seen in (found[key] for key in keys))
    return gone, kept


def _evidence(row: SystemRecord, batch: Batch) -> dict[str, str]:
    return {"rule": "system", "source": batch.source.key, "gone": row.external_id, "into": row.gone_into}


def _deals_gone(gone: Mapping[str, SystemRecord], told: Collection[str], batch: Batch) -> None:
    """A deal that is gone is in no number from the moment it went; one that was brought back is again."""
    if not gone and not told:
        return
    deals = Opportunity.objects.filter(source=batch.source).exclude(external_id="")  # so that the index on the ids answers
    kept = {deal.external_id: deal for deal in deals.filter(external_id__in={row.gone_into for row in gone.values()} - {""})}
    for deal in deals.filter(external_id__in={*gone, *told}):
        row = gone.get(deal.external_id)
        if row is None and deal.gone_at is None:
            continue
        gone_at, into = (row.gone_at, kept.get(row.gone_into)) if row else (None, None)
        if deal.one_with_id is not None:
            gone_at = gone_at or deal.gone_at  # it is counted as another system's
        if (deal.gone_at, deal.merged_into_id) != (gone_at, into and into.pk):
            deal.gone_at, deal.merged_into = gone_at, into
            update([deal], ["gone_at", "merged_into"])
            batch.done.opportunity_ids.add(deal.pk)
            if gone_at is not None:
                _count_again(deal, batch)


def _count_again(deal: Opportunity, batch: Batch) -> None:
    """What was counted as a deal that is gone is counted as itself, unless its own system has it no more."""
    ones = list(Opportunity.objects.filter(one_with=deal).select_related("source"))
    for one in ones:
        row = SystemRecord.objects.filter(source=one.source, kind=Kind.OPPORTUNITY, external_id=one.external_id).first()
        one.one_with, one.gone_at = None, row.gone_at if row else None
    update(ones, ["one_with", "gone_at"])
    batch.done.opportunity_ids.update(one.pk for one in ones)
