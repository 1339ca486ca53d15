"""Recognise accounts in bulk: one read of identities for a batch, new rows written together."""

from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from treaty import trail
from treaty.bulk import insert, insert_values
from treaty.prepared import prepared
from treaty.truth.actions import identities
from treaty.truth.actions.work import Batch
from treaty.truth.identity import Key, account_keys, own_keys
from treaty.truth.models import Account, AccountIdentity
from treaty.truth.records import AccountRef


class Accounts:
    """The accounts one batch speaks of. `find` answers from memory; `save` writes what is new."""

    def __init__(self, batch: Batch, refs: Iterable[AccountRef]) -> None:
        self.batch = batch
        self._keys = {ref: account_keys(ref, batch.space) for ref in set(refs)}
        self.by_key: dict[Key, Account] = load({key for keys in self._keys.values() for key in keys})
        self.new: list[Account] = []
        self.new_keys: list[tuple[Key, Account]] = []

    def find(self, ref: AccountRef) -> Account | None:
        """The account meant, made if nobody knows it. None for an empty reference."""
        return None if ref.is_empty else self.find_stated(ref)

    def find_stated(self, ref: AccountRef) -> Account:
        """The same for a reference known not to be empty."""
        keys = self._keys.get(ref) or account_keys(ref, self.batch.space)
        account = next((self.by_key[key] for key in keys if key in self.by_key), None)
        trail.met(Account, [account.pk] if account and account.pk else ())
        if account is not None and ref.is_of_address:
            return account
        own = own_keys(ref, self.batch.space)
        if account is None:
            account = Account(
                name=ref.name.strip()[:200], domain={k: v for k, _, v in own}.get("domain", ""), made_at=self.batch.received_at
            )
            self.new.append(account)
        for key in own:
            if key not in self.by_key:
                self.by_key[key] = account
                self.new_keys.append((key, account))
        return account

    def save(self) -> None:
        insert(self.new)
        insert_values(AccountIdentity, (*identities.COLUMNS, "account_id"), [(*key, account.pk) for key, account in self.new_keys])
        self.batch.done.account_ids.update(account.pk for account in self.new)
        self.new, self.new_keys = [], []


@prepared
def numbered(numbers: Collection[int]) -> QuerySet[Account]:
    return Account.objects.filter(pk__among=numbers)


def load(wanted: Collection[Key]) -> dict[Key, Account]:
    found = identities.found(identities.of_accounts, wanted)
    accounts = {account.pk: account for account in numbered({number for (number,) in found.values()})} if found else {}
    return {key: accounts[number] for key, (number,) in found.items() if number in accounts}
