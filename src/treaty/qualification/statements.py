"""Statements prepared once, over tables whose rows are laid anew for each call: what asking a few people about something costs least.

What makes a micro-batch cheap (measured on the pinned DuckDB): the statement is prepared once over tables
that stand for whatever batch is laid into them, so a call neither plans (two thirds of the time) nor
registers anything (a leak, and a millisecond a table).
"""

import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from treaty.engine import duck
from treaty.qualification import midnights
from treaty.qualification.counters import Definition
from treaty.qualification.schemas import EXTRA, NOW, SHAPES
from treaty.qualification.scores import decay_steps

DAY_US = 86_400_000_000
_TYPES = {"int64": pa.int64(), "float64": pa.float64(), "string": pa.string()}


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
    touches, facts, wherever a method takes them: all rows of the people asked about and of their accounts, in the shapes
    of `schemas`. Rows that become known only later may be there. Where a clause counts everybody's touches at an account,
    also those of everyone who is or was there, unless `turns` says what came of it (see `accounts`); an answer about a
    colleague is complete only if their rows are.
    """

    def __init__(self, definition: Definition, zone: str, connection: Any = None) -> None:
        self._definition, self._zone, self._connection = definition, zone, connection
        self._cursor = (connection or duck.shared(threads=1)).cursor()
        self._slots = {name: Slot(shape) for name, shape in (SHAPES | EXTRA | {"now": NOW}).items()}
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

    def _lay(self, touches: pa.Table, facts: pa.Table, at_us: int = 0, **also: pa.Table) -> None:
        for name, rows in {"touches": touches, "facts": facts, **also}.items():
            self._slots[name].lay(rows)
        self._slots["now"].lay_rows([(at_us,)])
        if self._reach:
            first = pc.min(touches["occurred_us"]).as_py() or at_us
            last = max(at_us, pc.max(touches["occurred_us"]).as_py() or at_us) + (self._reach + 2) * DAY_US
            self._slots["midnights"].lay_rows(midnights.between(self._zone, first, last))


def people_in(touches: pa.Table, facts: pa.Table) -> Iterator[int]:
    """Everybody the rows name, some of them twice."""
    yield from pc.unique(touches["person_id"]).to_pylist()
    yield from pc.unique(facts["subject_id"].filter(pc.equal(facts["subject"], "person"))).to_pylist()
