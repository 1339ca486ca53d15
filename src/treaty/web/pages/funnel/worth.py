"""What the open pipeline is worth by the odds of its stages, and whether it is enough for what was agreed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from treaty.funnel import catalogue
from treaty.funnel.catalogue import CATALOGUE, Number
from treaty.shares import wilson
from treaty.web import formats
from treaty.web.figures import records, words
from treaty.web.here import Here
from treaty.web.listing import Field, Kind
from treaty.web.measured import said
from treaty.web.pages.funnel.view import View, exact
from treaty.web.pieces import Empty, Faint, Figure, Piece, Row
from treaty.web.sections import Section

WEIGHED, COVERAGE = "weighted_pipeline", "pipeline_coverage"


def money(view: View, amount: Decimal | None) -> str:
    """An amount in the agreement's currency; a dash where there is none."""
    return "–" if amount is None else formats.money(amount, view.frame.terms.currency, view.here.viewer.manner)


# Weighed by the odds of each stage


@dataclass(frozen=True, slots=True)
class Odds:
    """One stage of open opportunities: what became of all decided ones that were ever in it, and what that makes of what is open."""

    stage: str
    n: int
    amount: Decimal
    won: int
    decided: int
    weighed: Decimal | None


def odds_section(view: View) -> Section:
    whole = catalogue.one(view.frame, WEIGHED, view.period)
    amounts = {one.value: one for one in catalogue.ask(view.frame, "open_pipeline", view.period, "stage")}
    weighed = {one.value: one for one in catalogue.ask(view.frame, WEIGHED, view.period, "stage")}
    odds: Mapping[str, tuple[int, int]] = whole.parts.get("odds", {})
    rows = [
        Odds(stage, one.n, one.figure or Decimal(0), *odds.get(stage, (0, 0)), weighed[stage].figure if stage in odds else None)
        for stage, one in amounts.items()
    ]
    left = whole.parts.get("unweighed") or Decimal(0)
    says: list[Piece] = [f"{money(view, whole.figure)} of {money(view, sum((row.amount for row in rows), Decimal(0)))} open."]
    if left:
        says.append(f"{money(view, left)} is open in stages nothing was decided in yet: too early to weigh, and not in the sum.")
    return Section(
        id="odds",
        title="Weighed by how often each stage was won",
        note="Odds: won of all decided that were ever in the stage",
        says=says,
        kind=_odds_kind(view),
        rows=rows,
        foot=_odds_sum(view, rows, whole),
    )


def _odds_kind(view: View) -> Kind[Odds]:
    def odds(row: Odds, here: Here) -> Piece:
        if not row.decided:
            return Faint("nothing decided yet")
        said_, (low, high) = formats.share(row.won, row.decided, 0, here.viewer.manner), wilson(row.won, row.decided)
        return (f"{said_} ", Faint(f"{formats.n_of(row.won, row.decided)}, range {formats.interval(low, high)}"))

    def n(row: Odds, here: Here) -> Piece:
        return Figure(formats.number(row.n, here.viewer.manner), records("open_pipeline", view.period, stage=row.stage))

    return Kind(
        name="weighted pipeline",
        path="/funnel/pipeline/",
        fields=(
            Field(words="Stage it is in", value=lambda row: formats.capital(words(row.stage)) or "No stage"),
            Field(words="Open", value=lambda row: row.n, show=n, is_number=True),
            Field(words="Amount", value=lambda row: row.amount, show=lambda row, _: money(view, row.amount), is_number=True),
            Field(words="Odds", value=lambda row: exact(Decimal(row.won) / row.decided) if row.decided else None, show=odds),
            Field(words="Weighed", value=lambda row: row.weighed, show=lambda row, _: money(view, row.weighed), is_number=True),
            Field(words="Currency", value=lambda _: view.frame.terms.currency, in_page=False),
        ),
        empty=Empty(title="Nothing is open now"),
    )


def _odds_sum(view: View, rows: Sequence[Odds], whole: Number) -> Row:
    amount = sum((row.amount for row in rows), Decimal(0))
    return Row(["All", formats.number(sum(row.n for row in rows)), money(view, amount), "", money(view, whole.figure)])


# Coverage


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    value: Decimal | None
    words: str
    href: str = ""


def coverage_section(view: View) -> Section:
    one = catalogue.one(view.frame, COVERAGE, view.period)
    parts = one.parts
    rows = [
        Part("Open and due in the period", parts["due"], money(view, parts["due"]), records("pipeline_due", view.period)),
        Part("Agreed revenue", parts["target"], money(view, parts["target"])),
        Part("Closed so far", parts["won"], money(view, parts["won"]), records("revenue_closed", view.period)),
        Part("Still missing", parts["left"], money(view, max(parts["left"], Decimal(0)) if parts["left"] is not None else None)),
        Part("Coverage", one.figure, said(one.figure, CATALOGUE[COVERAGE], view.frame, view.here.viewer)),
        Part("Needed: 1 / win rate by value", parts["needed"], said(parts["needed"], CATALOGUE[COVERAGE], view.frame, view.here.viewer)),
    ]
    kind: Kind[Part] = Kind(
        name="coverage",
        path="/funnel/pipeline/",
        fields=(
            Field(words="Of the period", value=lambda row: row.name),
            Field(
                words="Now",
                value=lambda row: exact(row.value),
                show=lambda row, _: Figure(row.words, row.href) if row.href else row.words,
                is_number=True,
            ),
        ),
    )
    return Section(id="coverage", title="Is it enough?", says=[_enough(view, one)], kind=kind, rows=rows)


def _enough(view: View, one: Number) -> Piece:
    """Three or four times is folklore: what is needed follows from what is won."""
    target, left, needed = (one.parts[name] for name in ("target", "left", "needed"))
    if target is None:
        return f"No revenue is agreed for {view.said}, so nothing has to be covered. Choose a quarter, or agree a goal."
    if left is not None and left <= 0:
        return f"The agreed {money(view, target)} is reached: {money(view, one.parts['won'])} is closed."
    times = said(one.figure, CATALOGUE[COVERAGE], view.frame, view.here.viewer)
    if needed is None:
        return f"What is due covers what is missing {times}. Nothing was decided yet, so nobody knows what is needed."
    wanted = said(needed, CATALOGUE[COVERAGE], view.frame, view.here.viewer)
    verdict = "Yes" if one.figure is not None and one.figure >= needed else "No"
    return f"{verdict}. What is due covers what is missing {times}; at the win rate by value of {view.said}, {wanted} is needed."
