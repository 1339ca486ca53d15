"""What follows from the journal: each reaction reads it in order, from where it was; it may run twice, never skip.

An entry a reaction fails on becomes a job, tried again later and parked in the end, so neither the entries behind it
nor the other reactions wait.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import OperationalError

from treaty.crash import crash_here
from treaty.jobs import follow, queue
from treaty.jobs.models import Cursor
from treaty.journal.models import Entry
from treaty.journal.queries import after

Reaction = Callable[[Entry, datetime], None]
KIND = "reaction"
REACTIONS: dict[str, Reaction] = {"follow": lambda entry, at: follow.follow(entry, at=at)}


def react(*, at: datetime, limit: int = 100) -> int:
    """Let every reaction read on, at most `limit` entries each; returns how many were read."""
    return sum(read_on(name, reaction, at=at, limit=limit) for name, reaction in REACTIONS.items())


def read_on(name: str, reaction: Reaction, *, at: datetime, limit: int = 100) -> int:
    """Feed one reaction the entries it has not seen; the place is kept after each batch, and before a fault goes on."""
    cursor, _ = Cursor.objects.get_or_create(reaction=name)
    seen, entries = cursor.seq, after(cursor.seq, limit)
    try:
        for entry in entries:
            _feed(name, reaction, entry, at)
            seen = entry.seq
    finally:
        if seen > cursor.seq:
            crash_here("reactions-done-before-place-is-kept")
            Cursor.objects.filter(pk=cursor.pk, seq__lt=seen).update(seq=seen)
    return len(entries)


def _feed(name: str, reaction: Reaction, entry: Entry, at: datetime) -> None:
    try:
        reaction(entry, at)
    except OperationalError:
        raise  # the database is busy, full or gone: the entry is not at fault, and its turn comes again
    except Exception:  # the job raises it again and keeps its words
        queue.enqueue(KIND, {"name": name, "seq": entry.seq}, at=at, dedup_key=f"{name}:{entry.seq}")


@queue.handles(KIND)
def again(name: str, seq: int, *, at: datetime) -> None:
    """Try one entry again that a reaction failed on."""
    if name not in REACTIONS:
        raise queue.Refused(f"there is no reaction {name!r} in this version of Treaty")
    REACTIONS[name](Entry.objects.get(seq=seq), at)
