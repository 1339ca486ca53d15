"""What is known of a table's columns: their meaning, how sure we are, and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from treaty.connectors.files.profile import Profile
from treaty.connectors.files.rows import RawTable
from treaty.truth.records import Record

UNUSED = ""
CATEGORY = "category"
"""A column nobody named, with few distinct values: not understood, but good to compare by."""


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One column: what it means (or `category`, or nothing), how sure, and why we think so."""

    header: str
    meaning: str = UNUSED
    confidence: float = 0.0
    why: str = "no match"
    named_like: str = ""
    """The meaning its name promises and its values do not keep."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How a table of a set that a loader left is read. read: a row's records; raises ValueError with the reason to refuse it.

    place: its place in the order of reading, among those of its kind · note: what becomes of rows that say nothing of their
    own · refuse: why none of its rows is kept
    """

    read: Callable[[Sequence[str]], tuple[Record, ...]]
    place: int
    note: str = ""
    refuse: str = ""


@dataclass(slots=True)
class Recognised:
    """A table with a meaning for its columns. `confidence` compares the kind with the next best."""

    table: RawTable
    profile: Profile
    kind: str
    confidence: float
    why: str
    columns: list[ColumnPlan] = field(default_factory=list)
    loaded: Loaded | None = None

    def column(self, meaning: str) -> int | None:
        """Where the column of that meaning stands."""
        return next((i for i, plan in enumerate(self.columns) if plan.meaning == meaning), None)
