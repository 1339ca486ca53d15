"""Deals of two systems without a shared id: proposed, answered, counted as one from then on, and two again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.conftest import NOON
from treaty.engine.lake import open_lake
from treaty.jobs import lake
from treaty.journal.models import Entry
from treaty.truth import deal_pairs, queries, reconciled_records, reconciling
from treaty.truth.actions import absorb, pairing
from treaty.truth.actions.answering import AlreadyAnswered
from treaty.truth.models import DealProposal, Opportunity, Source
from treaty.truth.records import AccountRef, GoneRecord, OpportunityRecord

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DAY = timedelta(days=1)


@pytest.fixture
def crm(world):
    return Source.objects.create(name="CRM", kind=Source.Kind.CONNECTOR, settings={"id_space": "salesforce"}, made_at=NOON)


@pytest.fixture
def hub(world):
    return Source.objects.create(name="Hub", kind=Source.Kind.CONNECTOR, settings={"id_space": "hubspot"}, made_at=NOON)


def tell(source, external_id, at=NOON, amount="10000", **more):
    given = {"name": "Kessler: pumps", "account": AccountRef(domain="kessler.example", name="Kessler"), "close_on": date(2026, 4, 1)}
    told = {**given, "stage": "proposal", "outcome": "open", "amount": Decimal(amount), "currency": "EUR", "known_at": at, **more}
    absorb([OpportunityRecord(external_id=external_id, **told)], source=source, received_at=at)


@pytest.fixture
def two(crm, hub):
    """One deal that both systems have, the marketing system at another amount, and one that only the marketing system has."""
    tell(hub, "h1", amount="9900")
    tell(crm, "c1")
    tell(hub, "h2", amount="500", name="Kessler: seals", close_on=date(2027, 4, 1))
    pairing.propose(at=NOON)
    return DealProposal.objects.get()


def causes(world, tmp_path, what):
    """{(id in the CRM, id in the marketing system): cause} of what differs, and what each counts."""
    at = NOON + 30 * DAY
    lake.refresh(at=at, where=tmp_path)
    here = open_lake(tmp_path)
    compared = reconciling.compare(here, *(reconciling.named(name, at) for name in ("CRM", "Hub")), what)
    found = reconciled_records.every_record(here, compared)
    ids = {(one.here.external_id if one.here else "", one.there.external_id if one.there else ""): one.cause for one in found}
    assert sum(part.difference for part in compared.parts if part.cause) == sum(part.difference for part in compared.parts)
    return ids, (sum(part.here for part in compared.parts), sum(part.there for part in compared.parts))


def test_what_looks_like_one_deal_is_proposed_with_what_speaks_for_it_and_nothing_is_made_one(two, world):
    assert {two.one.external_id, two.other.external_id} == {"c1", "h1"}
    assert [(line.rule, line.points) for line in pairing.lines_of(two)] == [("company", 3), ("amount", 2), ("close", 2), ("name", 3)]
    assert queries.opportunities(world.rui).count() == 3
    assert pairing.propose(at=NOON + DAY) == 0


def test_answered_as_one_it_is_counted_once_and_differs_in_its_amount(two, world, tmp_path):
    assert causes(world, tmp_path, "opportunities")[0] == {("c1", ""): "only_here", ("", "h1"): "only_there", ("", "h2"): "only_there"}
    pairing.make_one(two, by=world.rui, at=NOON)
    assert causes(world, tmp_path, "opportunities") == ({("", "h2"): "only_there"}, (1, 2))
    found, sums = causes(world, tmp_path, "amounts_by_stage")
    assert (found, sums) == ({("c1", "h1"): "amount", ("", "h2"): "only_there"}, (Decimal(10_000), Decimal(10_400)))
    assert set(queries.opportunities(world.rui).values_list("external_id", flat=True)) == {"c1", "h2"}, "the CRM is believed"
    assert pairing.propose(at=NOON + DAY) == 0


def test_taken_back_each_is_what_its_own_system_says_today(two, world, crm, hub, tmp_path):
    before = causes(world, tmp_path, "amounts_by_stage")
    pairing.make_one(two, by=world.rui, at=NOON)
    tell(hub, "h1", at=NOON + DAY, amount="9901", stage="contract")
    assert Opportunity.objects.get(external_id="h1").gone_at == NOON, "being told again brings it not back"
    assert Opportunity.objects.get(external_id="c1").amount == Decimal(10_000)
    pairing.ask_again(two, by=world.rui, at=NOON + 2 * DAY)
    tell(hub, "h1", at=NOON + 3 * DAY, amount="9900")
    assert Opportunity.objects.get(external_id="h1").gone_at is None
    assert causes(world, tmp_path, "amounts_by_stage") == before
    verbs = Entry.objects.filter(verb__startswith="opportunity.").order_by("seq").values_list("verb", flat=True)
    assert list(verbs) == ["opportunity.made_one", "opportunity.parted", "opportunity.asked_again"]


def test_what_its_system_deleted_meanwhile_stays_deleted(two, world, hub):
    pairing.make_one(two, by=world.rui, at=NOON)
    absorb([GoneRecord(kind="opportunity", external_id="h1", at=NOON + DAY)], source=hub, received_at=NOON + DAY)
    pairing.ask_again(two, by=world.rui, at=NOON + 2 * DAY)
    assert Opportunity.objects.get(external_id="h1").gone_at == NOON + DAY


def test_answered_as_two_it_is_asked_again_only_when_more_speaks_for_it(two, world, crm, hub):
    pairing.keep_apart(two, by=world.rui, at=NOON)
    assert pairing.propose(at=NOON + DAY) == 0
    tell(hub, "h1", at=NOON + DAY, amount="9800")
    assert pairing.propose(at=NOON + DAY) == 0, "as far apart as before"
    tell(hub, "h1", at=NOON + 2 * DAY, amount="10000")
    assert pairing.propose(at=NOON + 2 * DAY) == 1
    assert sorted(DealProposal.objects.values_list("answer", flat=True)) == ["different", "open"]


def test_a_pair_that_looks_like_one_no_more_is_not_asked_any_more(two, hub):
    tell(hub, "h1", at=NOON + DAY, amount="1", close_on=date(2028, 1, 1))
    pairing.propose(at=NOON + DAY)
    assert not DealProposal.objects.exists()


def test_an_answer_is_given_once_and_taken_back_once(two, world):
    pairing.make_one(two, by=world.rui, at=NOON)
    with pytest.raises(AlreadyAnswered, match="by Rui Costa"):
        pairing.keep_apart(two, by=world.mira, at=NOON)
    for _ in range(2):
        pairing.ask_again(two, by=world.rui, at=NOON)
    assert Entry.objects.filter(verb="opportunity.asked_again").count() == 1


def test_a_deal_that_is_gone_meanwhile_is_made_one_with_nothing(two, world, crm):
    absorb([GoneRecord(kind="opportunity", external_id="c1", at=NOON)], source=crm, received_at=NOON)
    with pytest.raises(AlreadyAnswered, match="counted no more"):
        pairing.make_one(two, by=world.rui, at=NOON)
    two.refresh_from_db()
    assert two.answer == "open"


def test_three_systems_one_after_the_other_are_one_deal_and_parted_in_any_order(two, world):
    third = Source.objects.create(name="Third", kind=Source.Kind.IMPORT, settings={"system": "crm"}, made_at=NOON)
    tell(third, "t1")
    pairing.make_one(two, by=world.rui, at=NOON)
    assert pairing.propose(at=NOON) == 1
    again = DealProposal.objects.get(answer="open")
    pairing.make_one(again, by=world.rui, at=NOON)
    assert queries.opportunities(world.rui).count() == 2
    pairing.ask_again(two, by=world.rui, at=NOON)
    pairing.ask_again(again, by=world.rui, at=NOON)
    assert queries.opportunities(world.rui).count() == 4


def test_a_pair_is_seen_by_who_may_see_both(two, world, crm, hub):
    Opportunity.objects.filter(external_id="c1").update(owner=world.sol)
    assert deal_pairs.pair(world.sol, two.key) is None
    assert deal_pairs.pairs(world.sol, crm, hub) == []
    Opportunity.objects.filter(external_id="h1").update(owner=world.sol)
    assert deal_pairs.pairs(world.sol, crm, hub) == deal_pairs.pairs(world.mira, hub, crm) == [two]
    pairing.make_one(two, by=world.rui, at=NOON)
    assert deal_pairs.pair(world.sol, two.key) == two, "also once one of them is in no number"


def test_when_the_deal_that_is_counted_goes_the_other_is_counted_again(two, crm, hub, world):
    pairing.make_one(two, by=world.sol, at=NOON + DAY)
    absorb([GoneRecord(kind="opportunity", external_id="c1", at=NOON + 2 * DAY)], source=crm, received_at=NOON + 2 * DAY)
    counted = Opportunity.objects.filter(gone_at=None).values_list("external_id", flat=True)
    assert set(counted) == {"h1", "h2"}
    assert Opportunity.objects.get(external_id="h1").one_with is None
