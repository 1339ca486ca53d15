"""Numbers of opportunities that are open: what they are worth, when they are due, what may come of them, how they became what they are."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from treaty.currencies import rounded
from treaty.engine.measuring import Lake
from treaty.funnel import deals, waterfall
from treaty.funnel.catalogue.entries.sales import of_deals, worth
from treaty.funnel.catalogue.measure import Asked, Measure, Number, Row, amounts_of, money


def _open(lake: Lake, asked: Asked) -> Any:
    return deals.open_at(lake, asked.at_us)


def _due(lake: Lake, asked: Asked) -> Any:
    rows = deals.open_at(lake, asked.at_us)
    return rows.filter((rows.close_on >= asked.first_on) & (rows.close_on < asked.end_on))


def _weighted(lake: Lake, asked: Asked) -> Any:
    """Open deals, each with what became of the decided deals that were ever in its stage."""
    odds = deals.odds(lake, asked.at_us)
    rows = deals.open_at(lake, asked.at_us)
    return rows.left_join(odds, "stage").drop("stage_right")


def _weighted_sums(rows: Any) -> dict[str, Any]:
    return {**amounts_of(rows), "stage_won": rows.stage_won.max(), "stage_decided": rows.stage_decided.max()}


def _weighted_figure(rows: Sequence[Row], own: str) -> Number:
    """Rounded in the end, not stage by stage. A stage nothing was decided in yet weighs nothing, and is shown beside."""
    known = [row for row in rows if row["stage_decided"]]
    weighed = [{**row, "amount": _weigh(row)} for row in known]
    unknown = money([row for row in rows if not row["stage_decided"]], own)
    found = money(weighed, own)
    others = {currency: rounded(amount, currency) for currency, amount in found.others.items()}
    by_stage = {row["stage"]: (row["stage_won"], row["stage_decided"]) for row in known}
    parts = {**found.parts, "unweighed": unknown.figure, "odds": by_stage}
    return Number(rounded(found.figure or Decimal(0), own), found.n, others=others, parts=parts)


def _weigh(row: Mapping[str, Any]) -> Decimal | None:
    if row["amount"] is None:
        return None
    weighed: Decimal = row["amount"] * row["stage_won"] / row["stage_decided"]
    return weighed


def _flows(lake: Lake, asked: Asked) -> Any:
    span = asked.span[0], min(asked.span[1], asked.at_us)
    return waterfall.flows(lake, span, asked.end_on, asked.exchange, asked.exchanges)


def _lines(_: Asked) -> Sequence[str]:
    return waterfall.LINES


PIPELINE: tuple[Measure, ...] = (
    worth(
        name="open_pipeline",
        says="What is open now, at what each opportunity is worth now.",
        formula="sum of the amounts of open opportunities",
        counts="now",
        cases=_open,
    ),
    worth(
        name="pipeline_due",
        says="What is open now and due to close in the period.",
        formula="sum of the amounts of open opportunities with a close date in the period",
        counts="now",
        cases=_due,
    ),
    of_deals(
        name="weighted_pipeline",
        version=2,
        says="What is open now, each amount weighed by how often opportunities that were in its stage were won.",
        formula="sum of amount × (won / decided of all that were ever in the stage it is in)",
        unit="money",
        counts="now",
        cases=_weighted,
        sums=_weighted_sums,
        figure=_weighted_figure,
        in_money=True,
        fine="stage",
    ),
    worth(
        name="pipeline_waterfall",
        version=2,
        says="How the pipeline due by the end of the period became what it is.",
        formula="opening + created + moved in + increased − decreased − moved out − won − lost = closing",
        counts="period",
        is_of_now=True,
        cases=_flows,
        of="line",
        parts=_lines,
        is_bucketed=False,
    ),
)
