"""One deal told by two systems is one opportunity, and who is believed in what."""

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.conftest import NOON
from treaty.truth.actions import absorb
from treaty.truth.masters import is_master, system_of
from treaty.truth.models import Opportunity, OpportunityChange, OpportunityIdentity, Source, SystemRecord
from treaty.truth.records import ActivityRecord, OpportunityRecord

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)


@pytest.fixture
def crm():
    return Source.objects.create(name="CRM", kind=Source.Kind.CONNECTOR, settings={"id_space": "salesforce"}, made_at=NOON)


@pytest.fixture
def hub():
    return Source.objects.create(name="Hub", kind=Source.Kind.CONNECTOR, settings={"id_space": "hubspot"}, made_at=NOON)


def of_crm(**more):
    return OpportunityRecord(external_id="006A", name="Acme pumps", stage="Proposal", amount=Decimal(900), currency="EUR", **more)


def of_hub(**more):
    said = {"stage": "presentation", "amount": Decimal(100), "currency": "EUR", "product": "pumps", "same_as": (("salesforce", "006A"),)}
    return OpportunityRecord(external_id="77", name="Acme", **said | more)


@pytest.mark.parametrize("order", list(itertools.permutations(("crm", "hub", "hub again"))))
def test_a_deal_of_two_systems_is_one_and_the_crm_is_believed_in_any_order(crm, hub, order):
    told = {"crm": (of_crm(), crm), "hub": (of_hub(), hub), "hub again": (of_hub(amount=Decimal(120)), hub)}
    for hours, name in enumerate(order):
        record, source = told[name]
        absorb([record], source=source, received_at=NOON + hours * HOUR)
    deal = Opportunity.objects.get()
    assert (deal.name, deal.stage, deal.amount, deal.product) == ("Acme pumps", "Proposal", Decimal(900), deal.product)
    assert {row.opportunity_id for row in SystemRecord.objects.all()} == {deal.pk}
    said = SystemRecord.objects.get(source=hub)
    assert (said.stage, said.amount) == ("presentation", Decimal(100 if order.index("hub again") < order.index("hub") else 120))
    if order[0] == "crm":  # nothing of the hub's was ever the deal's
        assert set(OpportunityChange.objects.values_list("value", flat=True)) == {"Proposal", "900"}


def test_a_setting_of_the_pair_says_who_is_believed_in_the_amount(crm, hub):
    crm.settings = {**crm.settings, "masters": {hub.key: {"amount": hub.key}}}
    crm.save()
    absorb([of_crm()], source=crm, received_at=NOON)
    absorb([of_hub()], source=hub, received_at=NOON + HOUR)
    absorb([of_crm()], source=crm, received_at=NOON + 2 * HOUR)
    deal = Opportunity.objects.get()
    assert (deal.stage, deal.amount) == ("Proposal", Decimal(100))


def test_a_field_only_one_of_them_states_is_taken_from_it(crm, hub):
    absorb([OpportunityRecord(external_id="006A", stage="Proposal")], source=crm, received_at=NOON)
    absorb([of_hub()], source=hub, received_at=NOON + HOUR)
    deal = Opportunity.objects.get()
    assert (deal.stage, deal.amount, deal.name) == ("Proposal", Decimal(100), "Acme")


def test_an_activity_finds_the_deal_under_either_id(crm, hub):
    absorb([of_crm()], source=crm, received_at=NOON)
    call = ActivityRecord(external_id="c1", kind="call", occurred_at=NOON, opportunity_id="77")
    done = absorb([of_hub(), call], source=hub, received_at=NOON)
    assert Opportunity.objects.get().activities.count() == 1
    assert (done.stored, done.merged) == (1, 1)


def test_a_deal_made_in_treaty_is_known_by_its_key(crm):
    deal = Opportunity.objects.create(name="Acme", received_at=NOON)
    absorb([of_crm(same_as=(("treaty", deal.key),))], source=crm, received_at=NOON)
    assert Opportunity.objects.get().amount == Decimal(900)
    assert OpportunityIdentity.objects.filter(space="salesforce", value="006A").count() == 1


def test_without_a_shared_id_two_deals_stay_two(crm, hub):
    absorb([of_crm()], source=crm, received_at=NOON)
    absorb([of_hub(same_as=(("salesforce", "006B"),))], source=hub, received_at=NOON)
    assert Opportunity.objects.count() == 2


def test_a_crm_is_believed_before_a_marketing_system_and_the_first_of_two_alike(crm, hub):
    other = Source.objects.create(name="list", kind=Source.Kind.IMPORT, made_at=NOON)
    later = Source.objects.create(name="list 2", kind=Source.Kind.IMPORT, made_at=NOON)
    assert [system_of(one) for one in (crm, hub, other)] == ["crm", "marketing", ""]
    assert [is_master("stage", crm, one) for one in (hub, other)] == [True, True]
    assert not is_master("stage", other, hub)
    assert (is_master("stage", other, later), is_master("stage", later, other)) == (True, False)
