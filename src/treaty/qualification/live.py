"""Judge people as facts arrive: the evaluator's expression, compiled once per version, run on small batches."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from treaty.agreement.conditions import Condition
from treaty.engine import duck
from treaty.qualification.accounts import Accounts, as_table
from treaty.qualification.counters import Definition
from treaty.qualification.explained import Answers, Explained
from treaty.qualification.explanation import questions
from treaty.qualification.measures import turning
from treaty.qualification.schemas import named
from treaty.qualification.scores import Scores
from treaty.qualification.statements import Prepared, people_in
from treaty.qualification.values import Lists

K = TypeVar("K")
Turn = tuple[int, bool]
"""A moment, and whether the definition begins to hold then; else it ceases to."""


class Verdict(NamedTuple):
    """Whether a definition holds for a person at a moment, since when, and when that changes by itself.

    since_us: when it began to hold, or ceased to; None: it never held yet. next_us: the next moment at which
    the answer turns if nothing arrives, None: never. Whoever stores verdicts judges the person again then.
    """

    person_id: int
    holds: bool
    since_us: int | None
    next_us: int | None


def verdict(person_id: int, turns: Sequence[Turn], at_us: int) -> Verdict:
    """What the turns of a definition, in order of time, say at a moment."""
    if not turns:
        return Verdict(person_id, holds=False, since_us=None, next_us=None)
    past = [turn for turn in turns if turn[0] <= at_us]
    since_us, is_held = past[-1] if past else (None, False)
    return Verdict(person_id, is_held, since_us, turns[len(past)][0] if len(past) < len(turns) else None)


class Judge(Prepared, Generic[K]):
    """Judges people by all definitions of one version in one statement; made once.

    Not a statement each: what they count in common is counted once, and of a small batch most of the time goes
    into starting a statement.
    """

    def __init__(self, conditions: Mapping[K, Condition], scores: Scores, lists: Lists, zone: str, connection: Any = None) -> None:
        whole = Definition(Condition(any=list(conditions.values())), scores, lists)
        super().__init__(whole, zone, connection)
        self._names = list(conditions)
        self._prepare(
            "judge", turning(whole, {f"t{number}": one for number, one in enumerate(conditions.values())}, named("turns", few=True))
        )

    @cached_property
    def _accounts(self) -> Accounts:
        return Accounts(self._definition, self._zone, self._connection)

    def judge(
        self, touches: pa.Table, facts: pa.Table, at_us: int, turns: pa.Table | None = None, *, seconds: float = duck.LIMIT_SECONDS
    ) -> dict[K, dict[int, Verdict]]:
        """Judge everybody the rows name, as things stand at a moment: per definition and person. Raises TookTooLong.

        turns: of the accounts of these people, in the shape TURNS; None: they are asked first, and the rows are everybody's.
        """
        found = self.turns(touches, facts, at_us, turns, seconds=seconds)
        people = sorted(set(people_in(touches, facts)))
        return {name: {person: verdict(person, of.get(person, ()), at_us) for person in people} for name, of in found.items()}

    def turns(
        self, touches: pa.Table, facts: pa.Table, at_us: int, turns: pa.Table | None = None, *, seconds: float = duck.LIMIT_SECONDS
    ) -> dict[K, dict[int, list[Turn]]]:
        """When each definition begins and ceases to hold for everybody the rows name, in order of time: see `judge`.

        at_us: as far as a score is asked for.
        """
        at_accounts = as_table(self._accounts.turns(touches, facts)) if turns is None else turns
        with self._turn, duck.at_most(seconds, self._cursor):
            self._lay(touches, facts, at_us, turns=at_accounts)
            rows = self._cursor.execute("execute judge").fetchall()
        found: dict[K, dict[int, list[Turn]]] = {name: defaultdict(list) for name in self._names}
        for person, moment, *turned in sorted(rows):
            for name, turn in zip(self._names, turned, strict=True):
                if turn:
                    found[name][person].append((moment, turn > 0))
        return found


class Explainer(Prepared):
    """Explains one definition; it compiles its questions when it is first asked, about a second."""

    def explain(
        self,
        touches: pa.Table,
        facts: pa.Table,
        person_id: int,
        at_us: int,
        *,
        since_us: int | None = None,
        seconds: float = duck.LIMIT_SECONDS,
    ) -> Explained:
        """Every clause for one person at a moment: holds or not, needed and found, causes, when it turns. Raises TookTooLong.

        since_us: their touches before it no longer count for them (a returned lead); None: all do.
        """
        own = own_of(touches, person_id, since_us)
        with self._turn, duck.at_most(seconds, self._cursor):
            self._lay(touches, facts, at_us, own=own)
            answers = {name: self._ask(name) for name in self._questions}
        return Answers(self._definition, answers, person_id, at_us).explained()

    @cached_property
    def _questions(self) -> tuple[str, ...]:
        asked = questions(self._definition, named("own"))
        for name, question in asked.items():
            self._prepare(name, question)
        return tuple(asked)

    def _ask(self, name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._cursor.execute(f'execute "{name}"').to_arrow_table().to_pylist()
        return rows


def own_of(touches: pa.Table, person_id: int, since_us: int | None = None) -> pa.Table:
    """One person's touches, from a moment on."""
    own = touches.filter(pc.equal(touches["person_id"], person_id))
    return own if since_us is None else own.filter(pc.greater_equal(own["occurred_us"], since_us))
