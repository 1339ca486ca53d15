"""What measures share: the lake they read, the span they look at, keeping a figure per lake version."""

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Span = tuple[int, int]
"""[start, end) in microseconds."""


class Lake(Protocol):
    """Where a measure finds its tables."""

    def table(self, name: str) -> Any: ...


class Fetching(Lake, Protocol):
    @property
    def version(self) -> int: ...

    @property
    def as_of(self) -> datetime: ...

    def fetch(self, expression: Any) -> Any: ...


def within(rows: Any, column: Any, span: Span) -> Any:
    """Rows whose moment lies in the span, half-open."""
    return rows.filter((column >= span[0]) & (column < span[1]))


_kept: dict[Hashable, tuple[int, Any]] = {}
MOST = 4000


def kept(lake: Fetching, key: Hashable, make: Callable[[], T]) -> T:
    """A figure, computed once per lake version. The key names the measure and everything it was given."""
    where = (getattr(lake, "folder", ""), key)
    found = _kept.get(where)
    if found is not None and found[0] == lake.version:
        return found[1]  # type: ignore[no-any-return]
    value = make()
    if len(_kept) >= MOST:
        _kept.clear()
    _kept[where] = (lake.version, value)
    return value


def rows_of(lake: Fetching, expression: Any) -> list[dict[str, Any]]:
    """The rows of an expression as plain dictionaries."""
    rows: list[dict[str, Any]] = lake.fetch(expression).to_pylist()
    return rows
