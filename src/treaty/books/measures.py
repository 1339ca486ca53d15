"""What is frozen when a period closes: every number of the catalogue that counts by period, and credit. Tables in, table out.

Some are sums of cases, so each line can say which records it consists of: a case has (unit, kind, record, amount, n, and a
column per dimension). amount: a whole number of 10^-4 of the unit, n: how many it counts as; whole, so that sums are exact on every
engine and do not depend on the order of rows. kind, record: `deal`, `lead`, `touch` or `spend`, and its row number in the lake.
Others are asked as a whole (rates, medians). Numbers as of now have no period; cohorts are followed beyond it: both stay out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis

from treaty.attribution import versions as versions_of_credit
from treaty.attribution.versions import Sharing
from treaty.currencies import OTHERS
from treaty.engine.measuring import Span
from treaty.funnel.catalogue import find
from treaty.funnel.catalogue.asking import asked_of, counted
from treaty.funnel.catalogue.measure import Measure
from treaty.funnel.frame import Frame

SCALE = 10_000
"""Amounts lie in the lake to four places."""
COUNTED = {"deal": "opportunities", "lead": "leads", "touch": "touches", "spend": "rows of spend"}
"""In what cases are counted."""
OF_DEALS = ("channel", "campaign", "segment", "sourced", "product")
OF_CREDIT = ("channel", "campaign")
OF_SPEND = ("channel", "campaign", "source")
RECORDS = {"opportunity": ("deal", "opportunity_id"), "lead": ("lead", "lead_id"), "spend": ("spend", "spend_id")}
"""Per subject of a number: the kind of its records, and the column of their row number."""


@dataclass(frozen=True, slots=True)
class Summed:
    """A measure whose lines are sums of cases. is_whole: whether all of them together mean anything; leads pass many stages."""

    measure: str
    dimensions: tuple[str, ...]
    cases: Callable[[Frame, Span], Any]
    is_whole: bool = True
    version: int = 1


def _measure(name: str) -> Measure:
    found = find(name)
    assert isinstance(found, Measure), name  # noqa: S101 - only such are named below
    return found


def of_catalogue(name: str, dimensions: tuple[str, ...] = (), *, is_whole: bool = True) -> Summed:
    """A number of the catalogue by its cases; what it always tells apart is a dimension too. Spend is not counted: one row of it
    may be shared by several."""
    measure = _measure(name)

    def cases(frame: Frame, span: Span) -> Any:
        rows = counted(frame.lake, measure, asked_of(frame, measure, span), dimensions)
        kind, record = RECORDS[measure.subject]
        told = {named: _text(rows[named]) for named in (*dimensions, *([measure.of] if measure.of else []))}
        return rows.select(
            unit=_currency(rows) if measure.in_money else ibis.literal(COUNTED[kind]),
            kind=ibis.literal(kind),
            record=rows[record],
            amount=_units(rows.counted) if measure.in_money else ibis.literal(0, "int64"),
            n=ibis.literal(0 if kind == "spend" else 1, "int64"),
            **told,
        )

    own = (measure.of,) if measure.of else ()
    return Summed(name, (*dimensions, *own), cases, is_whole, measure.version)


def _text(column: Any) -> Any:
    return column.cast("string").coalesce("")


def _currency(rows: Any) -> Any:
    return rows.currency.nullif("").coalesce("no currency")


def _units(amount: Any) -> Any:
    return (amount.coalesce(0).cast("decimal(18, 4)") * SCALE).cast("int64")


def _credited(frame: Frame, span: Span) -> Any:
    """What touches earned of the deals won, each by the version of its close, in that version's currency where it is converted."""
    t = versions_of_credit.credited(frame.lake, sharings(frame, span))
    t = t.mutate(unit=ibis.cases((t.converted.notnull(), t.reported), else_=_currency(t)), units=ibis.coalesce(t.converted, t.units))
    return t.select(
        "unit", kind=ibis.literal("touch"), record=t.touch_id, n=ibis.literal(0, "int64"),
        amount=_scaled(t.units, t.unit), **{name: _text(t[name]) for name in OF_CREDIT},
    )  # fmt: skip


def sharings(frame: Frame, span: Span) -> list[Sharing]:
    return versions_of_credit.sharings(frame.lake, frame.held, span)


def _scaled(units: Any, currency: Any) -> Any:
    """Smallest units of a currency as whole numbers of 10^-4."""
    others = ((currency.isin(codes), units * (SCALE // 10**places)) for places, codes in OTHERS.items())
    return ibis.cases(*others, else_=units * (SCALE // 100)).cast("int64")


CREDITED = Summed("credited", OF_CREDIT, _credited)
SUMMED: tuple[Summed, ...] = (
    of_catalogue("pipeline_created", OF_DEALS),
    of_catalogue("revenue_closed", OF_DEALS),
    of_catalogue("deals_lost", (*OF_DEALS, "lost_reason")),
    of_catalogue("pipeline_waterfall", is_whole=False),
    of_catalogue("stage_reached", is_whole=False),
    of_catalogue("new_customers", OF_DEALS),
    of_catalogue("spend", OF_SPEND),
    CREDITED,
)
ASKED = (
    "win_rate", "win_rate_by_value", "average_won", "sales_cycle_median", "sales_cycle_p80", "sales_cycle_mean", "acceptance_rate",
    "first_contact_hours_p90", "brief_completeness", "stage_passage", "average_created", "average_new_account",
    "average_revenue_per_account", "acquisition_spend",
)  # fmt: skip
"""Numbers of a period that are asked as a whole: each is one line, or one for each of its parts. No record has a part of a rate or
an average, but it is known which records they rest on; `acquisition_spend` is that of `spend` but for the lag, which the cycles of
all deals of a year decide."""
LEFT_OUT = {
    "time_in_stage": "leads that are still in a stage count for as long as they have been there: it is of the moment asked",
    "credited_revenue": "`credited` freezes it touch by touch, each deal by the version of its close",
    "credited_customers": "fractions of customers: `credited` freezes who earned the deals, `new_customers` which of them are new",
}


def summed(frame: Frame) -> tuple[Summed, ...]:
    """Those the agreement gives a meaning to: credit needs a model that is carried out on deals."""
    has_credit = frame.terms.attribution is not None
    return tuple(one for one in SUMMED if one is not CREDITED or has_credit)


def versions(frame: Frame) -> dict[str, int]:
    """By which version of its formula each measure was counted: so that old figures say by which they were made."""
    return {**{one.measure: one.version for one in summed(frame)}, **{name: _measure(name).version for name in ASKED}}


def sums(one: Summed, frame: Frame, span: Span) -> Any:
    """Cases added up by unit and all dimensions at once: (unit, kind, …, amount, n); lines are rolled up from it exactly."""
    cases = one.cases(frame, span)
    return cases.group_by(["unit", "kind", *one.dimensions]).agg(amount=cases.amount.sum(), n=cases.n.sum())


def rests_on(name: str, frame: Frame, span: Span) -> Any:
    """What each record brings to a number that is asked as a whole: (part, record, and the sums of its cases alone).

    Of amounts those in the agreement's currency, as the figure is.
    """
    measure = _measure(name)
    rows = counted(frame.lake, measure, asked_of(frame, measure, span))
    if measure.in_money:
        rows = rows.filter(rows.currency == frame.terms.currency)
    rows = rows.mutate(part=_text(rows[measure.of]) if measure.of else ibis.literal(""), record=rows[RECORDS[measure.subject][1]])
    return rows.group_by(["part", "record"]).agg(**measure.sums(rows))


def entered_or_left(name: str, before: Frame, after: Frame, span: Span) -> Any:
    """Records that bring something else to such a number in one lake than in another, or are in it in one alone: (part, record)."""
    new, old = rests_on(name, after, span), rests_on(name, before, span)
    both = ibis.union(new.mutate(side=1), old.mutate(side=-1))
    found = both.group_by(new.columns).agg(sides=both.side.sum())
    return found.filter(found.sides != 0).select("part", "record").distinct()


def record_of(name: str) -> str:
    """The kind of record such a number rests on."""
    return RECORDS[_measure(name).subject][0]


def moved(one: Summed, before: Frame, after: Frame, span: Span) -> Any:
    """Records that count otherwise in one lake than in another: (unit, kind, record, …, amount, n), both by how much."""
    names = ["unit", "kind", "record", *one.dimensions]
    new, old = one.cases(after, span), one.cases(before, span)
    both = ibis.union(new.select(*names, "amount", "n"), old.select(*names, amount=-old.amount, n=-old.n))
    found = both.group_by(names).agg(amount=both.amount.sum(), n=both.n.sum())
    return found.filter((found.amount != 0) | (found.n != 0))
