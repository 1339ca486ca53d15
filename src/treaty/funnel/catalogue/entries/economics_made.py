"""Numbers of unit economics made of others: what a customer costs, what a customer is worth, when it is paid back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from treaty.agreement.terms_economics import MONTHS, Economics, months_of
from treaty.currencies import rounded
from treaty.engine.periods import ONE_DAY, Period
from treaty.funnel.catalogue.measure import Composed, Number
from treaty.funnel.catalogue.rounding import TENTH, each, ratio
from treaty.funnel.costs import accrued, stays_months

if TYPE_CHECKING:
    from treaty.funnel.frame import Frame

LESS_THAN_ONE = "less than one customer credited in the period"
ORIGINS = ("channel", "campaign")


@dataclass(frozen=True, slots=True)
class Beside:
    """What the agreement adds for a period: its costs by id, the margin, how long an amount covers and a customer stays, in months."""

    costs: Mapping[str, Decimal]
    lag_days: int
    margin: Decimal | None
    covers: int | None
    stays: Decimal | None
    per: int


def beside(frame: "Frame", period: Period) -> Beside:
    """Costs count up to the day of the lake, as spend does: those of the days to come are not paid yet. per: months of the period
    churn is stated by."""
    from treaty.funnel.catalogue.asking import lag_of

    agreed, lag = frame.terms.economics or Economics(), lag_of(frame, period.end_on)
    back = timedelta(days=lag)
    days = (period.first_on - back, max(period.first_on, min(period.end_on, frame.known_on + ONE_DAY)) - back)
    costs = {cost.id: accrued(cost, *days, frame.containing, frame.terms.currency) for cost in agreed.costs}
    per = MONTHS[agreed.churn.per] if agreed.churn else 1
    return Beside(costs, lag, agreed.margin, months_of(agreed.amount_covers) if agreed.amount_covers else None, stays_months(agreed), per)


def _cac(made_of: Mapping[str, Number], agreed: Beside, own: str) -> Number:
    """No figure without customers, nor without any cost."""
    spend, customers = made_of["acquisition_spend"], made_of["new_customers"].n
    added = sum(agreed.costs.values(), Decimal(0))
    cost = (spend.figure or Decimal(0)) + added
    missing = [*([] if cost else ["no spend in the period"]), *([] if customers else ["no new customer in the period"])]
    parts = {"spend": spend.figure, "costs": dict(agreed.costs), "cost": cost, "customers": customers, "lag_days": agreed.lag_days}
    figure = None if missing else each(cost, customers, own)
    return Number(figure, customers, others=spend.others, parts=parts, missing=tuple(missing))


def _cac_by_credit(made_of: Mapping[str, Number], _: Any, own: str) -> Number:
    """Of less than one customer there is no cost of a customer."""
    spend, customers = made_of["acquisition_spend"], made_of["credited_customers"]
    missing = [
        *([] if spend.figure else ["no spend in the period"]),
        *([] if (customers.figure or 0) >= 1 else [LESS_THAN_ONE if customers.figure else "no customer credited in the period"]),
    ]
    figure = None if missing else each(spend.figure, customers.figure, own)
    return Number(
        figure, customers.n, others=spend.others, parts={"spend": spend.figure, "customers": customers.figure}, missing=tuple(missing)
    )


def _return(made_of: Mapping[str, Number], _: Any, __: str) -> Number:
    spend, earned = made_of["acquisition_spend"], made_of["credited_revenue"]
    missing = () if spend.figure else ("no spend in the period",)
    figure = None if missing else ratio(earned.figure or Decimal(0), spend.figure)
    return Number(figure, earned.n, parts={"spend": spend.figure, "credited": earned.figure or Decimal(0)}, missing=missing)


def _per_stage(made_of: Mapping[str, Number], _: Any, own: str) -> Number:
    spend, leads = made_of["spend"], made_of["stage_reached"]
    missing = [*([] if spend.figure else ["no spend in the period"]), *([] if leads.n else ["no lead reached it in the period"])]
    figure = None if missing else each(spend.figure, leads.n, own)
    return Number(figure, leads.n, others=spend.others, parts={"spend": spend.figure, "leads": leads.n}, missing=tuple(missing))


MARGIN, COVERS, STAYS = "no gross margin is agreed", "it is not agreed how long an amount pays for", "neither churn nor lifetime is agreed"


def _clv(made_of: Mapping[str, Number], agreed: Beside, own: str) -> Number:
    """Revenue per account and period × margin / churn of such a period, which is the margin of a month times the months it stays."""
    average = made_of["average_revenue_per_account"]
    missing = [*average.missing, *_unsaid(agreed, ("margin", MARGIN), ("covers", COVERS), ("stays", STAYS))]
    parts: dict[str, Any] = {
        "average": average.figure,
        "margin": agreed.margin,
        "covers_months": agreed.covers,
        "stays_months": agreed.stays,
    }
    if missing or average.figure is None or agreed.margin is None or agreed.covers is None or agreed.stays is None:
        return Number(None, average.n, parts=parts, missing=tuple(missing))
    figure = rounded(average.figure * agreed.margin * agreed.stays / agreed.covers, own)
    return Number(figure, average.n, others=average.others, parts=parts)


def _unsaid(agreed: Beside, *needed: tuple[str, str]) -> list[str]:
    return [says for name, says in needed if getattr(agreed, name) is None]


def _ltv_to_cac(made_of: Mapping[str, Number], _: Any, __: str) -> Number:
    worth, cost = made_of["clv"], made_of["cac"]
    parts = {"clv": worth.figure, "cac": cost.figure}
    return Number(ratio(worth.figure, cost.figure), cost.n, parts=parts, missing=(*worth.missing, *cost.missing))


def _payback(made_of: Mapping[str, Number], agreed: Beside, own: str) -> Number:
    average, cost = made_of["average_new_account"], made_of["cac"]
    missing = [*cost.missing, *average.missing, *_unsaid(agreed, ("margin", MARGIN), ("covers", COVERS))]
    monthly = None
    if average.figure is not None and agreed.margin is not None and agreed.covers is not None:
        monthly = rounded(average.figure / agreed.covers * agreed.margin, own)
    parts = {"cac": cost.figure, "margin_a_month": monthly}
    return Number(ratio(cost.figure, monthly, TENTH), cost.n, parts=parts, missing=tuple(dict.fromkeys(missing)))


def _made(
    name: str,
    says: str,
    formula: str,
    made_of: Sequence[str],
    figure: Callable[[Mapping[str, Number], Any, str], Number],
    **more: Any,
) -> Composed:
    return Composed(name=name, says=says, formula=formula, made_of=tuple(made_of), figure=figure, agreed=beside, counts="period", **more)


MADE_OF_ECONOMICS: tuple[Composed, ...] = (
    _made(
        "cost_per_stage",
        "What was spent in the period for each lead that first reached a stage in it; the leads of a channel are those that came by it.",
        "spend / leads that first reached the stage",
        ("spend", "stage_reached"),
        _per_stage,
        unit="money",
        by=ORIGINS,
    ),
    _made(
        "cac",
        "What a new customer of the period cost: the spend and the further costs that are agreed, over all new customers.",
        "(acquisition spend + agreed costs of the same days) / new customers",
        ("acquisition_spend", "new_customers"),
        _cac,
        unit="money",
        by=(),
    ),
    _made(
        "cac_by_credit",
        "What was spent on a channel or campaign for each new customer the agreed model credits to it; spend alone, no salaries or tools.",
        "acquisition spend / new customers credited by the agreed model",
        ("acquisition_spend", "credited_customers"),
        _cac_by_credit,
        unit="money",
        by=ORIGINS,
    ),
    _made(
        "clv",
        "What a customer is worth over the time they stay, by the agreed margin and churn.",
        "average revenue per account per period × gross margin % / churn per period",
        ("average_revenue_per_account",),
        _clv,
        unit="money",
    ),
    _made(
        "ltv_to_cac",
        "How often what a customer is worth covers what a customer costs.",
        "customer lifetime value / customer acquisition cost",
        ("clv", "cac"),
        _ltv_to_cac,
        unit="ratio",
        by=(),
    ),
    _made(
        "payback_months",
        "After so many months the margin of a new customer has paid what winning them cost.",
        "customer acquisition cost / (monthly revenue per new account × gross margin %)",
        ("cac", "average_new_account"),
        _payback,
        unit="months",
        by=(),
    ),
    _made(
        "return_on_spend",
        "What the agreed model credits to a channel or campaign for each unit of money spent on it.",
        "credited revenue / acquisition spend",
        ("acquisition_spend", "credited_revenue"),
        _return,
        unit="ratio",
        by=ORIGINS,
    ),
)
