"""How campaigns and contents are said: their names, addresses, days, periods, and how a plan stands."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from urllib.parse import quote

from treaty.attribution.models import MeasurementPlan
from treaty.attribution.plans import MONEY, Standing
from treaty.engine.periods import Period
from treaty.funnel.campaigns import since_ever
from treaty.funnel.frame import Frame
from treaty.funnel.told import Origin, Promised
from treaty.funnel.touched import Dimension
from treaty.web import formats
from treaty.web.figures import period_words, words
from treaty.web.formats import Viewer
from treaty.web.pages.chosen import period_of
from treaty.web.pieces import Faint, Piece
from treaty.web.pieces import Standing as Mark

WHEN = {"quarter": "This quarter", "last_quarter": "Last quarter", "year": "This year", "all": "All time"}
PLACES: dict[Dimension, str] = {"campaign": "/campaigns/", "content": "/content/"}


def href(dimension: Dimension, slug: str) -> str:
    """The page of one campaign or content."""
    return f"{PLACES[dimension]}{quote(slug, safe='')}/"


def name(one: Origin) -> str:
    return one.name or formats.capital(words(one.slug))


def period(frame: Frame, when: str) -> Period:
    return since_ever(frame) if when == "all" else period_of(frame, when)


def when_words(when: str, period: Period, frame: Frame) -> str:
    """`in October to December`; `since April 2026` for all time."""
    if when == "all":
        return f"since {formats.month(period.first_on)} {period.first_on.year}"
    return f"in {period_words(period, frame)}"


def ran(one: Origin, frame: Frame, viewer: Viewer) -> str:
    """When it ran as planned; else from the first to the last touch of it."""
    if one.starts_on and one.ends_on:
        return formats.span_of_days(one.starts_on, one.ends_on, frame.today)
    if one.starts_on:
        return f"from {_day(one.starts_on, frame, viewer)}"
    if one.began_at:
        return f"seen from {_day(one.began_at.astimezone(viewer.zone).date(), frame, viewer)}"
    return ""


def _day(on: date, frame: Frame, viewer: Viewer) -> str:
    return formats.day(on, frame.today, viewer.manner)


def left(origins: Sequence[Origin]) -> dict[str, Decimal]:
    """What they have of deals won that no agreed rate converts, by currency; of those opened where nothing was won so."""
    for what in ("revenue", "pipeline"):
        found: dict[str, Decimal] = {}
        for one in origins:
            for code, amount in getattr(one, what).left.items():
                found[code] = found.get(code, Decimal(0)) + amount
        if found:
            return found
    return {}


def expected(plan: MeasurementPlan, figure: Decimal, viewer: Viewer) -> str:
    """A figure of a plan in its own unit, without what it counts."""
    if plan.metric in MONEY:
        return formats.money(figure, plan.currency, viewer.manner)
    return formats.number(int(figure), viewer.manner)


def mark(promised: Promised) -> Mark:
    """How a plan stands, as shape and word. Nobody is blamed: a plan that was not met says what was expected."""
    kinds = {Standing.REACHED: "kept", Standing.RUNNING: "running", Standing.MISSED: "below"}
    return Mark(kinds.get(promised.standing, ""), str(promised.standing))  # type: ignore[arg-type]


def plan_cell(one: Origin, viewer: Viewer) -> Piece:
    """Promised against actual in few words: `✓ €14,280 of €10,000, sealed late`; `not sealed` without a plan that stands."""
    promised = one.promised
    if promised is None:
        return Faint("not sealed")
    wanted = expected(promised.plan, promised.plan.expected, viewer)
    so_far = expected(promised.plan, promised.actual, viewer) if promised.actual is not None else "nothing yet"
    late = ", sealed after it began" if promised.began_at else ""
    return (Mark(mark(promised).kind, f"{so_far} of {wanted}"), Faint(f" {promised.standing}{late}"))
