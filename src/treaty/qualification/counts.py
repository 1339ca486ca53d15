"""Running counts and where they are kept: many small counts share a few columns, because adding up is what costs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from treaty.agreement.conditions import Test, Touches
from treaty.qualification.scores import Curve


@dataclass(frozen=True, eq=False)
class Counter:
    """One running count.

    touches: how many of the person's touches count now · decay: their milli-points, shrinking along `curve` ·
    person, account: 1 while the value of `field` passes `test` · score: 1 while the points of `field` do ·
    account_touches: 1 while the clause holds for the person's account · born: 1 once anything is known of the person
    """

    of: Literal["touches", "decay", "person", "account", "score", "account_touches", "born"]
    touches: Touches | None = None
    curve: Curve | None = None
    field: str = ""
    test: Test | None = None

    @cached_property
    def key(self) -> str:
        """The same text for the same count, so two clauses that ask for one count share it."""
        asked = self.touches or self.test
        return f"{self.of} {self.field} {self.curve} {asked.model_dump_json(exclude_defaults=True) if asked else ''}"


BORN = Counter("born")
See = Callable[[Counter], Any]
"""How `truth` reads a running count: an Ibis column, before or after a moment."""


@dataclass(frozen=True)
class Place:
    """Where a count is kept: `bits` bits of a column from bit `shift` on; bits None: the whole column."""

    column: str
    shift: int = 0
    bits: int | None = None

    def read(self, total: Any) -> Any:
        """Shifts and masks, not `//`: Ibis divides as doubles, which lose the low bits of a large number."""
        return total if self.bits is None else (total >> self.shift) & ((1 << self.bits) - 1)


class Counts:
    """Counters under names `c0`, `c1`, ..., each once, and the few columns in which they are added up.

    A running sum is what a sweep costs, a seventh of a microsecond a row, so counts share columns: sixty
    that are 0 or 1, or two counts of touches, each far below the 2,147,483,648 it has room for. Milli-points
    may be negative and keep a column each.
    """

    def __init__(self, asked: Iterable[Counter]) -> None:
        distinct = {counter.key: counter for counter in asked}
        self.counters = {f"c{number}": counter for number, counter in enumerate(distinct.values())}
        self.names = {counter.key: name for name, counter in self.counters.items()}
        self.places = self._placed()
        self.columns = sorted({place.column for place in self.places.values()})

    def of(self, *kinds: str) -> dict[str, Counter]:
        """The counters of these kinds, by name."""
        return {name: counter for name, counter in self.counters.items() if counter.of in kinds}

    def see(self, read: Callable[[str], Any]) -> See:
        """Reads counters where `read` reads columns."""

        def one(counter: Counter) -> Any:
            place = self.places[self.names[counter.key]]
            return place.read(read(place.column))

        return one

    def _placed(self) -> dict[str, Place]:
        flags = [name for name, counter in self.counters.items() if counter.of not in ("touches", "decay")]
        placed = {name: Place(f"flags{n // 60}", n % 60, 1) for n, name in enumerate(flags)}
        placed |= {name: Place(f"touches{n // 2}", 31 * (n % 2), 31) for n, name in enumerate(self.of("touches"))}
        return placed | {name: Place(name) for name in self.of("decay")}
