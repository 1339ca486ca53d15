"""A system's own merge and deletion, in whichever order the records and the word of it come."""

from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from tests.conftest import NOON
from treaty.qualification.merging import unmerge
from treaty.truth import queries
from treaty.truth.actions import absorb
from treaty.truth.models import Account, Fact, Identity, Merge, Opportunity, OpportunityChange, Person, Source
from treaty.truth.records import (
    AccountRecord,
    AccountRef,
    ActivityRecord,
    GoneRecord,
    OpportunityRecord,
    PersonRecord,
    PersonRef,
    TouchRecord,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
OLD = PersonRecord(ref=PersonRef(external_id="5", email="ada@acme.example"), fields={"title": "Head of maintenance"}, occurred_at=NOON)
NEW = PersonRecord(ref=PersonRef(external_id="7", email="a.brenner@acme.example"), fields={"country": "DE"}, occurred_at=NOON)
WORD = GoneRecord(kind="person", external_id="5", into="7", at=NOON)


@pytest.fixture
def crm():
    return Source.objects.create(name="hubspot", kind=Source.Kind.CONNECTOR, made_at=NOON)


def tell(source, *records):
    return [absorb([record], source=source, received_at=NOON + n * HOUR) for n, record in enumerate(records)]


@pytest.mark.parametrize("order", list(permutations([OLD, NEW, WORD])))
def test_two_records_a_system_merged_are_one_person_whenever_it_says_so(crm, order):
    done = tell(crm, *order)
    ada = Person.objects.get(merged_into=None)
    assert (ada.email, ada.title, ada.country) == ("a.brenner@acme.example", "Head of maintenance", "DE")
    assert set(ada.identities.values_list("value", flat=True)) == {"5", "7", "ada@acme.example", "a.brenner@acme.example"}
    assert ada.pk in done[-1].person_ids
    if order == (NEW, WORD, OLD):
        assert not Merge.objects.exists(), "the old id was the kept person's before its record came"
    else:
        assert Merge.objects.get().evidence == {"rule": "system", "source": crm.key, "gone": "5", "into": "7"}


def test_all_three_in_one_batch_do_the_same(crm):
    absorb([WORD, NEW, OLD], source=crm, received_at=NOON)
    assert Person.objects.filter(merged_into=None).count() == 1


def test_an_old_id_that_was_never_seen_is_nobody_until_something_speaks_of_it(crm):
    tell(crm, NEW, WORD)
    assert (Person.objects.count(), Merge.objects.count()) == (1, 0)
    tell(crm, ActivityRecord(external_id="c1", kind="call", occurred_at=NOON, ref=PersonRef(external_id="5")))
    assert Person.objects.get(merged_into=None).activities.count() == 1


def test_merges_of_merges_are_one_person(crm):
    more = [GoneRecord(kind="person", external_id="7", into="9", at=NOON), PersonRecord(ref=PersonRef(external_id="9"))]
    for order in ([OLD, NEW, WORD, *more], [*more, WORD, NEW, OLD]):
        tell(crm, *order)
        assert Person.objects.filter(merged_into=None).count() == 1


def test_what_a_member_has_parted_stays_parted_though_the_system_says_it_again(crm):
    tell(crm, OLD, NEW, WORD)
    unmerge(Merge.objects.get(), by=None, at=NOON)
    tell(crm, WORD, OLD, NEW)
    assert Person.objects.filter(merged_into=None).count() == 2


def test_accounts_a_system_merged_are_one_with_their_people_and_deals(crm):
    acme = AccountRecord(ref=AccountRef(external_id="a1", name="Acme", domain="acme.example"))
    bolt = AccountRecord(ref=AccountRef(external_id="a2", name="Acme Holding"))
    deal = OpportunityRecord(external_id="D", account=AccountRef(external_id="a1"))
    word = GoneRecord(kind="account", external_id="a1", into="a2", at=NOON)
    tell(crm, acme, OLD, deal, word, bolt)
    kept = Account.objects.get(merged_into=None)
    assert (kept.name, kept.people.get().email, kept.opportunities.get().external_id) == ("Acme Holding", "ada@acme.example", "D")
    belongs = Fact.objects.get(field="account")
    assert (belongs.number, belongs.stated_number) == (kept.pk, Account.objects.get(name="Acme").pk)
    tell(crm, PersonRecord(ref=PersonRef(email="bob@acme.example")))
    assert Person.objects.get(email="bob@acme.example").account == kept


@pytest.fixture
def everyone(world):
    return world.rui


def test_a_deleted_deal_leaves_the_numbers_with_its_history_kept_and_comes_back(crm, everyone):
    deal = OpportunityRecord(external_id="D", stage="Demo", amount=Decimal("100"), currency="EUR", known_at=NOON)
    tell(crm, deal, GoneRecord(kind="opportunity", external_id="D", at=NOON + HOUR))
    assert Opportunity.objects.get().gone_at == NOON + HOUR
    assert (queries.opportunities(everyone).count(), OpportunityChange.objects.count()) == (0, 2)
    absorb([OpportunityRecord(external_id="D", stage="Proposal", known_at=NOON + 2 * HOUR)], source=crm, received_at=NOON + 2 * HOUR)
    assert (Opportunity.objects.get().gone_at, queries.opportunities(everyone).count()) == (None, 1)


@pytest.mark.parametrize("order", list(permutations(["old", "new", "word"])))
def test_a_deal_merged_into_another_is_counted_once(crm, everyone, order):
    records = {
        "old": OpportunityRecord(external_id="D", amount=Decimal("100"), known_at=NOON),
        "new": OpportunityRecord(external_id="E", amount=Decimal("100"), known_at=NOON),
        "word": GoneRecord(kind="opportunity", external_id="D", into="E", at=NOON),
    }
    tell(crm, *(records[name] for name in order))
    assert list(queries.opportunities(everyone).values_list("external_id", flat=True)) == ["E"]
    assert Opportunity.objects.get(external_id="D").merged_into.external_id == "E"


def test_a_touch_by_the_old_id_is_seen_as_the_old_record(crm):
    tell(crm, OLD, NEW, WORD, TouchRecord(ref=PersonRef(external_id="5"), kind="call", occurred_at=NOON, message_id="m"))
    ada = Person.objects.get(merged_into=None)
    touch = ada.touches.get()
    assert touch.seen_as.email == "ada@acme.example"
    assert Identity.objects.get(value="5").seen_as == touch.seen_as
