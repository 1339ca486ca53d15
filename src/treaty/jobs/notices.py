"""Notices are sent beside the worker, by one process for all channels, so that a slow one there holds nobody up here."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import OperationalError, close_old_connections

from treaty import locks
from treaty.config import home
from treaty.jobs.clock import now
from treaty.notify.models import Channel
from treaty.notify.sending import Carrier
from treaty.processes import Process, python

LOOK = 0.5
"""Seconds between two looks at what is due."""
LEARN = timedelta(hours=1)
"""How often Slack is asked who the members are that it did not know before."""
_children: list[Process] = []


def begin_missing() -> int:
    """See that a process sends what is due, as long as there is a channel; 1 if it was begun."""
    if any(child.poll() is None for child in _children) or not Channel.objects.filter(is_active=True).exists() or locks.is_held(lock()):
        return 0
    _children[:] = [python("treaty.jobs.reading", "notices", "all")()]
    return 1


def lock() -> Path:
    """Whoever sends holds this: no rate is exceeded by two who do not know of each other."""
    return home() / "notices.lock"


def tend(clock: Callable[[], datetime] = now, sleep: Callable[[float], None] = time.sleep, carrier: Carrier | None = None) -> None:
    """Send what is due, alone, until the last channel is switched off."""
    carrier, learn_at = carrier or Carrier(clock), clock()
    with locks.take(lock(), wait=1):
        while True:
            close_old_connections()
            try:
                if not Channel.objects.filter(is_active=True).exists():
                    return
                if clock() >= learn_at:
                    learn_at = clock() + LEARN
                    carrier.learn_slack_users()
                did = carrier.turn()
            except OperationalError:  # busy, full or gone for a while
                did = 0
            if not did:
                sleep(LOOK)
