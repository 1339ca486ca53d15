"""What goes out ends once, whoever carries it and wherever they fall (invariant 10)."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction

from tests.conftest import NOON
from treaty.journal import outbox
from treaty.journal.models import Outgoing
from treaty.journal.outbox import Out

pytestmark = [pytest.mark.django_db, pytest.mark.db]
SECOND = timedelta(seconds=1)


def put(*names, **more):
    outbox.put([Out("post", "kim", name, **more) for name in names], at=NOON)


def take(at=NOON, **more):
    return outbox.take("post", "kim", at=at, **more)


def states():
    return Counter(Outgoing.objects.values_list("state", flat=True))


def test_it_goes_if_and_only_if_its_reason_stays():
    with transaction.atomic():
        put("a")
        transaction.set_rollback(True)
    assert take() == []
    put("a", "b")
    put("b", "c")
    assert [row.dedup_key for row in take(most=5)] == ["a", "b", "c"]


def test_what_is_taken_is_taken_by_one_and_ends_once():
    put("a")
    (row,) = take()
    assert take() == []
    assert not row.in_doubt
    assert outbox.sent(row, {"ts": "1"}, at=NOON + SECOND)
    assert not outbox.dead(row, "no", at=NOON + SECOND)
    kept = Outgoing.objects.get()
    assert (kept.state, kept.receipt, kept.ended_at, kept.lease_until) == ("sent", {"ts": "1"}, NOON + SECOND, None)


def test_whoever_falls_leaves_it_in_doubt_and_says_nothing_more():
    put("a")
    (first,) = take()
    (second,) = take(NOON + outbox.LEASE)
    assert second.in_doubt
    assert not outbox.later(first, "slow", at=NOON, in_doubt=False)
    assert outbox.sent(second, at=NOON + outbox.LEASE)


def test_waits_double_up_to_the_longest_and_end():
    put("a")
    at, waits = NOON, []
    for _ in range(outbox.MOST_ATTEMPTS - 1):
        (row,) = take(at)
        outbox.later(row, "busy", at=at, in_doubt=False)
        due = Outgoing.objects.get().due_at
        assert take(due - timedelta(microseconds=1)) == []
        waits.append((due - at).total_seconds())
        at = due
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == 4 * 3600
    assert sum(waits) == 5 * (2**12 - 1) + 3 * 4 * 3600
    (row,) = take(at)
    outbox.later(row, "busy", at=at, in_doubt=False)
    kept = Outgoing.objects.get()
    assert (kept.state, kept.problem, kept.in_doubt) == ("dead", "tried 16 times; at last: busy", False)
    assert outbox.release(Outgoing.objects.all(), at=at) == 1
    assert take(at)[0].attempts == 1


def test_doubt_stays_until_it_is_there_and_a_wait_may_be_told():
    put("a")
    (row,) = take()
    outbox.later(row, "no answer", at=NOON, in_doubt=True)
    (row,) = take(NOON + 5 * SECOND)
    outbox.later(row, "busy", at=NOON, in_doubt=False, after=7 * SECOND)
    assert take(NOON + 6 * SECOND) == []
    assert take(NOON + 7 * SECOND)[0].in_doubt


def test_what_is_not_to_go_any_more_does_not_unless_it_is_on_its_way():
    put("a", "b", due_at=NOON + SECOND)
    assert take() == []
    (row,) = take(NOON + SECOND)
    assert outbox.cancel(Outgoing.objects.all(), "not wanted", at=NOON) == 1
    assert outbox.sent(row, at=NOON + SECOND)
    assert states() == {"sent": 1, "cancelled": 1}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_each_ends_once(seed):
    """Carriers who fall, answer late, are turned away or refused: a receiver that knows keys has each that was sent once."""
    draw, there = random.Random(seed), set()
    put(*(str(n) for n in range(20)))
    at, late = NOON, []
    while Outgoing.objects.filter(state__in=["waiting", "sending"]).exists():
        at += timedelta(minutes=draw.randrange(60))
        for row in take(at, most=3):
            fate = draw.choice(["sent", "fell", "fell after", "late", "busy", "refused"])
            if fate in ("sent", "fell after", "late"):
                assert row.key not in there or row.in_doubt
                there.add(row.key)
            if fate == "sent":
                assert outbox.sent(row, at=at)
            elif fate == "late":
                late.append(row)
            elif fate == "busy":
                outbox.later(row, "busy", at=at, in_doubt=False)
            elif fate == "refused":
                outbox.dead(row, "no such person", at=at)
        for row in late:
            outbox.later(row, "late", at=at, in_doubt=True)
    assert set(Outgoing.objects.filter(state="sent").values_list("key", flat=True)) <= there
    assert sum(states().values()) == 20
    assert set(states()) <= {"sent", "dead"}


def test_one_who_says_when_to_come_again_is_heard_for_a_week_and_that_is_no_attempt():
    put("a")
    at, n = NOON, 0
    while Outgoing.objects.get().state == "waiting":
        (row,) = take(at)
        outbox.later(row, "full", at=at, in_doubt=False, after=timedelta(hours=4))
        at, n = at + timedelta(hours=4), n + 1
    assert (n, Outgoing.objects.get().state) == (7 * 6 + 1, "dead")


def test_what_may_be_there_already_is_not_cancelled():
    put("a", "b")
    Outgoing.objects.filter(dedup_key="a").update(in_doubt=True)
    assert outbox.cancel(Outgoing.objects.all(), "not wanted", at=NOON) == 1
    assert states() == {"waiting": 1, "cancelled": 1}
