"""Funnel, conversion, timing and sums: figures over the picture, each null where the files cannot tell."""

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from treaty.diagnosis.picture import Deal, Lead, Moment, Picture, days_between
from treaty.diagnosis.report import Dimension, Pile, Share, Step, Timing
from treaty.diagnosis.tables import Cell, Column, Table
from treaty.diagnosis.words import STAGES

LEAD_DIMENSIONS = (
    "source", "campaign", "segment", "product", "owner", "sdr", "country", "region", "city", "industry", "type", "landing page", "title",
    "category",
)  # fmt: skip
DEAL_DIMENSIONS = (
    "source", "campaign", "product", "segment", "owner", "account", "sdr", "region", "country", "industry", "type", "pipeline", "manager",
    "team", "category",
)  # fmt: skip
_JOINED = {
    "accounts": (("account id", "account id"), ("account", "account")),
    "products": (("product", "product"),),
    "members": (("owner", "member"), ("owner", "member id"), ("owner", "email")),
}
_BROUGHT = {
    "accounts": ("industry", "country", "region", "segment", "type"),
    "products": ("family",),
    "members": ("manager", "region", "team"),
}
_MOST_VALUES = 1_000


def funnel(picture: Picture) -> tuple[Step, ...]:
    """From the first stage the files show to the last; a stage nothing in them tells about is left out."""
    if not picture.leads:
        return _deal_funnel(picture)
    first = "marketing_qualified" if all(is_mql_list(table) for table in picture.of("leads")) else "lead"
    steps = [Step(first, len(picture.leads))]
    for stage in STAGES[STAGES.index(first) + 1 :]:
        if _shows(picture, stage):
            steps.append(Step(stage, sum(lead.is_won if stage == "customer" else lead.reached(stage) for lead in picture.leads)))
    if picture.deals and not picture.linked:
        steps = [step for step in steps if step.stage not in ("opportunity", "customer")] + list(_deal_funnel(picture))
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


def _shows(picture: Picture, stage: str) -> bool:
    meaning = f"{stage} at".replace("_", " ")
    if picture.has("leads", meaning) or any(lead.stage == stage for lead in picture.leads):
        return True
    if stage == "opportunity":
        return any(not deal.is_decided or deal.outcome == "lost" for deal in picture.deals) or (
            picture.has("leads", "converted") and picture.has("leads", "opportunity id")
        )
    return stage == "customer" and (any(deal.outcome == "won" for deal in picture.deals) or picture.has("leads", "converted"))


def conversion(picture: Picture) -> tuple[Dimension, ...]:
    """Won by every column that sorts leads, and win rate (won of decided) by every column that sorts deals."""
    found: dict[str, Dimension] = {}
    if picture.linked or _shows(picture, "customer"):
        for dimension in _lead_dimensions(picture):
            found.setdefault(dimension.name, dimension)
    if any(deal.outcome == "lost" for deal in picture.deals):
        for dimension in _deal_dimensions(picture):
            name = dimension.name if dimension.name not in found else f"{dimension.name} ({dimension.file})"
            found.setdefault(name, Dimension(name, dimension.of, dimension.meaning, dimension.shares, dimension.file))
    return tuple(found.values())


def _lead_dimensions(picture: Picture) -> Iterator[Dimension]:
    for table in picture.of("leads"):
        leads = [lead for lead in picture.leads if lead.table is table]
        for column in _sorted_columns(table, LEAD_DIMENSIONS):
            shares = _shares((_text(column.values[lead.row]), lead.is_won) for lead in leads)
            if shares:
                yield Dimension(column.header, "leads", column.meaning, shares, table.file)


def _deal_dimensions(picture: Picture) -> Iterator[Dimension]:
    for table in picture.of("opportunities"):
        deals = [deal for deal in picture.deals if deal.table is table and deal.is_decided]
        for column in _sorted_columns(table, DEAL_DIMENSIONS):
            shares = _shares((_text(column.values[deal.row]), deal.outcome == "won") for deal in deals)
            if shares:
                yield Dimension(column.header, "deals", column.meaning, shares, table.file)
        for kind, joins in _JOINED.items():
            yield from _brought(picture, table, deals, kind, joins)


def _brought(picture: Picture, table: Table, deals: list[Deal], kind: str, joins: tuple[tuple[str, str], ...]) -> Iterator[Dimension]:
    """Dimensions of another file, by the key it shares: sector of the account, office of the agent."""
    for other in picture.of(kind):
        join = next((pair for pair in joins if joins_well(table, pair[0], other, pair[1])), None)
        if join is None:
            continue
        place: dict[Cell, int] = {key: row for row, key in enumerate(other.values(join[1])) if key is not None}
        keys = table.values(join[0])
        for column in _sorted_columns(other, _BROUGHT[kind]):
            pairs = [(_carried(column, place, keys[deal.row], other.file), deal.outcome == "won") for deal in deals]
            if shares := _shares(iter(pairs)):
                yield Dimension(column.header, "deals", column.meaning, shares, other.file)


def _carried(column: Column, place: Mapping[Cell, int], key: Cell, file: str) -> str | None:
    if key is None:
        return None
    return _text(column.values[place[key]]) if key in place else f"{key} (not in {file})"


def joins_well(child: Table, meaning: str, parent: Table, key: str) -> bool:
    """At least three in ten of the child's distinct values are found in the parent."""
    mine = {value for value in child.values(meaning) if value is not None}
    return bool(mine) and len(mine & set(parent.values(key))) >= 0.3 * len(mine)


def _sorted_columns(table: Table, meanings: tuple[str, ...]) -> list[Column]:
    return sorted((c for c in table.columns if c.meaning in meanings), key=lambda column: meanings.index(column.meaning))


def _shares(pairs: Iterable[tuple[str | None, bool]]) -> tuple[Share, ...]:
    """Values by frequency; none if there is nothing to compare, or nearly every row has its own value."""
    count: Counter[str | None] = Counter()
    won: Counter[str | None] = Counter()
    for value, is_won in pairs:
        count[value] += 1
        won[value] += is_won
    told = len(count) - (None in count)
    if told < 2 or told > min(_MOST_VALUES, max(20, sum(count.values()) // 5)):
        return ()
    ranked = sorted(count, key=lambda value: (-count[value], value is None, value or ""))
    return tuple(Share(value, count[value], won[value]) for value in ranked)


def _text(value: Cell) -> str | None:
    return None if value is None else str(value)


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
    entered = lead.entered.get("marketing_qualified")
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
        pile = Pile(len(deals), total(deals) if len(currency) < 2 else None, tuple(stages.most_common()))
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
