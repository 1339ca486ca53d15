"""What a stage history says: first and latest reached, time in stage. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Moved:
    """One move that counts: to which stage, when."""

    to_stage: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InStage:
    first_at: datetime
    last_at: datetime
    visits: int
    spent: timedelta
    """All visits together, the running one up to `at`."""


def summary(moves: Sequence[Moved], *, at: datetime, closed_at: datetime | None = None) -> dict[str, InStage]:
    """Per stage: when first and last reached, how often, how long.

    moves: in order of time, at least one. Durations sum to the age of the lead (invariant 9); a stage passed
    in the same instant has zero. A lead's last stage runs until it closed, or until `at`.
    """
    end = closed_at or at
    spent: dict[str, timedelta] = defaultdict(timedelta)
    reached: dict[str, list[datetime]] = defaultdict(list)
    for move, next_at in zip(moves, [m.at for m in moves[1:]] + [max(end, moves[-1].at)], strict=True):
        reached[move.to_stage].append(move.at)
        spent[move.to_stage] += next_at - move.at
    return {stage: InStage(ats[0], ats[-1], len(ats), spent[stage]) for stage, ats in reached.items()}
