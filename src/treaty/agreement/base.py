"""What every term of the agreement has in common: strict fields, durations, shares."""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer


class Term(BaseModel):
    """A part of the document. Unknown fields are refused; a signed term never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)


Unit = Literal["minutes", "hours", "days", "weeks", "working hours", "working days"]
_DURATION = re.compile(r"\s*(\d{1,6})\s+(working\s+)?(minute|hour|day|week)s?\s*")
_SECONDS = {"minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800, "working hours": 3600}


class Duration(BaseModel):
    """A length of time as the two sides say it: `30 days`, `4 working hours`, `10 working days`.

    A calendar day is 24 hours. A working hour is an hour of the calendar in force; a working day ends
    at the close of that day (see `sla.worktime`) and therefore has no length in seconds.
    """

    model_config = ConfigDict(frozen=True)
    count: int
    unit: Unit

    @property
    def is_working(self) -> bool:
        return self.unit.startswith("working")

    @property
    def span(self) -> timedelta:
        """The length, for every unit but working days. Raises ValueError for those."""
        if self.unit == "working days":
            raise ValueError(f"{self} ends at the close of a working day and has no fixed length")
        return timedelta(seconds=self.count * _SECONDS[self.unit])

    def __str__(self) -> str:
        unit = self.unit if self.count != 1 else self.unit.removesuffix("s")
        return f"{self.count} {unit}"


def read_duration(value: Any) -> Any:
    """Turn `30 days` into a Duration. Raises ValueError for anything else."""
    if isinstance(value, Duration):
        return value
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if not found:
        way_out = "write a number and minutes, hours, days, weeks, working hours or working days"
        raise ValueError(f"{value!r} is not a length of time: {way_out}")
    count, working, unit = found.groups()
    if working and unit not in ("hour", "day"):
        raise ValueError(f"{value!r}: only hours and days can be working time")
    return Duration(count=int(count), unit=f"{'working ' if working else ''}{unit}s")


Length = Annotated[Duration, BeforeValidator(read_duration), PlainSerializer(str, return_type=str)]
"""A duration, written as text in the document and in the signed bytes."""


def read_ordered(value: Any) -> Any:
    """Read a mapping whose order matters, also in the form of the signed bytes: a list of [name, value] pairs."""
    if isinstance(value, list) and all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in value):
        if len({pair[0] for pair in value}) != len(value):
            raise ValueError("a name occurs twice")
        return dict(value)
    return value


ORDERED = BeforeValidator(read_ordered)
AS_PAIRS = PlainSerializer(lambda mapping: [[name, inner] for name, inner in mapping.items()], when_used="json")
"""Mappings whose order is part of the meaning (segments, stages): canonical JSON sorts keys, so they are signed as pairs."""
