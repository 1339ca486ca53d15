"""Companies are looked for among what is new, and nothing is written while nobody is found."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOON
from treaty.jobs.employers import WHOLE, Looks
from treaty.qualification.models import NextJudgement
from treaty.truth.actions import absorb
from treaty.truth.models import Account, Person
from treaty.truth.records import PersonRecord, PersonRef

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def named(world, email: str, company: str) -> Person:
    record = PersonRecord(ref=PersonRef(email=email, external_id=email), fields={"company": company}, occurred_at=NOON)
    absorb([record], source=world.source, received_at=NOON)
    return Person.objects.get(email=email)


def test_who_is_found_is_joined_and_judged_and_otherwise_nothing_is_written(world):
    looks = Looks()
    ada = named(world, "ada@gmail.com", "Kessler AG")
    with CaptureQueriesContext(connection) as asked:
        assert looks.join_new(at=NOON) == 0
    assert {query["sql"].split()[0] for query in asked} <= {"SELECT", "DECLARE"}, "no transaction, so no lock"
    Account.objects.create(name="Kessler", made_at=NOON)
    assert looks.join_new(at=NOON + timedelta(minutes=10)) == 1
    ada.refresh_from_db()
    assert str(ada.account) == "Kessler"
    assert NextJudgement.objects.filter(person=ada).exists()


def test_what_means_something_else_without_being_new_is_found_within_a_day(world):
    """Two accounts were called alike; one was merged into the other, which makes neither of them new."""
    looks, later = Looks(), NOON + timedelta(minutes=10)
    ada = named(world, "ada@gmail.com", "Kessler AG")
    one, other = (Account.objects.create(name=name, made_at=NOON) for name in ("Kessler", "Kessler GmbH"))
    assert looks.join_new(at=NOON) == 0
    Account.objects.filter(pk=other.pk).update(merged_into=one)
    assert looks.join_new(at=later) == 0
    assert looks.join_new(at=NOON + WHOLE) == 1
    ada.refresh_from_db()
    assert ada.account == one
