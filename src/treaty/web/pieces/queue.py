"""Pieces of the rep's day: rows by clock, the brief, the answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from treaty.web.charts import Drawing, Svg
from treaty.web.pieces.tables import Option
from treaty.web.pieces.words import Figure, Link, Party, Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRow:
    """One lead of the queue. key: its id; ring: drawn by `charts.ring`; clock: `34 min left`; worth: `€28,000`;
    grade: `A1`, empty without a grid."""

    key: str
    href: str
    brief_href: str
    name: str
    detail: str
    ring: Svg
    clock: str
    worth: str = ""
    grade: str = ""
    is_soon: bool = False
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Leads under the same promise: `First contact, within 4 working hours`."""

    promise: str
    rows: Sequence[LeadRow]


@dataclass(frozen=True, slots=True)
class Reach:
    words: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefClock:
    """left: `34 minutes left for the first contact`; promise: the words of the article, linked."""

    left: str
    promise: Piece
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class BriefRow:
    """A line of a part: what, and what stands at its right or before it (a day, a role).

    party: whose it was, on a timeline; anchor: the id under which it can be linked to.
    """

    words: Piece
    aside: str = ""
    at: str = ""
    party: Party | Literal[""] = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefPart:
    """A list of the brief. kind: `trail` has its moments before it, `people` its roles behind it, `list` nothing."""

    title: str
    rows: Sequence[BriefRow]
    note: str = ""
    kind: str = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A reason to reject or recycle, or a ruling. returns: what happens to the lead; asks: the detail it needs."""

    value: str
    words: str
    returns: str = ""
    asks: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Manage:
    """What a manager may do with a lead of theirs: give it to another, and why; let its clock stand, until when.

    trouble: why `owner` or `pause`, named by `trouble_at`, was not done; the rest is as it was sent.
    """

    give_href: str
    members: Sequence[Option] = ()
    why: str = ""
    pause_href: str = ""
    pauses: Sequence[Option] = ()
    until: str = ""
    resume_href: str = ""
    trouble: str = ""
    trouble_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """All a rep needs in twenty seconds: who, by when, two sentences, one opening line; then lists, main and side.

    answers: what may be answered now, of accept, contacted, meeting, reject, recycle; each posts to `answer_href`
    with the field `answer`. undo_href: the last answer can still be taken back. steps: what comes after accepting.
    trouble: why the answer `trouble_at` was not taken; `detail` and the chosen reason are as they were sent. What a manager was
    refused stands in `manage`.
    """

    key: str
    name: str
    title: Piece
    answer_href: str
    back: Link | None = None
    reach: Sequence[Reach] = ()
    worth: Figure | None = None
    worth_note: str = "expected if it opens"
    clock: BriefClock | None = None
    gist: Sequence[str] = ()
    gist_source: Piece = ""
    opening: str = ""
    next_step: Piece = ""
    main: Sequence[BriefPart] = ()
    side: Sequence[BriefPart] = ()
    answers: frozenset[str] = frozenset({"accept", "contacted", "meeting", "reject", "recycle"})
    reasons: Sequence[Choice] = ()
    recycle_reasons: Sequence[Choice] = ()
    recycle_title: str = "When is it worth another look?"
    steps: Sequence[Link] = ()
    manage: Manage | None = None
    trouble: str = ""
    trouble_at: str = ""
    detail: str = ""
    why_href: str = ""
    """Where it is explained why the lead qualified; the short form is fetched into the brief."""
    undo_href: str = ""
    undo_words: str = "Every answer can be undone for 10 minutes"
    next_href: str = field(default="")
    """Where the next lead of the queue is, for after the answer."""
