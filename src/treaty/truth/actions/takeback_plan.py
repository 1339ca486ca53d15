"""What is decided of an import that is taken back: what goes, what falls back, what stays and why."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import models

from treaty.team.models import Member
from treaty.trail import Trail
from treaty.truth.actions.ahead import Ahead, label_of
from treaty.truth.actions.reliance import Reasons

Model = type[models.Model]
Numbers = Collection[int]
MET = "a later import told of it too"


class Stays(NamedTuple):
    """A row that was made, or whose value was set, and is not taken back. model: its label, such as `truth.person`."""

    model: str
    number: int
    why: str


@dataclass(slots=True)
class Plan:
    """merges: to be parted · goes: rows to be taken away, in this order · falls: columns with what stands in them again ·
    left: what is to be looked at again when another import is taken back: rows that stay, and changes of rows that one told of too."""

    merges: dict[Model, list[int]] = field(default_factory=dict)
    goes: dict[Model, list[int]] = field(default_factory=dict)
    falls: dict[Model, dict[int, dict[str, Any]]] = field(default_factory=dict)
    stays: list[Stays] = field(default_factory=list)
    left: Trail = field(default_factory=Trail)


@dataclass(slots=True)
class Making:
    """A plan in the making. at: when the part was received"""

    trail: Trail
    ahead: Ahead
    at: datetime
    plan: Plan = field(default_factory=Plan)

    def made(self, model: Model) -> set[int]:
        """Rows this part made that are there still."""
        numbers = self.trail.made.get(label_of(model), set()) - self.ahead.gone[label_of(model)]
        return set(model._default_manager.filter(pk__in=numbers).values_list("pk", flat=True)) if numbers else set()

    def decide(self, model: Model, reasons: Callable[[set[int]], Reasons]) -> None:
        """Rows this part made go, unless a later import met them or there is a reason."""
        numbers = self.made(model)
        if not numbers:
            return
        stays: Reasons = {number: MET for number in numbers if self.ahead.is_met(model, number)}
        stays |= reasons(numbers - stays.keys()) if numbers - stays.keys() else {}
        self.plan.goes[model] = sorted(numbers - stays.keys())
        self.ahead.go(model, self.plan.goes[model])
        self.plan.stays += [Stays(label_of(model), number, why) for number, why in sorted(stays.items())]
        if model is not Member:
            self.plan.left.made[label_of(model)].update(stays)
