"""Every deal a campaign or content touched, as a list: the deal's amount, the share of it, where in the path it stood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from treaty.engine.periods import Period
from treaty.funnel.frame import Frame
from treaty.funnel.origin import Part, Which
from treaty.web import formats
from treaty.web.figures import words
from treaty.web.here import Here
from treaty.web.listing import Field, Kind, Pick
from treaty.web.pages.campaigns import said
from treaty.web.pages.campaigns.said import WHEN
from treaty.web.pages.figures.rows import DealLine, deal_lines
from treaty.web.pieces import Empty, Faint, Piece

OUTCOMES = (("won", "Won"), ("open", "Open"), ("lost", "Lost"))


@dataclass(frozen=True, slots=True)
class Line:
    """One deal, as far as this member may see it, and what the origin has of it."""

    deal: DealLine
    part: Part


def lines(here: Here, parts: Sequence[Part]) -> list[Line]:
    """Two or three queries, whatever their number."""
    by_id = {part.opportunity_id: part for part in parts}
    rows: list[Mapping[str, Any]] = [
        {
            "opportunity_id": part.opportunity_id, "at_us": part.closed_us or part.opened_us, "amount": part.amount,
            "currency": part.currency, "sourced": part.sourced, "outcome": part.outcome,
        }
        for part in parts
    ]  # fmt: skip
    return [Line(deal, by_id[deal.opportunity_id]) for deal in deal_lines(here.member, rows)]


def deal_kind(here: Here, frame: Frame, which: Which, period: Period) -> Kind[Line]:
    whens = [pair for pair in WHEN.items() if pair[0] != "all"]
    return Kind(
        name="deals touched",
        path=said.href(which.dimension, which.slug),
        sort="-at",
        href=lambda line: line.deal.href,
        fields=(
            Field(words="Opportunity", key="name", value=lambda line: line.deal.name),
            Field(words="Account", key="account", value=lambda line: line.deal.account),
            Field(words="Outcome", key="outcome", value=lambda line: line.part.outcome, show=_outcome),
            Field(words="Closed, or opened", key="at", value=lambda line: line.deal.at, show=_moment, is_short=True),
            Field(words="Amount", key="amount", value=lambda line: line.part.amount, show=_amount, is_number=True),
            Field(words="Currency", value=lambda line: line.part.currency, in_page=False),
            Field(words="Touches of it", key="touches", value=lambda line: line.part.touches, is_number=True),
            Field(words="In the path", key="place", value=lambda line: line.part.place),
            Field(
                words="Share", key="share", value=lambda line: round(line.part.share, 6), is_number=True,
                show=lambda line, _: formats.percent(line.part.share, 1),
            ),
            Field(words="Its part", key="part", value=lambda line: line.part.credited, show=_part, is_number=True),
        ),
        picks=(
            Pick(key="when", words="When", narrow=_as_it_is, options=lambda _: whens, every="All time"),
            Pick(key="outcome", words="Outcome", narrow=_of_outcome, options=lambda _: OUTCOMES),
        ),
        empty=Empty(title="It touched no deal in this time",
            words="A deal is here when somebody at its account was touched by it before the close.",
        ),
    )  # fmt: skip


def _as_it_is(rows: Any, value: str) -> Any:
    return rows


def _of_outcome(rows: Sequence[Line], value: str) -> list[Line]:
    return [line for line in rows if line.part.outcome == value]


def _outcome(line: Line, _: Here) -> Piece:
    return (line.part.outcome, Faint(f" {words(line.part.lost_reason)}")) if line.part.lost_reason else line.part.outcome


def _moment(line: Line, here: Here) -> Piece:
    return formats.short(line.deal.at, here.viewer, here.at) if line.deal.at else Faint("–")


def _amount(line: Line, here: Here) -> Piece:
    part = line.part
    return Faint("no amount") if part.amount is None else formats.money(part.amount, part.currency, here.viewer.manner)


def _part(line: Line, here: Here) -> Piece:
    """Earned only of a deal that is won; of the others it is what it would be."""
    shown = formats.money(line.part.credited, line.part.currency, here.viewer.manner)
    return shown if line.part.outcome == "won" else Faint(f"{shown} if won" if line.part.outcome == "open" else "–")
