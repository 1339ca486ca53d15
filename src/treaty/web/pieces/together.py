"""Pieces of what both teams look at together: promises kept, changes of the week, disputes."""

from collections.abc import Sequence
from dataclasses import dataclass

from treaty.web.pieces.queue import Choice
from treaty.web.pieces.words import Figure, Party, Piece, Standing, Who


@dataclass(frozen=True, slots=True)
class PromiseMonth:
    """A period of one promise: its name, the figure, and how it stands (or quiet words while it is young)."""

    name: str
    figure: Figure
    standing: Piece


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise as the article says it, how it stands now, and its last periods. note: what happens when the time runs out."""

    words: str
    standing: Standing
    months: Sequence[PromiseMonth]
    note: Piece = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vow:
    """All that one party promised the other; the two are drawn side by side, alike."""

    party: Party
    title: str
    signatory: Who
    promises: Sequence[Promise]


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence of what changed, and its standing or who tells it."""

    words: Piece
    aside: Piece = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A rejection under discussion: both views in their own words, then the ruling (posted to `rule_href`)."""

    key: str
    lead: Figure
    note: str
    sales: Who
    sales_view: str
    marketing: Who
    marketing_view: str
    rulings: Sequence[Choice] = ()
    rule_href: str = ""
    ruled: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A decision or action of a meeting. due: its day, or why there is none; the two addresses are empty once it is over."""

    words: str
    kind: str
    who: Who
    due: str
    made: str
    standing: Standing
    done_href: str = ""
    drop_href: str = ""
