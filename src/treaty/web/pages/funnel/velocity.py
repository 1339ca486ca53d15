"""What the pipeline brings a day, by its four levers, and what a tenth better of each alone would bring."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from treaty.funnel import catalogue
from treaty.funnel.catalogue import CATALOGUE
from treaty.web import formats
from treaty.web.figures import records
from treaty.web.here import Here
from treaty.web.listing import Field, Kind
from treaty.web.measured import in_unit, said
from treaty.web.pages.funnel.view import View, exact
from treaty.web.pieces import Faint, Figure, Piece
from treaty.web.sections import Section

VELOCITY = "pipeline_velocity"


@dataclass(frozen=True, slots=True)
class Lever:
    """One of the four levers of velocity: what it is now, and what a tenth better of it alone would bring a day."""

    name: str
    value: Any
    unit: str
    more: Decimal | None
    of: str


LEVERS = (
    ("open", "Open opportunities", "count", "open_pipeline"),
    ("average_won", "Average amount won", "money", "average_won"),
    ("win_rate", "Win rate by count", "share", "win_rate"),
    ("cycle_days", "Mean sales cycle", "days", "sales_cycle_mean"),
)
A_TENTH = {
    "Open opportunities": "a tenth more of them open",
    "Average amount won": "a tenth more for each",
    "Win rate by count": "a tenth more of them won",
    "Mean sales cycle": "a tenth less time for each",
}


def velocity_section(view: View) -> Section:
    one = catalogue.one(view.frame, VELOCITY, view.period)
    better = one.parts.get("a_tenth_better", {})
    rows = [Lever(words, one.parts.get(key), unit, better.get(key), of) for key, words, unit, of in LEVERS]
    title = "What the pipeline brings a day"
    if one.figure is None:
        missing = formats.listing([row.name.lower() for row in rows if not row.value])
        return Section(
            id="velocity", title=title, says=[f"Too early to say: {missing} unknown for {view.said}."], kind=_lever_kind(view), rows=rows
        )
    money = said(one.figure, CATALOGUE[VELOCITY], view.frame, view.here.viewer)
    best = max(rows, key=lambda row: row.more or 0)
    more = formats.money(best.more or Decimal(0), view.frame.terms.currency, view.here.viewer.manner)
    says: list[Piece] = [
        f"{money}: open opportunities × average amount won × win rate by count ÷ mean cycle in days, by what was decided in {view.said}. "
        f"{formats.capital(A_TENTH[best.name])} would bring the most: {more} more a day."
    ]
    return Section(id="velocity", title=title, says=says, kind=_lever_kind(view), rows=rows)


def _lever_kind(view: View) -> Kind[Lever]:
    currency = view.frame.terms.currency

    def now(row: Lever, here: Here) -> Piece:
        if row.value is None:
            return Faint("–")
        return Figure(in_unit(Decimal(str(row.value)), row.unit, currency, here.viewer), records(row.of, view.period))

    def more(row: Lever, here: Here) -> Piece:
        return Faint("–") if row.more is None else f"+{formats.money(row.more, currency, here.viewer.manner)} a day"

    return Kind(
        name="levers of velocity",
        path="/funnel/won/",
        fields=(
            Field(words="Lever", value=lambda row: row.name),
            Field(words="Now", value=lambda row: exact(row.value), show=now, is_number=True),
            Field(words="A tenth better of it alone", value=lambda row: row.more, show=more, is_number=True),
        ),
    )
