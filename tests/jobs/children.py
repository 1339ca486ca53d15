"""Processes beside the worker, of which tests only see that they were begun."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


class Child:
    """Stands in for a process."""

    def __init__(self) -> None:
        self.ended: int | None = None

    def poll(self) -> int | None:
        return self.ended


def begun_beside(module: Any, monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[list[tuple[tuple[str, ...], Child]]]:
    """What a module of `jobs` begins beside the worker: (its words, the child) each, forgotten at the end."""
    found: list[tuple[tuple[str, ...], Child]] = []

    def python(*words: str) -> Any:
        def begin() -> Child:
            found.append((words, Child()))
            return found[-1][1]

        return begin

    monkeypatch.setattr("treaty.jobs.beside.python", python)
    monkeypatch.setattr(module, "home", lambda: home)
    yield found
    module.BESIDE.children.clear()
