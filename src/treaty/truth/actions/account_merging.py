"""Make two accounts one, because a system of record did, and take them apart again: what people are is `merging`, by the same rules."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from treaty import trail
from treaty.journal.actions import record
from treaty.team.models import Member
from treaty.truth.actions import believed
from treaty.truth.actions.columns import ACCOUNT, PERSON, Kind
from treaty.truth.actions.following import OF_ACCOUNTS, root_of, tree_of
from treaty.truth.actions.linking import AlreadyOne, Overtaken
from treaty.truth.actions.merging import AlreadyUndone
from treaty.truth.actions.work import Absorbed
from treaty.truth.models import Account, AccountMerge, Fact, Opportunity, Person

GIVEN = ("name", "domain")
"""Columns that an account may have of the first reference to it, before any value is stated."""


@transaction.atomic
def merge(kept: int, gone: int, *, evidence: dict[str, Any], by: Member | None, at: datetime) -> tuple[AccountMerge, Absorbed]:
    """Two accounts are one from now on, known as `kept` is: identities, deals, people, values and parts. Raises AlreadyOne, Overtaken.

    Where `gone` is another already, that one follows. Returns the merge, and who is to be judged again.
    """
    going, root = root_of(Account, gone), root_of(Account, kept)
    if going == root:
        raise AlreadyOne("these two are one account already: somebody made them one meanwhile")
    _hold(going, root)
    _keep_given((going, root))
    made = AccountMerge.objects.create(kept_id=kept, gone_id=going, evidence=evidence, by=by, at=at)
    trail.made(AccountMerge, [made.pk])
    Account.objects.filter(pk=going).update(merged_into=kept)
    for rows in OF_ACCOUNTS:
        rows.follow(going, root)
    Person.objects.filter(account=going).update(account=root)
    Account.objects.filter(parent=going).exclude(pk=root).update(parent=root)
    believed.refresh([root], kind=ACCOUNT)
    record(
        "account.merged", made.kept, by=by, at=at, codes={"gone": made.gone.key, "rule": str(evidence.get("rule", "")), "merge": made.pk}
    )
    return made, _concerned(going, root)


@transaction.atomic
def unmerge(merge: AccountMerge, *, by: Member | None, at: datetime) -> Absorbed:
    """Take a merge back: each account has what was its own, and what came through its identities since. Raises AlreadyUndone.

    Who belongs to which, and what is a part of which, follows; a deal made here meanwhile is where its lead's person is.
    """
    held = AccountMerge.objects.select_for_update(of=("self",)).select_related("kept", "gone").get(pk=merge.pk)
    if held.undone_at is not None:
        raise AlreadyUndone(f"{held.gone} and {held.kept} were parted on {held.undone_at:%d %B %Y}")
    gone, root = held.gone_id, root_of(Account, held.kept_id)
    list(Account.objects.select_for_update().filter(pk__in=(gone, root)).order_by("pk"))
    theirs = tree_of(Account, gone)
    Account.objects.filter(pk=gone).update(merged_into=None)
    AccountMerge.objects.filter(pk=held.pk).update(undone_at=at, undone_by=by)
    for rows in OF_ACCOUNTS:
        rows.give_back(root, gone, theirs)
    believed.refresh([root, gone], kind=ACCOUNT, is_whole=True)
    Account.objects.filter(pk__in=(root, gone), merged_into=None, merged=None).update(given=None)
    believed.refresh(_naming(ACCOUNT, "parent", gone), kind=ACCOUNT)
    believed.refresh(_naming(PERSON, "account", gone))
    made_here = Opportunity.objects.filter(account=root, account_seen_as=None, source=None, received_at__gte=held.at)
    made_here.filter(lead__person__account=gone).update(account=gone)
    record("account.parted", held.kept, by=by, at=at, codes={"gone": held.gone.key, "merge": held.pk})
    return _concerned(gone, root)


def _hold(going: int, root: int) -> None:
    """Nobody else makes either of them another before we are done. Raises Overtaken."""
    held = Account.objects.select_for_update().filter(pk__in=(going, root)).order_by("pk")
    if any(account.merged_into_id is not None for account in held):
        raise Overtaken(f"account {going} or account {root} was made one with another meanwhile")


def _keep_given(accounts: Collection[int]) -> None:
    """What these were first called, where no value says it: their columns show more than their own from now on."""
    for account in Account.objects.filter(pk__in=accounts):
        if account.given is not None:
            continue
        told = Fact.objects.filter(subject=ACCOUNT, subject_id=account.pk, field__in=GIVEN).values_list("field", flat=True)
        account.given = {name: value for name in GIVEN if name not in set(told) and (value := getattr(account, name))}
        account.save(update_fields=["given"])


def _naming(subject: Kind, field: str, account: int) -> set[int]:
    """Of whom it was ever said that they belong to this account, or are a part of it."""
    rows = Fact.objects.filter(subject=subject, field=field, number=float(account))
    return set(rows.values_list("subject_id", flat=True))


def _concerned(gone: int, root: int) -> Absorbed:
    """Everybody who is or was at either is judged again; what was settled there is not."""
    people = _naming(PERSON, "account", gone) | _naming(PERSON, "account", root)
    return Absorbed(person_ids=people, account_ids={gone, root}, regrouped={gone, root})
