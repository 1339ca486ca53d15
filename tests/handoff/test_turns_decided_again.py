"""Past turns are decided again by the version they were taken under, not by today's."""

from datetime import timedelta

import pytest

from tests import world as small
from tests.conftest import NOON
from treaty.agreement.canonical import hash_of, signed_bytes
from treaty.agreement.document import load
from treaty.agreement.models import InForce, Version
from treaty.handoff.queries import turns
from treaty.truth.models import Assignment

pytestmark = [pytest.mark.django_db, pytest.mark.db]
MINUTE = timedelta(minutes=1)
EQUAL = small.HALDEN.replace("pool: dach-reps, segment: dach, pick: round_robin, weight: capacity", "pool: dach-reps, segment: dach")


def amend(world, text, at):
    terms = load(text).terms
    raw = signed_bytes(terms, small.bindings(terms))
    InForce.objects.update(ends_at=at)
    world.version = Version.objects.create(
        number=2, text=text, signed_bytes=raw, hash=hash_of(raw), proposed_by=world.mira, proposed_at=at, amends=world.version
    )
    InForce.objects.create(version=world.version, applies_to="everyone", starts_at=at)


def test_turns_by_capacity_stay_fair_when_an_amendment_gives_everybody_one_turn_each(world):
    type(world.sol).objects.filter(pk=world.sol.pk).update(capacity=3)
    for place in range(4):
        world.handed_over(NOON + place * MINUTE, f"p{place}@acme.example")
    amend(world, EQUAL, NOON + 10 * MINUTE)
    for place in range(4, 6):
        world.handed_over(NOON + (place + 10) * MINUTE, f"p{place}@acme.example")
    owners = Assignment.objects.filter(rule="pool").order_by("id").values_list("owner__name", flat=True)
    # by weight 1 and 3: Sol to 1/3, Sol to 2/3, both at 1 and sam before sol, Sol to 3/3; then one each: Sam to 2, Sam to 3
    assert list(owners) == ["Sol Meyer", "Sol Meyer", "Sam Okafor", "Sol Meyer", "Sam Okafor", "Sam Okafor"]
    assert [turn.agrees for turn in turns()] == [True] * 6
