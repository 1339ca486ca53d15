"""Whose a key is: found by the index, so that a batch costs the same however many people are known."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOON
from treaty.qualification import rows
from treaty.qualification.schemas import MEMBERSHIP
from treaty.truth.actions.accounts import load as load_accounts
from treaty.truth.actions.people import load as load_people
from treaty.truth.models import Account, AccountIdentity, Fact, Identity, Person

pytestmark = [pytest.mark.django_db, pytest.mark.db]
EMAIL, VISITOR = ("email", "", "ada@acme.example"), ("anon", "site", "a1")


def known(kind, space, value):
    person = Person.objects.create(made_at=NOON)
    Identity.objects.create(person=person, kind=kind, space=space, value=value)
    return person


def test_each_key_names_its_own_person_and_nobody_else():
    ada, visitor = known(*EMAIL), known(*VISITOR)
    known("anon", "another site", "a1")
    known("user", "site", "ada@acme.example")
    assert load_people({EMAIL, VISITOR, ("anon", "site", "unknown")}) == ({EMAIL: ada, VISITOR: visitor}, {})
    assert load_people(set()) == ({}, {})


def test_two_keys_of_one_person_name_one_and_the_same_row():
    ada = known(*EMAIL)
    Identity.objects.create(person=ada, kind="anon", space="site", value="a1")
    found, _ = load_people({EMAIL, VISITOR})
    assert found[EMAIL] is found[VISITOR]


@pytest.mark.only_sqlite
def test_no_table_of_identities_or_facts_is_read_as_a_whole():
    account = Account.objects.create(made_at=NOON)
    AccountIdentity.objects.create(account=account, kind="domain", space="", value="acme.example")
    ada = known(*EMAIL)
    since = {"occurred_at": NOON, "known_at": NOON, "received_at": NOON}
    Fact.objects.create(subject=Fact.Subject.PERSON, subject_id=ada.pk, field=MEMBERSHIP, number=account.pk, **since)
    with CaptureQueriesContext(connection) as asked:
        load_people({EMAIL, VISITOR})
        assert rows.members_of([account.pk]) == {ada.pk}
        assert load_accounts({("domain", "", "acme.example"), ("name", "", "acme")}) == ({("domain", "", "acme.example"): account}, {})
    with connection.cursor() as cursor:
        plans = [str(cursor.execute(f"explain query plan {query['sql']}").fetchall()) for query in asked.captured_queries]
    assert len(plans) == 7  # each kind of key is a question of its own
    assert not any("SCAN" in plan.replace("SCAN json_each", "") for plan in plans)  # the list itself is read
    assert any("members_of_account" in plan for plan in plans)
