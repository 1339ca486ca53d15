"""Conversion by every column that sorts leads or deals; values as the files write them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from treaty.diagnosis.figures import shows
from treaty.diagnosis.picture import Deal, Picture
from treaty.diagnosis.report import Dimension, Share
from treaty.diagnosis.tables import Cell, Column, Table

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


def conversion(picture: Picture) -> tuple[Dimension, ...]:
    """Won by every column that sorts leads, and win rate (won of decided) by every column that sorts deals."""
    found: dict[str, Dimension] = {}
    sides = [_lead_dimensions(picture)] if tells_of_leads(picture) else []
    sides += [_deal_dimensions(picture)] if any(deal.outcome == "lost" for deal in picture.deals) else []
    for dimension in chain(*sides):
        name = dimension.name if dimension.name not in found else f"{dimension.name} ({dimension.file})"
        found.setdefault(name, replace(dimension, name=name))
    return tuple(found.values())


def tells_of_leads(picture: Picture) -> bool:
    """Whether the files tell which leads were won. Wins that no column joins with the leads say nothing about any of them."""
    if picture.deals and not picture.linked:
        return picture.has("leads", "converted", "customer at") or any(lead.is_won for lead in picture.leads)
    return bool(picture.linked) or shows(picture, "customer")


def _lead_dimensions(picture: Picture) -> Iterator[Dimension]:
    for table in picture.of("leads"):
        leads = [lead for lead in picture.leads if lead.table is table]
        for column in _sorted_columns(table, LEAD_DIMENSIONS):
            named = _names(picture, column)
            shares = _shares((_text(column.values[lead.row], named), lead.is_won) for lead in leads)
            if shares:
                yield Dimension(column.header, "leads", column.meaning, shares, table.file)


def _deal_dimensions(picture: Picture) -> Iterator[Dimension]:
    for table in picture.of("opportunities"):
        deals = [deal for deal in picture.deals if deal.table is table and deal.is_decided]
        for column in _sorted_columns(table, DEAL_DIMENSIONS):
            named = _names(picture, column)
            shares = _shares((_text(column.values[deal.row], named), deal.outcome == "won") for deal in deals)
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


def _text(value: Cell, named: Mapping[str, str] | None = None) -> str | None:
    return None if value is None else (named or {}).get(str(value), str(value))


def _names(picture: Picture, column: Column) -> dict[str, str]:
    """Owners known by id, by the name the members' file gives them; two of one name keep their ids."""
    if column.meaning not in ("owner", "sdr"):
        return {}
    pairs = [
        (str(key), str(name))
        for table in picture.of("members")
        for key, name in zip(table.values("member id"), table.values("member"), strict=True)
        if key is not None and name is not None
    ]
    times = Counter(name for _, name in pairs)
    return {key: name for key, name in pairs if times[name] == 1}
