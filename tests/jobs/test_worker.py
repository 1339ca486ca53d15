"""The worker: what is due is done, what fails is put off, the lag is told, and a stop ends it after the thing in hand."""

import os
import threading
from datetime import timedelta

import pytest
from django.db import connection

from tests.conftest import NOON
from treaty.connectors.models import Event
from treaty.jobs import beats, news, schedule
from treaty.jobs.alone import alone
from treaty.jobs.models import Beat
from treaty.jobs.schedule import WORK, Recurring, Schedule, absorb
from treaty.jobs.worker import Worker
from treaty.journal.models import Entry
from treaty.qualification.models import NextJudgement
from treaty.truth.models import Person, Source

pytestmark = [pytest.mark.django_db, pytest.mark.db]
SECOND = timedelta(seconds=1)


def recording(name, every, runs, error=None):
    def run(at):
        runs.append(at)
        if error:
            raise error
        return 1

    return Recurring(name, every, run)


def event(number, received_at):
    source = Source.objects.get_or_create(name="Website", defaults={"kind": "server", "made_at": NOON})[0]
    fields = {"type": "track", "occurred_at": NOON, "received_at": received_at, "body": "{}"}
    return Event.objects.create(source=source, message_id=f"m{number}", **fields)


def test_a_thing_runs_when_its_time_has_come():
    runs, schedule = [], Schedule()
    thing = recording("clocks", 1, runs)
    for tenth in range(25):  # 2.4 seconds
        schedule.run(thing, at=NOON + tenth * SECOND / 10)
    assert runs == [NOON, NOON + SECOND, NOON + 2 * SECOND]


def test_a_thing_that_fails_is_put_off_longer_each_time_and_comes_back():
    runs, schedule = [], Schedule()
    thing = recording("broken", 0, runs, ValueError("no"))
    for second in range(8):
        schedule.run(thing, at=NOON + second * SECOND)
    assert [(at - NOON) / SECOND for at in runs] == [0, 1, 3, 7]  # then 1, 2, 4 seconds apart


def test_one_thing_that_fails_does_not_hold_up_the_others():
    runs = []
    schedule = Schedule((recording("broken", 0, [], ValueError("no")), recording("sound", 0, runs)))
    Worker(threading.Event(), schedule=schedule, clock=lambda: NOON).turn()
    assert runs == [NOON]


def test_it_stops_after_the_thing_in_hand():
    stopping, after = threading.Event(), []

    def last(at):
        stopping.set()
        return 1

    schedule = Schedule((Recurring("last", 0, last), recording("after", 0, after)))
    Worker(stopping, schedule=schedule, clock=lambda: NOON).turn()
    assert after == []


def test_it_says_that_it_lives_and_what_it_has_done():
    Worker(threading.Event(), schedule=Schedule((recording("a", 0, []),)), clock=lambda: NOON).turn()
    beat = Beat.objects.get()
    assert (beat.pid, beat.at, beat.lag_ms, beat.done) == (os.getpid(), NOON, 0, 1)


def test_the_lag_is_the_age_of_the_oldest_waiting_event():
    event(1, NOON - 3 * SECOND)
    event(2, NOON - SECOND)
    Event.objects.filter(message_id="m1").update(state=Event.State.STORED)
    assert beats.lag(NOON) == SECOND


def test_a_boundary_nobody_looked_at_counts_as_lag():
    NextJudgement.objects.create(person=Person.objects.create(made_at=NOON), due_at=NOON - 5 * SECOND)
    NextJudgement.objects.create(person=Person.objects.create(made_at=NOON), due_at=NOON + 5 * SECOND)
    assert beats.lag(NOON) == 5 * SECOND


def test_without_news_the_worker_rests_and_a_commit_by_another_wakes_it(monkeypatch):
    versions = iter([1, 1, 2, 2])
    monkeypatch.setattr(news, "data_version", lambda: next(versions))
    monkeypatch.setattr(news, "LOOK", 60)
    waiting = Worker(threading.Event(), clock=lambda: NOON)
    assert [waiting.news.is_there() for _ in range(4)] == [True, False, True, False]


def test_after_work_the_worker_looks_again_at_once(monkeypatch):
    monkeypatch.setattr(news, "data_version", lambda: 1)
    monkeypatch.setattr(news, "LOOK", 60)
    busy = Worker(threading.Event(), schedule=Schedule((recording("a", 0, []),)), clock=lambda: NOON)
    told = [busy.news.is_there()]
    busy.turn()
    assert [*told, busy.news.is_there(), busy.news.is_there()] == [True, True, False]


def test_after_a_clean_stop_nobody_waits_for_this_worker():
    beats.beat(0, at=NOON)
    beats.last_word()
    assert not Beat.objects.exists()


def test_everything_on_the_schedule_runs_on_an_empty_database():
    schedule = Schedule()
    for thing in WORK:
        assert schedule.run(thing, at=NOON) == 0
    assert schedule.failures == {}


@pytest.mark.only_postgresql
def test_the_database_work_of_a_thing_is_done_by_one_worker_at_a_time():
    other = connection.copy()
    with alone("absorb") as is_mine, other.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(objid::bigint) from pg_locks where locktype = 'advisory'")
        assert (is_mine, cursor.fetchone()[0]) == (True, False)
    other.close()


@pytest.mark.parametrize(("waiting", "taken", "transactions", "seconds"), [(450, 450, 2, 60), (1300, 1000, 3, 60), (450, 200, 1, 0)])
def test_when_many_events_wait_several_parts_are_absorbed_before_anybody_is_judged(waiting, taken, transactions, seconds, monkeypatch):
    """450 are 200 + 250, a thousand 200 + 400 + 400; of more, or when the time is over, the rest waits for the next turn."""
    monkeypatch.setattr(schedule, "MOST", 1000)
    monkeypatch.setattr(schedule, "LONG", seconds)
    first = event(0, NOON)
    page = {"type": "page", "source": first.source, "occurred_at": NOON, "received_at": NOON, "body": '{"anonymousId": "somebody"}'}
    Event.objects.bulk_create(Event(message_id=f"more {number}", **page) for number in range(waiting - 1))
    assert absorb(NOON) == taken
    assert Event.objects.filter(state=Event.State.WAITING).count() == waiting - taken
    assert Entry.objects.filter(verb="events.absorbed").count() == transactions
