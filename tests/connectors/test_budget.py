"""Quotas: never a call too many, and nobody waits for a whole window while calls are left."""

import random
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.connectors.waits import Waits, instead_of_time
from treaty.connectors.budget import Budget
from treaty.connectors.vendors.talk import Quota


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Waits:
    return instead_of_time(monkeypatch)


def sent(budget: Budget, time: Waits, pauses: Iterator[float]) -> list[float]:
    """When calls were sent that are asked for so many seconds after each other."""
    moments = []
    for pause in pauses:
        time.now += pause
        budget.wait("/contacts")
        moments.append(time.now)
    return moments


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("quota", [Quota(90, 10), Quota(18, 2), Quota(4, 1), Quota(1, 1)])
def test_no_window_has_a_call_too_many(time: Waits, quota: Quota, seed: int) -> None:
    rolls = random.Random(seed)
    pauses = (rolls.choice((0.0, 0.0, 0.01, 0.1, 0.4)) for _ in range(600))
    moments = sent(Budget([quota]), time, pauses)
    for first, beyond in zip(moments, moments[quota.calls :], strict=False):
        assert beyond - first >= quota.seconds - 0.001


def test_the_whole_quota_is_used_by_who_asks_without_a_pause(time: Waits) -> None:
    moments = sent(Budget([Quota(90, 10)]), time, iter([0.0] * 900))
    assert moments[-1] - moments[0] < 100, "ten windows, of which the first is begun at once"


def test_nobody_waits_long_for_a_call_that_is_left(time: Waits) -> None:
    """Ten calls a second, nine of which are allowed. Half are sent as asked for; of 45 that are left within 5.5 s each waits an eighth."""
    moments = sent(Budget([Quota(90, 10)]), time, iter([0.1] * 400))
    assert max(after - before for before, after in pairwise(moments)) < 0.5


def test_a_quota_of_a_day_is_not_spread(time: Waits) -> None:
    began = time.now
    sent(Budget([Quota(1_000, 86_400)]), time, iter([0.0] * 1_000))
    assert time.now - began < 1
