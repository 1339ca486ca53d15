"""What follows where a system has a record no more: deleted, or merged into another of its records.

A system's merge is proof. It is carried out when both records are there, in whichever order they and the word of it came;
what a member has parted since stays parted.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Q

from treaty import trail
from treaty.bulk import insert_values, update
from treaty.truth.actions import identities, linking, merging
from treaty.truth.actions.facts import FACT
from treaty.truth.actions.work import Batch
from treaty.truth.models import Account, AccountIdentity, Fact, Merge, Opportunity, Person, SystemRecord
from treaty.truth.records import AccountRecord, ActivityRecord, GoneRecord, OpportunityRecord, PersonRecord, Record, TouchRecord

Kind = SystemRecord.Kind


def follow(records: Sequence[Record], batch: Batch) -> None:
    """Carry out what is known of records that are gone, as far as this batch spoke of them or of what they became."""
    if not batch.is_of_a_system:
        return
    ids = set(_ids(records)) - {""}
    about = Q(external_id__in=ids, gone_at__isnull=False) | Q(gone_into__in=ids)
    rows = list(SystemRecord.objects.filter(about, source=batch.source).order_by("pk")) if ids else []
    for row in rows:
        if row.kind == Kind.PERSON and row.gone_into:
            _one_person(row, batch)
        elif row.kind == Kind.ACCOUNT and row.gone_into:
            _one_account(row, batch)
    gone = {row.external_id: row for row in rows if row.kind == Kind.OPPORTUNITY}
    told = {record.external_id[:200] for record in records if isinstance(record, OpportunityRecord | GoneRecord)}
    _deals_gone(gone, told, batch)


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


def _one_person(row: SystemRecord, batch: Batch) -> None:
    """Both ids name one person. An id whose record never came names nobody yet: it is found to be the other when it does."""
    keys = [("id", batch.space, row.external_id), ("id", batch.space, row.gone_into)]
    found = identities.found(identities.of_people, keys)
    if len(found) < 2:
        return
    gone, kept = (seen or person for person, seen in (found[key] for key in keys))
    people = Person.objects.in_bulk([gone, kept])
    known = Merge.objects.filter(Q(gone=gone, kept=kept) | Q(gone=kept, kept=gone) | Q(gone=linking.root_of(gone), kept=kept))
    if linking.root_of(gone) == linking.root_of(kept) or known.exists():
        return
    evidence = {"rule": "system", "source": batch.source.key, "gone": row.external_id, "into": row.gone_into}
    _, done = merging.merge(people[kept], people[gone], evidence=evidence, by=None, at=row.gone_at or batch.received_at)
    batch.done.add(done)


def _one_account(row: SystemRecord, batch: Batch) -> None:
    """The identities, deals and people of the one that went are the other's.

    Membership is stated anew from the day it was stated, known from now: no value that was known is rewritten.
    """
    keys = [("id", batch.space, row.external_id), ("id", batch.space, row.gone_into)]
    found = identities.found(identities.of_accounts, keys)
    if len(found) < 2 or found[keys[0]] == found[keys[1]]:
        return
    (gone,), (kept,) = found[keys[0]], found[keys[1]]
    trail.update(Account.objects.filter(pk=gone), merged_into_id=kept)
    trail.update(AccountIdentity.objects.filter(account=gone), account_id=kept)
    trail.update(Opportunity.objects.filter(account=gone), account_id=kept)
    trail.update(Person.objects.filter(account=gone), account_id=kept)
    trail.update(Account.objects.filter(parent=gone).exclude(pk=kept), parent_id=kept)
    trail.update(Account.objects.filter(pk=kept, parent=gone), parent_id=None)
    members = _restate_members(gone, kept, batch)
    for person in members:
        batch.done.counts_from(person, batch.received_at)
    batch.done.person_ids.update(members)
    batch.done.moved.update(members)
    batch.done.account_ids.update((gone, kept))


def _restate_members(gone: int, kept: int, batch: Batch) -> set[int]:
    told = Fact.objects.filter(subject=Fact.Subject.PERSON, field="account", number=float(gone))
    at = batch.received_at
    said = [("person", fact.subject_id, fact.stated_of_id, "account", None, float(kept)) for fact in told]
    times = [(fact.occurred_at, at, at, batch.source.pk, fact.assumed) for fact in told]
    insert_values(Fact, FACT, [(*one, *when) for one, when in zip(said, times, strict=True)])
    return {fact.subject_id for fact in told}


def _deals_gone(gone: Mapping[str, SystemRecord], told: Collection[str], batch: Batch) -> None:
    """A deal that is gone is in no number from the moment it went; one that was brought back is again."""
    if not gone and not told:
        return
    deals = Opportunity.objects.filter(source=batch.source)
    kept = {deal.external_id: deal for deal in deals.filter(external_id__in={row.gone_into for row in gone.values()} - {""})}
    for deal in deals.filter(Q(external_id__in=gone) | Q(external_id__in=told, gone_at__isnull=False)):
        row = gone.get(deal.external_id)
        gone_at, into = (row.gone_at, kept.get(row.gone_into)) if row else (None, None)
        if (deal.gone_at, deal.merged_into_id) != (gone_at, into and into.pk):
            deal.gone_at, deal.merged_into = gone_at, into
            update([deal], ["gone_at", "merged_into"])
            batch.done.opportunity_ids.add(deal.pk)
