"""The web process alone moves the write-ahead log into the database file, also while it writes nothing itself.

SQLite does it at a commit of this process once the log is four megabytes long. The worker must not (reliability facts
1.1), so on a quiet site its commits would make the log longer and longer.
"""

import threading
from pathlib import Path

from django.db import DatabaseError, connection

EVERY = 15.0
LONG = 4_000_000


def keep_short() -> threading.Thread:
    """Start the thread that looks after the log; it ends with the process."""
    thread = threading.Thread(target=_keep_short, daemon=True, name="checkpoints")
    thread.start()
    return thread


def _keep_short() -> None:
    pause = threading.Event()
    while not pause.wait(EVERY):
        look()


def look(long: int = LONG) -> bool:
    """Checkpoint if the log is long; never waits for a reader or a writer. True if it was done."""
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    try:
        if connection.vendor != "sqlite" or not log.exists() or log.stat().st_size < long:
            return False
        with connection.cursor() as cursor:
            cursor.execute("pragma wal_checkpoint(passive)")
    except (DatabaseError, OSError):
        return False  # a full disk, a file being replaced: the next look is in seconds
    return True
