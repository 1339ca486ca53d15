"""Asking a number: the one way from its name to its figures, and from a figure to the records behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

import ibis

from treaty.agreement.vocabulary import DUTIES
from treaty.attribution import versions
from treaty.engine.measuring import Lake, Span, bucket, edges_of, kept, rows_of, within
from treaty.engine.periods import Period, local_date
from treaty.funnel.catalogue import dimensions
from treaty.funnel.catalogue.measure import DAY_US, Asked, Composed, Exchanges, Measure, Number, Row
from treaty.funnel.catalogue.rounding import to_places
from treaty.funnel.way import whole_way
from treaty.moments import from_us
from treaty.truth.measures import Exchange, as_agreed, exchange_of

if TYPE_CHECKING:
    from treaty.funnel.frame import Frame

Where = Mapping[str, Sequence[str]]
"""Which values of which dimensions count; "" stands for none."""
ALL: Where = {}


class NoSuchNumber(LookupError):
    """No number of that name, or it has no such dimension; the text lists those there are."""


def find(name: str) -> Measure | Composed:
    """Raises NoSuchNumber."""
    from treaty.funnel.catalogue.entries import CATALOGUE

    if name not in CATALOGUE:
        raise NoSuchNumber(f"{name!r} is no number: use {', '.join(CATALOGUE)}")
    return CATALOGUE[name]


def dimensions_of(number: Measure | Composed) -> tuple[str, ...]:
    """What a number can be told apart by; one that is made of others, by what they share."""
    if isinstance(number, Measure):
        return dimensions.of(number)
    if number.by is not None:
        return number.by
    each = [dimensions_of(find(name)) for name in number.made_of]
    return tuple(name for name in each[0] if all(name in others for others in each))


def ask(frame: "Frame", name: str, period: Period, by: str = "", where: Where = ALL) -> list[Number]:
    """A number in a period, per value of a dimension; by "": all together. Raises NoSuchNumber."""
    return series(frame, name, [period], by, where)[0]


def one(frame: "Frame", name: str, period: Period, where: Where = ALL) -> Number:
    """A number in a period, all together; of a number that always tells something apart its first part."""
    return ask(frame, name, period, where=where)[0]


def series(frame: "Frame", name: str, periods: Sequence[Period], by: str = "", where: Where = ALL) -> list[list[Number]]:
    """A number in periods that follow each other, oldest first: what `ask` says of each, in one question where that is
    possible. Raises NoSuchNumber."""
    number = find(name)
    for asked in (by, *where):
        if asked and asked not in dimensions_of(number):
            raise NoSuchNumber(f"{name} is not told apart by {asked!r}: use {', '.join(dimensions_of(number))}")
    if isinstance(number, Composed):
        return _composed(frame, number, periods, by, where)
    if not number.is_bucketed or number.counts == "now":
        return [_numbers(frame, number, _figures(frame, number, [period], by, where)[0], period, by) for period in periods]
    found = _figures(frame, number, periods, by, where)
    return [_numbers(frame, number, figures, period, by) for figures, period in zip(found, periods, strict=True)]


Figures = Mapping[tuple[str, str], Number]
"""By part and by value of the dimension."""


def _figures(frame: "Frame", measure: Measure, periods: Sequence[Period], by: str, where: Where) -> list[Figures]:
    """What each period's rows come to, once per version of the lake: the rows of a length of time are as many as its cases."""
    asked, edges, own = asked_of(frame, measure, edges_of(periods)), edges_of(periods), frame.terms.currency
    key = ("number", measure.name, measure.version, repr(asked), by, tuple(sorted((k, tuple(v)) for k, v in where.items())), edges)

    def made() -> list[Figures]:
        answer = frame.lake.answer(key, lambda: summed(frame.lake, measure, asked, by, where, edges))
        rows: list[Row] = sorted(answer.to_pylist(), key=lambda row: (row["period"], row["part"], row["worth"]))
        found: list[dict[tuple[str, str], Number]] = [{} for _ in periods]
        for (place, *of), group in groupby(rows, key=lambda row: (int(row["period"]), row["part"], row["worth"])):
            if 0 <= place < len(found):
                found[place][of[0], of[1]] = measure.figure(list(group), own)
        return list(found)

    return kept(frame.lake, ("figures", own, key), made)


def summed(lake: Lake, measure: Measure, asked: Asked, by: str = "", where: Where = ALL, edges: Sequence[int] = ()) -> Any:
    """The sums of a measure: (period, part, worth, money?, <fine>?, …), one row for each group that has a case."""
    rows = counted(lake, measure, asked, (by,) if by else (), where)
    named = {
        "period": bucket(rows.at_us, edges) - 1 if len(edges) > 2 and measure.counts != "now" else ibis.literal(0, "int64"),
        "part": rows[measure.of] if measure.of else ibis.literal(""),
        "worth": _column(rows, by) if by else ibis.literal(""),
    }
    if measure.in_money:
        named["money"] = rows.currency.coalesce("")
    if measure.fine:
        named["kept_apart"] = rows[measure.fine]
    rows = rows.mutate(**named)
    found = rows.group_by(list(named)).agg(**measure.sums(rows))
    return found.rename({measure.fine: "kept_apart"}) if measure.fine else found


def counted(lake: Lake, measure: Measure, asked: Asked, with_: Iterable[str] = (), where: Where = ALL) -> Any:
    """The cases of a measure, with the columns of some dimensions, those of chosen values alone."""
    rows = measure.cases(lake, asked)
    for name in dict.fromkeys((*with_, *where)):
        rows = dimensions.joined(lake, rows, name)
    for name, values in where.items():
        rows = rows.filter(_column(rows, name).isin(dimensions.recognised(name, values)))
    return _in_agreed(lake, rows, asked) if measure.in_money and "deal_currency" not in rows.columns else rows


def _in_agreed(lake: Lake, rows: Any, asked: Asked) -> Any:
    if asked.exchanges:
        return ibis.union(*(as_agreed(lake, within(rows, rows.at_us, span), one, ("counted",)) for span, one in asked.exchanges))
    return as_agreed(lake, rows, asked.exchange, ("counted",)) if asked.exchange else rows


def _column(rows: Any, name: str) -> Any:
    """A dimension as text, "" for none. Whatever amounts became, a deal is told apart by the currency it names."""
    column = rows["deal_currency" if name == "currency" and "deal_currency" in rows.columns else name]
    return column.cast("string").coalesce("")


def asked_of(frame: "Frame", measure: Measure, edges: Sequence[int]) -> Asked:
    """What a measure is told of a frame. The moment asked is that of the lake: it knows nothing later; measures that do not
    look at it are not told, so that their figures are kept while the lake does not change."""
    terms, span = frame.terms, (edges[0], edges[-1])
    promises = tuple((duty, terms.promise_that(duty)) for duty in DUTIES)
    at_us = frame.known_us if measure.counts == "now" or measure.is_of_now else 0
    exchange, exchanges = _money_of(frame, measure, span)
    first_on, end_on = (local_date(from_us(at), terms.time_zone) for at in span)
    asked = Asked(span, at_us, tuple(whole_way(terms)), terms.handoff_stage, promises, first_on, end_on, exchange, exchanges=exchanges)
    return _with_money(frame, measure, asked) if measure.subject in ("spend", "credit") else asked


def _money_of(frame: "Frame", measure: Measure, span: Span) -> tuple[Exchange | None, Exchanges]:
    """How amounts become the agreement's currency: those of opportunities that were opened, won or lost by the version in force at
    that moment, as their credit does, so that no later version moves them; all others as is agreed now. What a number always tells
    apart, as the lines of the waterfall, begins with what there was just before.

    What a version agreed on another currency than today's is no help: its deals count as they are.
    """
    terms = frame.terms
    if measure.subject != "opportunity" or measure.counts != "period":
        return (exchange_of(terms) if terms.rates else None), ()
    found: list[tuple[Span, Exchange]] = []
    for part in versions.parts(frame.held, (span[0] - 1, span[1]) if measure.of else span):
        exchange = part.exchange if part.exchange.currency == terms.currency else replace(part.exchange, currency=terms.currency, rates=())
        start = found.pop()[0][0] if found and found[-1][1] == exchange else part.span[0]
        found.append(((start, part.span[1]), exchange))
    if len(found) == 1:
        return (found[0][1] if found[0][1].rates else None), ()
    return None, tuple(found)


def _with_money(frame: "Frame", measure: Measure, asked: Asked) -> Asked:
    """What is agreed on spend and credit, and the months the period lies in. Amounts are shared by what they are worth, so the
    agreement's currency is told though no rate is agreed."""
    lag = lag_of(frame, asked.end_on) if measure.is_lagged else 0
    first, last = asked.first_on - timedelta(days=lag), asked.end_on - timedelta(days=1)
    months = [frame.containing(first, "month")]
    while months[-1].end_on <= last:
        months.append(frame.containing(months[-1].end_on, "month"))
    agreed = frame.terms.economics
    economics = agreed.model_dump_json(by_alias=True) if agreed else ""
    shared = asked.span if measure.subject == "credit" else edges_of(months) if agreed and agreed.unassigned == "by_won" else None
    parts = tuple(versions.parts(frame.held, (shared[0], shared[-1]))) if shared else ()
    sharings = tuple(versions.sharings(frame.lake, frame.held, (shared[0], shared[-1]))) if shared else ()
    today = frame.known_on if measure.is_of_now else date.max
    exchange = exchange_of(frame.terms)
    return replace(
        asked, today=today, months=edges_of(months), exchange=exchange, economics=economics, parts=parts, sharings=sharings, lag_days=lag
    )


LOOK_BACK = 365
"""Days over which the median sales cycle of the agreed lag is taken."""


def lag_of(frame: "Frame", end_on: date) -> int:
    """By how many days the cost of a customer lies before, as agreed: none, or the median cycle of what was won in the year before
    the end of the period; none while nothing was won."""
    agreed = frame.terms.economics
    if agreed is None or agreed.lag == "none":
        return 0
    year = Period("day", end_on - timedelta(days=LOOK_BACK), end_on, frame.zone)
    return int(to_places(one(frame, "sales_cycle_median", year).figure or Decimal(0), Decimal(1)))


def _numbers(frame: "Frame", measure: Measure, found: Figures, period: Period, by: str) -> list[Number]:
    own, until = frame.terms.currency, period.us[1] + measure.days * DAY_US
    is_mature = measure.counts != "cohort" or until <= frame.at_us
    order = list(measure.parts(asked_of(frame, measure, period.us))) if measure.parts else [""] if not measure.of else []
    if not by:
        found = {(part, ""): found.get((part, "")) or measure.figure([], own) for part in (*order, *(part for part, _ in found))}
    place = {part: number for number, part in enumerate(order)}
    keys = sorted(found, key=lambda key: (place.get(key[0], len(place)), key))
    return [found[key].of(key[1], key[0], is_mature=is_mature) for key in keys]


def _composed(frame: "Frame", number: Composed, periods: Sequence[Period], by: str, where: Where) -> list[list[Number]]:
    found = {name: series(frame, name, periods, by, where) for name in number.made_of}
    return [_made(frame, number, {name: each[place] for name, each in found.items()}, period, by) for place, period in enumerate(periods)]


def _made(frame: "Frame", number: Composed, found: Mapping[str, Sequence[Number]], period: Period, by: str) -> list[Number]:
    by_value = {name: {(one.value, one.part): one for one in numbers} for name, numbers in found.items()}
    values = sorted({key for numbers in by_value.values() for key in numbers})
    if parted := [name for name, numbers in found.items() if any(one.part for one in numbers)]:
        parts = list(dict.fromkeys(one.part for name in parted for one in found[name]))
        values = [(value, part) for value in dict.fromkeys(value for value, _ in values) for part in parts]
    agreed = number.agreed(frame, period) if number.agreed else None if by else agreed_revenue(frame, period)
    own = frame.terms.currency
    is_mature = all(one.is_mature for numbers in found.values() for one in numbers)
    return [
        number.figure({name: _of(numbers, *key) for name, numbers in by_value.items()}, agreed, own).of(*key, is_mature=is_mature)
        for key in values
    ]


def _of(numbers: Mapping[tuple[str, str], Number], value: str, part: str) -> Number:
    """The number of a value and a part; of one that tells nothing apart, the same for every part."""
    return numbers.get((value, part)) or numbers.get((value, "")) or Number(None)


def agreed_revenue(frame: "Frame", period: Period) -> Decimal | None:
    """The revenue both sides agreed to close in such a period, as a whole."""
    goals = (goal for goal in frame.terms.goals if goal.measure == "revenue_closed" and goal.where is None and goal.per == period.per)
    return next((goal.target.number for goal in goals if goal.target), None)


def behind(frame: "Frame", name: str, span: Span, where: Where = ALL, *, part: str = "", with_: Iterable[str] = ()) -> Sequence[Row]:
    """The records a number counts in a span, as they are told apart. Of a number made of others raises NoSuchNumber."""
    number = find(name)
    if isinstance(number, Composed):
        raise NoSuchNumber(f"{name} is made of {', '.join(number.made_of)}: look at one of them")
    rows = counted(frame.lake, number, asked_of(frame, number, span), with_, where)
    if part:
        rows = rows.filter(rows[number.of] == part)
    return rows_of(frame.lake, rows)
