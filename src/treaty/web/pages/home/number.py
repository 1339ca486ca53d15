"""The shared number: the figure, what it is made of, and its line against the agreed pace."""

from collections.abc import Sequence
from decimal import Decimal

from treaty.engine.periods import Period
from treaty.funnel.catalogue.rounding import WHOLE, to_places
from treaty.funnel.deals import HELPED, MARKETING, SALES
from treaty.funnel.frame import Frame
from treaty.plan.queries import Part, Shared
from treaty.plan.rules import Pace, working_days
from treaty.web import charts, formats
from treaty.web.figures import FOUND, SAID, SHORT, records, uncounted
from treaty.web.formats import Viewer
from treaty.web.pieces import Figure, Number, Piece, SumRow, Who
from treaty.web.pieces.words import Party

PARTIES: dict[str, Party] = {MARKETING: "marketing", HELPED: "both", SALES: "sales"}


def number(frame: Frame, shared: Shared, viewer: Viewer) -> Number:
    """The piece of the page; every part is linked to its deals, and the parts add up to the figure."""
    goal, currency = shared.goal.goal, frame.terms.currency
    period = shared.goal.period
    amount = shared.goal.now.figure or Decimal(0)
    target = shared.goal.bound or Decimal(0)
    return Number(
        eyebrow=(f"{SHORT[goal.measure]} {SAID[period.per]}, ", Who("both", "owned by both teams")),
        figure=Figure(formats.money(amount, currency, viewer.manner), records(goal.measure, period)),
        of=f"of {formats.money(target, currency, viewer.manner)} by {formats.day_words(period.last_on, frame.today)}",
        says=_says(frame, shared, viewer),
        rows=[_row(frame, shared, part, viewer) for part in shared.parts],
        drawing=_drawing(frame, shared, viewer),
    )


def _says(frame: Frame, shared: Shared, viewer: Viewer) -> list[Piece]:
    pace, now, currency = shared.goal.pace, shared.goal.now, frame.terms.currency
    said: list[Piece] = [_standing(pace, currency, viewer)] if pace else []
    said += uncounted(now.others, viewer, without=now.parts.get("without", 0), unnamed=now.parts.get("unnamed", 0))
    return said


def _standing(pace: Pace, currency: str, viewer: Viewer) -> Piece:
    left = f"with {formats.spell(pace.days_left, 'working day')} left."
    if pace.is_reached:
        return ("The goal is reached, ", left)
    gap = formats.money(abs(pace.gap), currency, viewer.manner)
    if pace.gap == 0:
        return ("That is exactly the agreed pace, ", left)
    where = "ahead" if pace.gap > 0 else "below"
    return ("That is ", Figure(f"{_whole(gap)} {where}", "#pace"), " of the agreed pace, " if pace.gap > 0 else " the agreed pace, ", left)


def _whole(written: str) -> str:
    """A gap to a pace is an estimate: cents say nothing there."""
    head, dot, rest = written.rpartition(".")
    return head if dot and len(rest) == 2 and rest.isdigit() else written


def _row(frame: Frame, shared: Shared, part: Part, viewer: Viewer) -> SumRow:
    href = records(shared.goal.goal.measure, shared.goal.period, sourced=part.sourced)
    places = max(_places(one.amount) for one in shared.parts)
    amount = formats.money(part.amount, frame.terms.currency, viewer.manner, places=places)
    return SumRow(
        Who(PARTIES[part.sourced], FOUND[part.sourced]), Figure(formats.number(part.n, viewer.manner), href), Figure(amount, href)
    )


def _places(amount: Decimal) -> int:
    return 0 if amount == amount.to_integral_value() else 2


def _drawing(frame: Frame, shared: Shared, viewer: Viewer) -> charts.Drawing:
    title = finding(shared.days, shared.goal.bound or Decimal(0), days_of(shared.goal.period, frame))
    note = f"{SHORT[shared.goal.goal.measure]}, cumulative, by working day. Dashed: the agreed pace."
    return charts.pace_line(pace_of(frame, shared, viewer), charts.Caption(title=title, note=note))


def pace_of(frame: Frame, shared: Shared, viewer: Viewer) -> charts.Pace:
    """The sum so far by working day, against the straight line to the target."""
    period, currency, target = shared.goal.period, frame.terms.currency, shared.goal.bound or Decimal(0)
    days = working_days(period, frame.weekdays)

    def say(value: float) -> str:
        return formats.money_short(to_places(Decimal(value), WHOLE), currency, viewer.manner)

    amount = formats.money(shared.goal.now.figure or Decimal(0), currency, viewer.manner)
    last = days[len(shared.days) - 1] if shared.days else period.first_on
    on = formats.day_words(max(last, frame.today), frame.today)
    return charts.Pace(
        so_far=shared.days,
        days=len(days),
        target=target,
        say=say,
        now=f"{amount} on {on}",
        now_short=say(float(shared.goal.now.figure or 0)),
        goal=f"Goal {formats.money(target, currency, viewer.manner)}",
        months=[(before, formats.month(first)) for before, first in shared.months],
    )


def days_of(period: Period, frame: Frame) -> list[str]:
    """The working days of a period as they are written."""
    return [formats.span_of_days(day, day) for day in working_days(period, frame.weekdays)]


def finding(sums: Sequence[Decimal], target: Decimal, days: Sequence[str]) -> str:
    """Since when the line has been on the side of the pace it is on: `Below the pace since 12 October`."""
    if not sums or not days:
        return "The period begins"
    is_ahead = [total >= target * (place + 1) / len(days) for place, total in enumerate(sums)]
    side = "Ahead of" if is_ahead[-1] else "Below"
    turned = next((place for place in range(len(is_ahead) - 1, 0, -1) if is_ahead[place - 1] != is_ahead[-1]), 0)
    return f"{side} the pace since {days[turned]}" if turned else f"{side} the pace from the first day on"
