"""Plans of campaigns in the database: proposed, sealed, replaced, never changed."""

import hashlib
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.conftest import NOON
from tests.world import HALDEN, signed
from treaty.agreement.canonical import hash_of
from treaty.agreement.models import Version
from treaty.attribution import actions, plans
from treaty.attribution.models import MeasurementPlan, Seal
from treaty.attribution.plans import Draft
from treaty.attribution.queries import sealed_plan
from treaty.journal.models import Entry, Words
from treaty.truth.actions import absorb
from treaty.truth.models import Touch
from treaty.truth.records import PersonRef, SpendRecord, TouchRecord

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def draft(**changes):
    said = {
        "campaign": "spring", "goal": "Fill the spring pipeline", "audience": "Plants", "metric": "revenue_closed",
        "expected": Decimal(1000), "starts_on": date(2026, 3, 11), "ends_on": date(2026, 5, 31),
    }  # fmt: skip
    return Draft(**said | changes)


def proposed(world, **changes):
    return actions.propose(draft(**changes), world.version, by=world.mira, at=NOON)


def touched(world, at, campaign="Spring"):
    ref = PersonRef(email="ada@acme.example")
    absorb([TouchRecord(ref=ref, kind="page_view", occurred_at=at, message_id="t", campaign=campaign)], source=world.source, received_at=at)


def test_a_plan_is_proposed_by_marketing_and_sealed_by_the_head_of_sales(world):
    plan = proposed(world)
    assert sealed_plan("spring") is None
    made = actions.seal(plan, world.version, by=world.sam, at=NOON + DAY)
    assert sealed_plan("spring") == plan
    assert (made.by, made.at, made.began_at, made.number) == (world.sam, NOON + DAY, None, 1)
    assert hashlib.sha256(bytes(plan.raw)).hexdigest() == plan.hash
    assert [(e.verb, e.codes.get("hash")) for e in Entry.objects.filter(verb__startswith="plan.").order_by("seq")] == [
        ("plan.proposed", plan.hash),
        ("plan.sealed", plan.hash),
    ]


def test_the_words_of_a_plan_are_not_in_the_journal(world):
    actions.seal(proposed(world, goal="Win over Ada"), world.version, by=world.sam, at=NOON + DAY)
    assert not Words.objects.exists()
    assert "Ada" not in str(list(Entry.objects.values_list("codes", flat=True)))


def test_proposing_and_sealing_twice_is_once(world):
    plan = proposed(world)
    assert proposed(world) == plan
    first = actions.seal(plan, world.version, by=world.sam, at=NOON)
    assert actions.seal(plan, world.version, by=world.rui, at=NOON + DAY) == first
    assert (MeasurementPlan.objects.count(), Seal.objects.count()) == (1, 1)
    assert Entry.objects.filter(verb__startswith="plan.").count() == 2


def test_who_may_not_is_told_who_does(world):
    with pytest.raises(plans.NotYoursToPlan, match="marketing proposes"):
        actions.propose(draft(), world.version, by=world.sam, at=NOON)
    plan = proposed(world)
    for member in (world.mira, world.sol):
        with pytest.raises(plans.NotYoursToPlan, match="the head of sales confirms"):
            actions.seal(plan, world.version, by=member, at=NOON)
    own = actions.propose(draft(campaign="own"), world.version, by=world.rui, at=NOON)
    with pytest.raises(plans.NotYoursToPlan, match="somebody else's yes"):
        actions.seal(own, world.version, by=world.rui, at=NOON)
    assert not Seal.objects.exists()


def test_after_a_touch_it_is_sealed_only_as_late_and_marked(world):
    touched(world, NOON - DAY)
    plan = proposed(world)
    with pytest.raises(plans.AlreadyBegan, match="has run since 9 March 2026"):
        actions.seal(plan, world.version, by=world.sam, at=NOON)
    assert not Seal.objects.exists()
    made = actions.seal(plan, world.version, by=world.sam, at=NOON, late=True)
    assert made.began_at == NOON - DAY
    assert Entry.objects.get(verb="plan.sealed").codes["late"] is True


def test_money_spent_on_the_same_day_was_spent_before(world):
    spend = SpendRecord(channel="search", on=date(2026, 3, 10), amount=Decimal(5), currency="EUR", campaign="Spring")
    absorb([spend], source=world.source, received_at=NOON)
    with pytest.raises(plans.AlreadyBegan, match="March 2026"):
        actions.seal(proposed(world), world.version, by=world.sam, at=NOON)


def test_a_touch_after_the_seal_or_of_another_campaign_makes_nothing_late(world):
    touched(world, NOON - DAY, campaign="spring-clean")
    plan = proposed(world)
    assert actions.seal(plan, world.version, by=world.sam, at=NOON, late=True).began_at is None
    Touch.objects.all().delete()
    touched(world, NOON + DAY)
    assert actions.seal(plan, world.version, by=world.sam, at=NOON + 2 * DAY).began_at is None


def test_a_new_plan_says_which_it_replaces_and_the_old_one_stays(world):
    first = proposed(world)
    actions.seal(first, world.version, by=world.sam, at=NOON)
    second, rival = proposed(world, expected=Decimal(2000)), proposed(world, expected=Decimal(3000))
    assert second.replaces == rival.replaces == first
    actions.seal(second, world.version, by=world.sam, at=NOON + DAY)
    assert sealed_plan("spring") == second
    with pytest.raises(plans.Overtaken, match="propose anew"):
        actions.seal(rival, world.version, by=world.sam, at=NOON + DAY)
    first.refresh_from_db()
    assert (first.expected, first.hash, first.seal.number) == (1000, hashlib.sha256(bytes(first.raw)).hexdigest(), 1)


OPTIONAL = HALDEN.replace("campaigns: {sealed_plan: required}", "campaigns: {sealed_plan: optional}")


def second(world, text=OPTIONAL):
    raw = signed(text)
    return Version.objects.create(number=2, text=text, signed_bytes=raw, hash=hash_of(raw), proposed_by=world.mira, proposed_at=NOON)


def test_who_seals_is_asked_of_the_agreement_in_force_then_not_of_the_one_it_was_written_under(world):
    """Under version 1 the other side seals, under version 2 marketing's own hand is enough: for the same plan."""
    plan, later = proposed(world), second(world)
    with pytest.raises(plans.NotYoursToPlan, match="the head of sales confirms"):
        actions.seal(plan, world.version, by=world.mira, at=NOON)
    assert actions.seal(plan, later, by=world.mira, at=NOON).by == world.mira
    assert Entry.objects.get(verb="plan.sealed").agreement == later.hash
    other = actions.propose(draft(campaign="fair"), later, by=world.mira, at=NOON)
    with pytest.raises(plans.NotYoursToPlan, match="the head of sales confirms"):
        actions.seal(other, world.version, by=world.mira, at=NOON)


def test_a_campaign_has_begun_however_its_touches_write_it(world):
    touched(world, NOON - DAY, campaign=" SPRING ")
    Touch.objects.update(campaign=" SPRING ")
    assert actions.began("spring", zone="Europe/Berlin") == NOON - DAY
