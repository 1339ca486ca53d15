"""What each channel and campaign took and brought: spend, leads, customers, revenue; and the drawing of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from treaty.attribution.credit import UNATTRIBUTED
from treaty.engine.periods import Period
from treaty.funnel import catalogue
from treaty.funnel.catalogue import Number
from treaty.funnel.catalogue.rounding import WHOLE, to_places
from treaty.funnel.frame import Frame
from treaty.web import charts, formats
from treaty.web.figures import campaign_names, period_words, records, words
from treaty.web.formats import Viewer
from treaty.web.here import Here
from treaty.web.listing import Field, Kind
from treaty.web.pages.chosen import When, pick
from treaty.web.pieces import Empty, Faint, Figure, Link, Piece, Row

BY = {"channel": "Channel", "campaign": "Campaign"}
MOST = 8
ZERO = Decimal(0)
NUMBERS = ("acquisition_spend", "credited_customers", "cac_by_credit", "credited_revenue", "return_on_spend")


@dataclass(frozen=True, slots=True)
class Line:
    """One origin; None where nothing can be said. missing: why its cost per customer is blank."""

    value: str
    name: str
    spend: Decimal | None
    leads: int
    customers: Decimal
    cac: Decimal | None
    revenue: Decimal
    returned: Decimal | None
    missing: Sequence[str] = ()


def lines(frame: Frame, by: str, period: Period) -> list[Line]:
    """Most spend first; what no touch earned last."""
    found: dict[str, dict[str, Number]] = {name: {one.value: one for one in catalogue.ask(frame, name, period, by)} for name in NUMBERS}
    stage = frame.terms.handoff_stage
    leads = {one.value: one.n for one in catalogue.ask(frame, "stage_reached", period, by) if one.part == stage}
    values = dict.fromkeys([*(value for each in found.values() for value in each), *leads])
    names = campaign_names(values) if by == "campaign" else {}
    made = [
        _line(value, by, names, {name: each.get(value, Number(None)) for name, each in found.items()}, leads.get(value, 0))
        for value in values
    ]
    return sorted(made, key=lambda line: (line.value == UNATTRIBUTED, -(line.spend or ZERO), -(line.revenue or ZERO), line.name))


def _line(value: str, by: str, names: dict[str, str], found: dict[str, Number], leads: int) -> Line:
    spend, customers, cac, revenue, returned = (found[name] for name in NUMBERS)
    return Line(
        value,
        name_of(value, by, names),
        spend.figure,
        leads,
        customers.figure or ZERO,
        cac.figure,
        revenue.figure or ZERO,
        returned.figure,
        cac.missing,
    )


def name_of(value: str, by: str, names: dict[str, str]) -> str:
    if value == UNATTRIBUTED:
        return "No touch"
    if not value:
        return f"no {by}"
    return names.get(value) or (words(value) if by == "campaign" else formats.capital(words(value)))


def kind(frame: Frame, by: str, when: When) -> Kind[Line]:
    currency, period = frame.terms.currency, when.period

    def money(get: Callable[[Line], Decimal | None], number: str = "") -> Callable[[Line, Here], Piece]:
        def show(line: Line, here: Here) -> Piece:
            amount = get(line)
            if amount is None or (not amount and number):
                return Faint("–" if amount is None else "0")
            shown = formats.money(amount if number else to_places(amount, WHOLE), currency, here.viewer.manner)
            return Figure(shown, records(number, period, **{by: line.value})) if number else shown

        return show

    spend, revenue = money(lambda one: one.spend, "acquisition_spend"), money(lambda one: one.revenue, "credited_revenue")

    def leads(line: Line, here: Here) -> Piece:
        href = records("qualified", period, **{by: line.value})
        return Figure(formats.number(line.leads, here.viewer.manner), href) if line.leads else Faint("0")

    def customers(line: Line, here: Here) -> Piece:
        if not line.customers:
            return Faint("0")
        return Figure(formats.decimal(line.customers, 2, here.viewer.manner), records("credited_customers", period, **{by: line.value}))

    def cac(line: Line, here: Here) -> Piece:
        return money(lambda one: one.cac)(line, here) if line.cac is not None else Faint(line.missing[0] if line.missing else "–")

    def returned(line: Line, here: Here) -> Piece:
        return Faint("–") if line.returned is None else f"{formats.decimal(line.returned, 2, here.viewer.manner)} ×"

    return Kind(
        name=f"economics by {by}",
        path="/economics/",
        fields=(
            Field(words=BY[by], key="name", value=lambda line: line.name),
            Field(words="Spend", key="spend", value=lambda line: line.spend, show=spend, is_number=True),
            Field(words="Leads to sales", key="leads", value=lambda line: line.leads, show=leads, is_number=True),
            Field(words="New customers credited", key="customers", value=lambda line: line.customers, show=customers, is_number=True),
            Field(words="Spend for each", key="cac", value=lambda line: line.cac, show=cac, is_number=True),
            Field(words="Revenue credited", key="revenue", value=lambda line: line.revenue, show=revenue, is_number=True),
            Field(words="Return", key="return", value=lambda line: line.returned, show=returned, is_number=True),
            Field(words="Currency", value=lambda _: currency, in_page=False),
        ),
        picks=(
            pick("by", "By", BY, "channel"),
            when.pick,
        ),
        empty=NOTHING,
        nothing=NOTHING,
    )  # fmt: skip


NOTHING = Empty(
    title="Nothing was spent or won in this time",
    words="Spend comes as a file: a day, an amount, a channel or campaign.",
    steps=[Link("Import what was spent", "/imports/new/", is_go=True)],
)


def foot(rows: Sequence[Line], frame: Frame, viewer: Viewer) -> Row:
    """Sums of the columns; the cost of a customer above holds more than spend, so none stands here."""
    spend, revenue, customers = (sum((getattr(line, name) or ZERO for line in rows), ZERO) for name in ("spend", "revenue", "customers"))
    money = [formats.money(amount, frame.terms.currency, viewer.manner) for amount in (spend, revenue)]
    returned = f"{formats.decimal(revenue / spend, 2, viewer.manner)} ×" if spend else ""
    leads = formats.number(sum(line.leads for line in rows), viewer.manner)
    return Row(["All", money[0], leads, formats.decimal(customers, 2, viewer.manner), "", money[1], returned])


def drawing(rows: Sequence[Line], frame: Frame, period: Period, by: str) -> charts.Drawing | None:
    """What part of the spend each took, beside what part of the revenue it brought; None without both."""
    spend, revenue = (sum((getattr(line, name) or ZERO for line in rows), ZERO) for name in ("spend", "revenue"))
    if not spend or not revenue:
        return None
    named = [line for line in rows if line.value and line.value != UNATTRIBUTED]
    shown = sorted(named, key=lambda line: -max((line.spend or ZERO) / spend, (line.revenue or ZERO) / revenue))[:MOST]
    shares = [(line.name, (line.spend or ZERO) / spend, (line.revenue or ZERO) / revenue) for line in shown]
    if not shares:
        return None
    pairs = [
        charts.Pair(name=name, first=took, second=brought, words=f"{formats.percent(took, 0)} and {formats.percent(brought, 0)}")
        for name, took, brought in sorted(shares, key=lambda share: share[1] - share[2])
    ]
    note = f"Share of the spend beside share of the revenue credited by the agreed model, by {by}, {period_words(period, frame)}."
    return charts.pair_lines(
        charts.Pairs(rows=pairs, first_words="of the spend", second_words="of the revenue"),
        charts.Caption(title=finding(shares), note=note),
    )


def finding(shares: Sequence[tuple[str, Decimal, Decimal]]) -> str:
    """Where spend and revenue are furthest apart: `Paid social took 24% of the spend and brought 6% of the revenue`."""
    name, took, brought = max(shares, key=lambda share: abs(share[1] - share[2]))
    return f"{formats.capital(name)} took {formats.percent(took, 0)} of the spend and brought {formats.percent(brought, 0)} of the revenue"
