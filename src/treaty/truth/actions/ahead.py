"""What is taken back so far, whether the database says so yet or not: so a rehearsal and the real thing decide alike."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models

Numbers = dict[str, set[int]]
"""Row numbers by the label of a model (`truth.touch`)."""


def label_of(model: type[models.Model]) -> str:
    return model._meta.label_lower


@dataclass(slots=True)
class Ahead:
    """gone: rows taken away · fell: by label, row and column what stands there again · met: rows that later
    imports, which stand, told of too."""

    gone: Numbers = field(default_factory=lambda: defaultdict(set))
    fell: dict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    met: Numbers = field(default_factory=lambda: defaultdict(set))

    def is_gone(self, model: type[models.Model], number: int) -> bool:
        return number in self.gone[label_of(model)]

    def is_met(self, model: type[models.Model], number: int) -> bool:
        return number in self.met[label_of(model)]

    def go(self, model: type[models.Model], numbers: Iterable[int]) -> None:
        self.gone[label_of(model)].update(numbers)

    def fall(self, model: type[models.Model], number: int, columns: dict[str, Any]) -> None:
        self.fell[label_of(model)].setdefault(number, {}).update(columns)

    def value(self, model: type[models.Model], number: int, column: str, now: Any) -> Any:
        """What stands in a column. now: by the database"""
        return self.fell[label_of(model)].get(number, {}).get(column, now)

    def referring(self, model: type[models.Model], column: str, numbers: Collection[int]) -> models.Q:
        """Rows that refer to one of these, or do so again."""
        again = [number for number, columns in self.fell[label_of(model)].items() if columns.get(column) in numbers]
        return models.Q(**{f"{column}__in": numbers}) | models.Q(pk__in=again) if again else models.Q(**{f"{column}__in": numbers})

    def left(self, model: type[models.Model], rows: models.QuerySet[Any], columns: Collection[str]) -> list[dict[str, Any]]:
        """The rows that are there still, each as its number (`pk`) and columns, with what stands in them."""
        found = (row for row in rows.values("pk", *columns) if not self.is_gone(model, row["pk"]))
        return [{"pk": row["pk"], **{name: self.value(model, row["pk"], name, row[name]) for name in columns}} for row in found]
