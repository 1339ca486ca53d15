"""What is written while a trail is kept is noted, and what is rolled back is not."""

import pytest
from django.db import IntegrityError, transaction

from tests.conftest import NOON
from treaty import bulk, trail
from treaty.truth.models import Account, Campaign, ExchangeRate, Source

pytestmark = pytest.mark.django_db
ACCOUNT = "truth.account"


def account(name: str) -> Account:
    return Account(name=name, made_at=NOON)


def test_numbers_are_kept_as_ranges():
    assert trail.ranges([7, 1, 2, 3, 9, 8]) == [(1, 3), (7, 9)]
    assert trail.ranges([5]) == [(5, 5)]
    assert trail.ranges([]) == []


def test_what_is_made_and_what_stood_before_is_noted():
    acme = bulk.insert([account("Acme")])[0]
    with trail.keeping("truth") as kept:
        new = bulk.insert([account("Bolt")])[0]
        acme.name, acme.employees = "Acme Ltd", 5
        bulk.update([acme], ["name", "employees"])
        acme.name = "Acme AG"
        bulk.update([acme], ["name"])
        new.name = "Bolt Inc"
        bulk.update([new], ["name"])  # it is made here: nothing stood before
        trail.met(Account, [acme.pk, new.pk])
    found = trail.unpacked(kept.packed())
    assert found.made == {ACCOUNT: {new.pk}}
    assert found.met == {ACCOUNT: {acme.pk}}
    assert found.changed == {ACCOUNT: {acme.pk: {"name": ["Acme", "Acme AG"], "employees": [None, 5]}}}


def test_nothing_is_noted_of_other_apps_and_without_anybody_who_keeps_it():
    bulk.insert([account("Acme")])
    with trail.keeping("team") as kept:
        bulk.insert([account("Bolt")])
    assert (kept.made, kept.changed) == ({}, {})


def test_of_rows_left_out_for_a_conflict_only_the_new_ones_are_noted():
    campaigns = [Campaign(slug=slug, made_at=NOON) for slug in ("a", "b")]
    bulk.insert(campaigns[:1])
    with trail.keeping("truth") as kept:
        bulk.insert([Campaign(slug=slug, made_at=NOON) for slug in ("a", "b")], ignore_conflicts=True)
    assert kept.made == {"truth.campaign": {Campaign.objects.get(slug="b").pk}}


def test_what_was_rolled_back_is_not_noted():
    source = Source.objects.create(name="files", kind="import", made_at=NOON)

    def rate(said: int) -> ExchangeRate:
        return ExchangeRate(source=source, currency="USD", to="EUR", on=NOON.date(), rate=1, said=said, received_at=NOON)

    @transaction.atomic
    @trail.whole()
    def twice() -> None:
        bulk.insert([rate(2)])
        bulk.insert([rate(1)])

    with trail.keeping("truth") as kept:
        bulk.insert([rate(1)])
        with pytest.raises(IntegrityError):
            twice()
        with transaction.atomic(), trail.whole():
            bulk.insert([rate(3)])
    assert kept.made == {"truth.exchangerate": set(ExchangeRate.objects.values_list("pk", flat=True))}
    assert ExchangeRate.objects.count() == 2


def test_of_a_column_written_in_two_stretches_the_first_before_and_the_last_after_are_kept():
    acme = bulk.insert([account("Acme")])[0]
    with trail.keeping("truth") as kept:
        for name in ("One", "Two"):
            with trail.whole():
                trail.update(Account.objects.filter(pk=acme.pk), name=name)
    assert kept.changed == {ACCOUNT: {acme.pk: {"name": ["Acme", "Two"]}}}


def test_what_was_told_of_is_what_was_met_or_changed():
    kept = trail.Trail()
    kept.met[ACCOUNT] |= {1, 2}
    kept.changed[ACCOUNT][3] = {"name": ["a", "b"]}
    assert kept.told_of(ACCOUNT) == {1, 2, 3}
    assert not kept.is_empty
    assert trail.Trail(met={ACCOUNT: {1}}).is_empty, "nothing was written"
