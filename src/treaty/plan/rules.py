"""Pace: what was expected by now, and how far one is from it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from treaty.engine.periods import Period
from treaty.funnel.catalogue.rounding import to_places


@dataclass(frozen=True, slots=True)
class Pace:
    """expected: target times the share of working days gone. gap: actual minus expected. days_left: working days."""

    actual: Decimal
    target: Decimal
    expected: Decimal
    days_left: int

    @property
    def gap(self) -> Decimal:
        return self.actual - self.expected

    @property
    def is_reached(self) -> bool:
        return self.actual >= self.target


def pace(actual: Decimal, target: Decimal, period: Period, today: date, working_weekdays: Sequence[int]) -> Pace:
    """Straight-line pace by working day; today counts as gone once it is a working day.

    working_weekdays: Monday is 0. A period without working days expects everything at once.
    """
    days = working_days(period, working_weekdays)
    gone = sum(1 for day in days if day <= today)
    expected = target * gone / len(days) if days else target
    return Pace(actual, target, to_places(expected), len(days) - gone)


def working_days(period: Period, working_weekdays: Sequence[int]) -> list[date]:
    return [day for day in period.days() if day.weekday() in working_weekdays]
