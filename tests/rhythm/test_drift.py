"""Shares of the version in force against those it was signed for; an alarm is kept once and both sides hear of it."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.world import SIGNED_AT
from treaty.agreement.later import WATCHED
from treaty.journal.models import Entry
from treaty.rhythm import drift
from treaty.rhythm.models import Drift
from treaty.truth.models import Opportunity

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def deals(world, won, lost, *, first, apart=timedelta(hours=6)):
    rows = [
        Opportunity(
            key=f"d{first:%y%m%d}{i:05d}"[:12],
            owner=world.sol,
            outcome="won" if i < won else "lost",
            closed_at=first + i * apart,
            received_at=first,
        )
        for i in range(won + lost)
    ]
    Opportunity.objects.bulk_create(rows)


def test_what_is_watched_is_what_the_contract_says_is_watched():
    assert set(drift.SHARES) == WATCHED


def test_a_share_that_fell_is_told_once(world):
    """Signed for 90 of 300; since New Year 4 of 80 are won. The measure of the example that is no share is not watched."""
    deals(world, 90, 210, first=SIGNED_AT - 90 * DAY)
    deals(world, 4, 76, first=SIGNED_AT + DAY)
    [accepted, won] = drift.watched(at=NOON)
    assert (won.measure, won.signed.k, won.signed.n, won.since.k, won.since.n, won.has_moved) == ("win_rate", 90, 300, 4, 80, True)
    assert (accepted.measure, accepted.has_moved, accepted.soon) == ("acceptance_rate", False, None)
    assert won.soon is not None
    assert 20 < won.soon < 400
    assert drift.look(at=NOON) == 1
    assert drift.look(at=NOON + DAY) == 0
    assert Entry.objects.get(verb="agreement.drifted").codes["since"] == [4, 80]
    assert [drift.said(row.since) for row in drift.standing(at=NOON)] == ["5% (4 of 80)"]


def test_as_before_and_too_little_say_nothing(world):
    deals(world, 90, 210, first=SIGNED_AT - 90 * DAY)
    deals(world, 24, 56, first=SIGNED_AT + DAY)
    assert drift.look(at=NOON) == 0
    Opportunity.objects.all().delete()
    deals(world, 8, 20, first=SIGNED_AT - 20 * DAY)
    deals(world, 0, 80, first=SIGNED_AT + DAY)
    assert drift.look(at=NOON) == 0
    assert not Drift.objects.exists()


def test_each_quarter_is_looked_at_by_itself(world):
    """The example's definitions are reviewed every quarter: in April what happened from January to March is another window."""
    deals(world, 90, 210, first=SIGNED_AT - 90 * DAY)
    deals(world, 4, 76, first=SIGNED_AT + DAY)
    [_, won] = drift.watched(at=SIGNED_AT + 100 * DAY)
    assert won.since.n == 0
