"""Answers that take longer than somebody waits: worked out beside the requests, one after the other, and kept for whoever asks again."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import connections

T = TypeVar("T")
MOST = 64
"""Answers kept at a time, those asked for last."""
WAIT = 0.4
"""Seconds for which a request waits: what is done by then needs no second look."""
AGAIN = 10
"""With a newer lake an answer, and with any a failure, stays good for so many times as long as it took: no more than a part of a processor
goes into it."""


@dataclass
class Work(Generic[T]):
    """One answer: being worked out, there, or failed. version: of the lake it is asked of."""

    version: int
    value: T | None = None
    problem: Exception | None = None
    began: float = field(default_factory=time.monotonic)
    took: float = 0.0
    done: threading.Event = field(default_factory=threading.Event)

    def is_good(self, version: int) -> bool:
        if not self.done.is_set():
            return True
        if isinstance(self.problem, Superseded):
            return False
        is_of_now = self.version == version and self.problem is None
        return is_of_now or time.monotonic() < self.began + self.took * (1 + AGAIN)


class Superseded(Exception):
    """Somebody asked something newer of the lane before this was begun: nobody waits for it any more."""


@dataclass
class Lane:
    """Work that is done one after the other: two at once would each take twice as long, and leave nothing to those who only read pages.

    is_latest_only: what was not begun when something newer was asked is left undone.
    """

    is_latest_only: bool = False
    turn: threading.Lock = field(default_factory=threading.Lock)
    latest: object = None


PAGES = Lane()


def asked(key: Hashable, version: int, make: Callable[[], T], *, seconds: float = WAIT, lane: Lane = PAGES) -> Work[T]:
    """The work on an answer, begun where nobody asked before; a short one is done by now. Its problem is the caller's to raise.

    key: names the question and all it was given but the lake. version: of the newest lake. make: is run with a connection of its own.
    """
    with _lock:
        work = _kept.get(key)
        if work is None or not work.is_good(version):
            work = _kept[key] = lane.latest = Work(version)
            start(lambda: _work_out(work, make, lane))
        _kept.move_to_end(key)
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    work.done.wait(seconds)
    return work


def forget() -> None:
    """Work everything out anew."""
    with _lock:
        _kept.clear()


_kept: OrderedDict[Hashable, Work[Any]] = OrderedDict()
_lock = threading.Lock()


def _work_out(work: Work[T], make: Callable[[], T], lane: Lane) -> None:
    try:
        with lane.turn:
            if lane.is_latest_only and lane.latest is not work:
                raise Superseded
            work.began = time.monotonic()
            work.value = make()
    except Exception as problem:
        work.problem = problem
    finally:
        work.took = time.monotonic() - work.began
        work.done.set()


def _beside(run: Callable[[], None]) -> None:
    def alone() -> None:
        try:
            run()
        finally:
            connections.close_all()

    threading.Thread(target=alone, daemon=True, name="awaited").start()


start: Callable[[Callable[[], None]], None] = _beside
"""How work is begun: in a thread of its own."""
