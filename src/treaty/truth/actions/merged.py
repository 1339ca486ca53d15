"""Where the ids of merged records lead: to the record that was kept."""

from collections.abc import Iterable
from copy import copy
from typing import TypeVar

from treaty.bulk import insert
from treaty.truth.actions.work import Batch
from treaty.truth.identity import account_keys, person_keys
from treaty.truth.models import AccountIdentity, Identity
from treaty.truth.records import AccountRef, GoneRecord, PersonRef

T = TypeVar("T", Identity, AccountIdentity)


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
