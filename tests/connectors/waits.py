"""A clock that goes on when somebody waits, so that quotas are kept and nobody waits."""

from concurrent.futures import Future
from typing import Any

import pytest

from treaty.connectors.budget import budget_of


class Waits:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        self.now += 0.0001
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class InTurn:
    """What is otherwise done in a thread beside is done when it is asked for: a call of a system may use the test's database."""

    def __init__(self, threads: int) -> None: ...

    def submit(self, made: Any, *given: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(made(*given))
        except Exception as fault:
            future.set_exception(fault)
        return future

    def shutdown(self, **how: bool) -> None: ...


def instead_of_time(monkeypatch: pytest.MonkeyPatch) -> Waits:
    waits = Waits()
    monkeypatch.setattr("treaty.connectors.budget.time", waits)
    budget_of.cache_clear()
    return waits
