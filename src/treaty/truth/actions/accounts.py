"""Recognise accounts in bulk: one read of identities for a batch, new rows written together."""

from collections.abc import Iterable

from treaty.bulk import insert
from treaty.truth.actions.work import Batch
from treaty.truth.identity import Key, account_keys
from treaty.truth.models import Account, AccountIdentity
from treaty.truth.records import AccountRef


class Accounts:
    """The accounts one batch speaks of. `find` answers from memory; `save` writes what is new."""

    def __init__(self, batch: Batch, refs: Iterable[AccountRef]) -> None:
        self.batch = batch
        wanted = {key for ref in refs for key in account_keys(ref, batch.space)}
        self.by_key: dict[Key, Account] = load(wanted)
        self.new: list[Account] = []
        self.new_keys: list[tuple[Key, Account]] = []

    def find(self, ref: AccountRef) -> Account | None:
        """The account meant, made if nobody knows it. None for an empty reference."""
        return None if ref.is_empty else self.find_stated(ref)

    def find_stated(self, ref: AccountRef) -> Account:
        """The same for a reference known not to be empty."""
        keys = account_keys(ref, self.batch.space)
        account = next((self.by_key[key] for key in keys if key in self.by_key), None)
        if account is None:
            account = Account(
                name=ref.name.strip()[:200], domain={k: v for k, _, v in keys}.get("domain", ""), made_at=self.batch.received_at
            )
            self.new.append(account)
        for key in keys:
            if key not in self.by_key:
                self.by_key[key] = account
                self.new_keys.append((key, account))
        return account

    def save(self) -> None:
        insert(self.new)
        insert(AccountIdentity(account=account, kind=kind, space=space, value=value) for (kind, space, value), account in self.new_keys)
        self.batch.done.account_ids.update(account.pk for account in self.new)
        self.new, self.new_keys = [], []


def load(wanted: set[Key]) -> dict[Key, Account]:
    rows = AccountIdentity.objects.filter(value__in={value for _, _, value in wanted}).select_related("account")
    found = {(row.kind, row.space, row.value): row.account for row in rows}
    same: dict[int, Account] = {}
    return {key: same.setdefault(account.pk, account) for key, account in found.items() if key in wanted}
