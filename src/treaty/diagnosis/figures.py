"""Funnel, timing and sums: figures over the picture, each null where the files cannot tell."""

import math
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from treaty.diagnosis.picture import Deal, Lead, Moment, Picture, days_between
from treaty.diagnosis.report import Pile, Step, Timing
from treaty.diagnosis.tables import Table
from treaty.diagnosis.words import STAGES


def funnel(picture: Picture) -> tuple[Step, ...]:
    """From the first stage the files show to the last; a stage nothing in them tells about is left out."""
    if not picture.leads:
        return _deal_funnel(picture)
    first = "marketing_qualified" if all(is_mql_list(table) for table in picture.of("leads")) else "lead"
    steps = [Step(first, len(picture.leads))]
    for stage in STAGES[STAGES.index(first) + 1 :]:
        if shows(picture, stage):
            steps.append(Step(stage, sum(lead.is_won if stage == "customer" else lead.reached(stage) for lead in picture.leads)))
    if picture.deals and not picture.linked:
        first_deal, *later = _deal_funnel(picture) or (None,)
        steps = [step for step in steps if step.stage not in ("opportunity", "customer")]
        steps += [replace(first_deal, is_joined=False), *later] if first_deal else []
    return tuple(steps)


def is_mql_list(table: Table) -> bool:
    """A list of marketing qualified leads says so: in its name, or in the name of its ids."""
    column = table.column("lead id")
    name = f"{table.file} {column.header if column else ''}".lower()
    return "mql" in name or "marketing_qualified" in name or "marketing qualified" in name


def _deal_funnel(picture: Picture) -> tuple[Step, ...]:
    outcomes = {deal.outcome for deal in picture.deals}
    opened = [Step("opportunity", len(picture.deals))] if outcomes - {"won"} else []
    won = [Step("customer", sum(deal.outcome == "won" for deal in picture.deals))] if outcomes - {None} else []
    return (*opened, *won)


def shows(picture: Picture, stage: str) -> bool:
    meaning = f"{stage} at".replace("_", " ")
    if picture.has("leads", meaning) or any(lead.stage == stage for lead in picture.leads):
        return True
    if stage == "opportunity":
        return any(not deal.is_decided or deal.outcome == "lost" for deal in picture.deals) or (
            picture.has("leads", "converted") and picture.has("leads", "opportunity id")
        )
    return stage == "customer" and (any(deal.outcome == "won" for deal in picture.deals) or picture.has("leads", "converted"))


def timing(picture: Picture) -> dict[str, Timing]:
    """How long things took, in days; impossible orders are in it as they stand, and listed among the findings."""
    spans = {
        "first_contact_to_won_days": _lead_to_won(picture, "first contact"),
        "created_to_won_days": _lead_to_won(picture, "created"),
        "created_to_first_sales_activity_days": [
            days_between(start, lead.first_activity) for lead in picture.leads if lead.first_activity and (start := answered_from(lead))
        ],
        "opened_to_won_days": _open_to_end(picture, "won"),
        "opened_to_lost_days": _open_to_end(picture, "lost"),
    }
    return {name: timed for name, days in spans.items() if (timed := measure(days)) is not None}


def measure(days: list[float]) -> Timing | None:
    if not days:
        return None
    ranked = sorted(days)
    return Timing(len(days), statistics.median(ranked), statistics.fmean(ranked), ranked[math.ceil(0.9 * len(ranked)) - 1], tuple(ranked))


def answered_from(lead: Lead) -> Moment | None:
    """From when an answer is awaited: marketing qualified, else created, else first contact."""
    entered, answered = lead.entered.get("marketing_qualified"), lead.first_activity
    if entered and answered and days_between(entered, answered) < 0:
        entered = None  # answered before marketing judged it: the wait is from the lead's own beginning
    start = entered or lead.get("created") or lead.get("first contact")
    return start if isinstance(start, Moment) else None


def first_won(lead: Lead) -> Moment | None:
    ends = [deal.ended for deal in lead.deals if deal.outcome == "won" and deal.ended]
    return min(ends, key=lambda at: days_between(ends[0], at)) if ends else lead.entered.get("customer")


def _lead_to_won(picture: Picture, meaning: str) -> list[float]:
    spans = []
    for lead in picture.leads:
        start, end = lead.get(meaning), first_won(lead)
        if isinstance(start, Moment) and end is not None:
            spans.append(days_between(start, end))
    if spans or picture.leads:
        return spans
    pairs = ((deal.get(meaning), deal.ended) for deal in picture.deals if deal.outcome == "won")
    return [days_between(start, end) for start, end in pairs if isinstance(start, Moment) and end]


def _open_to_end(picture: Picture, outcome: str) -> list[float]:
    return [days_between(d.opened, d.ended) for d in picture.deals if d.outcome == outcome and d.opened and d.ended]


def opportunities(picture: Picture) -> dict[str, Pile | None]:
    """Won, lost, open. A file of won deals alone says nothing about the others: None."""
    outcomes = {deal.outcome for deal in picture.deals} - {None}
    only_won = outcomes <= {"won"}
    currency = currencies(picture)
    piles: dict[str, Pile | None] = {}
    for outcome in ("won", "lost", "open"):
        deals = [deal for deal in picture.deals if deal.outcome == outcome]
        stages = Counter(str(deal.get("stage")) for deal in deals if deal.get("stage") is not None)
        mixed = len(currency) > 1 and any(deal.amount is not None for deal in deals)
        pile = Pile(len(deals), total(deals) if len(currency) < 2 else None, tuple(stages.most_common()), mixed)
        piles[outcome] = None if not outcomes or (only_won and outcome != "won") else pile
    return piles


def total(deals: Iterable[Deal]) -> Decimal | None:
    """Sum of the recorded amounts; None if none is recorded."""
    amounts = [deal.amount for deal in deals if deal.amount is not None]
    return sum(amounts, Decimal(0)) if amounts else None


def currencies(picture: Picture) -> tuple[str, ...]:
    """The currencies amounts are stated in, most frequent first."""
    found = Counter(str(c) for deal in picture.deals if deal.amount is not None and (c := deal.get("currency")) is not None)
    return tuple(name for name, _ in found.most_common())
