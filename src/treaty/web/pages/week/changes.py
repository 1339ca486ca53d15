"""What changed in the week, in sentences with the week before beside them."""

from decimal import Decimal

from treaty.engine.periods import Period
from treaty.funnel.catalogue.rounding import WHOLE, to_places
from treaty.funnel.frame import Frame
from treaty.plan.queries import GoalNow
from treaty.plan.queries import Standing as Stands
from treaty.rhythm.queries import Week
from treaty.web import formats
from treaty.web.figures import period_words, records
from treaty.web.formats import Viewer
from treaty.web.pieces import Change, Figure, Piece, Standing

ZERO = Decimal(0)


def title(found: Week) -> str:
    """The finding: how many leads, against the week before, and how many cases were not in time."""
    n, before = found.now.qualified, found.before.qualified
    said = f"{formats.capital(formats.spell(n, 'lead'))} qualified, {_against(n, before)}"
    if not found.broken:
        return f"{said}; every promise that was due was kept"
    return f"{said}; {formats.spell(len(found.broken), 'case')} {'was' if len(found.broken) == 1 else 'were'} not in time"


def _against(n: int, before: int) -> str:
    if n == before:
        return "as many as the week before"
    if not before:
        return "none the week before"
    return f"{formats.spell(abs(n - before))} {'more' if n > before else 'fewer'} than the week before"


def changes(frame: Frame, found: Week, goals: list[GoalNow], viewer: Viewer) -> list[Change]:
    """At most five sentences; what did not happen in either week is not told."""
    stands = {one.goal.measure: one for one in goals if one.goal.where is None} if found.sync.on >= frame.today else {}
    told = (
        _leads(found),
        _pipeline(frame, found, stands.get("pipeline_created"), viewer),
        _accepted(found, stands.get("acceptance_rate")),
        _prompt(frame, found),
        _revenue(frame, found, stands.get("revenue_closed"), viewer),
    )
    return [one for one in told if one is not None]


def _leads(found: Week) -> Change | None:
    now, before = found.now.qualified, found.before.qualified
    if not now and not before:
        return None
    counted = Figure(formats.count(now, "lead"), records("qualified", found.sync.period))
    return Change(
        (counted, " qualified, ", Figure(formats.number(before), records("qualified", found.sync.before)), " in the week before.")
    )


def _pipeline(frame: Frame, found: Week, goal: GoalNow | None, viewer: Viewer) -> Change | None:
    now, before = found.now.pipeline, found.before.pipeline
    if not now.n and not before.n:
        return None
    earlier = Figure(_money(frame, before.figure or ZERO, viewer), records("pipeline_created", found.sync.before))
    said: tuple[Piece, ...] = ("No pipeline was opened; ", earlier, " the week before.")
    if now.n:
        amount = Figure(f"{_money(frame, now.figure or ZERO, viewer)} of pipeline", records("pipeline_created", found.sync.period))
        said = (amount, opened_words(now.n, found.now.by_marketing), earlier, " the week before.")
    return Change((*said, *_total(frame, goal, viewer)), _pace(frame, goal, viewer))


def opened_words(n: int, by_marketing: int) -> str:
    count = formats.spell(n, "opportunity", "opportunities")
    return f" was opened in {count}, {formats.spell(by_marketing) if by_marketing else 'none'} found by marketing; "


def _revenue(frame: Frame, found: Week, goal: GoalNow | None, viewer: Viewer) -> Change | None:
    now, before = found.now.revenue, found.before.revenue
    if not now.n and not before.n:
        return None
    earlier = _deals_before(frame, found, viewer)
    said: tuple[Piece, ...] = ("No deal closed; ", earlier, " did the week before.")
    if now.n:
        counted = Figure(_money(frame, now.figure or ZERO, viewer), records("revenue_closed", found.sync.period))
        said = (counted, f" closed in {formats.spell(now.n, 'deal')}; ", earlier, " the week before.")
    return Change((*said, *_total(frame, goal, viewer)), _pace(frame, goal, viewer))


def _deals_before(frame: Frame, found: Week, viewer: Viewer) -> Piece:
    before = found.before.revenue
    return Figure(_money(frame, before.figure or ZERO, viewer), records("revenue_closed", found.sync.before)) if before.n else "nothing"


def _total(frame: Frame, goal: GoalNow | None, viewer: Viewer) -> list[Piece]:
    """Where the period of the goal stands with it."""
    if goal is None or goal.now.figure is None:
        return []
    name = f"The {goal.period.per}" if goal.period.per != "month" else period_words(goal.period, frame)
    return [f" {name} stands at ", Figure(_money(frame, goal.now.figure, viewer), records(goal.goal.measure, goal.period)), "."]


def _accepted(found: Week, goal: GoalNow | None) -> Change | None:
    now, before = found.now, found.before
    if not now.decided:
        return None
    decided = Figure(formats.n_of(now.accepted, now.decided), records("answers", found.sync.period))
    earlier = _n_of(before.accepted, before.decided, records("answers", found.sync.before))
    back = len(found.ends)
    said: list[Piece] = ["Sales accepted ", decided, " leads it decided on; ", earlier, " the week before."]
    if back:
        said.append(f" {formats.capital(formats.spell(back))} came back.")
    return Change(tuple(said), _line(goal) if goal else "")


def _prompt(frame: Frame, found: Week) -> Change | None:
    now, before = found.now, found.before
    if not now.due:
        return None
    counted = Figure(formats.n_of(now.in_time, now.due), _prompt_href(frame, found.sync.period))
    earlier = _n_of(before.in_time, before.due, _prompt_href(frame, found.sync.before))
    return Change((counted, " first contacts due came in time; ", earlier, " the week before."))


def _prompt_href(frame: Frame, period: Period) -> str:
    """The cases of those days: the week's figure is not the month's."""
    promise = next((one.id for one in frame.terms.promises.sales if one.do == "first_contact"), "")
    return f"/promises/{promise}/?from={period.first_on}&to={period.last_on}" if promise else ""


def _n_of(part: int, whole: int, href: str) -> Piece:
    """`8 of 9`, with its records; of nothing there is no share."""
    return Figure(formats.n_of(part, whole), href) if whole else "there were none"


def _pace(frame: Frame, goal: GoalNow | None, viewer: Viewer) -> Piece:
    if goal is None or goal.pace is None:
        return ""
    if goal.standing == Stands.BELOW:
        return Standing("below", f"{_money(frame, to_places(abs(goal.pace.gap), WHOLE), viewer)} below pace", now=True)
    return Standing("kept", "reached" if goal.standing == Stands.REACHED else "ahead of pace")


def _line(goal: GoalNow) -> Piece:
    kinds: dict[Stands, Piece] = {
        Stands.KEPT: Standing("kept", "on the line this month"),
        Stands.NOT_KEPT: Standing("below", "below the line this month", now=True),
    }
    return kinds.get(goal.standing, Standing("running", "too early to say"))


def _money(frame: Frame, amount: Decimal, viewer: Viewer) -> str:
    return formats.money(amount, frame.terms.currency, viewer.manner)
