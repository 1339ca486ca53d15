"""Rows that many questions share: worked out once per version of the lake, and kept in the engine's memory while it is read.

A measure names such rows by `laid`; where an engine cannot keep any, they are the expression itself, and the answers are the same.
"""

import hashlib
import re
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

MOST = 12
"""Kept of one version of the lake at a time, the last used: each may be as large as the touches of a quarter's deals."""


@runtime_checkable
class Laying(Protocol):
    """A lake that can keep rows."""

    def lay(self, key: Hashable, make: Callable[[], Any]) -> Any: ...

    def lay_anew(self, key: Hashable, make: Callable[[], Any]) -> Any: ...


def laid(lake: object, key: Hashable, make: Callable[[], Any]) -> Any:
    """The rows of an expression, as a table to build on. key: names it and everything it was given but the lake."""
    return lake.lay(key, make) if isinstance(lake, Laying) else make()


def laid_anew(lake: object, key: Hashable, make: Callable[[], Any]) -> Any:
    """The same in place of what was laid under this key before: rows that change with every question, under a name that stays, so that
    statements over them are written once. Whoever asks holds a lock until they are read."""
    return lake.lay_anew(key, make) if isinstance(lake, Laying) else make()


@runtime_checkable
class Keeping(Protocol):
    """An engine that can keep rows of its own beside the lake's tables."""

    def keep(self, space: str, name: str, text: str) -> None:
        """Work out a statement once, as a table of this name."""
        ...

    def drop(self, space: str, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Laid:
    """text: the statement, with a place for the name of the lake's space; schema: of its rows; needs: what it is worked out from."""

    name: str
    text: str
    schema: Any
    needs: tuple["Laid", ...]


NAMES = re.compile(r"laid_[0-9a-f]{16}")
"""How such rows are called in a statement."""


def name_of(key: Hashable) -> str:
    return f"laid_{hashlib.sha256(repr(key).encode()).hexdigest()[:16]}"


# What a statement needs is noted while it is written

_noted: ContextVar[list[Laid] | None] = ContextVar("laid", default=None)


@contextmanager
def noting() -> Iterator[list[Laid]]:
    """What the expressions made inside are built on."""
    found: list[Laid] = []
    token = _noted.set(found)
    try:
        yield found
    finally:
        _noted.reset(token)


def note(one: Laid) -> None:
    found = _noted.get()
    if found is not None and one not in found:
        found.append(one)


# What is there, of each lake in this process


class Shelf:
    """The kept rows of one snapshot. Thread-safe."""

    def __init__(self, engine: Keeping, space: str) -> None:
        self._engine, self._space = engine, space
        self._lock = threading.RLock()
        self._there: dict[str, None] = {}

    def ready(self, several: Sequence[Laid], text: Callable[[str], str]) -> None:
        """Have the rows of all of them there; what was not used for longest goes. text: puts the names of this lake into a statement."""
        with self._lock:
            for one in several:
                self._make(one, text)
            while len(self._there) > max(MOST, len(several)):
                self._drop(next(iter(self._there)))

    def put(self, one: Laid, text: Callable[[str], str]) -> None:
        """Have the rows there in place of those of that name."""
        with self._lock:
            if one.name in self._there:
                self._drop(one.name)
            self.ready([one], text)

    def _make(self, one: Laid, text: Callable[[str], str]) -> None:
        """What it is worked out from comes first, and goes only once it is there."""
        if one.name not in self._there:
            for need in one.needs:
                self._make(need, text)
            self._engine.keep(self._space, one.name, text(one.text))
        self._there.pop(one.name, None)
        self._there[one.name] = None

    def clear(self) -> None:
        with self._lock:
            for name in list(self._there):
                self._drop(name)

    def _drop(self, name: str) -> None:
        del self._there[name]
        self._engine.drop(self._space, name)
