"""What follows from the journal: each reaction reads it in order, from where it was; it may run twice, never skip.

Entries are read together. When that fails each is tried alone; one that fails alone becomes a job, tried again later and
parked in the end, so neither the entries behind it nor the other reactions wait.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from treaty.batches import together_or_alone
from treaty.connectors.writes.putting import put_down
from treaty.crash import crash_here
from treaty.jobs import follow, queue
from treaty.jobs.models import Cursor
from treaty.journal.models import Entry
from treaty.journal.queries import after
from treaty.notify import telling

Reaction = Callable[[Sequence[Entry], datetime], object]
KIND = "reaction"
REACTIONS: dict[str, Reaction] = {
    "follow": lambda entries, at: follow.follow([(entry, at) for entry in entries]),
    "write": put_down,
    "notify": telling.tell,
}


def react(*, at: datetime, limit: int = 100) -> int:
    """Let every reaction read on, at most `limit` entries each; returns how many were read."""
    return sum(read_on(name, reaction, at=at, limit=limit) for name, reaction in REACTIONS.items())


def read_on(name: str, reaction: Reaction, *, at: datetime, limit: int = 100) -> int:
    """Feed one reaction the entries it has not seen, in order; the place is kept after them.

    The database busy, full or gone is no entry's fault: OperationalError goes on, and their turn comes again.
    """
    cursor, _ = Cursor.objects.get_or_create(reaction=name)
    entries = after(cursor.seq, limit)
    together_or_alone(entries, lambda some: reaction(some, at), lambda entry: _try_later(name, entry, at))
    if entries:
        crash_here("reactions-done-before-place-is-kept")
        Cursor.objects.filter(pk=cursor.pk, seq__lt=entries[-1].seq).update(seq=entries[-1].seq)
    return len(entries)


def _try_later(name: str, entry: Entry, at: datetime) -> None:
    """The job raises the fault again and keeps its words."""
    queue.enqueue(KIND, {"name": name, "seq": entry.seq}, at=at, dedup_key=f"{name}:{entry.seq}")


@queue.handles(KIND)
def again(name: str, seq: int, *, at: datetime) -> None:
    """Try one entry again that a reaction failed on."""
    if name not in REACTIONS:
        raise queue.Refused(f"there is no reaction {name!r} in this version of Treaty")
    REACTIONS[name]([Entry.objects.get(seq=seq)], at)
