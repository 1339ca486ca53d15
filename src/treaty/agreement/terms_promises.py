"""What we promise each other: the service levels of both sides, their clocks and calendars."""

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from treaty.agreement.base import Length, Term
from treaty.agreement.conditions import Name
from treaty.agreement.quantities import Figure, Share, TimeRange, minutes_of
from treaty.agreement.terms_parties import Day, Period, Side, check_zone

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Duty = Literal["first_contact", "disposition", "contact_attempts"]
Answer = Literal["content_request", "recycled_lead"]
OnBreach = Literal["tell_owner", "tell_manager", "tell_sponsor", "reroute"]
COUNTRY = r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$"


def weekdays_of(text: str) -> tuple[int, ...]:
    """The days `mon-fri` or `sat` stands for, Monday is 0. Raises ValueError."""
    first, _, last = text.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        raise ValueError(f"{text!r} is not a day or a stretch of days: write mon, or mon-fri")
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    if end < start:
        raise ValueError(f"{text!r} runs backwards: start with the earlier day")
    return tuple(range(start, end + 1))


def _check_days(text: str) -> str:
    weekdays_of(text)
    return text


def _check_blocks(blocks: list[str]) -> list[str]:
    edges = [minutes_of(edge) for block in blocks for edge in block.split("-")]
    if any(later <= earlier for earlier, later in zip(edges[::2], edges[1::2], strict=True)):
        raise ValueError(f"{', '.join(blocks)}: each block ends after it starts, on the same day; split what runs over midnight")
    if edges != sorted(edges):
        raise ValueError(f"{', '.join(blocks)}: blocks of one day follow each other and do not overlap")
    return blocks


def _read_holidays(value: Any) -> Any:
    if isinstance(value, str) and value not in ("of_owner", "none") and len(value) > 6:
        raise ValueError(f"{value!r} is neither of_owner, none, a country such as DE or DE-BY, nor a list of dates")
    return value


def _check_calendar_zone(name: str) -> str:
    return name if name == "of_owner" else check_zone(name)


Days = Annotated[str, AfterValidator(_check_days)]
Blocks = Annotated[list[TimeRange], AfterValidator(_check_blocks)]
Holidays = Annotated[
    Literal["of_owner", "none"] | Annotated[str, StringConstraints(pattern=COUNTRY)] | list[Day], BeforeValidator(_read_holidays)
]


class Calendar(Term):
    """Working hours. A day not named is closed; `of_owner` means the holidays or zone of the lead's owner."""

    hours: dict[Days, Blocks]
    holidays: Holidays = "of_owner"
    zone: Annotated[str, AfterValidator(_check_calendar_zone)] = "of_owner"

    @model_validator(mode="after")
    def _each_day_once(self) -> Self:
        days = [day for text in self.hours for day in weekdays_of(text)]
        twice = {WEEKDAYS[day] for day in days if days.count(day) > 1}
        if twice:
            raise ValueError(f"{', '.join(sorted(twice))} is given hours twice: name each day once")
        return self

    @cached_property
    def week(self) -> dict[int, tuple[tuple[int, int], ...]]:
        """Per weekday (Monday is 0) its open blocks as minutes since midnight, half-open."""
        return {day: _minutes(blocks) for text, blocks in self.hours.items() for day in weekdays_of(text) if blocks}

    @property
    def listed_holidays(self) -> frozenset[date]:
        """The dates written in the document; empty when holidays follow the owner or a country."""
        return frozenset(self.holidays) if isinstance(self.holidays, list) else frozenset()


def _minutes(blocks: list[str]) -> tuple[tuple[int, int], ...]:
    edges = (block.split("-") for block in blocks)
    return tuple((minutes_of(start), minutes_of(end)) for start, end in edges)


class Promise(Term):
    """One promise. It says exactly one of deliver, keep, answer and do.

    deliver: so much of a stage's leads or of a measure, per period, also per segment · keep: a measure above
    or below a bound · answer: each request within a time · do: a duty on each lead within a time, `at_least`
    so often. in: the share of cases in which it is kept. warn_at: the share of the time after which the
    owner is warned. calendar: which of the calendars counts working time.
    """

    id: Name
    deliver: Name | None = None
    keep: Name | None = None
    answer: Answer | None = None
    do: Duty | None = None
    at_least: Figure | None = None
    at_most: Figure | None = None
    per: Period | None = None
    by_segment: dict[Name, Figure] = {}
    within: Length | None = None
    in_: Share | None = Field(None, alias="in")
    warn_at: Share | None = None
    on_breach: list[OnBreach] = []
    calendar: Name = "default"

    @property
    def kind(self) -> Literal["deliver", "keep", "answer", "do"]:
        return "deliver" if self.deliver else "keep" if self.keep else "answer" if self.answer else "do"

    @property
    def share(self) -> Decimal:
        """In how many of all cases it is promised: 1 when the document names no share."""
        return Decimal(1) if self.in_ is None else self.in_

    @property
    def needs_calendar(self) -> bool:
        return self.within is not None and self.within.is_working

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        named = [name for name in ("deliver", "keep", "answer", "do") if getattr(self, name)]
        if len(named) != 1:
            raise ValueError(f"a promise has exactly one of deliver, keep, answer, do; this one has {' and '.join(named) or 'none'}")
        return self


class Promises(Term):
    """The promises of both sides. pauses: when clocks stand still. calendars: by name; `default` is used unless said."""

    marketing: list[Promise] = Field([], max_length=100)
    sales: list[Promise] = Field([], max_length=100)
    pauses: list[Literal["awaiting_prospect_date"]] = []
    calendars: dict[Name, Calendar] = {}

    def of(self, side: Side) -> list[Promise]:
        return self.marketing if side == "marketing" else self.sales
