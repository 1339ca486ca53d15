"""Write many rows with few statements: what `bulk_create` and `bulk_update` do, at a tenth of their cost per row.

Django resolves an expression for every field of every row and writes 999 values a statement; here a model's columns
are looked at once, values are prepared column by column, and a statement carries as many as both databases take.
Where rows are read by the ten thousand, `read` leaves them as the database gives them.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any, TypeVar

import msgspec
from django.core.exceptions import EmptyResultSet
from django.db import connection, models, transaction

from treaty import trail
from treaty.moments import MomentField, to_us
from treaty.prepared import AMONG, many

M = TypeVar("M", bound=models.Model)
NUMBER = "id"
"""Every table's own column."""
VALUES = 20_000
"""Values of one statement at most; SQLite takes 32,766 and PostgreSQL 65,535."""

NOTHING = "do nothing"
Row = Sequence[Any]
Prepare = Callable[[Any], Any]


def insert(rows: Iterable[M], *, ignore_conflicts: bool = False) -> list[M]:
    """Store new rows of one model and give them their numbers, in one transaction. Raises IntegrityError.

    ignore_conflicts: leave out what a constraint forbids; nobody gets a number then, and who was left out is not said.
    """
    listed = list(rows)
    if not listed:
        return listed
    names = _names(type(listed[0]))
    conflict = NOTHING if ignore_conflicts else ""
    numbers = _insert(type(listed[0]), names, _read(listed, names), conflict=conflict)
    for row, number in zip(listed, numbers, strict=not ignore_conflicts):
        row.pk = number
    for row in listed:
        row._state.adding, row._state.db = False, connection.alias
    return listed


def insert_values(model: type[models.Model], names: Sequence[str], rows: Sequence[Row], *, ignore_conflicts: bool = False) -> list[int]:
    """The same for rows given as values in the order of the names; making a model's instance costs more than storing it.

    names: all columns but the number, relations by it (`person_id`). Moments may be microseconds. Defaults are not filled in. Returns
    the numbers.
    """
    return _insert(model, tuple(names), rows, conflict=NOTHING if ignore_conflicts else "") if rows else []


def replace_values(model: type[models.Model], unique: str, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Store rows given as values; where one stands already by its unique column, the other columns are written anew."""
    if rows:
        columns = [connection.ops.quote_name(field.column) for field in _fields(model, (unique, *names))]
        sets = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
        _insert(model, (unique, *names), rows, conflict=f"({columns[0]}) do update set {sets}")


def change(model: type[models.Model], key: str, among: Collection[Any], **values: Any) -> None:
    """Write the same values into every row whose `key` is among these."""
    quote, fields = connection.ops.quote_name, _fields(model, values)
    sets = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    sql = f"update {quote(model._meta.db_table)} set {sets} where {_is_among(model, key)}"  # noqa: S608 - a model's own names
    with connection.cursor() as cursor:
        cursor.execute(sql, [*_one(model, values), many(among)])


def remove(model: type[models.Model], key: str, among: Collection[Any], **values: Any) -> None:
    """Delete every row whose `key` is among these and which has these values. The table is one that nothing refers to."""
    quote, fields = connection.ops.quote_name, _fields(model, values)
    has = "".join(f" and {quote(field.column)} = %s" for field in fields)
    sql = f"delete from {quote(model._meta.db_table)} where {_is_among(model, key)}{has}"  # noqa: S608 - a model's own names
    with connection.cursor() as cursor:
        cursor.execute(sql, [many(among), *_one(model, values)])


def _is_among(model: type[models.Model], key: str) -> str:
    return f"{connection.ops.quote_name(_fields(model, [key])[0].column)} {AMONG[connection.vendor]}"


def _one(model: type[models.Model], values: Mapping[str, Any]) -> Row:
    """The values of one row as the database takes them."""
    return next(iter(_prepared(model, tuple(values), [tuple(values.values())]))) if values else ()


def update(rows: Iterable[M], names: Sequence[str]) -> None:
    """Write some fields of rows that are stored, in one transaction."""
    listed = list(rows)
    if not listed:
        return
    model = type(listed[0])
    fields = _fields(model, names)
    attributes = (*(field.attname for field in fields), NUMBER)
    if trail.is_kept(model):
        trail.changing(model, {row.pk: {field.attname: getattr(row, field.attname) for field in fields} for row in listed})
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    sql = f"update {quote(model._meta.db_table)} set {sets} where {quote(NUMBER)} = %s"  # noqa: S608 - a model's own names
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.executemany(sql, list(_prepared(model, attributes, _read(listed, attributes))))


def read(rows: models.QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
    """The rows of a `values_list` as the database holds them: moments in microseconds, other columns texts and numbers."""
    try:
        sql, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _insert(model: type[models.Model], names: tuple[str, ...], rows: Sequence[Row], *, conflict: str = "") -> list[int]:
    """The numbers of the rows, in their order; none where something is to be done on a conflict."""
    into = _into(model, names)
    is_told = not conflict or (conflict == NOTHING and trail.is_kept(model))
    end = (f" on conflict {conflict}" if conflict else "") + (f" returning {connection.ops.quote_name(NUMBER)}" if is_told else "")
    one = f"({', '.join(['%s'] * len(names))})"
    numbers: list[int] = []
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        size = VALUES // len(names)
        for part in (rows[start : start + size] for start in range(0, len(rows), size)):
            values = list(chain.from_iterable(_prepared(model, names, part)))
            cursor.execute(into + ", ".join([one] * len(part)) + end, values)
            if is_told:
                numbers += (number for (number,) in cursor.fetchall())
    trail.made(model, numbers)
    return [] if conflict else numbers


@cache
def _into(model: type[models.Model], names: tuple[str, ...]) -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in _fields(model, names))
    return f"insert into {quote(model._meta.db_table)} ({columns}) values "  # noqa: S608 - a model's own names


@cache
def _names(model: type[models.Model]) -> tuple[str, ...]:
    """Every column's attribute but the number's, which the database gives."""
    return tuple(field.attname for field in model._meta.concrete_fields if field.name != NUMBER)


def _read(rows: Iterable[models.Model], names: Sequence[str]) -> list[Row]:
    """names: two or more, as every table has."""
    return list(map(attrgetter(*names), rows))


def _prepared(model: type[models.Model], names: tuple[str, ...], rows: Sequence[Row]) -> Iterable[Row]:
    """The rows as the database takes them."""
    columns = zip(*rows, strict=True)
    prepares = _prepares(model, names)
    return zip(
        *(column if prepare is None else map(prepare, column) for prepare, column in zip(prepares, columns, strict=True)), strict=True
    )


@cache
def _prepares(model: type[models.Model], names: tuple[str, ...]) -> tuple[Prepare | None, ...]:
    """For each column what makes the database's value of Python's, None where they are the same."""
    return tuple(_prepare(field.target_field if isinstance(field, models.ForeignKey) else field) for field in _fields(model, names))


def _fields(model: type[models.Model], names: Iterable[str]) -> list[Any]:
    return [model._meta.get_field(name) for name in names]


def _prepare(field: Any) -> Prepare | None:
    if isinstance(field, MomentField):
        return _moment
    if type(field) is models.JSONField:
        return _json if field.encoder is None else lambda value: field.get_db_prep_save(value, connection)
    if isinstance(field, models.AutoField):
        return None
    is_plain = isinstance(field, PLAIN) and type(field).get_prep_value in PREPARES_NOTHING
    return None if is_plain else lambda value: field.get_db_prep_save(value, connection)


def _json(value: Any) -> Any:
    """As Django adapts it; where JSON is stored as text, written without its spaces, in a tenth of the time."""
    if value is None:
        return None
    return msgspec.json.encode(value).decode() if connection.vendor == "sqlite" else connection.ops.adapt_json_value(value, None)


def _moment(value: Any) -> int | None:
    return value if value is None or type(value) is int else to_us(value)


PLAIN = (models.CharField, models.TextField, models.IntegerField, models.FloatField, models.BooleanField)
"""Stored as Python holds them: nothing has to be prepared."""

PREPARES_NOTHING = {
    kind.get_prep_value
    for kind in (models.CharField, models.TextField, models.IntegerField, models.BigIntegerField, models.FloatField, models.BooleanField)
}
