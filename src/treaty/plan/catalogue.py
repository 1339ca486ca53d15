"""The catalogue of numbers: each has one name, one sentence, one formula, and says what it counts (R32; landscape facts 5.1).

Pages, files and the command line ask here, so the same name is the same number everywhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from treaty.engine.measuring import kept_rows
from treaty.engine.periods import Period
from treaty.funnel import selling
from treaty.plan.rules import wilson

if TYPE_CHECKING:
    from treaty.funnel.frame import Frame

DAY_US = 86_400_000_000
Kind = Literal["money", "count", "share", "days", "money per day"]
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Number:
    """One figure, for one value of a dimension ("" for all together). figure: None where nothing was measured.

    n: how many cases it rests on, k: those that count for a share, with the range its true value lies in, 95 of 100. parts: the
    figures it is made of, by name.
    """

    value: str
    figure: Decimal | None
    n: int
    k: int | None = None
    low: float | None = None
    high: float | None = None
    parts: Mapping[str, Decimal | int | None] | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """says: what it is, in a sentence. counts: `period`, by the moment it happened in; `now`, as of the lake. version: raised when
    the formula changes, so that an old figure says by which it was made."""

    name: str
    says: str
    formula: str
    unit: Kind
    counts: Literal["period", "now"]
    ask: Callable[["Frame", Period, str], list[Number]]
    version: int = 1
    dimensions: Sequence[str] = selling.DIMENSIONS


class NoSuchNumber(LookupError):
    """No measure of that name, or it has no such dimension; the text lists those there are."""


def number(frame: "Frame", name: str, period: Period, by: str = "") -> list[Number]:
    """A measure in a period, per value of a dimension; by "": one number for all. Raises NoSuchNumber."""
    measure = find(name)
    if by and by not in measure.dimensions:
        raise NoSuchNumber(f"{name} is not told apart by {by!r}: use {', '.join(measure.dimensions)}")
    return measure.ask(frame, period, by)


def find(name: str) -> Measure:
    found = next((measure for measure in CATALOGUE if measure.name == name), None)
    if found is None:
        raise NoSuchNumber(f"{name!r} is no number: use {', '.join(measure.name for measure in CATALOGUE)}")
    return found


def _own(rows: Rows, frame: "Frame") -> Rows:
    """Amounts in the agreement's currency: nothing is converted until its rates are carried out."""
    return [row for row in rows if row["money"] == frame.terms.currency]


def _decided(frame: "Frame", period: Period, by: str) -> Rows:
    return kept_rows(frame.lake, ("decided by", by, period.us), lambda: selling.decided(frame.lake, period.us, by))


def _cycles(frame: "Frame", period: Period, by: str) -> Rows:
    return kept_rows(frame.lake, ("cycles by", by, period.us), lambda: selling.cycles(frame.lake, period.us, by))


def _open(frame: "Frame", by: str) -> Rows:
    at_us = frame.at_us
    return kept_rows(frame.lake, ("open by", by, at_us), lambda: selling.open_at(frame.lake, at_us, by))


def _pipeline_created(frame: "Frame", period: Period, by: str) -> list[Number]:
    rows = kept_rows(frame.lake, ("created by", by, period.us), lambda: selling.created(frame.lake, period.us, by))
    return [Number(row["worth"], row["amount"], row["n"]) for row in _own(rows, frame)]


def _revenue_closed(frame: "Frame", period: Period, by: str) -> list[Number]:
    return [Number(row["worth"], row["won_amount"], row["won"]) for row in _own(_decided(frame, period, by), frame) if row["won"]]


def _open_pipeline(frame: "Frame", _: Period, by: str) -> list[Number]:
    return [Number(row["worth"], row["amount"], row["n"]) for row in _own(_open(frame, by), frame)]


def _counts(rows: Rows) -> dict[str, tuple[int, int]]:
    """(won, lost) by value, whatever the currency."""
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        won, lost = found.get(row["worth"], (0, 0))
        found[row["worth"]] = (won + row["won"], lost + row["lost"])
    return found


def _win_rate(frame: "Frame", period: Period, by: str) -> list[Number]:
    counts = _counts(_decided(frame, period, by))
    return [_share(value, won, won + lost, {"won": won, "lost": lost}) for value, (won, lost) in sorted(counts.items())]


def _share(value: str, k: int, n: int, parts: Mapping[str, int]) -> Number:
    low, high = wilson(k, n)
    return Number(value, Decimal(k) / n if n else None, n, k, low, high, dict(parts))


def _win_rate_by_value(frame: "Frame", period: Period, by: str) -> list[Number]:
    found = []
    for row in _own(_decided(frame, period, by), frame):
        won, lost = row["won_amount"] or Decimal(0), row["lost_amount"] or Decimal(0)
        figure = won / (won + lost) if won + lost else None
        found.append(Number(row["worth"], figure, row["won"] + row["lost"], parts={"won": won, "lost": lost}))
    return found


def _cycle(which: str) -> Callable[["Frame", Period, str], list[Number]]:
    def ask(frame: "Frame", period: Period, by: str) -> list[Number]:
        return [Number(row["worth"], _days(row[which]), row["n"]) for row in _cycles(frame, period, by)]

    return ask


def _days(us: float | None) -> Decimal | None:
    return None if us is None else (Decimal(round(us)) / DAY_US).quantize(Decimal("0.01"))


def _velocity(frame: "Frame", period: Period, by: str) -> list[Number]:
    """Money per day: open deals × average won amount × win rate / average cycle in days, of the same value of the dimension."""
    decided, counts = {row["worth"]: row for row in _own(_decided(frame, period, by), frame)}, _counts(_decided(frame, period, by))
    cycles = {row["worth"]: row for row in _cycles(frame, period, by)}
    return [
        _one_velocity(row, decided.get(row["worth"]), counts.get(row["worth"]), cycles.get(row["worth"]))
        for row in _own(_open(frame, by), frame)
    ]


def _one_velocity(
    open_: Mapping[str, Any], decided: Mapping[str, Any] | None, counts: tuple[int, int] | None, cycle: Mapping[str, Any] | None
) -> Number:
    average = decided["won_amount"] / decided["priced"] if decided and decided["priced"] else None
    rate = Decimal(counts[0]) / sum(counts) if counts and sum(counts) else None
    days = _days(cycle["mean_us"]) if cycle else None
    figure = None if average is None or rate is None or not days else (open_["n"] * average * rate / days).quantize(Decimal("0.01"))
    parts = {"open": open_["n"], "average_won": average, "win_rate": rate, "cycle_days": days}
    return Number(open_["worth"], figure, open_["n"], parts=parts)


CATALOGUE: tuple[Measure, ...] = (
    Measure(
        name="pipeline_created",
        says="What opportunities opened in the period were worth when they were opened.",
        formula="sum of the first amounts",
        unit="money",
        counts="period",
        ask=_pipeline_created,
    ),
    Measure(
        name="revenue_closed",
        says="What opportunities won in the period closed for.",
        formula="sum of the amounts of won",
        unit="money",
        counts="period",
        ask=_revenue_closed,
    ),
    Measure(
        name="open_pipeline",
        says="What is open now, at its latest amount.",
        formula="sum of the amounts of open",
        unit="money",
        counts="now",
        ask=_open_pipeline,
    ),
    Measure(
        name="win_rate",
        says="The share, by count, of opportunities decided in the period that were won.",
        formula="won / (won + lost)",
        unit="share",
        counts="period",
        ask=_win_rate,
    ),
    Measure(
        name="win_rate_by_value",
        says="The share, by amount, of what was decided in the period that was won.",
        formula="won amount / (won amount + lost amount)",
        unit="share",
        counts="period",
        ask=_win_rate_by_value,
    ),
    Measure(
        name="sales_cycle_median",
        says="Half of the deals won in the period took so long or less.",
        formula="median of the days from opened to won",
        unit="days",
        counts="period",
        ask=_cycle("median_us"),
    ),
    Measure(
        name="sales_cycle_p80",
        says="Four of five deals won in the period took so long or less.",
        formula="80th percentile of the days from opened to won",
        unit="days",
        counts="period",
        ask=_cycle("p80_us"),
    ),
    Measure(
        name="sales_cycle_mean",
        says="The average time of the deals won in the period.",
        formula="mean of the days from opened to won",
        unit="days",
        counts="period",
        ask=_cycle("mean_us"),
    ),
    Measure(
        name="pipeline_velocity",
        says="What the pipeline brings a day, by its four levers; win rate and cycle are of what was decided in the period.",
        formula="open opportunities × average won amount × win rate / mean cycle in days",
        unit="money per day",
        counts="now",
        ask=_velocity,
    ),
)
"""In the order people read them."""
