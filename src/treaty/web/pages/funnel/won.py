"""`/funnel/won/`: what was won of what was decided, by count and by value; how long it took; who found it; what brings money a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.funnel import catalogue, changes
from treaty.funnel.catalogue import Number
from treaty.funnel.changes import Change
from treaty.web import charts, formats, sections
from treaty.web.figures import FOUND, here_frame, nothing_yet, records, uncounted
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind
from treaty.web.measured import CALLED, sentence, title_of
from treaty.web.pages.funnel.velocity import velocity_section
from treaty.web.pages.funnel.view import (
    Line,
    View,
    choices,
    count_field,
    exact,
    figure_field,
    lines,
    past_fields,
    tabs,
    value_field,
    viewed,
    whose,
)
from treaty.web.pieces import Empty, Faint, Figure, Piece, Row
from treaty.web.sections import Section

RATES = ("win_rate", "win_rate_by_value", "win_rate_of_created")
CYCLES = ("sales_cycle_median", "sales_cycle_p80", "sales_cycle_mean")
AMOUNTS = ("revenue_closed", "average_won", "deals_lost")
NAMES = (*RATES, *CYCLES, *AMOUNTS)
EMPTY = Empty(title="Nothing was decided in this time", words="Opportunities count here on the day they are won or lost.")
LEDE = "Won and lost opportunities by the day they were decided; open ones are never among them. By count and by value are two numbers."


@require_GET
@page
def won(here: Here) -> HttpResponseBase:
    """`?when=quarter&by=channel`."""
    frame = here_frame(here)
    if frame is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)))
    view = viewed(here, frame, NAMES)
    found = view.looked(*NAMES)
    parts = [_rates(view, found), _cycles(view, found), _sourced(view), velocity_section(view)]
    return sections.show(
        here,
        frame.lake.as_of,
        parts,
        choices(view, NAMES),
        title=_title(view, found),
        name="won and lost",
        lede=LEDE,
        tabs=tabs(view),
        tabs_label="Parts of the funnel",
        below=[CALLED, *whose(view)],
    )


def _title(view: View, found: dict[str, list[Change]]) -> str:
    called = changes.flagged(found.values())
    if called:
        one = called[0]
        what = f"{title_of(one.name)}{f', {lines(view, [one])[0].name}' if view.by else ''} in {view.said}"
        return sentence(one, what, view.frame, view.here.viewer)
    rate, worth = (catalogue.one(view.frame, name, view.period) for name in RATES[:2])
    if rate.figure is None:
        return f"Nothing was decided in {view.said}"
    by_value = "" if worth.figure is None else f"; by value {formats.percent(worth.figure, 0)}"
    share = formats.percent(rate.figure, 0)
    return f"{formats.n_of(rate.k, rate.n)} decided opportunities were won in {view.said}, {share} by count{by_value}"


def _all_lines(view: View, found: dict[str, list[Change]], names: Sequence[str]) -> list[Line]:
    """Numbers one below the other; by a dimension each value of the first with its others."""
    return [line for name in names for line in lines(view, [one for one in found[name] if one.now.n], lambda _, name=name: title_of(name))]  # type: ignore[misc]


def _kind(view: View, name: str, first: str, empty: Empty = EMPTY) -> Kind[Line]:
    return Kind(
        name=name,
        path="/funnel/won/",
        fields=(
            Field(words=first, value=lambda line: line.part),
            *value_field(view),
            figure_field(view),
            count_field("Opportunities"),
            *past_fields(view),
        ),
        empty=empty,
    )


def _rates(view: View, found: dict[str, list[Change]]) -> Section:
    rows = _all_lines(view, found, (*RATES, *AMOUNTS))
    return Section(
        id="rates",
        title=f"Won of what was decided in {view.said}",
        says=_beside(view),
        drawings=_trend(view),
        kind=_kind(view, "win rates", "Number"),
        rows=rows,
    )


def _beside(view: View) -> list[Piece]:
    one = catalogue.one(view.frame, "revenue_closed", view.period)
    left: list[Piece] = list(
        uncounted(one.others, view.here.viewer, without=one.parts.get("without", 0), unnamed=one.parts.get("unnamed", 0))
    )
    return left


def _trend(view: View) -> dict[str, charts.Drawing]:
    from treaty.web.pages.numbers.trends import trend_of

    return {"win-rate": drawn} if (drawn := trend_of(view, "win_rate")) else {}


def _cycles(view: View, found: dict[str, list[Change]]) -> Section:
    empty = Empty(title="Nothing was won in this time")
    note = "From the day it was opened to the day it was won"
    rows = _all_lines(view, found, CYCLES)
    return Section(id="cycle", title="How long it took to win", note=note, kind=_kind(view, "sales cycle", "Number", empty), rows=rows)


@dataclass(frozen=True, slots=True)
class Origin:
    """Who found it: what was decided and won of it."""

    sourced: str
    rate: Number
    worth: Number
    amount: Number


def _sourced(view: View) -> Section:
    """Sourced by marketing, found by sales with marketing's help, and by sales alone: they add up to all."""
    asked = {name: {one.value: one for one in catalogue.ask(view.frame, name, view.period, "sourced")} for name in (*RATES[:2], AMOUNTS[0])}
    nothing = Number(None)
    rows = [Origin(who, *(asked[name].get(who, nothing) for name in (*RATES[:2], AMOUNTS[0]))) for who in FOUND if who in asked["win_rate"]]
    return Section(
        id="sourced", title="Who found what was won", drawings=_bars(rows), kind=_origin_kind(view), rows=rows, foot=_sum(view, rows)
    )


def _origin_kind(view: View) -> Kind[Origin]:
    currency = view.frame.terms.currency

    def money(row: Origin, here: Here) -> Piece:
        return Figure(
            formats.money(row.amount.figure or Decimal(0), currency, here.viewer.manner), _found_href(view, "revenue_closed", row)
        )

    def rate(one: Number, here: Here) -> Piece:
        return Faint("–") if one.figure is None else formats.percent(one.figure, 0, here.viewer.manner)

    return Kind(
        name="won by who found it",
        path="/funnel/won/",
        fields=(
            Field(words="Found by", value=lambda row: FOUND[row.sourced]),
            Field(
                words="Decided",
                value=lambda row: row.rate.n,
                show=lambda row, here: Figure(formats.number(row.rate.n, here.viewer.manner), _found_href(view, "win_rate", row)),
                is_number=True,
            ),
            Field(words="Won", value=lambda row: row.rate.k, is_number=True),
            Field(
                words="Win rate by count",
                value=lambda row: exact(row.rate.figure),
                show=lambda row, here: rate(row.rate, here),
                is_number=True,
            ),
            Field(
                words="Win rate by value",
                value=lambda row: exact(row.worth.figure),
                show=lambda row, here: rate(row.worth, here),
                is_number=True,
            ),
            Field(words="Closed", value=lambda row: row.amount.figure, show=money, is_number=True),
            Field(words="Currency", value=lambda _: currency, in_page=False),
        ),
        empty=EMPTY,
    )


def _found_href(view: View, name: str, row: Origin) -> str:
    return records(name, view.period, sourced=row.sourced)


def _sum(view: View, rows: Sequence[Origin]) -> Row:
    n, k = sum(row.rate.n for row in rows), sum(row.rate.k for row in rows)
    amount = sum((row.amount.figure or Decimal(0) for row in rows), Decimal(0))
    worth = catalogue.one(view.frame, "win_rate_by_value", view.period)
    money = formats.money(amount, view.frame.terms.currency, view.here.viewer.manner)
    by_value = "–" if worth.figure is None else formats.percent(worth.figure, 0)
    whole = Figure(money, records("revenue_closed", view.period))
    return Row(
        ["All", Figure(formats.number(n), records("win_rate", view.period)), formats.number(k), formats.share(k, n, 0), by_value, whole]
    )


def _bars(rows: Sequence[Origin]) -> dict[str, charts.Drawing]:
    drawn = {}
    for row in rows:
        one = row.rate
        if one.figure is None or one.low is None or one.high is None:
            continue
        share, low, high = (formats.percent(value, 0) for value in (one.figure, one.low, one.high))
        bar = charts.Interval(value=float(one.figure), low=one.low, high=one.high, value_words=share, low_words=low, high_words=high)
        title = f"{FOUND[row.sourced]}: {share} won"
        caption = charts.Caption(title=title, note=f"{formats.n_of(one.k, one.n)} decided, by count")
        drawn[f"found-{row.sourced}".replace("_", "-")] = charts.interval_bar(bar, caption)
    return drawn
