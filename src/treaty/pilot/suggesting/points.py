"""Points of the curve: a definition each, replayed over all history, with the leads a week and the part that ends well."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from treaty.agreement.conditions import Condition
from treaty.engine.measuring import Fetching, Span
from treaty.pilot import entries, outcomes
from treaty.pilot.replayed import Replayed
from treaty.pilot.shares import Became, Counts, Key, Share, added, became
from treaty.pilot.suggesting.counting import ACCEPTED, WON
from treaty.pilot.suggesting.signals import Signal, says
from treaty.pilot.suggesting.ways import Way


@dataclass(frozen=True, slots=True)
class Point:
    """One definition.

    ways: each enough by itself · a_week: people who enter, in the mean of the last whole weeks · became: what became of all it finds
    later: of those it finds from the moment on that the search for it had not seen · end: WON or ACCEPTED, what counts as good
    """

    ways: tuple[Condition, ...]
    a_week: float
    became: Became
    later: Became
    end: str = WON

    @property
    def says(self) -> str:
        return says(self.ways[0] if len(self.ways) == 1 else Condition(any=list(self.ways)))

    @property
    def good(self) -> Share:
        """The part that ended well: won of those closed, or accepted of those answered."""
        return self.became.accepted if self.end == ACCEPTED else self.became.won

    @property
    def good_later(self) -> Share:
        return self.later.accepted if self.end == ACCEPTED else self.later.won


@dataclass(frozen=True, slots=True)
class Asked:
    """What every point is asked. since_us: from when on the search had seen nothing · weeks: the span of the last whole ones, how many"""

    span: Span
    returns: Sequence[outcomes.Step]
    since_us: int
    recent: Span
    weeks: int
    end: str = WON


def condition_of(way: Way, signals: Sequence[Signal], excluded: Sequence[Condition]) -> Condition:
    """What a way asks, as the agreement says it. excluded: what must not hold anyway."""
    asked = [signals[one.place].condition for one in way if one.is_for]
    none = [signals[one.place].condition for one in way if not one.is_for]
    none += [one for one in excluded if one not in none]
    if len(asked) == 1 and not none:
        return asked[0]
    return Condition(all=asked, none=none or None)


def with_ways(document: Replayed, ways: Sequence[Condition]) -> Replayed:
    """The same document with this definition of its stage."""
    stage = document.terms.stages[document.stage]
    changed = stage.model_copy(update={"enter": ways[0], "shortcuts": list(ways[1:])})
    stages = {**document.terms.stages, document.stage: changed}
    return replace(document, name="the suggestion", terms=document.terms.model_copy(update={"stages": stages}))


def point(lake: Fetching, document: Replayed, asked: Asked) -> Point:
    """The definition of a document, replayed. Raises NotReplayable, TookTooLong."""
    found = entries.entered(lake, document, asked.span)
    rows = outcomes.judged(lake, found, returns=asked.returns)
    rows = rows.mutate(is_later=rows.at_us >= asked.since_us, is_recent=(rows.at_us >= asked.recent[0]) & (rows.at_us < asked.recent[1]))
    keys = ["answer", "deal", "is_returned", "is_worked", "is_before", "is_later", "is_recent"]
    counted = lake.fetch(rows.group_by(keys).agg(n=rows.count())).to_pylist()
    recent = sum(int(row["n"]) for row in counted if row["is_recent"])
    stage = document.terms.stages[document.stage]
    ways = tuple(way for way in (stage.enter, *stage.shortcuts) if way is not None)
    return Point(
        ways,
        recent / max(asked.weeks, 1),
        became(_counts(counted)),
        became(_counts([row for row in counted if row["is_later"]])),
        asked.end,
    )


def _counts(rows: Sequence[dict[str, Any]]) -> Counts:
    found: Counts = {}
    for row in rows:
        key: Key = (row["answer"], row["deal"], row["is_returned"], row["is_worked"], row["is_before"])
        found = added(found, {key: int(row["n"])})
    return found


def front(points: Sequence[Point]) -> list[Point]:
    """The points nothing else beats in both: from many leads to few, of which ever more end well."""
    found: list[Point] = []
    for one in sorted(points, key=lambda each: (each.a_week, -(each.good.share or 0))):
        if found and found[-1].a_week == one.a_week:
            continue
        while found and (found[-1].good.share or 0) <= (one.good.share or 0):
            found.pop()
        found.append(one)
    return found[::-1]
