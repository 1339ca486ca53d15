"""Recognise accounts in bulk: one read of identities for a batch, new rows written together."""

from collections.abc import Collection, Iterable

from django.db import connection
from django.db.models import QuerySet

from treaty import trail
from treaty.bulk import insert, insert_values
from treaty.prepared import prepared
from treaty.truth.actions import following, identities, linking
from treaty.truth.actions.work import Batch
from treaty.truth.identity import Key, account_keys, own_keys
from treaty.truth.models import Account, AccountIdentity
from treaty.truth.records import AccountRef


class Accounts:
    """The accounts one batch speaks of. `find` answers from memory; `save` writes what is new."""

    def __init__(self, batch: Batch, refs: Iterable[AccountRef]) -> None:
        self.batch = batch
        self._keys = {ref: account_keys(ref, batch.space) for ref in set(refs)}
        self.by_key, self._seen = load({key for keys in self._keys.values() for key in keys})
        self._read = {account.pk for account in self.by_key.values()}
        self.new: list[Account] = []
        self.new_keys: list[tuple[Key, Account, int | None]] = []

    def find(self, ref: AccountRef) -> Account | None:
        """The account meant, made if nobody knows it. None for an empty reference."""
        return None if ref.is_empty else self.find_stated(ref)

    def find_stated(self, ref: AccountRef) -> Account:
        """The same for a reference known not to be empty."""
        keys = self._keys_of(ref)
        chosen = next((key for key in keys if key in self.by_key), None)
        account, seen = (self.by_key[chosen], self._seen.get(chosen)) if chosen else (None, None)
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
                self.new_keys.append((key, account, seen))
                if seen is not None:
                    self._seen[key] = seen
        return account

    def seen_as(self, ref: AccountRef) -> int | None:
        """Under which of its records the account meant is known by this reference; None where that is itself."""
        if not self._seen:
            return None
        return next((self._seen.get(key) for key in self._keys_of(ref) if key in self.by_key), None)

    def _keys_of(self, ref: AccountRef) -> list[Key]:
        keys = self._keys.get(ref)
        return account_keys(ref, self.batch.space) if keys is None else keys

    def save(self) -> None:
        insert(self.new)
        rows = [(*key, account.pk, seen) for key, account, seen in self.new_keys]
        insert_values(AccountIdentity, (*identities.COLUMNS, "account_id", "seen_as_id"), rows)
        self.batch.done.account_ids.update(account.pk for account in self.new)
        self.new, self.new_keys = [], []

    def check(self) -> None:
        """No account of which this batch spoke was made another meanwhile, or is until it is committed. Raises linking.Overtaken."""
        if connection.vendor == "postgresql" and self._read and following.merged(Account, self._read):
            raise linking.Overtaken("an account was made one with another meanwhile")


@prepared
def numbered(numbers: Collection[int]) -> QuerySet[Account]:
    return Account.objects.filter(pk__among=numbers)


def load(wanted: Collection[Key]) -> tuple[dict[Key, Account], dict[Key, int]]:
    """By key which account it is; and under which, where the key came with an account that was found to be this one."""
    found = identities.found(identities.of_accounts, wanted)
    accounts = {account.pk: account for account in numbered({number for number, _ in found.values()})} if found else {}
    known = {key: accounts[number] for key, (number, _) in found.items() if number in accounts}
    return known, {key: seen for key, (_, seen) in found.items() if seen is not None}
