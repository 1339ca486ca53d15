"""Instances of the rows a prepared read gives, what `ModelIterable` makes, at half of its cost; and new ones.

Django sets a row's values field by field and sends two signals for every instance. Here they are put in place at once:
a fresh instance has nothing that setting could disturb, and a model somebody listens to is made the slow way.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.base import ModelState
from django.db.models.signals import post_init, pre_init

M = TypeVar("M", bound=models.Model)
Row = Sequence[Any]
Step = tuple[int, Callable[[Any, Any, Any], Any], Any]
"""Of a column: its place, what makes Python's value of the database's, and the expression it is told."""
Shared = dict[tuple[int, Any], Any]
"""What several rows of one read have in common, by its first column and its number."""


def fresh(model: type[M], **values: Any) -> M:
    """A new instance, as the model's constructor makes it of the values of some columns (`account_id`)."""
    if not _is_plain(model):
        return model(**values)
    plain, asked = _defaults(model)
    instance = model.__new__(model)
    held = instance.__dict__
    held["_state"] = ModelState()
    held.update(plain)
    for name, ask in asked:
        if name not in values:
            held[name] = ask()
    held.update(values)
    return instance


@cache
def _defaults(model: Any) -> tuple[Mapping[str, Any], Sequence[tuple[str, Callable[[], Any]]]]:
    """By column the defaults that are values, and those that are asked for each time."""
    asked = {field.attname: field.default for field in model._meta.concrete_fields if field.has_default() and callable(field.default)}
    plain = {field.attname: field.get_default() for field in model._meta.concrete_fields if field.attname not in asked}
    return plain, list(asked.items())


def steps_of(compiler: Any) -> list[Step]:
    """What Django does to the values of a row, column by column."""
    converters: Mapping[int, tuple[list[Any], Any]] = compiler.get_converters([column[0] for column in compiler.select])
    return [(place, step, of) for place, (all_, of) in converters.items() for step in all_]


def builder(compiler: Any) -> Callable[[Iterable[Row]], list[Any]]:
    """Makes instances of rows, with their annotations and what `select_related` names.

    Rows that name the same row of a model that `never_changes` share one instance of it; others have one each.
    """
    steps = steps_of(compiler)
    main = Part(compiler.klass_info, compiler.select, steps)
    annotations = [(name, place, [one for one in steps if one[0] == place]) for name, place in (compiler.annotation_col_map or {}).items()]

    def build(row: Row, shared: Shared) -> Any:
        instance = main.make(row, shared)
        for name, place, own in annotations:
            value = row[place]
            for _, step, of in own:
                value = step(value, of, connection)
            setattr(instance, name, value)
        return instance

    def build_all(rows: Iterable[Row]) -> list[Any]:
        shared: Shared = {}
        return [build(row, shared) for row in rows]

    return build_all


class Part:
    """The columns of a row that are one instance, and the parts it is related to."""

    def __init__(self, info: Mapping[str, Any], select: Sequence[Any], steps: Sequence[Step]) -> None:
        if info.get("from_parent"):
            raise TypeError("a prepared read makes no instance of a model that inherits the table of another")
        self._model, places = info["model"], info["select_fields"]
        self._first, self._end = places[0], places[-1] + 1
        self._names = [column[0].target.attname for column in select[self._first : self._end]]
        self._number = self._first + self._names.index(self._model._meta.pk.attname)
        self._steps = [(place - self._first, step, of) for place, step, of in steps if self._first <= place < self._end]
        self._is_shared = getattr(self._model, "never_changes", False)
        self._is_plain = _is_plain(self._model)
        self._alias = connection.alias
        self._related = [
            (Part(one, select, steps), one["local_setter"], one["remote_setter"]) for one in info.get("related_klass_infos", ())
        ]

    def make(self, row: Row, shared: Shared) -> Any:
        """The instance; None where the row names none."""
        number = row[self._number]
        if number is None:
            return None
        if not self._is_shared:
            return self._new(row, shared)
        key = (self._first, number)
        if key not in shared:
            shared[key] = self._new(row, shared)
        return shared[key]

    def _new(self, row: Row, shared: Shared) -> Any:
        values = list(row[self._first : self._end])
        for place, step, of in self._steps:
            values[place] = step(values[place], of, connection)
        instance = self._plain(values) if self._is_plain else self._model.from_db(self._alias, self._names, values)
        for part, set_here, set_there in self._related:
            other = part.make(row, shared)
            set_here(instance, other)
            if other is not None:
                set_there(other, instance)
        return instance

    def _plain(self, values: Row) -> Any:
        state = ModelState()
        state.adding, state.db = False, self._alias
        instance = self._model.__new__(self._model)
        held = instance.__dict__
        held["_state"] = state
        held.update(zip(self._names, values, strict=True))
        return instance


def _is_plain(model: Any) -> bool:
    """Whether nothing but Django's own is done when an instance is made."""
    is_own = model.__init__ is not models.Model.__init__ or model.from_db.__func__ is not models.Model.from_db.__func__  # type: ignore[attr-defined]
    return not (is_own or pre_init.has_listeners(model) or post_init.has_listeners(model))
