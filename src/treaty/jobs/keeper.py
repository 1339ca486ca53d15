"""The keeper of the lake: exports again and again in a process of its own, so that the worker never waits for it."""

import logging
import os
import threading
import time
from pathlib import Path

from django.db import close_old_connections, connection

from treaty.engine.export import AlreadyExporting
from treaty.jobs import lake
from treaty.jobs.ahead import Asker
from treaty.jobs.clock import now

logger = logging.getLogger("treaty.lake")
SHARE = 20
"""An export takes at most about one part in so many of the time of one processor."""
SOONEST, LATEST = 2.0, 20.0
"""Seconds between two exports; a page is never more than a minute behind."""


def keep(stopping: threading.Event) -> None:
    """Export until told to stop. A failed export is reported and tried again; the lake stays as it was."""
    os.nice(10)
    only_read()
    asker = Asker()
    while not stopping.is_set():
        started = time.monotonic()
        try:
            lake.refresh(at=now(), ask=asker)
        except AlreadyExporting:
            pass
        except Exception:  # a full disk, a database that restarts: the next round may do better
            logger.exception("the export failed, again in %g s", LATEST)
            started = time.monotonic() - LATEST
        close_old_connections()
        stopping.wait(pause(time.monotonic() - started))


def only_read() -> None:
    """This process looks at the database and never writes: SQLite has one writer of each kind, and the keeper is none."""
    if connection.vendor == "sqlite":
        connection.close()
        connection.settings_dict["NAME"] = f"{Path(connection.settings_dict['NAME']).resolve().as_uri()}?mode=ro"


def pause(took: float) -> float:
    """Seconds to rest after an export that took so long."""
    return min(LATEST, max(SOONEST, took * SHARE))
