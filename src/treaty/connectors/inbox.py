"""The inbox: one thread writes every event, so that one fsync serves all requests that wait, and 200 means durable.

SQLite has no fair queue for writers: several of them answer in up to 1.7 s where one thread that commits for all answers
in 33 ms (performance facts 4.3). It is used on PostgreSQL too, where each web process has its own.
"""

import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connection

from treaty.connectors.tracking.parse import Row
from treaty.crash import crash_here

TOGETHER = 64
"""Requests in one commit."""
MOST_WAITING = 256
"""Requests that may wait; beyond them callers are asked to come back."""
BUSY, REST = 0.050, 0.005
"""After 50 ms of commits without a pause the thread rests for 5, so that the worker gets the write lock too."""
PATIENCE = 25.0
"""Seconds a request waits for its commit: a little longer than the database waits for its lock."""

COLUMNS = ("source_id", "message_id", "type", "occurred_at", "sent_at", "received_at", "body", "state", "problem")
SIZES = (100, 10, 1)
"""Rows in one statement. Each step of a statement gives up the interpreter, and getting it back costs more than a row."""


class Full(Exception):
    """Too many requests wait; this one was not taken."""


class NotStored(Exception):
    """The database did not take the rows, or not in time: nobody may be told they are safe. Sending again is."""


@dataclass(slots=True)
class Waiting:
    """One request's rows, and the word it waits for."""

    rows: list[tuple[Any, ...]]
    done: threading.Event = field(default_factory=threading.Event)
    problem: BaseException | None = None


class Inbox:
    """A queue of requests and the thread that commits them together.

    connect: opens the thread's own database connection in autocommit; called again after the connection failed.
    """

    def __init__(self, connect: Callable[[], Any], *, most_waiting: int = MOST_WAITING) -> None:
        self._connect = connect
        self._queue: queue.Queue[Waiting | None] = queue.Queue(most_waiting)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many requests wait, about."""
        return self._queue.qsize()

    def put(self, source_id: int, rows: Sequence[Row], *, patience: float = PATIENCE) -> None:
        """Store the rows durably; an event the source has sent before is left as it is. Raises Full, NotStored."""
        if not rows:
            return
        item = Waiting([(source_id, *row) for row in rows])
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
        writer, busy_since, is_last = Writer(self._connect), 0.0, False
        while not is_last:
            was_idle = self._queue.empty()
            items, is_last = self._next()
            if was_idle:
                busy_since = time.monotonic()
            writer.write(items)
            if time.monotonic() - busy_since > BUSY:
                time.sleep(REST)
                busy_since = time.monotonic()
        writer.close()

    def _next(self) -> tuple[list[Waiting], bool]:
        """(the requests that wait, at least one; was the end asked for?)"""
        items, item = [], self._queue.get()
        while item is not None:
            items.append(item)
            if len(items) == TOGETHER:
                return items, False
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return items, False
        return items, True


class Writer:
    """Commits requests together; when that fails, each alone, so that one bad request never fails its neighbours."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._connection: Any = None

    def write(self, items: list[Waiting]) -> None:
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

    def _commit(self, items: list[Waiting]) -> BaseException | None:
        try:
            if self._connection is None:
                self._connection = self._connect()
            _insert(self._connection, [row for item in items for row in item.rows])
        except Exception as problem:
            self._recover()
            return problem
        return None

    def _recover(self) -> None:
        """Roll back; a connection that cannot even do that is opened anew."""
        try:
            self._connection.execute("rollback")
        except Exception:
            self._connection = None


def is_about_the_database(problem: BaseException) -> bool:
    """Locked, full, unreachable: trying each request alone would only wait again for the same answer.

    Not so two processes that got the same events in another order and wait for each other: alone they pass.
    """
    names = {kind.__name__ for kind in type(problem).__mro__}
    return "OperationalError" in names and "DeadlockDetected" not in names


def _insert(link: Any, rows: list[tuple[Any, ...]]) -> None:
    is_sqlite = isinstance(link, sqlite3.Connection)
    link.execute("begin immediate" if is_sqlite else "begin")
    for sql, values in _statements(rows, "?" if is_sqlite else "%s"):
        link.execute(sql, values)
    crash_here("inbox-before-commit")
    link.execute("commit")


def _statements(rows: list[tuple[Any, ...]], mark: str) -> Iterator[tuple[str, list[Any]]]:
    """Inserts of 100, 10 and 1 rows: three texts, which the database prepares once."""
    start = 0
    for size in SIZES:
        while len(rows) - start >= size:
            yield _sql(size, mark), [value for row in rows[start : start + size] for value in row]
            start += size


@cache
def _sql(size: int, mark: str) -> str:
    row = f"({', '.join([mark] * len(COLUMNS))})"
    rows = ", ".join([row] * size)
    return f"insert into connectors_event ({', '.join(COLUMNS)}) values {rows} on conflict do nothing"  # noqa: S608 only our own names


def own_connection() -> Any:
    """A database connection of the calling thread alone, with all of Django's settings for it (WAL, FULL, 20 s)."""
    connection.close()
    connection.connect()
    return connection.connection


@cache
def the_inbox() -> Inbox:
    """This process's inbox."""
    return Inbox(own_connection)
