"""What a number of the catalogue is: the cases it counts, what is summed of them, and the figure that makes of the sums."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from treaty.attribution.versions import Part, Sharing
from treaty.engine.measuring import Lake, Span
from treaty.funnel.catalogue.rounding import to_places
from treaty.shares import wilson
from treaty.truth.measures import Exchange

Unit = Literal["money", "count", "share", "days", "hours", "money per day", "ratio", "months"]
Counts = Literal["period", "cohort", "now"]
Subject = Literal["lead", "opportunity", "spend", "credit"]
Row = Mapping[str, Any]
DAY_US, HOUR_US = 86_400_000_000, 3_600_000_000
NONE: Mapping[str, Any] = {}


Exchanges = tuple[tuple[Span, Exchange], ...]
"""How amounts become the agreement's, in stretches of time that follow each other."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a measure is told besides the lake.

    span: the period, [start, end) in microseconds · at_us: the moment asked, for what is open now or not over yet · way: the
    stages of a lead in the agreed order · handoff: the one sales takes over at · promises: ids by duty ·
    first_on, end_on: the period in local dates, half-open · exchange: how amounts become the agreement's, None to leave them ·
    exchanges: the same where it differs by the version in force at the moment of a case, then `exchange` says nothing · today: the date
    of the moment asked.

    Of spend and credit alone: months, where those that hold the period begin and the last ends, in microseconds · economics: what is
    agreed on cost, as JSON, empty for nothing · parts, sharings: the versions that follow each other in the time asked, and how deals
    that closed under each are shared (`attribution.versions`); none where no credit is asked for · lag_days: by how much customers
    follow their cost.
    """

    span: Span
    at_us: int
    way: tuple[str, ...] = ()
    handoff: str = ""
    promises: tuple[tuple[str, str], ...] = ()
    first_on: date = date.min
    end_on: date = date.max
    exchange: Exchange | None = None
    today: date = date.max
    months: tuple[int, ...] = ()
    economics: str = ""
    parts: tuple[Part, ...] = ()
    sharings: tuple[Sharing, ...] = ()
    lag_days: int = 0
    exchanges: Exchanges = ()

    def promise(self, duty: str) -> str:
        """The id of sales' promise of a duty, empty when nothing is promised."""
        return dict(self.promises).get(duty, "")


@dataclass(frozen=True, slots=True)
class Number:
    """One figure. figure: None where nothing was measured.

    value: of the dimension asked for, "" for all together · part: what a measure always tells apart, such as the step of a
    conversion · n: how many cases it rests on, k: those that count for a share · low, high: between them its true value lies,
    95 of 100 times · others: amounts in other currencies, which are not in the figure · parts: what it is made of, or what
    must be shown beside · is_mature: false for a cohort that has not been followed to its end yet · missing: why there is no figure,
    in words.
    """

    figure: Decimal | None
    n: int = 0
    k: int = 0
    low: float | None = None
    high: float | None = None
    others: Mapping[str, Decimal] = field(default_factory=dict)
    parts: Mapping[str, Any] = field(default_factory=dict)
    value: str = ""
    part: str = ""
    is_mature: bool = True
    missing: tuple[str, ...] = ()

    def of(self, value: str, part: str = "", *, is_mature: bool = True) -> "Number":
        """The same figure, of a value of a dimension."""
        return replace(self, value=value, part=part, is_mature=is_mature)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What people are told of a number.

    says: a sentence · formula: how it is made, in words · counts: `period`, by the moment a case happened in; `cohort`, by
    the moment it entered, followed for so many days; `now`, as of the moment asked · over, under: numerator and denominator of
    a share · version: raised when the formula changes, so that an old figure says by which it was made.
    """

    name: str
    says: str
    formula: str
    unit: Unit
    counts: Counts
    over: str = ""
    under: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(About):
    """A number that is counted from records.

    cases: one row per case, with `at_us` and the id of its subject; within `asked.span` unless it counts `now`
    own: columns they bring that they can be told apart by, besides those of the subject
    sums: what is summed of a group of them · figure: rows of sums, and the agreement's currency
    of: a column that is always told apart · parts: its values in the order people read them; one without a case is told too
    fine: a column by which the rows of one figure are kept apart · in_money: the sums are amounts, kept apart by currency
    is_bucketed: whether several periods may be asked in one question, each case belonging to that of its `at_us`
    is_of_now: whether the moment asked changes what is counted · is_lagged: whether the agreed lag of cost moves it
    days: how long each case of a cohort is followed; a period is mature once so many have passed since its end
    """

    subject: Subject
    own: tuple[str, ...] = ()
    cases: Callable[[Lake, Asked], Any]
    sums: Callable[[Any], dict[str, Any]]
    figure: Callable[[Sequence[Row], str], Number]
    of: str = ""
    parts: Callable[[Asked], Sequence[str]] | None = None
    fine: str = ""
    in_money: bool = False
    is_bucketed: bool = True
    is_of_now: bool = False
    is_lagged: bool = False
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed(About):
    """A number made of others, for the same period and the same value of a dimension.

    made_of: names of numbers; where one of them always tells something apart, so does this one · figure: their numbers by name,
    what is agreed for such a period (the revenue, or what `agreed` says of a frame and a period), and the agreement's currency ·
    by: the dimensions it makes sense by; None for all that the numbers share.
    """

    made_of: tuple[str, ...]
    figure: Callable[[Mapping[str, Number], Any, str], Number]
    agreed: Callable[[Any, Any], Any] | None = None
    by: tuple[str, ...] | None = None


def share(k: int, n: int, parts: Mapping[str, Any] = NONE) -> Number:
    """k of n with its range; no figure of nothing."""
    low, high = wilson(k, n)
    return Number(Decimal(k) / n, n, k, low, high, parts=parts) if n else Number(None, parts=parts)


def total(rows: Sequence[Row], name: str) -> int:
    """A count, added up over rows."""
    return sum(int(row[name] or 0) for row in rows)


def money(rows: Sequence[Row], own: str, name: str = "amount") -> Number:
    """A sum in the agreement's currency. Beside it, and not in the figure: other currencies that no agreed rate makes its own, how
    many have no amount (`without`), and how many have one but no currency (`unnamed`)."""
    others: dict[str, Decimal] = {}
    for row in rows:
        if row["money"] not in (own, "") and row[name] is not None:
            others[row["money"]] = others.get(row["money"], Decimal(0)) + row[name]
    parts = {"without": total(rows, "n") - total(rows, "priced"), "unnamed": total([row for row in rows if not row["money"]], "priced")}
    figure = sum((row[name] or Decimal(0) for row in rows if row["money"] == own), Decimal(0))
    return Number(figure, total(rows, "n"), others=others, parts=parts)


def cases_of(rows: Any) -> dict[str, Any]:
    """Sums of a number that counts: how many cases."""
    return {"n": rows.count()}


def count(rows: Sequence[Row], _: str) -> Number:
    """The figure of such sums."""
    n = total(rows, "n")
    return Number(Decimal(n), n)


def amounts_of(rows: Any) -> dict[str, Any]:
    """Sums that `money` reads: how many cases, how many of them with an amount, and what it comes to."""
    return {"n": rows.count(), "priced": rows.counted.count(), "amount": rows.counted.sum()}


def days(us: float | Decimal | None) -> Decimal | None:
    """Microseconds as days, to the hundredth."""
    return None if us is None else to_places(Decimal(round(us)) / DAY_US)
