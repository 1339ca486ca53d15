"""The demo's two systems disagree by what was planted, and by nothing else."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.conftest import NOON
from treaty.demo.two_systems import CRM, MARKETING, plant
from treaty.engine.lake import open_lake
from treaty.jobs import lake
from treaty.team.models import Member
from treaty.truth import reconciled_records, reconciling
from treaty.truth.comparing import CAUSES, WHATS, kind_of
from treaty.truth.models import Account, AccountIdentity, Fact, Identity, Lead, Opportunity, OpportunityChange, Person, Source

pytestmark = [pytest.mark.django_db]
UNTOUCHED = (Person, Account, AccountIdentity, Fact, Identity, Lead, Opportunity, OpportunityChange)
ALONE = ("only_here", "only_there", "deleted", "merged")
"""Causes of records that stand alone."""


@pytest.fixture
def planted(world, tmp_path):
    """A company of forty leads, twenty accounts and thirty deals, and what was planted in it."""
    _company(world)
    before = [list(model.objects.order_by("pk").values()) for model in UNTOUCHED]
    found = plant(NOON)
    assert [list(model.objects.order_by("pk").values()) for model in UNTOUCHED] == before
    lake.refresh(at=NOON, where=tmp_path)
    return found, open_lake(tmp_path)


def _company(world):
    for number in range(40):
        person = Person.objects.create(email=f"p{number}@acme.example", name=f"Person {number:02}", made_at=NOON, first_known_at=NOON)
        Identity.objects.create(person=person, kind="email", value=person.email)
        stages = ("engaged", "marketing_qualified", "sales_accepted", "recycled")
        version, owner = world.version, world.sam
        Lead.objects.create(person=person, stage=stages[number % 4], stage_since=NOON, opened_at=NOON, owner=owner, version=version)
    for number in range(20):
        account = Account.objects.create(name=f"Firm {number:02}", domain=f"firm{number}.example", made_at=NOON)
        AccountIdentity.objects.create(account=account, kind="domain", value=account.domain)
    Opportunity.objects.bulk_create(
        Opportunity(name=f"Deal {number:02}", stage="proposal", amount=Decimal(1000 + number), currency="EUR", received_at=NOON,
                    close_on=date(2026, 4, 1) + timedelta(days=number))
        for number in range(30)
    )  # fmt: skip


def test_every_planted_difference_is_found_by_name_with_its_cause_and_nothing_else_is(planted):
    found, here = planted
    assert {one.cause for one in found} == set(CAUSES)
    crm, marketing = (reconciling.named(name, NOON) for name in (CRM, MARKETING))
    assert [one.name for one in reconciling.systems(NOON)] == [CRM, MARKETING]
    for what in WHATS:
        compared = reconciling.compare(here, crm, marketing, what)
        named = {_as_planted(one) for one in reconciled_records.every_record(here, compared)}
        assert named == {(one.name, one.cause, one.crm, one.marketing) for one in found if _shows(one, what)}, what
        assert compared.differing == len(named)
        for cell in compared.over("cell", "currency"):
            own = [one for one in compared.over("cell", "currency", "cause") if (one.cell, one.currency) == (cell.cell, cell.currency)]
            assert sum(one.difference for one in own if one.cause) == cell.difference


def _shows(one, what):
    """Whether a planted difference is one by this measure."""
    if one.kind != kind_of(what):
        return False
    if what in ("people", "opportunities"):
        return one.cause in ALONE
    if what == "amounts_by_stage":
        return one.cause != "period"
    return one.cause not in ("stage", "unmapped") if what == "amounts_by_month" else True


def _as_planted(one):
    return one.name, one.cause, one.here.external_id if one.here else "", one.there.external_id if one.there else ""


def test_a_rep_is_told_the_sums_and_of_the_records_their_own(planted, world):
    _, here = planted
    crm, marketing = (reconciling.named(name, NOON) for name in (CRM, MARKETING))
    compared = reconciling.compare(here, crm, marketing, "leads")
    everything, hidden = reconciled_records.records(here, compared, Member.objects.get(email=world.sam.email))
    assert (len(everything), hidden) == (compared.differing, 0)
    stranger = Member.objects.filter(role="sales_rep").exclude(pk=world.sam.pk).first()
    assert reconciled_records.records(here, compared, stranger) == ([], compared.differing)


def test_the_days_are_kept_once(planted):
    _, here = planted
    crm, marketing = reconciling.systems(NOON)
    assert reconciling.keep_day(here, at=NOON, on=NOON.date()) == 3 * len(WHATS)  # the two, and each with Treaty
    assert reconciling.keep_day(here, at=NOON, on=NOON.date()) == 0
    (day,) = reconciling.trend(crm, marketing, "people")
    assert Counter(day.causes) == reconciling.compare(here, crm, marketing, "people").pairs - Counter({"": 1000})


def test_with_no_system_there_is_nothing_to_compare_and_a_way_out(world):
    with pytest.raises(reconciling.NothingToCompare, match="treaty connect"):
        reconciling.pairs(NOON)


def test_the_agreed_age_is_that_of_the_source_or_of_the_system_it_is(world):
    named = Source.objects.create(name="Sales Force", kind="import", made_at=NOON)
    other = Source.objects.create(name="Ours", kind="connector", settings={"id_space": "hubspot"}, made_at=NOON)
    limits = reconciling.agreed_limits(NOON)
    assert (str(reconciling.limit_of(other, limits)), str(reconciling.limit_of(named, limits))) == ("15 minutes", "15 minutes")
    assert reconciling.limit_of(other, {}) is None
