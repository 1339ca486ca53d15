"""Judge people as facts arrive: the evaluator's expression, compiled once per version, run on small batches.

What makes a micro-batch cheap (measured on the pinned DuckDB): the statement is prepared once over tables
that stand for whatever batch is laid into them, so a call neither plans (two thirds of the time) nor
registers anything (a leak, and a millisecond a table).
"""

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from treaty.agreement.conditions import Condition
from treaty.engine import duck
from treaty.qualification import midnights
from treaty.qualification.counters import Definition
from treaty.qualification.explained import Answers, Explained
from treaty.qualification.explanation import questions
from treaty.qualification.measures import turning
from treaty.qualification.schemas import NOW, SHAPES, named
from treaty.qualification.scores import Scores, decay_steps
from treaty.qualification.values import Lists

K = TypeVar("K")
Turn = tuple[int, bool]
"""A moment, and whether the definition begins to hold then; else it ceases to."""

DAY_US = 86_400_000_000
_TYPES = {"int64": pa.int64(), "float64": pa.float64(), "string": pa.string()}


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


class Slot:
    """A table of fixed name whose rows are replaced between runs; DuckDB asks for them anew at each scan."""

    def __init__(self, shape: dict[str, str]) -> None:
        self._schema = pa.schema([(name, _TYPES[kind]) for name, kind in shape.items()])
        self._rows = self._schema.empty_table()

    def lay(self, rows: pa.Table) -> None:
        """Put these rows in place. Columns are taken by name. Raises KeyError for one that is missing."""
        self._rows = rows if rows.schema.equals(self._schema) else rows.select(self._schema.names).cast(self._schema)

    def lay_rows(self, rows: Iterable[tuple[int, ...]]) -> None:
        self._rows = pa.Table.from_arrays(
            [pa.array(c, t) for c, t in zip(zip(*rows, strict=True), self._schema.types, strict=True)], schema=self._schema
        )

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._rows.__arrow_c_stream__(requested_schema)


class Prepared:
    """Statements prepared once over tables whose rows are laid anew for each call; from any thread, one call at a time.

    zone: the agreement's, for scores. The connection is this process's hardened one unless another is given.
    touches, facts, wherever a method takes them: all rows of the people asked about, in the shapes of `schemas`, and
    where a clause looks at an account also the account's and those of everyone who is or was there. Rows that
    become known only later may be there. An answer about a colleague is complete only if their rows are.
    """

    def __init__(self, definition: Definition, zone: str, connection: Any = None) -> None:
        self._definition, self._zone = definition, zone
        self._cursor = (connection or duck.shared(threads=1)).cursor()
        self._slots = {name: Slot(shape) for name, shape in (SHAPES | {"now": NOW}).items()}
        self._turn, self._reach = threading.Lock(), definition.reach
        if definition.reach:
            self._slots["decay"].lay_rows(decay_steps(definition.scores))
        for name, slot in self._slots.items():
            self._cursor.register(f"laid_{name}", slot)

    def close(self) -> None:
        """Give the cursor back; nothing can be asked any more."""
        self._cursor.close()

    def _prepare(self, name: str, question: Any) -> None:
        """The statement reads what is laid once, however often it asks for it: each reading costs about a millisecond."""
        text = duck.sql(question)
        read = ", ".join(f'"{slot}" as materialized (from "laid_{slot}")' for slot in self._slots if f'"{slot}"' in text)
        rest = f", {text.removeprefix('WITH ')}" if text.startswith("WITH ") else f" {text}"
        self._cursor.execute(f'prepare "{name}" as with {read}{rest}')

    def _lay(self, touches: pa.Table, facts: pa.Table, at_us: int) -> None:
        self._slots["touches"].lay(touches)
        self._slots["facts"].lay(facts)
        self._slots["now"].lay_rows([(at_us,)])
        if self._reach:
            first = pc.min(touches["occurred_us"]).as_py() or at_us
            last = max(at_us, pc.max(touches["occurred_us"]).as_py() or at_us) + (self._reach + 2) * DAY_US
            self._slots["midnights"].lay_rows(midnights.between(self._zone, first, last))


class Judge(Prepared, Generic[K]):
    """Judges people by all definitions of one version in one statement; made once.

    Not a statement each: what they count in common is counted once, and of a small batch most of the time goes
    into starting a statement.
    """

    def __init__(self, conditions: Mapping[K, Condition], scores: Scores, lists: Lists, zone: str, connection: Any = None) -> None:
        whole = Definition(Condition(any=list(conditions.values())), scores, lists)
        super().__init__(whole, zone, connection)
        self._names = list(conditions)
        self._prepare("judge", turning(whole, {f"t{number}": one for number, one in enumerate(conditions.values())}, named(few=True)))

    def judge(self, touches: pa.Table, facts: pa.Table, at_us: int, *, seconds: float = duck.LIMIT_SECONDS) -> dict[K, dict[int, Verdict]]:
        """Judge everybody the rows name, as things stand at a moment: per definition and person. Raises TookTooLong."""
        with self._turn, duck.at_most(seconds, self._cursor):
            self._lay(touches, facts, at_us)
            rows = self._cursor.execute("execute judge").fetchall()
        turns: dict[tuple[int, int], list[Turn]] = defaultdict(list)
        for person, moment, *turned in sorted(rows):
            for number, turn in enumerate(turned):
                if turn:
                    turns[number, person].append((moment, turn > 0))
        people = sorted(set(people_in(touches, facts)))
        return {
            name: {person: verdict(person, turns.get((number, person), ()), at_us) for person in people}
            for number, name in enumerate(self._names)
        }


class Explainer(Prepared):
    """Explains one definition; it compiles its questions when it is first asked, about a second."""

    def explain(self, touches: pa.Table, facts: pa.Table, person_id: int, at_us: int, *, seconds: float = duck.LIMIT_SECONDS) -> Explained:
        """Every clause for one person at a moment: holds or not, needed and found, causes, when it turns. Raises TookTooLong."""
        with self._turn, duck.at_most(seconds, self._cursor):
            self._lay(touches, facts, at_us)
            answers = {name: self._ask(name) for name in self._questions}
        return Answers(self._definition, answers, person_id, at_us).explained()

    @cached_property
    def _questions(self) -> tuple[str, ...]:
        asked = questions(self._definition, named())
        for name, question in asked.items():
            self._prepare(name, question)
        return tuple(asked)

    def _ask(self, name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._cursor.execute(f'execute "{name}"').to_arrow_table().to_pylist()
        return rows


def people_in(touches: pa.Table, facts: pa.Table) -> Iterator[int]:
    """Everybody the rows name, some of them twice."""
    yield from pc.unique(touches["person_id"]).to_pylist()
    yield from pc.unique(facts["subject_id"].filter(pc.equal(facts["subject"], "person"))).to_pylist()
