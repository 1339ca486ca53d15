"""The goals table, and the same as a file."""

from decimal import Decimal

from treaty.funnel.catalogue.rounding import WHOLE, to_places
from treaty.funnel.frame import Frame
from treaty.plan.queries import GoalNow
from treaty.plan.queries import Standing as Stands
from treaty.plan.values import SIDES
from treaty.web import formats
from treaty.web.downloads import Value
from treaty.web.figures import SAID, SHORT, period_words, records, words
from treaty.web.formats import Viewer
from treaty.web.pieces import Figure, Goal, Standing
from treaty.web.pieces.words import Kind

LISTS = {"acceptance_rate": "answers", "win_rate": "decided", "first_contact_hours_p90": "first_contact", "brief_completeness": "briefs"}
HEADS = ("goal", "period from", "period to", "now", "cases", "expected by now", "target", "unit", "standing")
OPEN = "–"


def goal(frame: Frame, found: GoalNow, viewer: Viewer) -> Goal:
    """One line of the table."""
    return Goal(
        name=name_of(frame, found),
        now=Figure(written(frame, found, found.now.figure, viewer), href(found)),
        pace=written(frame, found, to_places(found.pace.expected, WHOLE) if found.pace else None, viewer),
        target=target_of(frame, found, viewer),
        standing=standing_of(frame, found, viewer),
    )


def href(found: GoalNow) -> str:
    """The list of what the goal counts."""
    where = found.goal.where
    more = {}
    if where and where.segment:
        more["segment"] = where.segment
    if where and where.source:
        more["side" if where.source in SIDES else "channel"] = where.source
    return records(LISTS.get(found.goal.measure, found.goal.measure), found.period, **more)


def name_of(frame: Frame, found: GoalNow) -> str:
    """`Pipeline created, this quarter`; `Revenue closed, marketing-sourced, this quarter, +25% on the previous quarter`."""
    goal, parts = found.goal, [SHORT.get(found.goal.measure, words(found.goal.measure))]
    if goal.where and goal.where.source:
        parts.append(f"{goal.where.source}-sourced" if goal.where.source in SIDES else words(goal.where.source))
    if goal.where and goal.where.segment:
        parts.append(words(goal.where.segment))
    parts.append(period_words(found.period, frame) if found.period.per == "month" else SAID[found.period.per])
    if goal.change is not None and goal.against:
        sign = "+" if goal.change >= 0 else formats.signed(-1)[0]
        parts.append(f"{sign}{formats.percent(abs(goal.change))} on the {words(goal.against)}")
    return ", ".join(parts)


def written(frame: Frame, found: GoalNow, figure: Decimal | None, viewer: Viewer) -> str:
    if figure is None:
        return OPEN
    if found.unit == "money":
        return formats.money(figure, frame.terms.currency, viewer.manner)
    if found.unit == "share":
        return formats.percent(figure, None, viewer.manner)
    return f"{formats.decimal(figure, 1, viewer.manner)} h" if found.unit == "hours" else formats.decimal(figure, 1, viewer.manner)


def target_of(frame: Frame, found: GoalNow, viewer: Viewer) -> str:
    if found.bound is None:
        return "no baseline yet"
    if found.unit == "hours":
        return f"{formats.decimal(found.bound, 0, viewer.manner)} h"
    return written(frame, found, to_places(found.bound, WHOLE) if found.unit == "money" else found.bound, viewer)


def standing_of(frame: Frame, found: GoalNow, viewer: Viewer) -> Standing:
    kind, said = STANDS[found.standing]
    if found.standing == Stands.BELOW and found.pace:
        gap = formats.money(to_places(abs(found.pace.gap), WHOLE), frame.terms.currency, viewer.manner)
        return Standing("below", f"{gap if found.unit == 'money' else abs(found.pace.gap)} below pace", now=True)
    if found.standing == Stands.NOT_KEPT and found.bound is not None and found.now.figure is not None:
        return Standing("below", _by(found, viewer), now=True)
    if found.standing == Stands.UNKNOWN and found.bound is None:
        return Standing(kind, "nothing to compare with yet")
    return Standing(kind, said)


STANDS: dict[Stands, tuple[Kind, str]] = {
    Stands.REACHED: ("kept", "reached"),
    Stands.AHEAD: ("kept", "ahead of pace"),
    Stands.BELOW: ("below", "below pace"),
    Stands.KEPT: ("kept", "within what is agreed"),
    Stands.NOT_KEPT: ("below", "below what is agreed"),
    Stands.EARLY: ("running", "too early to say"),
    Stands.UNKNOWN: ("running", "nothing measured yet"),
}


def _by(found: GoalNow, viewer: Viewer) -> str:
    """How far from what is agreed: `4.4 points below`, `3.1 h over`."""
    gap = abs((found.now.figure or Decimal(0)) - (found.bound or Decimal(0)))
    where = "over" if found.is_most else "below"
    if found.unit == "share":
        return f"{formats.decimal(gap * 100, 1, viewer.manner)} points {where}"
    return f"{formats.decimal(gap, 1, viewer.manner)}{' h' if found.unit == 'hours' else ''} {where}"


def line(frame: Frame, found: GoalNow) -> list[Value]:
    """The same for a file: plain numbers, in the unit named beside."""
    unit = frame.terms.currency if found.unit == "money" else found.unit
    expected = found.pace.expected if found.pace else None
    days = (found.period.first_on, found.period.last_on)
    return [name_of(frame, found), *days, found.now.figure, found.now.n, expected, found.bound, unit, found.standing.value]
