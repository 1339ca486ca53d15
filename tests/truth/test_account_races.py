"""A batch speaks of an account that another writer makes one with another meanwhile: nothing is left with the one that went."""

from threading import Thread

import pytest
from django.db import connection

from tests.conftest import NOON
from treaty.truth.actions import absorb, account_merging, facts
from treaty.truth.actions.accounts import Accounts
from treaty.truth.models import Account, Fact, Person, Source
from treaty.truth.records import AccountRecord, AccountRef, PersonRecord, PersonRef

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db, pytest.mark.only_postgresql]


def tell(source, n):
    """Ada is at the account n."""
    absorb(
        [PersonRecord(ref=PersonRef(email="ada@mail.example"), account=AccountRef(external_id=f"a{n}"))], source=source, received_at=NOON
    )


@pytest.fixture
def left_behind(monkeypatch):
    """Does it, and returns how much names the account that went, or stands at it."""
    crm = Source.objects.create(name="crm", kind=Source.Kind.IMPORT, made_at=NOON)
    absorb([AccountRecord(ref=AccountRef(external_id=f"a{n}", name=f"Firm {n}")) for n in (0, 1)], source=crm, received_at=NOON)
    tell(crm, 0)
    kept, gone = Account.objects.order_by("pk").values_list("pk", flat=True)
    save, met = facts.save, []

    def merge():
        account_merging.merge(kept, gone, evidence={"rule": "told"}, by=None, at=NOON)
        connection.close()

    def meanwhile(stated, batch):
        if not met:
            met.append(Thread(target=merge))
            met[0].start()
            met[0].join(10)
        save(stated, batch)

    def do():
        monkeypatch.setattr(facts, "save", meanwhile)
        tell(crm, 1)
        assert Account.objects.get(pk=gone).merged_into_id == kept
        return Fact.objects.filter(field="account", number=gone).count() + Person.objects.filter(account=gone).count()

    return do


def test_a_batch_that_read_an_account_before_it_was_made_another_starts_again(left_behind):
    assert left_behind() == 0
    assert Fact.objects.filter(field="account", stated_number__isnull=False).count() == 1


def test_without_looking_again_it_would_be_left_with_the_one_that_went(left_behind, monkeypatch):
    """The twin of the test before, with the guard off."""
    monkeypatch.setattr(Accounts, "check", lambda _: None)
    assert left_behind() == 2
