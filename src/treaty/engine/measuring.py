"""What measures share: the lake they read, the span they look at, keeping a figure per lake version."""

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from functools import reduce
from operator import add
from typing import Any, Protocol, TypeVar

from treaty.engine.periods import Period

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
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

    def answer(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """`fetch` of an expression with a name, so that work done for the same name can be used again."""
        ...

    def answers(self, keys: Sequence[Hashable], make: Callable[[Sequence[Any]], Any]) -> list[Any]:
        """`answer` for several names, in their order: what is not ready is asked in one question.

        make: an expression for some of the keys, with `part`, the place among them of the key that a row belongs to.
        """
        ...


def within(rows: Any, column: Any, span: Span) -> Any:
    """Rows whose moment lies in the span, half-open."""
    return rows.filter((column >= span[0]) & (column < span[1]))


def edges_of(periods: Sequence[Period]) -> tuple[int, ...]:
    """Where periods that follow each other begin, and where the last one ends, in microseconds."""
    return (*(period.us[0] for period in periods), periods[-1].us[1])


def bucket(column: Any, edges: Sequence[int]) -> Any:
    """In which period a moment lies, counted from 1; 0 is before the first edge, len(edges) from the last one on."""
    parts = [(column >= edge).cast("int64") for edge in edges]
    while len(parts) > 1:  # in pairs: hundreds of edges would nest too deep one by one
        parts = [reduce(add, parts[place : place + 2]) for place in range(0, len(parts), 2)]
    return parts[0]


def by_period(rows: Any, column: Any, edges: Sequence[int]) -> Any:
    """Rows whose moment lies in one of the periods, with `period`: 0 for the first. One question for many periods."""
    inside = within(rows, column, (edges[0], edges[-1]))
    return inside.mutate(period=bucket(column, edges) - 1)


def parts_of(together: Any, count: int) -> list[Any]:
    """The rows of each part of a table, without the column `part` that tells it, a whole number from 0."""
    import pyarrow.compute as pc

    rows = together.drop_columns("part")
    return [rows.filter(pc.equal(together["part"], part)) for part in range(count)]


_kept: dict[Hashable, tuple[int, Any]] = {}
MOST = 4000


def kept(lake: Fetching, key: Hashable, make: Callable[[], T]) -> T:
    """A figure, computed once per lake version. The key names the measure and everything it was given."""
    return kept_each(lake, [key], lambda _: [make()])[0]


def kept_each(lake: Fetching, keys: Sequence[K], make: Callable[[Sequence[K]], Sequence[T]]) -> list[T]:
    """`kept` for several figures, each key once: those that are not there yet are made together. make: a figure for each of some keys."""
    folder = getattr(lake, "folder", "")
    found = {key: _kept.get((folder, key)) for key in keys}
    missing = [key for key, one in found.items() if one is None or one[0] != lake.version]
    for key, value in zip(missing, make(missing) if missing else (), strict=True):
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[folder, key] = found[key] = (lake.version, value)
    return [one[1] for one in found.values() if one is not None]


def forget() -> None:
    """Compute every figure anew: statements stay written."""
    _kept.clear()


def rows_of(lake: Fetching, expression: Any) -> list[dict[str, Any]]:
    """The rows of an expression as plain dictionaries."""
    rows: list[dict[str, Any]] = lake.fetch(expression).to_pylist()
    return rows


def kept_rows(lake: Fetching, key: Hashable, make: Callable[[], Any]) -> list[dict[str, Any]]:
    """The rows of an expression, asked once per lake version.

    key: names the measure and everything it was given. make: the expression over this lake.
    """
    found: Callable[[], list[dict[str, Any]]] = lambda: lake.answer(key, make).to_pylist()  # noqa: E731 - typed for `kept`
    return kept(lake, ("rows", key), found)
