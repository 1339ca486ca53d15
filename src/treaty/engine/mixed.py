"""A lake made of expressions over snapshots of one folder: measures ask it like any other, for as long as it is needed."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from treaty.engine import duck
from treaty.engine.lake import Snapshot
from treaty.engine.measuring import parts_of

_numbers = count(1)


@dataclass(frozen=True)
class Views:
    """space: where the views are, a name no other lake of this process has. shapes: columns by table, as Ibis has them.
    asked: the tables that were, the inputs of whatever was computed."""

    space: str
    place: Path
    as_of: datetime
    shapes: Mapping[str, Any]
    asked: set[str] = field(default_factory=set)

    version = 0

    @property
    def folder(self) -> str:
        """Figures are kept under it, so under a name of its own."""
        return self.space

    @property
    def cursor(self) -> Any:
        return duck.cursor(self.place)

    def table(self, name: str) -> Any:
        """Raises LookupError for a table nobody made."""
        import ibis

        if name not in self.shapes:
            raise LookupError(f"there is no table {name!r} among {', '.join(sorted(self.shapes))}")
        self.asked.add(name)
        return ibis.table(self.shapes[name], name=name, database=self.space)

    def fetch(self, expression: Any) -> Any:
        return duck.fetch(expression, self.cursor)

    def answer(self, key: Hashable, make: Callable[[], Any]) -> Any:
        return answer([self], key, make)

    def answers(self, keys: Sequence[Hashable], make: Callable[[Sequence[Any]], Any]) -> list[Any]:
        return parts_of(self.answer(("together", *keys), lambda: make(keys)), len(keys))


@contextmanager
def views(tables: Mapping[str, Any], of: Snapshot) -> Iterator[Views]:
    """The tables of a lake by their expressions over snapshots of the same folder as `of`; gone at the end."""
    space, cursor = f"views_{next(_numbers):08d}", duck.cursor(of.folder)  # all of one length: none is the beginning of another
    cursor.execute(f"create schema {space}")
    try:
        for name, expression in tables.items():
            cursor.execute(f"create view {space}.{name} as {duck.sql(expression)}")
        yield Views(space, of.folder, of.as_of, {name: expression.schema() for name, expression in tables.items()})
    finally:
        cursor.execute(f"drop schema {space} cascade")


@dataclass(frozen=True)
class _Written:
    """A statement with places for the names of its lakes, and of each lake the tables it reads with their columns."""

    text: str
    reads: Sequence[Mapping[str, Any]]

    def fits(self, lakes: Sequence[Views]) -> bool:
        return all(lake.shapes.get(name) == shape for lake, reads in zip(lakes, self.reads, strict=True) for name, shape in reads.items())


MOST = 500
_written: dict[Hashable, _Written] = {}


def rows(lakes: Sequence[Views], key: Hashable, make: Callable[[], Any]) -> list[dict[str, Any]]:
    """`answer` as plain dictionaries."""
    found: list[dict[str, Any]] = answer(lakes, key, make).to_pylist()
    return found


def answer(lakes: Sequence[Views], key: Hashable, make: Callable[[], Any]) -> Any:
    """The rows of an expression over lakes, a pyarrow.Table. Its statement is written once per key: writing takes longer than answering.

    key: names the expression and everything it was given but the lakes. make: the expression over these lakes. Raises TookTooLong.
    """
    if key not in _written or not _written[key].fits(lakes):
        if len(_written) >= MOST:
            _written.clear()
        _written[key] = _write(lakes, make)
    for lake, reads in zip(lakes, _written[key].reads, strict=True):
        lake.asked.update(reads)
    text = _renamed(_written[key].text, [(f"?{place}?", lake.space) for place, lake in enumerate(lakes)])
    cursor = lakes[0].cursor
    with duck.at_most(duck.LIMIT_SECONDS, cursor):
        return cursor.execute(text).to_arrow_table()


def _write(lakes: Sequence[Views], make: Callable[[], Any]) -> _Written:
    before = [set(lake.asked) for lake in lakes]
    for lake in lakes:
        lake.asked.clear()
    text = _renamed(duck.sql(make()), [(lake.space, f"?{place}?") for place, lake in enumerate(lakes)])
    reads = [{name: lake.shapes[name] for name in lake.asked} for lake in lakes]
    for lake, earlier in zip(lakes, before, strict=True):
        lake.asked.update(earlier)
    return _Written(text, reads)


def _renamed(text: str, names: Sequence[tuple[str, str]]) -> str:
    for old, new in names:
        text = text.replace(old, new)
    return text
