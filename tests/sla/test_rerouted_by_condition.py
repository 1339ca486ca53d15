"""A lead whose time ran out goes on by the rules whose conditions hold for it now."""

from datetime import timedelta

import pytest

from tests import world as small
from tests.conftest import NOON
from treaty.handoff.actions import hand_over
from treaty.qualification.asking import route_rules_holding
from treaty.sla import actions, watch
from treaty.team.models import Absence
from treaty.truth.actions import absorb
from treaty.truth.models import Assignment
from treaty.truth.records import AccountRecord, AccountRef

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DACH = "- {rule: pool, pool: dach-reps, segment: dach, pick: round_robin, weight: capacity}"
LARGE = "- {rule: pool, pool: dach-reps, when: {account: {employees: {at_least: 200}}}, pick: round_robin, weight: capacity}"


@pytest.fixture
def large():
    """The small world, where a pool asks for 200 people; Acme has 240. All others go to everyone."""
    assert small.HALDEN.count(DACH) == 1
    return small.build(small.HALDEN.replace(DACH, LARGE))


def handed(world):
    lead = world.qualified(NOON)
    made = hand_over(lead, at=NOON, holds=route_rules_holding([lead], at=NOON)[lead.pk])
    actions.start(made)
    return made


def pools():
    return list(Assignment.objects.filter(rule="pool").order_by("id").values_list("owner__name", "pool"))


def test_when_the_time_runs_out_the_rule_with_the_condition_is_asked_again(large):
    handed(large)
    watch.tick(at=NOON + timedelta(days=1))
    assert pools() == [("Sam Okafor", "dach-reps"), ("Sol Meyer", "dach-reps")]


def test_when_the_owner_is_away_the_rule_with_the_condition_is_asked_again(large):
    made = handed(large)
    Absence.objects.create(member=made.owner, starts_at=NOON, by=large.sam, at=NOON)
    assert watch.reroute_absent(at=NOON) == 1
    assert pools() == [("Sam Okafor", "dach-reps"), ("Sol Meyer", "dach-reps")]


def test_a_condition_that_holds_no_more_is_not_asked_again(large):
    handed(large)
    smaller = AccountRecord(ref=AccountRef(domain="acme.example"), fields={"employees": 20}, known_at=NOON)
    absorb([smaller], source=large.source, received_at=NOON)
    watch.tick(at=NOON + timedelta(days=1))
    # of everyone, Sam has had it; of Kim and Sol with no turn there yet, kim comes first
    assert pools() == [("Sam Okafor", "dach-reps"), ("Kim Dale", "all-reps")]
