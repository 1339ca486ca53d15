"""Pieces of the first page: the shared number, four answers, what needs you, wins, goals."""

from collections.abc import Sequence
from dataclasses import dataclass

from treaty.web.charts import Drawing
from treaty.web.pieces.words import Figure, Link, Piece, Standing


@dataclass(frozen=True, slots=True)
class SumRow:
    """One part the number is made of: whose, how many, how much."""

    what: Piece
    count: Piece
    amount: Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """The number both teams own. eyebrow: what and when; of: the target; says: one to three sentences; drawing: the pace."""

    eyebrow: Piece
    figure: Figure
    of: str
    says: Sequence[Piece] = ()
    rows: Sequence[SumRow] = ()
    drawing: Drawing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A question, its answer in a sentence that begins Yes, No or Mostly, and a small drawing."""

    question: str
    answer: Piece
    drawing: Drawing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something that waits for you. when: `11:16`; when_note: `due`; is_now sets the time in bold."""

    when: str
    what: str
    why: Piece = ""
    step: Link | None = None
    when_note: str = ""
    is_now: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Win:
    """A won deal: account and amount as figures, its path, and who did what."""

    account: Figure
    amount: Figure
    drawing: Drawing
    story: Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One line of the goals table; forecast may be empty."""

    name: str
    now: Figure
    pace: str
    target: str
    standing: Standing
    forecast: str = ""
