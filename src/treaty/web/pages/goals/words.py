"""What is said of goals: the finding about the main one, which season it rests on, its drawing."""

from dataclasses import replace
from decimal import Decimal

from treaty.funnel.catalogue.rounding import WHOLE, to_places
from treaty.funnel.frame import Frame
from treaty.plan.outlook import Outlook
from treaty.plan.queries import Shared
from treaty.plan.season import LEAST
from treaty.web import charts, formats
from treaty.web.figures import SAID, SHORT, words
from treaty.web.formats import Viewer
from treaty.web.pages.home.goals import href
from treaty.web.pages.home.number import days_of, finding, pace_of
from treaty.web.pieces import Figure, Piece


def whole(frame: Frame, amount: Decimal, viewer: Viewer) -> str:
    """An estimate: its cents say nothing."""
    return formats.money(to_places(amount, WHOLE), frame.terms.currency, viewer.manner)


def title(frame: Frame, main: Outlook | None, viewer: Viewer) -> str:
    if main is None or main.gap is None:
        return "What both teams have agreed to reach"
    name, when = SHORT.get(main.found.goal.measure, words(main.found.goal.measure)), SAID[main.found.period.per]
    if main.found.pace is not None and main.found.pace.is_reached:
        return f"{name} {when}: the goal is reached"
    gap = whole(frame, abs(main.gap), viewer)
    if main.gap >= 0:
        return f"{name} is {gap} ahead of what usually has come by now"
    leads = f", about {formats.count(main.gap_in_leads, 'lead')}" if main.gap_in_leads else ""
    return f"{name} is {gap} below what usually has come by now{leads}"


def lede(frame: Frame, main: Outlook | None, viewer: Viewer) -> Piece:
    """Two expectations, each by its name; what a lead brings; where it will end."""
    if main is None or main.usual is None or main.found.pace is None:
        return "Shares and lengths hold at any time; amounts are held against the agreed pace and against your own season."
    now = Figure(whole(frame, main.found.now.figure or Decimal(0), viewer), href(main.found))
    agreed, usual = whole(frame, main.found.pace.expected, viewer), whole(frame, main.usual, viewer)
    return (
        "There is ",
        now,
        f". The agreed pace, a straight line by working day, asks for {agreed}; {season_words(main)} {usual}.",
        _leads(frame, main, viewer),
        _ends(frame, main, viewer),
    )


def season_words(one: Outlook) -> str:
    """Which season is used: `your own season, by the same quarter of the year before, for`."""
    season, per = one.season, one.found.period.per
    if season is None or season.source == "straight":
        return f"your own season is not known before {formats.spell(LEAST)} whole {per}s have passed, so by now the same is usual:"
    if season.source == "year before":
        years = "the year before" if season.periods == 1 else f"the {formats.spell(season.periods)} years before"
        return f"your own season, by the same {per} of {years}, for"
    return f"your own season, by the last {formats.spell(season.periods)} {per}s, for"


def _leads(frame: Frame, one: Outlook, viewer: Viewer) -> str:
    if one.gap is None or one.gap >= 0:
        return ""
    if not one.worth:
        return " What a lead brings is not known yet, so the gap is told in money alone."
    return (
        f" A lead handed to sales brings {whole(frame, one.worth, viewer)} on average: {formats.count(one.gap_in_leads or 0, 'lead')} more."
    )


def _ends(frame: Frame, one: Outlook, viewer: Viewer) -> str:
    if one.forecast is None:
        return f" A forecast needs {formats.spell(LEAST)} whole {one.found.period.per}s gone by."
    low, high = (whole(frame, end, viewer) for end in (one.forecast.low_80, one.forecast.high_80))
    rests = formats.spell(one.forecast.periods, f"{one.found.period.per}")
    return f" It ends between {low} and {high} in 8 of 10 cases, by what the last {rests} still brought from here on."


def drawing(frame: Frame, shared: Shared, main: Outlook, viewer: Viewer) -> charts.Drawing:
    """The main goal by working day, against both expectations, with the range in which it ends."""
    pace, target = pace_of(frame, shared, viewer), shared.goal.bound or Decimal(0)
    season, ahead = main.season, main.forecast
    is_own = season is not None and season.source != "straight"
    if season is not None and is_own:
        pace = replace(pace, usual=[target * Decimal(str(share)) for share in season.shares])
    if ahead is not None:
        ends = charts.Forecast(middle=ahead.middle, low_80=ahead.low_80, high_80=ahead.high_80, low_50=ahead.low_50, high_50=ahead.high_50)
        pace = replace(pace, forecast=ends)
    note = f"{SHORT[shared.goal.goal.measure]}, cumulative, by working day. Dashed: the agreed pace."
    note += " Thin line: what usually has come by then." if is_own else ""
    note += " Shaded: where it ends in 8 and in 5 of 10 cases." if ahead is not None else ""
    return charts.pace_line(pace, charts.Caption(title=_where_it_ends(main, shared, frame, viewer), note=note))


def _where_it_ends(one: Outlook, shared: Shared, frame: Frame, viewer: Viewer) -> str:
    target = shared.goal.bound or Decimal(0)
    if one.forecast is None:
        return finding(shared.days, target, days_of(shared.goal.period, frame))
    middle = formats.money_short(one.forecast.middle, frame.terms.currency, viewer.manner)
    if one.forecast.low_80 >= target:
        return f"It will most likely pass the goal: {middle} in the middle"
    if one.forecast.high_80 < target:
        return f"By what usually still comes, the goal is out of reach: {middle} in the middle"
    return f"It may end on either side of the goal: {middle} in the middle"
