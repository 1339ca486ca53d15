"""A clock that goes on when somebody waits, so that quotas are kept and nobody waits."""

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


def instead_of_time(monkeypatch: pytest.MonkeyPatch) -> Waits:
    waits = Waits()
    monkeypatch.setattr("treaty.connectors.budget.time", waits)
    budget_of.cache_clear()
    return waits
