"""Reads whose statement is written once: the ORM says what is read, and is asked how only the first time.

    @prepared
    def open_leads(people: Collection[int]) -> QuerySet[Lead]:
        return Lead.objects.filter(person__among=people, closed_at=None).select_related("version")

    leads = open_leads({3, 5, 8})  # list[Lead]

Building a queryset and writing its SQL costs Django ten times what SQLite needs to answer it. Here the function runs once,
with a `Hole` for each parameter, and what Django made of it (text, columns, converters) is kept; later calls fill the holes.
So the function decides nothing by its parameters and passes them to nothing but lookups; variants are functions of their own.
`among` is `in` whose text does not depend on how many values there are, nor do the limits on variables count for it.
See docs/decisions/reads-prepared-once.md.
"""

import inspect
from collections.abc import Callable, Collection, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

import msgspec
from django.db import connection, models
from django.db.models.expressions import Expression
from django.db.models.lookups import Lookup
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable
from django.db.transaction import TransactionManagementError

from treaty.instances import builder, steps_of
from treaty.moments import to_us

P = ParamSpec("P")
R = TypeVar("R")
Rows = list[Sequence[Any]]
Make = Callable[[Rows], list[Any]]
"""Makes what the caller wants of the rows as the database gives them."""


AMONG = {"sqlite": "in (select value from json_each(%s))", "postgresql": "= any(%s)"}
"""How a statement says that a column holds one of many values, given as `many` gives them."""


class Hole(Expression):
    """Stands for a parameter while the statement is written. is_many: the parameter is a collection."""

    def __init__(self, number: int, *, is_many: bool = False) -> None:
        super().__init__()
        self.number, self.is_many, self.is_placed = number, is_many, False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def fill(self, value: Any) -> Any:
        """The parameter as the database takes it. Raises TypeError for None and for what the lookup cannot mean."""
        if self.is_many:
            return many(value)
        if not isinstance(value, str | int | float | datetime | date):
            raise TypeError(f"{value!r} is no value a prepared read can look for: compare with null in a read of its own")
        return _plain(value)

    def resolve_expression(self, *_: Any, **__: Any) -> "Hole":
        """In its place within a lookup."""
        placed = copy(self)
        placed.is_placed = True
        return placed

    def __bool__(self) -> bool:
        if not self.is_placed:
            raise TypeError("a prepared read decides nothing by its parameters: write one for each case")
        return True


@models.ForeignObject.register_lookup
@models.Field.register_lookup
class Among(Lookup):
    """`field__among=values`: one of these, however many; numbers of rows, texts and moments."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, values = self.process_lhs(compiler, connection)
        wanted = Hole(self.rhs.number, is_many=True) if isinstance(self.rhs, Hole) else many(self.rhs)
        return f"{left} {AMONG[connection.vendor]}", [*values, wanted]


def many(values: Collection[Any]) -> Any:
    """A collection as one value: a list where the database has them, else JSON. Raises TypeError for a single text."""
    if isinstance(values, str):
        raise TypeError(f"{values!r} is one text: `among` takes a collection")
    listed = list(map(_plain, values))
    return listed if connection.vendor == "postgresql" else msgspec.json.encode(listed).decode()


def _plain(value: Any) -> Any:
    return to_us(value) if isinstance(value, datetime) else value


@dataclass(frozen=True, slots=True)
class Statement:
    """What Django made of a queryset. values: constants, and a Hole wherever a parameter goes."""

    sql: str
    values: tuple[Any, ...]
    holes: tuple[tuple[int, Hole], ...]
    make: Make
    is_locking: bool

    def run(self, given: Sequence[Any]) -> list[Any]:
        """The rows as the database holds them."""
        if self.is_locking and not connection.in_atomic_block:
            raise TransactionManagementError("rows are locked until a transaction ends, and none has begun")
        values = list(self.values)
        for place, hole in self.holes:
            values[place] = hole.fill(given[hole.number])
        with connection.cursor() as cursor:
            cursor.execute(self.sql, values)
            return list(cursor.fetchall())


class Read(Generic[P, R]):
    """A queryset as a function of its parameters; from any thread. Its statement is written at the first call."""

    def __init__(self, write: Callable[P, models.QuerySet[Any, R]]) -> None:
        self._write: Callable[..., models.QuerySet[Any, R]] = write
        self._signature = inspect.signature(write)
        self._count = len(self._signature.parameters)
        self._statements: dict[str, Statement] = {}
        update_wrapper(self, write)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        """What the queryset yields: instances, tuples of `values_list`, or its single values."""
        statement = self._statement()
        return statement.make(statement.run(self._given(args, kwargs)))

    def bare(self, *args: P.args, **kwargs: P.kwargs) -> list[tuple[Any, ...]]:
        """The rows as the database holds them: moments in microseconds, other columns texts and numbers."""
        return self._statement().run(self._given(args, kwargs))

    def _given(self, args: tuple[Any, ...], named: dict[str, Any]) -> Sequence[Any]:
        return args if len(args) == self._count and not named else self._signature.bind(*args, **named).args

    def _statement(self) -> Statement:
        if connection.vendor not in self._statements:
            self._statements[connection.vendor] = _statement(self._write(*map(Hole, range(self._count))))
        return self._statements[connection.vendor]


def prepared(write: Callable[P, models.QuerySet[Any, R]]) -> Read[P, R]:
    """Make a function that builds a queryset from its parameters a read of that queryset, see the module."""
    return Read(write)


def _statement(rows: models.QuerySet[Any, Any]) -> Statement:
    compiler = rows.query.get_compiler(connection=connection)
    sql, values = compiler.as_sql()
    if rows._prefetch_related_lookups or rows._known_related_objects or compiler.has_extra_select:  # type: ignore[attr-defined]
        raise TypeError("a prepared read is one statement over its own columns: read related rows by a read of their own")
    holes = tuple((place, value) for place, value in enumerate(values) if isinstance(value, Hole))
    return Statement(sql, tuple(values), holes, _maker(rows, compiler), rows.query.select_for_update)


def _maker(rows: Any, compiler: Any) -> Make:
    if rows._iterable_class is ModelIterable:
        return builder(compiler)
    convert = _converter(compiler)
    if rows._iterable_class is ValuesListIterable:
        return lambda found: list(map(tuple, convert(found)))
    if rows._iterable_class is FlatValuesListIterable:
        return lambda found: [row[0] for row in convert(found)]
    raise TypeError("a prepared read yields instances or values_list")


def _converter(compiler: Any) -> Callable[[Rows], Iterable[Sequence[Any]]]:
    """What Django does to a row's values, in place."""
    steps = steps_of(compiler)

    def convert(rows: Rows) -> Iterable[Sequence[Any]]:
        for row in map(list, rows):
            for place, step, of in steps:
                row[place] = step(row[place], of, connection)
            yield row

    return convert if steps else lambda rows: rows
