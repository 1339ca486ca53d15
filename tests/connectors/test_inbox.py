import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import NOON
from tests.unpacked import events
from treaty.connectors import inbox as inbox_module
from treaty.connectors.inbox import MOST_OWED, MOST_TOGETHER, Arrived, Full, Inbox, NotStored, Rests, Writer, own_connection
from treaty.connectors.models import Parcel
from treaty.connectors.parcels import _unpack, pack
from treaty.connectors.tracking.parse import MOST_EVENTS, Row
from treaty.truth.models import Source

TABLE = """
create table source (id integer primary key);
insert into source values (1), (2);
create table connectors_parcel (
    id integer primary key autoincrement, source_id bigint not null references source (id) deferrable initially deferred,
    received_at bigint not null, events integer not null, rows blob not null, problem varchar(300) not null
);
"""


def row(message_id, body="{}"):
    return Row(message_id, "track", 1, None, 2, body)


class Store:
    """A database file like ours and ways to open it."""

    def __init__(self, path):
        self.path = path
        self.opened = 0
        self.connect().executescript(TABLE)

    def connect(self):
        self.opened += 1
        link = sqlite3.connect(self.path, isolation_level=None, timeout=0.2, check_same_thread=False)
        link.execute("pragma journal_mode=wal")
        link.execute("pragma foreign_keys=on")
        return link

    def ids(self):
        rows = self.connect().execute("select rows from connectors_parcel order by id")
        return [event[0] for (packed,) in rows for event in _unpack(packed)]


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "events.db")


@pytest.mark.parametrize("count", [1, 2, 100, MOST_EVENTS])
def test_what_was_answered_is_stored_in_order_and_once(store, count):
    Inbox(store.connect).put(1, [row(f"m{n}") for n in range(count)])
    assert store.ids() == [f"m{n}" for n in range(count)]
    assert store.connect().execute("select source_id, received_at, events, problem from connectors_parcel").fetchall() == [
        (1, 2, count, "")
    ]


def held_up(store, seen):
    """(a way to connect that waits until it is let, the event that lets it, the event that says it was asked). seen: statements."""
    gate, began = threading.Event(), threading.Event()

    def connect():
        began.set()
        gate.wait(5)
        link = store.connect()
        link.set_trace_callback(seen.append)
        return link

    return connect, gate, began


def put_together(store, requests):
    """Requests that all wait before the first commit; returns the statements it took."""
    seen = []
    connect, gate, began = held_up(store, seen)
    inbox = Inbox(connect)
    with ThreadPoolExecutor(len(requests) + 1) as pool:
        waiting = [pool.submit(inbox.put, 1, [row("first")])]
        began.wait(5)  # the thread holds the first and waits for its connection
        waiting += [pool.submit(inbox.put, 1, rows) for rows in requests]
        while inbox.waiting < len(requests):
            time.sleep(0.01)
        gate.set()
        for put in waiting:
            put.result(5)
    inbox.stop()
    return seen


def test_requests_that_wait_together_are_one_statement_as_far_as_they_fit(store):
    """Each further statement costs the wait for the interpreter."""
    seen = put_together(store, [[row(f"{name}-{n}") for n in range(20)] for name in range(2 * MOST_TOGETHER + 1)])
    assert len(store.ids()) == 1 + 20 * (2 * MOST_TOGETHER + 1)
    assert [statement.count("(1,") for statement in seen] == [1, MOST_TOGETHER, MOST_TOGETHER, 1]


def test_a_statement_is_of_four_megabytes_at_most_but_for_one_request(store, monkeypatch):
    monkeypatch.setattr(inbox_module, "MOST_BYTES", 2_000)
    seen = put_together(store, [[row(f"m{n}", "x" * size)] for n, size in enumerate([800, 800, 800, 3_000, 800])])
    assert len(store.ids()) == 6
    assert len(seen) in (4, 5)  # the first; those that came in an order of their own, by twos where two fit


def test_a_request_that_did_not_fit_is_not_forgotten_at_the_end(store):
    gate, began = threading.Event(), threading.Event()

    def connect():
        began.set()
        gate.wait(5)
        return store.connect()

    inbox = Inbox(connect)
    with ThreadPoolExecutor(4) as pool:
        puts = [pool.submit(inbox.put, 1, [row("first")])]
        began.wait(5)
        puts += [pool.submit(inbox.put, 1, [row(f"{name}-{n}", "x" * 1_500) for n in range(2000)]) for name in range(2)]
        while inbox.waiting < 2:
            time.sleep(0.01)
        ending = pool.submit(inbox.stop)
        while inbox.waiting < 3:
            time.sleep(0.01)
        gate.set()
        for put in [*puts, ending]:
            put.result(5)
    assert len(store.ids()) == 4001


def test_many_at_once_are_all_stored(store):
    inbox = Inbox(store.connect)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: inbox.put(1, [row(f"{n}-{k}") for k in range(3)]), range(200)))
    assert len(store.ids()) == 600
    assert len(set(store.ids())) == 600


def test_a_bad_request_does_not_fail_its_neighbours(store):
    writer = Writer(store.connect)
    good, foreign, wrong = (Arrived((source, 2, 1, packed, "")) for source, packed in [(1, pack([row("good")])), (99, b""), (1, object())])
    writer.write([good, foreign, wrong])
    assert (good.problem, store.ids()) == (None, ["good"])
    assert isinstance(foreign.problem, sqlite3.IntegrityError)
    assert isinstance(wrong.problem, sqlite3.ProgrammingError | sqlite3.InterfaceError)
    assert all(item.done.is_set() for item in (good, foreign, wrong))


def test_a_locked_database_is_never_called_stored_and_serves_again_afterwards(store):
    inbox = Inbox(store.connect)
    other = store.connect()
    other.execute("begin immediate")
    with pytest.raises(NotStored, match="locked"):
        inbox.put(1, [row("m1")])
    other.execute("rollback")
    inbox.put(1, [row("m1")])
    assert store.ids() == ["m1"]


def test_a_full_database_is_never_called_stored_and_serves_again_afterwards(store):
    links = []

    def connect():
        links.append(store.connect())
        links[-1].execute("pragma max_page_count=12")
        return links[-1]

    inbox = Inbox(connect)
    with pytest.raises(NotStored, match="full"):
        inbox.put(1, [row(f"m{n}", "x" * 4000) for n in range(50)])
    assert store.ids() == []
    links[-1].execute("pragma max_page_count=1000")
    inbox.put(1, [row("m1")])
    assert store.ids() == ["m1"]


def test_it_ends_after_what_waits_and_starts_anew(store):
    inbox = Inbox(store.connect)
    inbox.put(1, [row("m1")])
    inbox.stop()
    assert not inbox._thread.is_alive()
    inbox.put(1, [row("m2")])
    assert store.ids() == ["m1", "m2"]


def test_who_waits_too_long_is_told_so(store):
    inbox = Inbox(lambda: time.sleep(1))
    with pytest.raises(NotStored, match="within 0"):
        inbox.put(1, [row("m1")], patience=0.05)


def test_a_full_queue_takes_nothing_more(store):
    gate, began = threading.Event(), threading.Event()

    def connect():
        began.set()
        gate.wait(5)
        return store.connect()

    inbox = Inbox(connect, most_waiting=1)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(inbox.put, 1, [row("m1")])
        began.wait(5)  # the thread holds the first and waits for its connection
        second = pool.submit(inbox.put, 1, [row("m2")])
        while not inbox.waiting:
            time.sleep(0.01)
        with pytest.raises(Full):
            inbox.put(1, [row("m3")])
        gate.set()
        first.result(5)
        second.result(5)
    assert store.ids() == ["m1", "m2"]


class Clock:
    """Time that passes only when somebody sleeps: a busy machine oversleeps."""

    now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(inbox_module, "time", clock)
    return clock


def test_the_write_lock_is_free_for_a_twelfth_of_the_time(clock):
    rests = Rests()
    for _ in range(30):
        with rests:
            clock.sleep(0.01)
    held, owed = 0.3, 0.005 + 0.011 / 11  # what is saved up, and for the last turn
    assert clock.now - held >= held / 11 - owed
    assert clock.now < held * 1.2


def test_who_rested_anyway_owes_nothing(clock):
    rests = Rests()
    for _ in range(3):
        with rests:
            clock.sleep(0.06)
        clock.sleep(0.01)
        assert rests.owed() == 0.0


def test_who_waited_long_for_another_writer_makes_no_request_wait_as_long(clock):
    rests = Rests()
    with rests:
        clock.sleep(1.2)
    assert rests.owed() == MOST_OWED


def test_another_writer_gets_its_turn_while_requests_keep_coming(store):
    """A twelfth of the time lets the worker in; without it a second writer starves."""
    inbox, stop = Inbox(store.connect), threading.Event()

    def flood(name):
        n = 0
        while not stop.is_set():
            n += 1
            inbox.put(1, [row(f"{name}-{n}-{k}") for k in range(20)])

    threads = [threading.Thread(target=flood, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    worker, waits = sqlite3.connect(store.path, isolation_level=None, timeout=20), []
    for _ in range(10):
        began = time.monotonic()
        worker.execute("begin immediate")
        worker.execute("commit")
        waits.append(time.monotonic() - began)
        time.sleep(0.02)
    stop.set()
    for thread in threads:
        thread.join()
    assert max(waits) < 5
    assert sorted(waits)[5] < 1


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_it_writes_through_the_database_django_is_set_to():
    source = Source.objects.create(name="site", kind="browser", made_at=NOON)
    inbox = Inbox(own_connection)
    inbox.put(source.pk, [row(f"m{n}") for n in range(123)] + [row("m0")])
    inbox.stop()
    assert list(Parcel.objects.values_list("source", "events")) == [(source.pk, 124)]
    assert events().filter(source=source, state="waiting").count() == 123


@pytest.mark.only_sqlite
def test_the_threads_connection_has_the_settings_that_make_it_durable(tmp_path):
    """A setting in the wrong place is silent, so a live connection is asked (reliability facts 1.1)."""
    from treaty.config import database

    entry = database()
    link = sqlite3.connect(tmp_path / "x.db", isolation_level=None, timeout=entry["OPTIONS"]["timeout"])
    for pragma in entry["OPTIONS"]["init_command"].split(";"):
        link.execute(pragma)
    asked = [link.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "busy_timeout")]
    assert asked == ["wal", 2, 20_000]
