"""Numbers made of others: how fast the pipeline turns into money, and whether there is enough of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from treaty.currencies import rounded
from treaty.funnel.catalogue.measure import Composed, Number
from treaty.funnel.catalogue.rounding import ratio

MORE, LESS = Decimal("1.1"), Decimal("0.9")
"""A lever a tenth better."""


def velocity(open_: int, average: Decimal | None, rate: Decimal | None, cycle_days: Decimal | None, own: str) -> Decimal | None:
    """What the pipeline brings a day, in the currency of the average; None while any of the four is unknown."""
    if average is None or rate is None or not cycle_days:
        return None
    return rounded(open_ * average * rate / cycle_days, own)


def _velocity(made_of: Mapping[str, Number], _: Decimal | None, own: str) -> Number:
    open_, average = made_of["open_pipeline"].n, made_of["average_won"].figure
    rate, cycle = made_of["win_rate"].figure, made_of["sales_cycle_mean"].figure
    figure = velocity(open_, average, rate, cycle, own)
    parts: dict[str, Any] = {"open": open_, "average_won": average, "win_rate": rate, "cycle_days": cycle}
    if figure is not None and average is not None and rate is not None and cycle:
        more = rounded(figure * MORE, own) - figure
        quicker = velocity(open_, average, rate, cycle * LESS, own) or figure
        parts["a_tenth_better"] = {"open": more, "average_won": more, "win_rate": more, "cycle_days": quicker - figure}
    return Number(figure, open_, parts=parts)


def _coverage(made_of: Mapping[str, Number], target: Decimal | None, _: str) -> Number:
    """needed: 1 / win rate. No figure without an agreed goal of revenue for such a period, nor once it is reached."""
    due, won, rate = made_of["pipeline_due"], made_of["revenue_closed"].figure or Decimal(0), made_of["win_rate_by_value"].figure
    left = None if target is None else target - won
    figure = None if left is None or left <= 0 else ratio(due.figure or Decimal(0), left)
    needed = ratio(Decimal(1), rate)
    return Number(figure, due.n, parts={"due": due.figure, "won": won, "target": target, "left": left, "needed": needed})


def _lead_value(made_of: Mapping[str, Number], _: Decimal | None, own: str) -> Number:
    rate, average = made_of["lead_to_won"], made_of["average_won"].figure
    figure = None if rate.figure is None or average is None else rounded(rate.figure * average, own)
    return Number(figure, rate.n, parts={"lead_to_won": rate.figure, "average_won": average})


def _lead_pipeline(made_of: Mapping[str, Number], _: Decimal | None, own: str) -> Number:
    rate, average = made_of["lead_to_opportunity"], made_of["average_created"].figure
    figure = None if rate.figure is None or average is None else rounded(rate.figure * average, own)
    return Number(figure, rate.n, parts={"lead_to_opportunity": rate.figure, "average_created": average})


MADE: tuple[Composed, ...] = (
    Composed(
        name="pipeline_velocity",
        version=2,
        says="What the pipeline brings a day, by its four levers; win rate, amount and cycle are of what was decided in the period.",
        formula="open opportunities × average won amount × win rate by count / mean cycle in days",
        unit="money per day",
        counts="now",
        made_of=("open_pipeline", "average_won", "win_rate", "sales_cycle_mean"),
        figure=_velocity,
    ),
    Composed(
        name="pipeline_coverage",
        version=2,
        says="How often the pipeline due in the period covers what is still missing to the agreed revenue; 1 / win rate is needed.",
        formula="pipeline due in the period / (agreed revenue − revenue closed), beside 1 / win rate by value",
        unit="ratio",
        counts="now",
        made_of=("pipeline_due", "revenue_closed", "win_rate_by_value"),
        figure=_coverage,
    ),
    Composed(
        name="lead_value",
        version=2,
        says="What a lead handed to sales in the period is worth, by how often such leads are won.",
        formula="leads won within 90 days / leads handed to sales × average won amount",
        unit="money",
        counts="cohort",
        made_of=("lead_to_won", "average_won"),
        figure=_lead_value,
    ),
    Composed(
        name="lead_pipeline",
        version=2,
        says="What a lead handed to sales in the period brings to the pipeline, by how often such leads become an opportunity.",
        formula="leads with an opportunity within 90 days / leads handed to sales × average amount at opening",
        unit="money",
        counts="cohort",
        made_of=("lead_to_opportunity", "average_created"),
        figure=_lead_pipeline,
    ),
)
