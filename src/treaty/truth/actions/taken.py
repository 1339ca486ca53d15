"""Carry out what was decided of an import that is taken back, in one transaction, and say who is to be judged again."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Any

from django.db import models

from treaty.bulk import update
from treaty.journal.actions import record
from treaty.team.models import Member
from treaty.truth.actions import account_merging, believed, following, linking, roles
from treaty.truth.actions.takeback_plan import Plan
from treaty.truth.actions.work import Absorbed
from treaty.truth.models import (
    Account,
    AccountIdentity,
    AccountMerge,
    BuyingRole,
    Fact,
    Identity,
    Merge,
    Person,
    Proposal,
    Touch,
)
from treaty.truth.reconciled_records import batched

AT_ONCE = 500
Mark = Callable[[Absorbed], None]
"""Notes who is to be judged again, in the transaction."""


def carry_out(plan: Plan, *, by: Member | None, at: datetime, mark: Mark) -> None:
    """Part what was merged, put columns back, take rows away, and let columns say what is believed of the rest.

    mark: called before, for whom and where things stand as they are now, and after. Called in a transaction.
    """
    concerned = _concerned(plan)
    mark(concerned)
    done = Absorbed()
    for merge in Merge.objects.filter(pk__in=plan.merges.get(Merge, ())).order_by("-pk").select_related("kept", "gone"):
        _part(merge, by, at, done)
    for made in AccountMerge.objects.filter(pk__in=plan.merges.get(AccountMerge, ())).order_by("-pk"):
        _part_accounts(made, by, at, done)
    for model, rows in plan.falls.items():
        _fall_back(model, rows)
    buyers = _buyers(plan)
    for model, numbers in plan.goes.items():
        for some in batched(numbers, AT_ONCE):
            model._default_manager.filter(pk__in=some).delete()
    done.add(_left(concerned))
    believed.refresh(done.person_ids, is_whole=True)
    believed.refresh_accounts(done.account_ids)
    for person in Person.objects.filter(pk__in=buyers, merged_into=None).values_list("pk", flat=True):
        roles.settle(person, linking.tree_of(person))
    mark(done)


def _part(merge: Merge, by: Member | None, at: datetime, done: Absorbed) -> None:
    """As if the two had never been made one: they may be made one again, and what was answered by it is asked again."""
    if merge.undone_at is None:
        linking.part(merge, by=by, at=at, done=done)
        record("person.parted", merge.kept, by=by, at=at, codes={"gone": merge.gone.key, "merge": merge.pk})
    merge.proposals.update(answer=Proposal.Answer.OPEN, answered_at=None, answered_by=None, merge=None)
    merge.delete()


def _part_accounts(merge: AccountMerge, by: Member | None, at: datetime, done: Absorbed) -> None:
    if merge.undone_at is None:
        done.add(account_merging.unmerge(merge, by=by, at=at))
    merge.delete()


def _fall_back(model: type[models.Model], rows: dict[int, dict[str, Any]]) -> None:
    if model in (Identity, AccountIdentity):
        rows = {number: _known_as(columns) for number, columns in rows.items()}
    found = model._default_manager.in_bulk(list(rows))
    by_columns: dict[tuple[str, ...], list[models.Model]] = {}
    for number, row in found.items():
        for name, value in rows[number].items():
            setattr(row, name, value)
        by_columns.setdefault(tuple(sorted(rows[number])), []).append(row)
    for columns, some in by_columns.items():
        update(some, columns)


def _known_as(columns: dict[str, Any]) -> dict[str, Any]:
    """An identity is whose it was, or of whom those are known as today: merges that stand are not taken back with it."""
    [(of, whose)] = [(name, number) for name, number in columns.items() if name != "seen_as_id"]
    root, seen = following.known_as(Person if of == "person_id" else Account, whose)
    return {of: root, "seen_as_id": seen}


def _concerned(plan: Plan) -> Absorbed:
    """Whose touches, values and deals change, and from when on that counts."""
    done = Absorbed()
    for person, known_at in _chunks(Touch, plan, ("person_id", "known_at")):
        done.counts_from(person, known_at)
    for subject, number, field, value, known_at in _chunks(Fact, plan, ("subject", "subject_id", "field", "number", "known_at")):
        if subject == Fact.Subject.ACCOUNT:
            done.account_ids.add(number)
            continue
        done.counts_from(number, known_at)
        if field == "account":
            done.moved.add(number)
            done.account_ids.add(int(value))
    done.person_ids |= done.since.keys() | set(plan.falls.get(Person, ())) | set(plan.goes.get(Person, ()))
    done.account_ids |= set(plan.falls.get(Account, ())) | set(plan.goes.get(Account, ()))
    return done


def _chunks(model: type[models.Model], plan: Plan, columns: Collection[str]) -> Iterator[tuple[Any, ...]]:
    for some in batched(plan.goes.get(model, ()), AT_ONCE):
        yield from model._default_manager.filter(pk__in=some).values_list(*columns)


def _left(concerned: Absorbed) -> Absorbed:
    """Those who are there still."""
    people = set(Person.objects.filter(pk__in=concerned.person_ids).values_list("pk", flat=True))
    accounts = set(Account.objects.filter(pk__in=concerned.account_ids).values_list("pk", flat=True))
    since = {person: at for person, at in concerned.since.items() if person in people}
    return Absorbed(person_ids=people, account_ids=accounts, since=since, moved=concerned.moved & people)


def _buyers(plan: Plan) -> set[int]:
    """People of whom another row may count at a deal now."""
    rows = BuyingRole.objects.filter(pk__in=plan.goes.get(BuyingRole, ()), person__isnull=False)
    return set(rows.values_list("person_id", flat=True)) - set(plan.goes.get(Person, ()))
