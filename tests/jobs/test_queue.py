"""Work is leased: nothing is lost, nothing blocks the rest, and a late answer does not count."""

from datetime import timedelta

import pytest
from django.db import transaction

from tests.conftest import NOON
from treaty.jobs import queue
from treaty.jobs.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.db]
SECOND = timedelta(seconds=1)


@pytest.fixture
def handlers(monkeypatch):
    known = {}
    monkeypatch.setattr(queue, "HANDLERS", known)
    return known


def at_noon():
    return NOON


def test_a_job_is_done_once_and_its_answer_kept(handlers):
    handlers["double"] = lambda *, at, number: number * 2
    job = queue.enqueue("double", {"number": 21}, at=NOON)
    assert queue.run_one(at_noon) is True
    assert queue.run_one(at_noon) is False
    job.refresh_from_db()
    assert (job.state, job.result, job.attempts, job.ended_at) == ("done", 42, 1, NOON)


def test_a_job_waits_for_its_moment(handlers):
    handlers["late"] = lambda *, at: at.isoformat()
    queue.enqueue("late", at=NOON, run_at=NOON + 5 * SECOND)
    assert queue.claim(at=NOON + 4.999999 * SECOND) is None
    assert queue.claim(at=NOON + 5 * SECOND) is not None


def test_the_job_due_longest_comes_first(handlers):
    queue.enqueue("second", at=NOON, run_at=NOON - SECOND)
    queue.enqueue("first", at=NOON, run_at=NOON - 2 * SECOND)
    assert [queue.claim(at=NOON).kind for _ in range(2)] == ["first", "second"]


def test_a_job_of_the_same_key_is_made_once_until_it_ends(handlers):
    handlers["judge"] = lambda *, at: None
    first = queue.enqueue("judge", at=NOON, dedup_key="person 7")
    assert queue.enqueue("judge", at=NOON, dedup_key="person 7").pk == first.pk
    assert queue.enqueue("judge", at=NOON, dedup_key="person 8").pk != first.pk
    assert queue.enqueue("other", at=NOON, dedup_key="person 7").pk != first.pk
    queue.run_one(at_noon)
    assert queue.enqueue("judge", at=NOON, dedup_key="person 7").pk != first.pk


def test_work_is_queued_only_if_its_reason_is_committed():
    with transaction.atomic():
        queue.enqueue("judge", at=NOON)
        transaction.set_rollback(True)
    assert not Job.objects.exists()


def test_a_lease_that_ran_out_makes_the_job_runnable_again():
    queue.enqueue("slow", at=NOON)
    queue.claim(at=NOON, lease=10 * SECOND)
    assert queue.claim(at=NOON + 9 * SECOND) is None
    again = queue.claim(at=NOON + 10 * SECOND)
    assert again.attempts == 2


def test_a_sign_of_life_keeps_the_lease():
    queue.enqueue("slow", at=NOON)
    job = queue.claim(at=NOON, lease=10 * SECOND)
    assert queue.extend(job, at=NOON + 9 * SECOND, lease=10 * SECOND)
    assert queue.claim(at=NOON + 18 * SECOND) is None


def test_the_answer_of_a_worker_that_lost_its_lease_does_not_count():
    """A worker was stopped for two minutes, woke up and answered; meanwhile another had taken the job."""
    queue.enqueue("slow", at=NOON)
    asleep = queue.claim(at=NOON, lease=10 * SECOND)
    awake = queue.claim(at=NOON + 120 * SECOND)
    assert queue.finish(asleep, "late", at=NOON + 121 * SECOND) is False
    assert queue.fail(asleep, "late", at=NOON + 121 * SECOND) is False
    assert queue.extend(asleep, at=NOON + 121 * SECOND) is False
    assert queue.finish(awake, "in time", at=NOON + 122 * SECOND) is True
    assert Job.objects.get().result == "in time"


def test_a_failing_job_is_tried_five_times_and_parked_with_its_problem(handlers):
    tried = []

    def broken(*, at):
        tried.append(at)
        raise ValueError("the mail server says no")

    handlers["mail"] = broken
    queue.enqueue("mail", at=NOON)
    moments = iter(NOON + n * SECOND for n in range(1000))
    for _ in range(300):
        queue.run_one(lambda: next(moments))
    job = Job.objects.get()
    assert len(tried) == 5
    assert (job.state, job.problem) == ("parked", "ValueError: the mail server says no")


def test_a_failed_job_comes_back_after_two_then_four_seconds(handlers):
    handlers["mail"] = lambda *, at: 1 / 0
    queue.enqueue("mail", at=NOON)
    queue.run_one(at_noon)
    assert Job.objects.get().run_at == NOON + 2 * SECOND
    queue.run_one(lambda: NOON + 2 * SECOND)
    assert Job.objects.get().run_at == NOON + 6 * SECOND  # 2 + 4


def test_a_handler_may_say_that_trying_again_cannot_help(handlers):
    def refuse(*, at):
        raise queue.Refused("the lead is gone")

    handlers["mail"] = refuse
    queue.enqueue("mail", at=NOON)
    queue.run_one(at_noon)
    assert Job.objects.get().state == "parked"


def test_a_job_of_an_unknown_kind_is_parked_and_the_next_one_runs(handlers):
    handlers["known"] = lambda *, at: None
    queue.enqueue("from the future", at=NOON, run_at=NOON - SECOND)
    queue.enqueue("known", at=NOON)
    assert [queue.run_one(at_noon) for _ in range(3)] == [True, True, False]
    assert dict(Job.objects.values_list("kind", "state")) == {"from the future": "parked", "known": "done"}


def test_a_job_that_kills_its_worker_five_times_is_parked():
    queue.enqueue("poison", at=NOON)
    for number in range(5):
        assert queue.claim(at=NOON + number * SECOND, lease=SECOND) is not None
    assert queue.claim(at=NOON + 5 * SECOND) is None
    job = Job.objects.get()
    assert (job.state, job.problem) == ("parked", "its worker ended 5 times before it was done")


def test_a_parked_job_can_be_released(handlers):
    handlers["mail"] = lambda *, at: "sent"
    job = Job.objects.create(kind="mail", run_at=NOON, made_at=NOON, attempts=5, state=Job.State.PARKED, problem="no network")
    queue.release(job, at=NOON)
    queue.run_one(at_noon)
    job.refresh_from_db()
    assert (job.state, job.result, job.problem) == ("done", "sent", "")


def test_the_lag_is_the_wait_of_the_job_due_longest():
    assert queue.lag(NOON) == timedelta(0)
    queue.enqueue("a", at=NOON, run_at=NOON - 7 * SECOND)
    queue.enqueue("b", at=NOON, run_at=NOON + 7 * SECOND)
    assert queue.lag(NOON) == 7 * SECOND


def test_done_jobs_are_forgotten_and_parked_ones_are_not(handlers):
    for state in ("done", "parked", "waiting"):
        Job.objects.create(kind=state, run_at=NOON, made_at=NOON, state=state, ended_at=NOON)
    assert queue.forget(before=NOON + SECOND) == 1
    assert set(Job.objects.values_list("kind", flat=True)) == {"parked", "waiting"}
