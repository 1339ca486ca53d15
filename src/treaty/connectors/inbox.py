"""The inbox: one thread writes every request, so that one fsync serves all that wait, and 200 means durable.

A request is kept as one row, a parcel: what only a look at every event can tell (did it come before?) is the worker's to do.

SQLite has no fair queue for writers: several of them answer in up to 1.7 s where one thread that commits for all answers
in 33 ms (performance facts 4.3). It is used on PostgreSQL too, where each web process has its own.
"""

import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any

from django.db import connection

from treaty.connectors.parcels import pack
from treaty.connectors.tracking.parse import Row
from treaty.crash import crash_here

MOST_WAITING = 256
"""Requests that may wait; beyond them callers are asked to come back."""
SHARE, REST = 1 / 11, 0.005
"""For each second of writing the lock is left free for an eleventh of one: see `Rests`. Rests under 5 ms are saved up."""
MOST_OWED = 0.05
"""Waiting for the lock cannot be told from holding it, and somebody had it then: more is not made up for."""
PATIENCE = 25.0
"""Seconds a request waits for its commit: a little longer than the database waits for its lock."""

COLUMNS = ("source_id", "received_at", "events", "rows", "problem")
MOST_TOGETHER = 32
"""Requests of one statement. It is one transaction: to begin, insert one by one and commit would give up the interpreter at
every step. So there are few texts, and the database prepares each once."""
MOST_BYTES = 4 * 1024 * 1024
"""Of one statement, but for a single request larger than that: others want the write lock too."""


class Full(Exception):
    """Too many requests wait; this one was not taken."""


class NotStored(Exception):
    """The database did not take the rows, or not in time: nobody may be told they are safe. Sending again is."""


@dataclass(slots=True)
class Arrived:
    """One request as a row of the table of parcels, and the word it waits for."""

    row: tuple[int, int, int, bytes, str]
    done: threading.Event = field(default_factory=threading.Event)
    problem: BaseException | None = None

    @classmethod
    def of(cls, source_id: int, rows: Sequence[Row]) -> "Arrived":
        """rows: at least one."""
        return cls((source_id, rows[0].received_us, len(rows), pack(rows), ""))


class Inbox:
    """A queue of requests and the thread that commits them together.

    connect: opens the thread's own database connection in autocommit; called again after the connection failed.
    """

    def __init__(self, connect: Callable[[], Any], *, most_waiting: int = MOST_WAITING) -> None:
        self._connect = connect
        self._queue: queue.Queue[Arrived | None] = queue.Queue(most_waiting)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._first: Arrived | None = None
        """Taken from the queue, but too large for the last commit: the next begins with it."""

    @property
    def waiting(self) -> int:
        """How many requests wait, about."""
        return self._queue.qsize()

    def put(self, source_id: int, rows: Sequence[Row], *, patience: float = PATIENCE) -> None:
        """Store one request's rows durably, as they are. Raises Full, NotStored."""
        if not rows:
            return
        item = Arrived.of(source_id, rows)
        self._start()
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            raise Full(f"{self.waiting} requests wait for the database") from None
        if not item.done.wait(patience):
            raise NotStored(f"the database did not answer within {patience:g} s")
        if item.problem is not None:
            raise NotStored(str(item.problem)) from item.problem

    def stop(self) -> None:
        """Write what waits, then end the thread and close its connection. The next `put` starts anew."""
        if self._thread is not None and self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _start(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        writer, is_last = Writer(self._connect), False
        while not is_last:
            items, is_last = self._next()
            writer.write(items)
        writer.close()

    def _next(self) -> tuple[list[Arrived], bool]:
        """(the requests that wait, at least one, at most what one statement takes; was the end asked for?)"""
        items: list[Arrived] = []
        room = MOST_BYTES
        item, self._first = self._first or self._queue.get(), None
        while item is not None:
            room -= len(item.row[3])
            if items and (room < 0 or len(items) == MOST_TOGETHER):
                self._first = item
                return items, False
            items.append(item)
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return items, False
        return items, True


class Rests:
    """Leaves the write lock free for at least a twelfth of the time, so that the worker gets it too.

    Who waits for SQLite's lock tries again every tenth of a second, for 20 s: of 200 tries at least one finds it free, but
    for 3 cases in a hundred million (11/12 to the 200th). Answering and gathering the next requests mostly is rest enough.
    """

    def __init__(self) -> None:
        self._owed = 0.0
        self._since = time.monotonic()

    def owed(self) -> float:
        """Seconds the lock should still stay free, the time since it was given back counted."""
        self._owed = max(0.0, self._owed - self._passed())
        return self._owed

    def __enter__(self) -> None:
        if self.owed() > REST:
            time.sleep(self._owed)
            self.owed()

    def __exit__(self, *_: object) -> None:
        self._owed = min(self._owed + self._passed() * SHARE, MOST_OWED)

    def _passed(self) -> float:
        """Seconds since the last call."""
        before, self._since = self._since, time.monotonic()
        return self._since - before


class Writer:
    """Commits requests together; when that fails, each alone, so that one bad request never fails its neighbours."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._connection: Any = None
        self._rests = Rests()

    def write(self, items: list[Arrived]) -> None:
        """Answers every item, with a problem or without."""
        problem = self._commit(items) if items else None
        if problem is not None and len(items) > 1 and not is_about_the_database(problem):
            for item in items:
                item.problem = self._commit([item])
        else:
            for item in items:
                item.problem = problem
        crash_here("inbox-after-commit-before-answer")
        for item in items:
            item.done.set()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _commit(self, items: list[Arrived]) -> BaseException | None:
        try:
            if self._connection is None:
                self._connection = self._connect()
            with self._rests:
                _insert(self._connection, [item.row for item in items])
        except Exception as problem:
            self._recover()
            return problem
        return None

    def _recover(self) -> None:
        """A statement that failed left nothing behind; a connection that cannot even answer is opened anew."""
        try:
            self._connection.execute("select 1")
        except Exception:
            self._connection = None


def is_about_the_database(problem: BaseException) -> bool:
    """Locked, full, unreachable: trying each request alone would only wait again for the same answer.

    Not so two processes that got the same events in another order and wait for each other: alone they pass.
    """
    names = {kind.__name__ for kind in type(problem).__mro__}
    return "OperationalError" in names and "DeadlockDetected" not in names


def _insert(link: Any, rows: list[tuple[Any, ...]]) -> None:
    """All rows or none, as one statement."""
    link.execute(_sql(len(rows), "?" if isinstance(link, sqlite3.Connection) else "%s"), list(chain.from_iterable(rows)))


@cache
def _sql(size: int, mark: str) -> str:
    row = f"({', '.join([mark] * len(COLUMNS))})"
    rows = ", ".join([row] * size)
    return f"insert into connectors_parcel ({', '.join(COLUMNS)}) values {rows}"  # noqa: S608 only our own names


def own_connection() -> Any:
    """A database connection of the calling thread alone, with all of Django's settings for it (WAL, FULL, 20 s)."""
    connection.close()
    connection.connect()
    return connection.connection


@cache
def the_inbox() -> Inbox:
    """This process's inbox."""
    return Inbox(own_connection)
