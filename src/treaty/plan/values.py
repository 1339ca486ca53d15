"""What the agreement's measures are worth in a period, over the lake. Each is named in the agreement's vocabulary."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from treaty.agreement.terms import Terms
from treaty.agreement.terms_plan import GoalFilter
from treaty.agreement.terms_promises import Duty
from treaty.engine.measuring import kept_rows
from treaty.engine.periods import Period
from treaty.feedback import measures as feedback
from treaty.funnel import queries as funnel
from treaty.funnel.deals import HELPED, MARKETING, SALES
from treaty.funnel.frame import Frame
from treaty.funnel.queries import Deal, Sum
from treaty.sla import measures as sla

HOUR_US = 3_600_000_000
NOTHING: Mapping[str, int] = {}
SIDES = {"marketing": (MARKETING,), "sales": (HELPED, SALES)}
"""A goal's `source` may name who found the deal; any other word is the lead's channel."""


@dataclass(frozen=True, slots=True)
class Value:
    """A measure over a period, in its own unit; None while nothing was measured.

    n: how many cases it rests on; k: those that count for a share. others: amounts in other currencies, which are
    not in the figure. parts: counts of cases by name, as far as they must be shown beside (what expired).
    """

    figure: Decimal | None
    n: int = 0
    k: int = 0
    others: Mapping[str, Decimal] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)


def value(frame: Frame, measure: str, period: Period, where: GoalFilter | None = None) -> Value:
    """One measure of the vocabulary in a period. Those without machinery yet are worth None."""
    found = MEASURED.get(measure)
    return found(frame, period, where or GoalFilter()) if found else Value(None)


def share(k: int, n: int, parts: Mapping[str, int] = NOTHING) -> Value:
    return Value(Decimal(k) / n if n else None, n, k, parts=parts)


def promise_that(terms: Terms, duty: Duty) -> str:
    """The id of sales' promise of a duty, empty when nothing is promised."""
    return next((promise.id for promise in terms.promises.sales if promise.do == duty), "")


def deals(frame: Frame) -> Sequence[Deal]:
    """Every deal that any figure of now, of the last three quarters or of their baselines may count."""
    first = frame.last("quarter", 4)[0]
    year = frame.before(frame.period("year"))
    return funnel.deals_since(frame, min(first.us[0], year.us[0]))


def counted(rows: Sequence[Deal], where: GoalFilter) -> list[Deal]:
    """The deals a goal's filter lets pass."""
    sides = SIDES.get(where.source or "", ())
    return [
        deal
        for deal in rows
        if (where.segment is None or deal.segment == where.segment)
        and (where.source is None or deal.sourced in sides or deal.channel == where.source)
    ]


def pipeline(frame: Frame, period: Period, where: GoalFilter) -> list[Deal]:
    return counted(funnel.opened(deals(frame), period.us), where)


def revenue(frame: Frame, period: Period, where: GoalFilter) -> list[Deal]:
    return counted(funnel.closed(deals(frame), period.us, "won"), where)


def created(rows: Sequence[Deal], currency: str) -> Sum:
    """What deals were worth when they were opened."""
    return funnel.total([(deal.currency, deal.created) for deal in rows], currency)


def closed(rows: Sequence[Deal], currency: str) -> Sum:
    """What deals closed for."""
    return funnel.total([(deal.currency, deal.amount) for deal in rows], currency)


def _money(found: Sum) -> Value:
    return Value(found.amount, found.n, others=found.others, parts={"without": found.without, "unnamed": found.unnamed})


def _pipeline_created(frame: Frame, period: Period, where: GoalFilter) -> Value:
    return _money(created(pipeline(frame, period, where), frame.terms.currency))


def _revenue_closed(frame: Frame, period: Period, where: GoalFilter) -> Value:
    return _money(closed(revenue(frame, period, where), frame.terms.currency))


def _acceptance_rate(frame: Frame, period: Period, where: GoalFilter) -> Value:
    """Accepted of all that was decided; what ran out without an answer counts as not accepted, and is shown."""
    dimension, wanted = ("channel", where.source) if where.source else ("segment", where.segment)
    key = ("origins", dimension, promise_that(frame.terms, "disposition"), period.us)
    rows = kept_rows(frame.lake, key, lambda: feedback.origins(frame.lake, key[2], dimension, key[3]))
    sums = {name: sum(int(row[name]) for row in rows if wanted in (None, row["value"])) for name in feedback.ENDS}
    return share(sums["accepted"], sum(sums.values()), sums)


def _win_rate(frame: Frame, period: Period, where: GoalFilter) -> Value:
    """Won of won and lost; open deals are never divided by."""
    won = len(counted(funnel.closed(deals(frame), period.us, "won"), where))
    lost = len(counted(funnel.closed(deals(frame), period.us, "lost"), where))
    return share(won, won + lost, {"won": won, "lost": lost})


def _first_contact_hours_p90(frame: Frame, period: Period, where: GoalFilter) -> Value:
    promise = promise_that(frame.terms, "first_contact")
    key = ("first contact p90", promise, period.us, where.segment, where.source)

    def ask() -> Any:
        return sla.p90(feedback.of_leads(frame.lake, sla.first_contacts(frame.lake, promise, period.us), where.segment, where.source))

    (row,) = kept_rows(frame.lake, key, ask)
    return Value(Decimal(round(row["p90_us"])) / HOUR_US if row["n"] else None, row["n"])


def _brief_completeness(frame: Frame, period: Period, where: GoalFilter) -> Value:
    key = ("briefs", period.us, where.segment, where.source)

    def ask() -> Any:
        return sla.complete(feedback.of_leads(frame.lake, sla.briefs(frame.lake, period.us), where.segment, where.source))

    (row,) = kept_rows(frame.lake, key, ask)
    return share(row["complete"], row["n"])


MEASURED: dict[str, Callable[[Frame, Period, GoalFilter], Value]] = {
    "pipeline_created": _pipeline_created,
    "revenue_closed": _revenue_closed,
    "acceptance_rate": _acceptance_rate,
    "win_rate": _win_rate,
    "first_contact_hours_p90": _first_contact_hours_p90,
    "brief_completeness": _brief_completeness,
}
"""`signal_lift` follows with the learned weights."""
