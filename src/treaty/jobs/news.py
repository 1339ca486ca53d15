"""Whether anybody has written since the last look: one cheap question instead of many, for processes that wait for what others write."""

import time

from django.db import connection

LOOK = 0.2


class News:
    """What one process has seen of what others commit."""

    def __init__(self) -> None:
        self._seen: int | None = None
        self._look_at = 0.0

    def is_there(self) -> bool:
        """Has anybody written since the last look? Without news yes five times a second, for what time makes due; always where the
        database keeps no count."""
        version = data_version()
        if version is not None and version == self._seen and time.monotonic() < self._look_at:
            return False
        self._seen, self._look_at = version, time.monotonic() + LOOK
        return True

    def look_again(self) -> None:
        """There may be more of what was found: the next look is at once."""
        self._look_at = 0.0


def data_version() -> int | None:
    """SQLite's own count of commits by others; None where the database keeps none."""
    if connection.vendor != "sqlite":
        return None
    with connection.cursor() as cursor:
        return int(cursor.execute("pragma data_version").fetchone()[0])
