"""The order of the queue, and parts of a long one."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.conftest import NOON
from treaty.feedback import actions
from treaty.feedback.contact import log_contact, qualify
from treaty.handoff.models import Handoff
from treaty.sla.actions import pause, refresh, start
from treaty.sla.models import SlaClock
from treaty.sla.queries import queue, queued, worth_of
from treaty.truth.models import Lead, Opportunity

pytestmark = pytest.mark.db
MINUTE = timedelta(minutes=1)
LATER = NOON + timedelta(hours=1)


def handed(world, n):
    """The n-th lead, with Sol since n minutes after noon."""
    made = world.handed_over(NOON + n * MINUTE, f"person{n}@acme.example")
    Handoff.objects.filter(pk=made.pk).update(owner=world.sol)
    Lead.objects.filter(pk=made.lead_id).update(owner=world.sol)
    made.refresh_from_db()
    start(made)
    return made


@pytest.fixture
def four(world):
    return [handed(world, n) for n in range(4)]


def keys(world, **more):
    return [one.handoff.key for one in queue(world.sol, at=LATER, **more)]


def test_the_clock_that_runs_out_first_comes_first(world, four):
    # the first three were made within the lunch break: all due at closing; the contacted one is due on Thursday only
    log_contact(four[0].lead, "call", by=world.sol, at=NOON + 5 * MINUTE)
    refresh(four[0])
    assert keys(world)[-1] == four[0].key


def test_parts_of_the_queue_add_up_to_the_whole_in_its_order(world, four):
    whole = keys(world)
    assert [*keys(world, part=slice(0, 3)), *keys(world, part=slice(3, 6))] == whole
    assert queued(world.sol).count() == len(whole) == 4


def test_one_that_has_just_arrived_is_seen_first_even_before_its_clocks_start(world, four):
    SlaClock.objects.filter(handoff=four[3]).delete()
    assert keys(world, part=slice(0, 1)) == [four[3].key]


def test_a_paused_lead_waits_behind_those_that_run(world, four):
    for clock in SlaClock.objects.filter(handoff=four[1]):
        pause(clock, "awaiting_prospect_date", by=world.sam, at=LATER)
    assert keys(world)[-1] == four[1].key


def test_an_accepted_lead_stays_until_it_is_a_deal(world, four):
    actions.accept(four[0], by=world.sol, at=LATER)
    log_contact(four[0].lead, "call", by=world.sol, at=LATER, outcome="connected")
    qualify(Lead.objects.get(pk=four[0].lead_id), by=world.sol, at=LATER, answers={"budget": "1", "timeline": "2", "need": "3"})
    refresh(four[0])
    assert four[0].key in keys(world)
    Lead.objects.filter(pk=four[0].lead_id).update(stage="opportunity")
    assert four[0].key not in keys(world)


def test_a_search_narrows_by_name_address_and_account(world, four):
    assert keys(world, search="person2@") == [four[2].key]
    assert len(keys(world, search="ACME")) == 4
    assert keys(world, search="nobody") == []


def test_nobody_else_sees_it(world, four):
    assert queue(world.kim, at=LATER, owner=world.sol) == []


def test_the_queue_costs_the_same_whatever_its_length(world, four, django_assert_num_queries):
    with django_assert_num_queries(8):
        queue(world.sol, at=LATER)


def won(world, n, amount, currency):
    Opportunity.objects.create(
        source=world.source, external_id=f"deal-{n}", name=f"deal {n}", amount=Decimal(amount), currency=currency,
        outcome="won", opened_at=NOON, closed_at=NOON, received_at=NOON,
    )  # fmt: skip


def test_a_lead_is_worth_what_deals_in_the_currency_of_its_agreement_were(world, four):
    """The agreement reckons in euros: 10,000 and 20,000 are 15,000 on average; three million yen say nothing of it."""
    for n, (amount, currency) in enumerate([(10_000, "EUR"), (20_000, "EUR"), (3_000_000, "JPY")]):
        won(world, n, amount, currency)
    assert {one.worth for one in queue(world.sol, at=LATER)} == {Decimal(15_000)}
    assert worth_of(four[0]) == Decimal(15_000)


def test_without_a_deal_in_that_currency_nothing_is_said_of_worth(world, four):
    won(world, 1, 3_000_000, "JPY")
    assert {one.worth for one in queue(world.sol, at=LATER)} == {None}
    assert worth_of(four[0]) is None


def test_deals_of_its_own_segment_come_before_the_mean_of_all(world, four):
    """One of Acme's segment for 40,000, one of none for 10,000: those of the segment are worth 40,000."""
    won(world, 1, 10_000, "EUR")
    won(world, 2, 40_000, "EUR")
    Opportunity.objects.filter(external_id="deal-2").update(lead=four[0].lead)
    assert {one.worth for one in queue(world.sol, at=LATER)} == {Decimal(40_000)}
    Lead.objects.filter(pk=four[1].lead_id).update(segment="rest")
    assert {one.worth for one in queue(world.sol, at=LATER)} == {Decimal(40_000), Decimal(25_000)}
