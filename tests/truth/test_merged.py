"""The id of a merged record leads to the record that was kept, in whichever order the records come."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty.truth.actions import absorb
from treaty.truth.models import AccountIdentity, Identity, Person, Source, Touch
from treaty.truth.records import AccountRecord, AccountRef, GoneRecord, PersonRecord, PersonRef, TouchRecord

pytestmark = [pytest.mark.django_db, pytest.mark.db]
KEPT = PersonRecord(ref=PersonRef(email="ada@acme.example", external_id="1"))
GONE = GoneRecord(kind="person", external_id="2", into="1", email="ada@old.example")
OPENED = TouchRecord(ref=PersonRef(external_id="2"), kind="email_open", occurred_at=NOON, message_id="m1")
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def crm():
    return Source.objects.create(name="crm", kind=Source.Kind.IMPORT, settings={"id_space": "hubspot"}, made_at=NOON)


@pytest.mark.parametrize("records", [(KEPT, GONE), (GONE, KEPT)])
def test_what_comes_under_the_old_id_is_the_kept_persons(crm, records):
    absorb(records, source=crm, received_at=NOON)
    absorb([OPENED], source=crm, received_at=LATER)
    assert Touch.objects.get().person == Person.objects.get(email="ada@acme.example")
    assert Person.objects.count() == 1


def test_the_old_address_leads_to_the_kept_person(crm):
    absorb([KEPT, GONE], source=crm, received_at=NOON)
    absorb(
        [TouchRecord(ref=PersonRef(email="ada@old.example"), kind="page_view", occurred_at=LATER, message_id="m2")],
        source=crm,
        received_at=LATER,
    )
    assert Touch.objects.get().person.email == "ada@acme.example"
    assert Person.objects.count() == 1


def test_an_old_id_of_nobody_known_is_only_noted(crm):
    done = absorb([GoneRecord(kind="person", external_id="8", into="9")], source=crm, received_at=NOON)
    assert (done.stored, Person.objects.count(), Identity.objects.count()) == (1, 0, 0)


def test_the_id_of_a_merged_account_leads_to_the_kept_one(crm):
    kept = AccountRecord(ref=AccountRef(external_id="10", name="Acme"))
    absorb([GoneRecord(kind="account", external_id="20", into="10"), kept], source=crm, received_at=NOON)
    assert AccountIdentity.objects.get(value="20").account.name == "Acme"
