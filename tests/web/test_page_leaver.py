"""A leaver's leads, on the pages of those who give them to others."""

from datetime import timedelta

import pytest
from web_doors import Door, told

from tests.conftest import NOON
from treaty.feedback.actions import accept
from treaty.sla.actions import refresh, start
from treaty.team.accounts import switch_off
from treaty.truth.models import Lead

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def left(world):
    """Kim accepted Ada's lead, and left."""
    type(world.sam).objects.filter(email__in=[world.sam.email, world.sol.email]).update(max_open=0)
    handoff = world.handed_over(NOON)
    start(handoff)
    accept(handoff, by=handoff.owner, at=NOON)
    refresh(handoff)
    assert handoff.owner == world.kim
    switch_off(world.kim, at=NOON + HOUR)
    return handoff


def test_home_tells_those_who_may_give_leads_and_nobody_else(world, left):
    line, way = "One lead of Kim Dale, who left.", f"/queue/?owner={world.kim.key}"
    for name in ("sam", "rui"):
        says = Door(world.members[name], NOON + HOUR).says("/")
        assert (line in says, way in says) == (True, True), name
    for name in ("sol", "mira", "ada_brandt"):
        assert line not in Door(world.members[name], NOON + HOUR).says("/"), name


def test_the_manager_gives_it_from_the_leavers_queue_and_home_is_silent_again(world, left):
    door = Door(world.sam, NOON + HOUR)
    assert f"/handoffs/{left.key}/owner/" in door.says(f"/queue/?owner={world.kim.key}")
    done = door.post(f"/handoffs/{left.key}/owner/", {"to": world.sol.key, "reason": "Kim left"}, follow=True)
    assert told(done) == ["Ada Brenner is with Sol Meyer now."]
    assert Lead.objects.get().owner == world.sol
    assert "who left" not in door.says("/")


def test_whom_the_agreement_names_is_not_switched_off(world):
    done = Door(world.rui, NOON).post(f"/team/{world.sam.key}/off/", follow=True)
    assert told(done)[0].startswith("Sam Okafor is the fallback of the route in version 1")
    world.sam.refresh_from_db()
    assert world.sam.is_active
