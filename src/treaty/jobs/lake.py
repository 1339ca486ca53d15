"""Bringing the lake up to date: every room's tables, exported from the operational database."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from treaty.books.exported import TABLES
from treaty.config import home
from treaty.engine import rows
from treaty.engine.export import alone, put_in_force, tidied, write
from treaty.engine.lake import Snapshot, folder, opened
from treaty.engine.manifest import Manifest


def refresh(*, at: datetime, where: Path | None = None, ask: Callable[[Snapshot], None] | None = None) -> Manifest:
    """Export what changed since the last time. Raises AlreadyExporting.

    ask: given the new snapshot before it is in force, while pages still read the one before.
    """
    place = folder(where or home())
    with alone(place):
        with rows.snapshot() as snapshot:
            found = write(TABLES, snapshot, place, at=at)
        found = tidied(TABLES, found, place, at=at)
        if ask is not None:
            ask(opened(found, place))
        put_in_force(found, place, at=at)
    return found
