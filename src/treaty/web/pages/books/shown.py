"""How figures of the books are written: amounts, counts, shares, lengths of time, and what they are called."""

from decimal import Decimal

from treaty.books.lines import Key
from treaty.books.measures import CREDITED
from treaty.web import formats
from treaty.web.figures import words
from treaty.web.formats.manners import Manner

NAMES = {
    "pipeline_created": "Pipeline created", "revenue_closed": "Revenue closed", "deals_lost": "Opportunities lost",
    "pipeline_waterfall": "Waterfall of the pipeline", "stage_reached": "Leads that reached a stage", CREDITED.measure: "Credit of touches",
    "win_rate": "Win rate, by count", "win_rate_by_value": "Win rate, by value", "average_won": "Average won amount",
    "acceptance_rate": "Leads accepted by sales", "first_contact_hours_p90": "Time to the first contact, nine in ten leads",
    "brief_completeness": "Briefs with every agreed part", "stage_passage": "Time to a stage, half of the leads",
    "sales_cycle_median": "Sales cycle, half of the deals", "sales_cycle_p80": "Sales cycle, eight in ten deals",
    "sales_cycle_mean": "Sales cycle, on average",
}  # fmt: skip
COUNTS = ("opportunities", "leads", "touches")


def name_of(key: Key) -> str:
    """`Revenue closed`, `Revenue closed, how many`."""
    name = NAMES.get(key.measure, formats.capital(key.measure.replace("_", " ")))
    is_count_of_money = key.unit in COUNTS and key.measure in ("pipeline_created", "revenue_closed", "pipeline_waterfall")
    return f"{name}, how many" if is_count_of_money else name


def value_of(key: Key) -> str:
    """A value of a dimension as people say it: `marketing qualified`; products and segments as they are called."""
    return key.value if key.by in ("product", "segment") else formats.capital(words(key.value))


def figure(value: Decimal, unit: str, manner: Manner) -> str:
    """A figure in its unit: `€1,350`, `3`, `75.0%`, `20.0 days`."""
    if unit in COUNTS:
        return formats.number(int(value), manner)
    if unit == "share":
        return formats.percent(float(value), 1)
    if unit in ("days", "hours"):
        return f"{formats.decimal(value, 1, manner)} {unit}"
    if unit == "no currency":
        return f"{formats.decimal(value, 2, manner)} without a currency"
    return formats.money(value, unit, manner)


def signed(value: Decimal, unit: str, manner: Manner) -> str:
    """A difference, with its sign."""
    written = figure(abs(value), unit, manner)
    return f"{'+' if value > 0 else '−'}{written}" if value else written
