"""Measures of two systems side by side: what each counts, what is different, and the one cause of each difference. Tables in, tables out.

A system is a source with records of its own, or Treaty itself. Records of two systems belong together when they are of one person, of
one account or of one opportunity, here: that is settled before (`truth.actions`), not guessed by this comparison.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import ibis

from treaty.engine.days import DAY_US, day_number, local_day, month_of
from treaty.engine.measuring import Lake

What = Literal["people", "leads", "accounts", "opportunities", "amounts_by_stage", "amounts_by_month"]
WHATS: tuple[What, ...] = ("people", "leads", "accounts", "opportunities", "amounts_by_stage", "amounts_by_month")
Kind = Literal["person", "account", "opportunity"]
CAUSES = ("timing", "merged", "deleted", "only_here", "only_there", "currency", "unmapped", "period", "stage", "amount")
"""Of several that fit a record has the first: what the agreed freshness allows is no disagreement yet, and a record that one side does
not have is not compared further. Merged: one system has fewer records of the same person, account or deal."""
PLACES = 10_000
"""Amounts are whole ten-thousandths, as the operational database keeps them: sums are exact in every currency."""
_SIDES = ("here", "there")
_NEVER = -(1 << 62)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two systems.

    source_id: its source; None is Treaty itself · limit_us: how old its data may be · stages: what its stages are called in the agreement,
    in lower case; a stage that is not among them is unmapped. None: it has no mapping, and stages are compared by their names.
    """

    source_id: int | None
    limit_us: int = 0
    stages: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared: two systems by one measure, as of a moment. zone: in which months are those of an amount's close."""

    here: Side
    there: Side
    what: What
    at_us: int
    zone: str = "UTC"


def kind_of(what: What) -> Kind:
    """Of which records a measure is."""
    kinds: dict[str, Kind] = {"people": "person", "leads": "person", "accounts": "account"}
    return kinds.get(what, "opportunity")


def paired(lake: Lake, comparison: Comparison) -> Any:
    """One row for each pair of records that belong together, and for each record that stands alone.

    Returns (subject_id: the person, account or opportunity, a record that is of none has its number below zero; of either side
    `record_id_here`, `cell_here`, `stage_here`, `currency_here`, `units_here`, `changed_us_here`, null where it has no such record;
    cause). `cell` is what the measure is split by: a stage, a month as a number (see `engine.days.month_of`) in text, or nothing.
    `units`: 1 where records are counted, ten-thousandths of the currency where amounts are. `cause`: one of CAUSES, empty where both
    say the same.
    Several records of one side of one subject are paired in order of their number; what is left over stands alone.
    Source: R15; landscape facts 12.
    """
    sides = enumerate((comparison.here, comparison.there))
    rows = ibis.union(*(_told(lake, side, comparison).mutate(side=ibis.literal(number, "int8")) for number, side in sides))
    live = rows.filter(rows.gone_us.isnull())
    live = live.mutate(place=ibis.row_number().over(group_by=["side", "subject_id"], order_by="record_id"))
    names = ("record_id", "cell", "stage", "is_mapped", "currency", "units", "changed_us")
    both = {f"{name}_{side}": ibis.cases((live.side == number, live[name])).max() for number, side in enumerate(_SIDES) for name in names}
    pairs = _with_others(live.group_by("subject_id", "place").agg(**both), rows)
    helpers = [f"{name}_{side}" for name in ("has", "deleted_us", "merged_us") for side in _SIDES]
    return pairs.mutate(cause=_cause(pairs, comparison)).drop("place", *helpers)


def totals(lake: Lake, comparison: Comparison) -> Any:
    """What either side comes to: (cell_here, currency_here, cell_there, currency_there, cause, records_here, units_here, records_there,
    units_there, pairs), null in the names of a side that has no such records.

    Over all causes, the empty one among them, the sums of a cell here are what this side counts in it, and those of a cell there what the
    other does; their difference over a cause is what it explains.
    """
    pairs = paired(lake, comparison)
    sums = {f"records_{side}": pairs[f"record_id_{side}"].count() for side in _SIDES}
    sums |= {f"units_{side}": pairs[f"units_{side}"].coalesce(0).sum().cast("int64") for side in _SIDES}
    return pairs.group_by("cell_here", "currency_here", "cell_there", "currency_there", "cause").agg(**sums, pairs=pairs.count())


def differing(lake: Lake, comparison: Comparison) -> Any:
    """The pairs of `paired` that have a cause."""
    pairs = paired(lake, comparison)
    return pairs.filter(pairs.cause != "")


def _with_others(pairs: Any, rows: Any) -> Any:
    """With the moment at which either side deleted or merged a record of the same subject, and whether it has one at all."""
    is_live = rows.gone_us.isnull()
    told: dict[str, Any] = {}
    for number, side in enumerate(_SIDES):
        is_of = rows.side == number
        told[f"has_{side}"] = ibis.cases((is_of & is_live, 1), else_=0).max()
        told[f"merged_us_{side}"] = ibis.cases((is_of & rows.is_merged, rows.gone_us)).max()
        told[f"deleted_us_{side}"] = ibis.cases((is_of & ~rows.is_merged, rows.gone_us)).max()
    others = rows.group_by(of_subject="subject_id").agg(of_rows=rows.count(), **told)
    others = others.filter(
        (others.of_rows > 2) | (others.has_here + others.has_there < others.of_rows)
    )  # more than a pair, or something is gone
    return pairs.left_join(others.drop("of_rows"), pairs.subject_id == others.of_subject).drop("of_subject")


def _cause(pairs: Any, comparison: Comparison) -> Any:
    is_here, is_there = pairs.record_id_here.notnull(), pairs.record_id_there.notnull()
    differs = ibis.cases((is_here & is_there, _differs(pairs)), (is_here, pairs.units_here != 0), else_=pairs.units_there != 0)
    is_alone_here, is_alone_there = is_here & ~is_there, is_there & ~is_here
    is_merged = (is_alone_here & ((pairs.has_there == 1) | pairs.merged_us_there.notnull())) | (
        is_alone_there & ((pairs.has_here == 1) | pairs.merged_us_here.notnull())
    )
    is_deleted = (is_alone_here & pairs.deleted_us_there.notnull()) | (is_alone_there & pairs.deleted_us_here.notnull())
    is_moved = pairs.cell_here != pairs.cell_there
    cell = {"leads": "stage", "amounts_by_stage": "stage", "amounts_by_month": "period"}.get(comparison.what, "")
    is_unmapped = is_moved & ((pairs.is_mapped_here == 0) | (pairs.is_mapped_there == 0))
    return ibis.cases(
        (~differs, ""),
        (_is_young(pairs, comparison), "timing"),
        (is_merged, "merged"),
        (is_deleted, "deleted"),
        (is_alone_here, "only_here"),
        (is_alone_there, "only_there"),
        ((pairs.currency_here != pairs.currency_there) & (pairs.units_here != 0) & (pairs.units_there != 0), "currency"),
        *([(is_unmapped, "unmapped")] if cell == "stage" else []),
        *([(is_moved, cell)] if cell else []),
        else_="amount",
    )


def _differs(pairs: Any) -> Any:
    """Both records are there, and sums change by what they say."""
    is_elsewhere = (pairs.cell_here != pairs.cell_there) | (pairs.currency_here != pairs.currency_there)
    return (pairs.units_here != pairs.units_there) | (is_elsewhere & (pairs.units_here != 0))


def _is_young(pairs: Any, comparison: Comparison) -> Any:
    """One side changed or lost it so lately that the other's data may, as agreed, be older."""
    here_us, there_us = (_latest(pairs, side) for side in _SIDES)
    return (here_us > comparison.at_us - comparison.there.limit_us) | (there_us > comparison.at_us - comparison.here.limit_us)


def _latest(pairs: Any, side: str) -> Any:
    """When a side last changed the record; where it has none and the other one does, when it lost it."""
    lost = ibis.greatest(*(pairs[f"{name}_us_{side}"].coalesce(_NEVER) for name in ("deleted", "merged")))
    return ibis.cases((pairs[f"record_id_{side}"].notnull(), pairs[f"changed_us_{side}"].coalesce(_NEVER)), else_=lost)


def _told(lake: Lake, side: Side, comparison: Comparison) -> Any:
    """What a side says: (record_id, subject_id, cell, stage, is_mapped, currency, units, changed_us, gone_us, is_merged)."""
    kind = kind_of(comparison.what)
    rows = _OWN[kind](lake) if side.source_id is None else _records(lake, side.source_id, kind)
    rows = _with_stage(rows, side)
    return rows.select(
        "record_id", "subject_id", "stage", "is_mapped", "changed_us", "gone_us", "is_merged", **_counted(rows, comparison)
    )  # fmt: skip


def _counted(rows: Any, comparison: Comparison) -> dict[str, Any]:
    """What the measure counts of a record, and in which cell."""
    if not comparison.what.startswith("amounts"):
        cell = rows.stage if comparison.what == "leads" else ibis.literal("")
        return {"cell": cell, "currency": ibis.literal(""), "units": ibis.literal(1, "int64")}
    amount = rows.amount.coalesce(ibis.literal(0, "decimal(18, 4)"))
    cell = rows.stage if comparison.what == "amounts_by_stage" else _month(rows.at_us, comparison.zone)
    units = (amount.cast("decimal(34, 4)") * PLACES).cast("int64")
    return {"cell": cell, "currency": ibis.cases((amount != 0, rows.currency.coalesce("")), else_=""), "units": units}


def _month(at_us: Any, zone: str) -> Any:
    """In which month something closes; empty without a day. A midnight of UTC is a date, which is the same everywhere."""
    day = ibis.cases((at_us % DAY_US == 0, at_us // DAY_US), else_=local_day(at_us, zone))
    return month_of(day).cast("string").coalesce("")


def _with_stage(rows: Any, side: Side) -> Any:
    """The stage as the agreement calls it, and whether it could be said. Closed deals are won or lost, whatever the stage is called."""
    stage = rows.stage.coalesce("").strip().lower().re_replace("[ _]+", " ")
    is_closed = rows.outcome.coalesce("").isin(("won", "lost"))
    ours = [(stage == theirs, name) for theirs, name in side.stages or ()]
    is_known = [(is_closed, 1), *((is_theirs, 1) for is_theirs, _ in ours)]
    is_mapped = ibis.literal(1, "int8") if side.stages is None else ibis.cases(*is_known, else_=0)
    return rows.mutate(stage=ibis.cases((is_closed, rows.outcome), *ours, else_=stage), is_mapped=is_mapped.cast("int8"))


def _records(lake: Lake, source_id: int, kind: Kind) -> Any:
    """Records of a system. What is gone and was nobody's here is left out: nobody could miss it."""
    t = lake.table("system_records")
    t = t.filter((t.source_id == source_id) & (t.kind == kind))
    t = t.filter(t.gone_us.isnull() | t[f"{kind}_id"].notnull())
    subject = t[f"{kind}_id"].coalesce(-t.record_id)
    return t.select(
        "record_id", "stage", "outcome", "currency", "amount", "at_us", "changed_us", "gone_us", "is_merged", subject_id=subject
    )  # fmt: skip


def _people(lake: Lake) -> Any:
    """Known people, each with the stage of the latest lead, none without one."""
    people = lake.table("people")
    people = people.filter(people.merged_into_id.isnull() & ~people.is_visitor)
    leads = lake.table("leads")
    leads = leads.mutate(place=ibis.row_number().over(group_by="person_id", order_by=(ibis.desc("number"), ibis.desc("lead_id"))))
    leads = leads.filter(leads.place == 0).select(of_person="person_id", stage="stage", since_us="stage_since_us")
    t = people.left_join(leads, people.person_id == leads.of_person)
    changed_us = t.since_us.coalesce(t.first_known_us)
    return t.select("stage", record_id=t.person_id, subject_id=t.person_id, changed_us=changed_us, **_no_deal(), **_there())


def _accounts(lake: Lake) -> Any:
    """Every account that was not found to be another: also those that are known only by somebody's address."""
    t = lake.table("accounts")
    t = t.filter(t.merged_into_id.isnull())
    ids = {"record_id": t.account_id, "subject_id": t.account_id}
    return t.select(stage=ibis.literal(""), changed_us=t.made_us, **ids, **_no_deal(), **_there())


def _opportunities(lake: Lake) -> Any:
    t = lake.table("opportunities")
    at_us = t.closed_us.coalesce(day_number(t.close_on) * DAY_US)
    ids = {"record_id": t.opportunity_id, "subject_id": t.opportunity_id}
    return t.select("stage", "outcome", "currency", "amount", at_us=at_us, changed_us=t.received_us, **ids, **_there())


def _no_deal() -> dict[str, Any]:
    """What only a deal has."""
    return {
        "outcome": ibis.literal(""),
        "currency": ibis.literal(""),
        "amount": ibis.null("decimal(18, 4)"),
        "at_us": ibis.null("int64"),
    }


def _there() -> dict[str, Any]:
    """What Treaty has, it has: its own records do not go."""
    return {"gone_us": ibis.null("int64"), "is_merged": ibis.literal(False)}


_OWN: dict[Kind, Callable[[Lake], Any]] = {"person": _people, "account": _accounts, "opportunity": _opportunities}
"""What Treaty itself has of each kind."""
