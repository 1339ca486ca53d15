"""What a closed period would say by later data, and why: cause by cause, with the records behind each."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from decimal import Decimal

from treaty.agreement.models import InForce
from treaty.books import figures
from treaty.books.document import Changed, Closed, Part
from treaty.books.figures import Moved
from treaty.books.lines import ZERO, Key, differences
from treaty.books.lines import figures as by_key
from treaty.books.measures import versions
from treaty.books.mixing import CAUSES, between, steps
from treaty.engine.lake import Snapshot, opened
from treaty.engine.pinned import reopened
from treaty.funnel.frame import Frame

COUNTING = "counting"
"""The cause of what this release counts otherwise from the very same data."""
NAMED = 50
"""Records that are named per line and cause; of the others it is said how many there are, and what they add."""


def compared(closed: Closed, held: Sequence[InForce], lake: Snapshot) -> list[Changed]:
    """Lines that say something else in this lake than at the close, each with its parts; the parts sum to the difference.

    held: the versions of the closing. Every measure that was closed is asked twice, at the close and now; causes only for those
    that differ. What this release counts and the closing does not hold, or the other way round, was never agreed to be the same.
    """
    pinned, lake = reopened(closed.inputs, lake.folder), opened(lake.manifest, lake.folder, "duckdb")
    with ExitStack() as stack:

        def at(*done: str) -> Frame:
            return figures.frame_of(stack.enter_context(between(pinned, lake, done)), held, closed.as_of)

        def told(frame: Frame, only: Collection[str]) -> dict[Key, Decimal]:
            return by_key(figures.lines(frame, closed.period, only))

        before = at()
        frozen = closed.measures.keys() & versions(before)
        old = {line.key: line.figure for line in closed.lines if line.key.measure in frozen}
        then, now = told(before, frozen), told(at(*CAUSES), frozen)
        parts = _parts(COUNTING, differences(old, then), {})
        wanted = {key.measure for key in differences(then, now)}
        then = {key: figure for key, figure in then.items() if key.measure in wanted}
        for cause, done in steps(pinned, lake) if wanted else ():
            after = at(*done)
            here = told(after, wanted)
            moved = differences(then, here)
            behind = figures.behind(before, after, closed.period, {key.measure for key in moved})
            for key, found in _parts(cause, moved, behind).items():
                parts[key] += found
            before, then = after, here
    return [Changed(key, old.get(key, ZERO), old.get(key, ZERO), now.get(key, ZERO), parts[key]) for key in differences(old, now)]


def _parts(cause: str, moved: Mapping[Key, Decimal], behind: Mapping[Key, Sequence[Moved]]) -> dict[Key, list[Part]]:
    found: dict[Key, list[Part]] = defaultdict(list)
    for key, amount in moved.items():
        records = behind.get(key, ())
        more = records[NAMED:]
        found[key] = [Part(cause, amount, records[:NAMED], (len(more), sum((one.amount for one in more), ZERO)))]
    return found


def since(changes: Sequence[Changed], before: Sequence[Changed]) -> list[Changed]:
    """The same with what the restatement before said; a line that has gone back to what was closed is listed once more."""
    said = {one.key: one.new for one in before}
    listed = [Changed(one.key, one.old, said.pop(one.key, one.old), one.new, one.parts) for one in changes]
    closed = {one.key: one.old for one in before}
    listed += [Changed(key, closed[key], new, closed[key], ()) for key, new in said.items() if new != closed[key]]
    return sorted(listed, key=lambda one: one.key)


def is_news(changes: Sequence[Changed]) -> bool:
    """Whether any line says something else than the restatement before, or the closing if there was none."""
    return any(one.new != one.before for one in changes)
