"""How many points somebody has, and when that takes them into another band: the evaluator's own counts, for a batch."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from operator import add, or_
from typing import Any

import ibis
import pyarrow as pa

from treaty.agreement.conditions import Condition, Test
from treaty.engine import duck
from treaty.qualification import grades
from treaty.qualification.accounts import Accounts, as_table
from treaty.qualification.boundaries import boundaries
from treaty.qualification.counters import Definition
from treaty.qualification.counts import BORN, Counts, See
from treaty.qualification.schemas import NOW, Tables, named
from treaty.qualification.scores import MILLI, Scores
from treaty.qualification.statements import DAY_US, Prepared, people_in
from treaty.qualification.sweep import after, before, running
from treaty.qualification.values import Lists, balanced

HORIZON = 30
"""How many midnights ahead a turn of a band is looked for: whoever's points still shrink then is asked about again.

Shrinking is followed touch by touch and midnight by midnight until nothing is left, which costs six times as much.
"""


@dataclass(frozen=True, slots=True)
class Scored:
    """The whole points of each score at a moment and the grade they make.

    turns_us: when the grade turns if nothing arrives, None: not within the horizon. next_us: when to ask again.
    """

    points: Mapping[str, int]
    grade: str = ""
    turns_us: int | None = None
    next_us: int | None = None

    @property
    def kept(self) -> dict[str, Any]:
        """What a lead keeps of it, by the names of its columns."""
        return {"fit": self.points.get("fit", 0), "engagement": self.points.get("engagement", 0), "grade": self.grade}


NOTHING = Scored({})
"""Of whom nothing is known, and what is kept where the agreement has no scores."""


class Scorer(Prepared):
    """Counts the points of people under one version and reads its grid; made once, asked for a batch in one statement.

    grid: bands of the scores that have some. Only a turn of a band is announced; between turns points shrink unannounced.
    """

    def __init__(self, scores: Scores, grid: grades.Grid, zone: str, lists: Lists, connection: Any = None) -> None:
        super().__init__(Definition(_all_of(scores), scores, lists), zone, connection)
        self._names, self._grid = list(scores), {name: bands for name, bands in grid.items() if name in scores}
        self._reach = min(self._reach, HORIZON)
        self._prepare("points", points(self._definition, self._grid, named("turns", few=True), ibis.table(ibis.schema(NOW), name="now")))

    @cached_property
    def _accounts(self) -> Accounts:
        return Accounts(self._definition, self._zone, self._connection)

    def score(
        self, touches: pa.Table, facts: pa.Table, at_us: int, turns: pa.Table | None = None, *, seconds: float = duck.LIMIT_SECONDS
    ) -> dict[int, Scored]:
        """Everybody the rows name, by their id. turns: see `live.Judge.judge`. Raises TookTooLong."""
        turns = as_table(self._accounts.turns(touches, facts)) if turns is None else turns
        with self._turn, duck.at_most(seconds, self._cursor):
            self._lay(touches, facts, at_us, turns=turns)
            rows = self._cursor.execute("execute points").fetchall()
        edge_us = at_us + HORIZON * DAY_US
        none = self._scored([0] * len(self._names), None, None)
        scored = dict.fromkeys(people_in(touches, facts), none)
        for person, turns_us, shrinks, *milli in rows:
            edge = edge_us if shrinks and self._grid else None
            scored[person] = self._scored(milli, turns_us, edge)
        return scored

    def _scored(self, milli: Collection[int], turns_us: int | None, edge_us: int | None) -> Scored:
        whole = {name: each // MILLI for name, each in zip(self._names, milli, strict=True)}
        turns_us = None if turns_us is None or (edge_us is not None and turns_us > edge_us) else turns_us
        return Scored(whole, grades.grade(self._grid, whole), turns_us, edge_us if turns_us is None else turns_us)


def _all_of(scores: Scores) -> Condition:
    return Condition(all=[Condition(score={name: Test(known=True)}) for name in scores])


def points(definition: Definition, grid: grades.Grid, tables: Tables, now: Any) -> Any:
    """The milli-points of every score at a moment, per person: (person_id, next_us, shrinks, one column per score).

    now: one row, `at_us`. next_us: the next moment at which a score reaches or leaves a band, null for none; right as
    far as `midnights` reach. shrinks: 1 while points of touches are left that become less with time.
    """
    tables = replace(tables, since_us=now.at_us.max().as_scalar())
    counts = Counts([*(c for name in definition.scores for c in definition.points_counts(name, ()).counters.values()), BORN])
    moments = running(boundaries(definition, counts, tables), ["person_id"], counts.columns, few=tables.few)
    see, saw = counts.see(after(moments)), counts.see(before(moments))

    def milli(name: str, seen: See) -> Any:
        return (seen(BORN) > 0).ifelse(definition.milli(name, seen), 0)

    known = {"shrinks": _any([see(counter) != 0 for counter in counts.of("decay").values()]).cast("int64")}
    known |= {f"m{number}": milli(name, see) for number, name in enumerate(definition.scores)}
    turns = _any([_level(bands, milli(name, see)) != _level(bands, milli(name, saw)) for name, bands in grid.items()])
    rows = moments.select("person_id", "at", turns=turns, **known).cross_join(now)
    past = rows["at"] <= rows.at_us
    latest = {name: rows[name].argmax(rows["at"], where=past).fill_null(0) for name in known}
    return rows.group_by("person_id").agg(next_us=rows["at"].min(where=~past & rows.turns), **latest)


def _any(truths: list[Any]) -> Any:
    return balanced(or_, truths) if truths else ibis.literal(False)


def _level(bands: grades.Bands, milli: Any) -> Any:
    """How many of the bands the points reach."""
    return balanced(add, [(milli >= start * MILLI).cast("int64") for start in bands.values()])
