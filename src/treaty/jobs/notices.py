"""Notices are sent beside the worker, by one process for all channels, so that a slow one there holds nobody up here."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import OperationalError, close_old_connections

from treaty import locks
from treaty.config import home
from treaty.jobs.beside import Beside
from treaty.jobs.clock import now
from treaty.notify.models import Channel
from treaty.notify.sending import Carrier

logger = logging.getLogger("treaty.notify")
LOOK = 0.5
"""Seconds between two looks at what is due."""
LEARN = timedelta(hours=1)
"""How often Slack is asked who the members are that it did not know before."""
ALL = "all"
"""One process sends for every channel."""


def lock_of(_key: str = ALL) -> Path:
    """Whoever sends holds this: no rate is exceeded by two who do not know of each other."""
    return home() / "notices.lock"


BESIDE = Beside(lock_of)


def begin_missing() -> int:
    """See that a process sends what is due, as long as there is a channel; 1 if it was begun."""
    return BESIDE.begin_missing(ALL, "notices", ALL) if Channel.objects.filter(is_active=True).exists() else 0


def tend(clock: Callable[[], datetime] = now, sleep: Callable[[float], None] = time.sleep, carrier: Carrier | None = None) -> None:
    """Send what is due, alone, until the last channel is switched off; when nothing is, look who the members are in Slack."""
    carrier, learn_at = carrier or Carrier(clock), clock()
    with locks.take(lock_of(), wait=1):
        while Channel.objects.filter(is_active=True).exists():
            close_old_connections()
            try:
                if carrier.turn():
                    continue
                if clock() >= learn_at and not carrier.learn_slack_users():
                    learn_at = clock() + LEARN
            except OperationalError:
                logger.exception("the database is busy, full or gone; what is due waits")
            sleep(LOOK)
