"""What is read of people who are to be judged is found by those people, and is what their definitions look at."""

import pytest
from django.db import connection

from tests.conftest import NOON
from treaty.qualification import rows
from treaty.qualification.schemas import TOUCH_TEXT, TOUCHES
from treaty.truth.actions import absorb
from treaty.truth.models import Person
from treaty.truth.records import PersonRef, TouchRecord

pytestmark = pytest.mark.db


@pytest.fixture
def ada(world):
    person = world.person()
    said = {"path": "/prices", "title": "Prices", "channel": "paid_search"}
    touch = TouchRecord(message_id="m1", ref=PersonRef(email=person.email), kind="page_view", occurred_at=NOON, **said)
    absorb([touch], source=world.source, received_at=NOON)
    return person


def test_texts_nobody_looks_at_are_left_null(ada):
    everything = rows.touches_of([ada.pk], ()).to_pylist()[0]
    assert (everything["path"], everything["title"], everything["source"]) == ("/prices", "Prices", "crm")
    for kinds in ((), ("page_view",)):
        some = rows.touches_of([ada.pk], kinds, texts={"path", "source"})
        assert list(some.schema.names) == list(TOUCHES)
        left_out = dict.fromkeys(set(TOUCH_TEXT) - {"path", "source"})
        assert some.to_pylist() == [everything | left_out]
    assert rows.touches_of([], ()).schema.equals(some.schema)


def test_the_accounts_of_somebody_are_not_looked_for_among_all_members(ada):
    account = Person.objects.get(pk=ada.pk).account_id
    assert rows.accounts_of([ada.pk]) == {account}
    if connection.vendor == "sqlite":
        statement = rows._accounts._statement()
        with connection.cursor() as cursor:
            cursor.execute(f"explain query plan {statement.sql}", ["account", "person", f"[{ada.pk}]"])
            assert "members_of_account" not in str(cursor.fetchall())
