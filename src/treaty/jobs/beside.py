"""Processes beside the worker: what is slow, or may never end, is done by a process of its own, so that nobody waits for it here.

Each holds a lock while it works, so two workers begin no second one, and each ends with the worker that began it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from treaty import locks
from treaty.processes import Process, python


@dataclass
class Beside:
    """The processes of one kind, each for a key. lock: what the process of a key holds while it works."""

    lock: Callable[[str], Path]
    children: dict[str, Process] = field(default_factory=dict)
    """Those that this worker began and has not seen end."""

    def is_running(self, key: str) -> bool:
        """A process of ours is alive, or another worker's holds the lock."""
        child = self.children.get(key)
        if child is not None and child.poll() is None:
            return True
        self.forget(key)
        return locks.is_held(self.lock(key))

    def begin(self, key: str, *words: str) -> None:
        """Begin the process of a key. words: what `treaty.jobs.reading` is told to do"""
        self.children[key] = python("treaty.jobs.reading", *words)()

    def begin_missing(self, key: str, *words: str) -> int:
        """Begin it unless it runs; 1 if it was begun."""
        if self.is_running(key):
            return 0
        self.begin(key, *words)
        return 1

    def forget(self, key: str) -> None:
        """What became of it is of no account any more."""
        self.children.pop(key, None)
