"""Whose id goes before an address, what is only proposed, and two who meet the same stranger at once."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty.truth.actions import absorb
from treaty.truth.identity import normal_phone
from treaty.truth.models import Person, Proposal, Source
from treaty.truth.records import PersonRecord, PersonRef, TouchRecord

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)


@pytest.fixture
def crm():
    return Source.objects.create(name="crm", kind=Source.Kind.CONNECTOR, made_at=NOON)


def contact(email, known_at=NOON, number="5", **fields):
    return PersonRecord(ref=PersonRef(external_id=number, email=email), fields=fields, known_at=known_at)


def addresses(person):
    return sorted(person.identities.filter(kind="email").values_list("value", flat=True))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_contact_whose_address_changes_is_one_person_with_both(crm, order):
    told = [contact("a@acme.example"), contact("b@acme.example", NOON + HOUR)]
    for n in order:
        absorb([told[n]], source=crm, received_at=NOON + 2 * HOUR)
    ada = Person.objects.get()
    assert (ada.email, addresses(ada)) == ("b@acme.example", ["a@acme.example", "b@acme.example"])


def test_an_address_of_somebody_else_is_proposed_and_what_is_said_goes_to_the_ids_person(crm):
    absorb([contact("a@acme.example"), contact("b@acme.example", number="6")], source=crm, received_at=NOON)
    ada, bob = (Person.objects.get(email=f"{name}@acme.example") for name in "ab")
    for _ in range(2):
        absorb([contact("b@acme.example", NOON + HOUR, title="Director")], source=crm, received_at=NOON + HOUR)
    ada.refresh_from_db()
    bob.refresh_from_db()
    assert (ada.title, ada.email, bob.title, bob.merged_into) == ("Director", "a@acme.example", "", None)
    asked = Proposal.objects.get()
    assert ({asked.one, asked.other}, asked.rule, asked.evidence) == ({ada, bob}, "email", {"email": "b@acme.example"})


def test_a_browser_that_speaks_of_two_known_people_merges_and_proposes_nothing(crm):
    browser = Source.objects.create(name="site", kind=Source.Kind.BROWSER, made_at=NOON)
    absorb([contact("a@acme.example"), contact("b@acme.example", number="6")], source=crm, received_at=NOON)
    for n, email in enumerate(("a@acme.example", "b@acme.example")):
        ref = PersonRef(email=email, anonymous_id="one", user_id="two")
        absorb([TouchRecord(ref=ref, kind="page_view", occurred_at=NOON, message_id=str(n))], source=browser, received_at=NOON)
    assert (Person.objects.filter(merged_into=None).count(), Proposal.objects.count()) == (2, 0)


def test_two_people_with_one_telephone_number_are_proposed_once_and_not_merged(crm):
    first = contact("a@acme.example", phone="+49 30 123456", country="DE")
    other = contact("b@acme.example", number="6", phone="(030) 12 34 56", country="DE")
    for _ in range(2):
        absorb([first, other], source=crm, received_at=NOON)
    asked = Proposal.objects.get()
    assert (asked.rule, asked.evidence, Person.objects.filter(merged_into=None).count()) == ("phone", {"phone": "+4930123456"}, 2)


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+49 30 123456", "", "+4930123456"),
        ("030/123456", "de", "+4930123456"),
        ("+49 (0)30 123456", "", "+4930123456"),
        ("030 123456", "Germany", ""),  # not a country of two letters: whose number it is nobody can say
        ("call me", "DE", ""),
        ("", "DE", ""),
    ],
)
def test_a_telephone_number_in_its_normal_form(text, country, number):
    assert normal_phone(text, country) == number
