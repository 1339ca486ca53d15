"""What a back-test finds, as values: whom each document finds, what became of them, and how the two differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from treaty.pilot.last import LastDeal
from treaty.pilot.load import Load
from treaty.pilot.promised import Kept
from treaty.pilot.shares import Became, Lift, Share


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody one document finds and the other never does."""

    key: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Recall:
    """What of that which sales took or won the definition had found before.

    accepted: of the people sales ever accepted · won: of the won deals · pipeline, revenue: of the amounts of all deals as they were
    opened, and of those that were won, in the agreement's currency · deals count where one of their people had been seen before.
    """

    accepted: Share
    won: Share
    pipeline: Share
    revenue: Share


@dataclass(frozen=True, slots=True)
class Found:
    """Whom one document finds.

    all: everybody it finds · alone: whom the other one never does; None where there is no other · lift_accepted, lift_won: how many
    times as often as among all whose outcome is known · assumed: how many entries rest on values of which it is only assumed since
    when they hold · unknown: how many more it would find if each value nobody knew were as it asks · load: of the
    last whole weeks; None where there is no whole week, or there are too many leads to route again · segments: what became of them by
    the segment they were in · promises: the duties of sales it promises, on the leads sales had ·
    excluded: how many it finds only because a value is unknown that its `none` would exclude
    """

    name: str
    stage: str
    all: Became
    alone: Became | None
    lift_accepted: Lift
    lift_won: Lift
    recall: Recall
    assumed: int
    unknown: int
    only: tuple[Named, ...] = ()
    load: Load | None = None
    segments: Mapping[str, Became] = field(default_factory=dict)
    promises: tuple[Kept, ...] = ()
    excluded: int = 0


@dataclass(frozen=True, slots=True)
class Overlap:
    """both, only_new, only_old: people · earlier, same, later: of both, by the new one than by the old · gained_days: the median."""

    both: int
    only_new: int
    only_old: int
    earlier: int
    same: int
    later: int
    gained_days: float | None


@dataclass(frozen=True, slots=True)
class Week:
    """starts_on: a Monday, local · new, old: how many entered. is_whole: false for the first and the running one."""

    starts_on: date
    new: int
    old: int | None
    is_whole: bool


@dataclass(frozen=True, slots=True)
class DealSums:
    """Deals by what history can tell.

    blind: won deals of whose people nobody had been seen before they were opened · late: won deals the new definition finds, but
    only after they were opened
    """

    won: int
    lost: int
    open: int
    blind: int
    late: int


@dataclass(frozen=True, slots=True)
class Backtest:
    """A draft replayed over all history. old, overlap: None where it is compared with nothing. as_of: of the figures; since: of the
    first touch; last: the deals won last, then those lost last; on_day_one: who would satisfy the draft at once and has no open lead."""

    new: Found
    old: Found | None
    overlap: Overlap | None
    weeks: tuple[Week, ...]
    deals: DealSums
    last: tuple[LastDeal, ...]
    on_day_one: int
    currency: str
    since: datetime
    as_of: datetime
