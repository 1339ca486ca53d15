"""What becomes of rows that say more of the same one: they are absorbed together, and what is refused is refused alone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOON
from treaty.connectors.fates import Fate, fate_of
from treaty.connectors.files.to_records import Made
from treaty.truth.models import Account, Fact, Identity, Person, Source, SystemRecord
from treaty.truth.records import AccountRecord, AccountRef, PersonRecord, PersonRef, Record, TouchRecord

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)


@pytest.fixture
def source() -> Source:
    return Source.objects.create(name="CRM", kind=Source.Kind.CONNECTOR, made_at=NOON)


def person(number: int, email: str | None = None) -> list[Record]:
    """Somebody who is head of buying since eleven, and was a buyer from ten on."""
    own = str(number)
    first = PersonRecord(
        ref=PersonRef(email=f"p{own}@firm.example" if email is None else email, external_id=own), fields={"name": f"Nr {own}"}
    )
    titles = [
        PersonRecord(ref=PersonRef(external_id=own), fields={"title": title}, occurred_at=NOON - hours * HOUR, known_at=NOON - hours * HOUR)
        for hours, title in ((2, "Buyer"), (1, "Head of buying"))
    ]
    return [first, *titles]


def fate(source: Source, *rows: list[Record]) -> Fate:
    return fate_of([Made(place, [str(place)], tuple(records)) for place, records in enumerate(rows)], source, NOON)


def titles(number: int) -> list[str | None]:
    found = Person.objects.get(identities__kind="id", identities__value=str(number))
    return list(
        Fact.objects.filter(subject_id=found.pk, subject="person", field="title").order_by("occurred_at").values_list("text", flat=True)
    )


def test_a_row_counts_once_however_much_it_says(source) -> None:
    done = fate(source, person(1), person(2), person(1))
    assert (done.stored, done.merged, done.refused) == (2, 1, [])
    assert titles(1) == ["Buyer", "Head of buying"]
    assert set(Person.objects.values_list("name", "title")) == {("Nr 1", "Head of buying"), ("Nr 2", "Head of buying")}
    assert SystemRecord.objects.get(external_id="1").said["title"][0] == "Head of buying"


def test_of_a_row_whose_first_record_is_refused_nothing_is_kept(source) -> None:
    done = fate(source, person(1), person(2, email="ada at firm"), person(3))
    assert (done.stored, done.merged) == (2, 0)
    assert [(row.cells, "is not an e-mail address" in row.problem) for row in done.refused] == [(["1"], True)]
    assert sorted(Identity.objects.filter(kind="id").values_list("value", flat=True)) == ["1", "3"]
    assert titles(3) == ["Buyer", "Head of buying"]


def test_a_record_of_somebody_else_in_a_row_follows(source) -> None:
    other = PersonRecord(ref=PersonRef(external_id="9"), fields={"name": "Another"})
    touch = TouchRecord(ref=PersonRef(external_id="1"), kind="visit", occurred_at=NOON, message_id="m1")
    done = fate(source, [*person(1), other, touch])
    assert (done.stored, done.merged, done.refused) == (1, 0, [])
    assert set(Person.objects.values_list("name", flat=True)) == {"Nr 1", "Another"}


def test_an_accounts_history_is_its_own(source) -> None:
    first = AccountRecord(ref=AccountRef(external_id="7", domain="firm.example", name="Firm"))
    before = AccountRecord(ref=AccountRef(external_id="7"), fields={"industry": "Pumps"}, occurred_at=NOON - HOUR, known_at=NOON - HOUR)
    done = fate(source, [first, before])
    assert (done.stored, done.merged) == (1, 0)
    assert Account.objects.get().industry == "Pumps"


def test_many_rows_cost_no_more_statements_than_few(source) -> None:
    fate(source, person(1))  # reads are prepared
    counts = []
    for numbers in (range(10, 12), range(100, 160)):
        with CaptureQueriesContext(connection) as asked:
            fate(source, *(person(number) for number in numbers))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_who_is_at_an_account_is_written_once(source) -> None:
    row = PersonRecord(ref=PersonRef(email="a@firm.example", external_id="1"), fields={"title": "Head of buying"})
    with CaptureQueriesContext(connection) as asked:
        fate(source, [row])
    assert Person.objects.get().account == Account.objects.get()
    assert Person.objects.get().seniority == "director"
    assert not [one["sql"] for one in asked if one["sql"].lower().startswith('update "truth_person"')]
