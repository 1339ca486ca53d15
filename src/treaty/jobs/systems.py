"""Systems are read, and written to, beside the worker: a process of its own for each, so that a slow one holds nobody up.

It lives as long as its system is connected: what a system tells by webhook is read within a moment, what is to be written there
goes within a moment, what is due is read when it is due.
"""

import time
from collections.abc import Callable
from pathlib import Path

from treaty import locks
from treaty.config import home
from treaty.connectors.connections import Clock
from treaty.connectors.models import Connection
from treaty.connectors.pulling import is_due, is_told, pull, read_told
from treaty.connectors.writes.carrying import carry
from treaty.jobs.beside import Beside
from treaty.jobs.clock import now
from treaty.jobs.news import News
from treaty.outward import Outward

PAUSE, PAUSES = 0.05, 4
"""Seconds between two looks at what was told; so many looks at nothing else before one at all there may be to do."""


def lock_of(key: str) -> Path:
    """Whoever reads a system holds this."""
    return home() / "systems" / f"{key}.lock"


BESIDE = Beside(lock_of)


def begin_missing() -> int:
    """See that every connected system is read by a process; how many were begun."""
    keys = Connection.objects.filter(source__is_active=True).values_list("source__key", flat=True)
    return sum(BESIDE.begin_missing(key, "system", key) for key in keys)


def tend(key: str, clock: Clock = now, sleep: Callable[[float], None] = time.sleep) -> None:
    """Read one system, alone, until it is switched off."""
    with locks.take(lock_of(key), wait=1):
        news, outward = News(), Outward()
        while connection := Connection.objects.select_related("source").filter(source__key=key, source__is_active=True).first():
            if not turn(connection, clock, outward):
                _rest(connection, news, sleep)


def turn(connection: Connection, clock: Clock, outward: Outward) -> bool:
    """Read what was told, write what is due there, read what is due; between two pages the first two. False: nothing to do.

    outward: kept from turn to turn, so that what reads finds its connection open; what writes begins one of its own, for one that the
    other side is about to close may leave in doubt whether it was heard
    """
    if _at_once(connection, clock, outward):
        return True
    if not is_due(connection, clock()):
        return False
    pull(connection, clock=clock, outward=outward, only_due=True, progress=lambda _: _all_at_once(connection, clock, outward))
    return True


def _rest(connection: Connection, news: News, sleep: Callable[[float], None]) -> None:
    """Until something is told, or it is time to look at everything."""
    for _ in range(PAUSES):
        sleep(PAUSE)
        if news.is_there() and is_told(connection):
            return


def _at_once(connection: Connection, clock: Clock, outward: Outward) -> bool:
    """What people wait for: changes that were told, and what is to be written."""
    told, written = read_told(connection, clock=clock, outward=outward), carry(connection, clock=clock)
    return bool(told or written)


def _all_at_once(connection: Connection, clock: Clock, outward: Outward) -> None:
    while _at_once(connection, clock, outward):
        pass
