"""What a draft would have found in the last quarter, said while it is still being written: quick, and only the figures that matter."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from treaty.engine.lake import Snapshot
from treaty.engine.measuring import Span, kept, rows_of
from treaty.moments import from_us
from treaty.pilot import compared, entries, outcomes
from treaty.pilot.backtest import NoHistory, returns_of
from treaty.pilot.compared import DAY_US
from treaty.pilot.replayed import Replayed
from treaty.pilot.shares import Became, Counts, added, became
from treaty.truth.stated import doubt_of

WEEKS = 13
_turn = threading.Lock()


@dataclass(frozen=True, slots=True)
class Lately:
    """Of those found in the last 13 weeks. name, old_name: of the documents · new, old: what became of them, old None where there is
    nothing to compare with · both, only_new: of those the draft finds, whom the other one finds at any time, and never · only_old: of
    those the other one finds, whom the draft never does · weeks: how many of the 13 there were."""

    name: str
    old_name: str
    new: Became
    old: Became | None
    both: int
    only_new: int
    only_old: int
    weeks: float
    as_of: datetime


def lately(lake: Snapshot, new: Replayed, old: Replayed | None) -> Lately:
    """Replay a draft over everything and count the last quarter. Raises NoHistory, NotReplayable, TookTooLong.

    What the other document finds is worked out once for each lake, and so is each way into a stage: a draft of which one way is being
    written costs that one. One at a time.
    Source: R4; the figures are those of `backtest`, of fewer days.
    """
    span = entries.span_of(lake)
    if span is None:
        raise NoHistory("nothing happened yet that could be replayed")
    asked = _Asking(lake, old, span, max(span[0], span[1] - 7 * WEEKS * DAY_US))
    with _turn:
        sides, only_old = asked.of(new)
    both, alone = sides.get(outcomes.BOTH, {}), sides.get(outcomes.ONE, {})
    counts = (sum(both.values()), sum(alone.values()), only_old) if old else (0, 0, 0)
    weeks = (span[1] - asked.since) / DAY_US / 7
    return Lately(new.name, old.name if old else "", became(added(both, alone)), asked.before(), *counts, weeks, from_us(span[1]))


class _Asking:
    """Asks one lake about drafts beside one other document."""

    def __init__(self, lake: Snapshot, old: Replayed | None, span: Span, since: int) -> None:
        self.lake, self.old, self.span, self.since = lake, old, span, since
        self.theirs: Any = entries.entered(lake, old, span) if old else None
        self.key = (old and old.key, span, since, doubt_of(lake))

    def of(self, new: Replayed) -> tuple[dict[str, Counts], int]:
        """What became of those the draft finds, by side; and how many only the other one finds. Statements are written once: the rows
        of every draft lie under one name."""
        own = entries.being_written(self.lake, new, self.span)
        returns = sorted({step for one in (new, self.old) if one for step in returns_of(one.terms)})
        key = (*self.key, tuple(returns))
        sides = _sides(self._ask(("lately", *key), lambda: self._judged(own, self.theirs, returns)))
        if self.theirs is None:
            return sides, 0
        [missed] = self._ask(("lately missed", *key), lambda: self._missed(own))
        return sides, int(missed["n"])

    def before(self) -> Became | None:
        """What became of those the other document finds."""
        if self.old is None:
            return None
        returns = sorted(returns_of(self.old.terms))
        key = ("lately before", *self.key)
        rows = kept(self.lake, key, lambda: rows_of(self.lake, self._judged(self.theirs, None, returns)))
        return became(_sides(rows).get(outcomes.ONE, {}))

    def _ask(self, key: tuple[Any, ...], make: Callable[[], Any]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.lake.ask(key, make).to_pylist()
        return rows

    def _judged(self, rows: Any, other: Any, returns: list[outcomes.Step]) -> Any:
        return compared.counted(outcomes.judged(self.lake, rows.filter(rows.at_us >= self.since), other, returns=returns))

    def _missed(self, own: Any) -> Any:
        rows = compared.only(self.theirs.filter(self.theirs.at_us >= self.since), own)
        return rows.agg(n=rows.count())


def _sides(rows: Iterable[Mapping[str, Any]]) -> dict[str, Counts]:
    found: dict[str, Counts] = defaultdict(dict)
    for row in rows:
        found[row["side"]] = {**found[row["side"]], compared.key_of(row): int(row["n"])}
    return found
