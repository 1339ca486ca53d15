"""Answers that take longer than somebody waits: worked out beside the requests, one after the other, and kept for whoever asks again."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import connections

T = TypeVar("T")
MOST = 16
"""Answers kept at a time, those asked for last."""
WAIT = 0.4
"""Seconds for which a request waits: what is done by then needs no second look."""
AGAIN = 10
"""With a newer lake an answer stays good for so many times as long as it took, so that no more than a part of a processor goes into it."""


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
        if not self.done.is_set() or self.version == version:
            return True
        return self.problem is None and time.monotonic() < self.began + self.took * (1 + AGAIN)


def asked(key: Hashable, version: int, make: Callable[[], T], *, seconds: float = WAIT) -> Work[T]:
    """The work on an answer, begun where nobody asked before; a short one is done by now. Its problem is the caller's to raise.

    key: names the question and all it was given but the lake. version: of the newest lake. make: is run with a connection of its own.
    """
    with _lock:
        work = _kept.get(key)
        if work is None or not work.is_good(version):
            work = _kept[key] = Work(version)
            start(lambda: _work_out(work, make))
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
_turn = threading.Lock()
"""Whoever works something out: two at once would each take twice as long, and leave nothing to those who only read pages."""


def _work_out(work: Work[T], make: Callable[[], T]) -> None:
    try:
        with _turn:
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
