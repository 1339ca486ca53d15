"""The worker's signs of life: how far it lags, seen by intake (which asks senders to wait) and by `treaty doctor`."""

import os
import socket
from datetime import datetime, timedelta

from django.db import connection

from treaty.connectors.queries import waits_since
from treaty.jobs.models import Beat
from treaty.qualification.models import NextJudgement
from treaty.sla.models import SlaClock

EVERY = timedelta(seconds=0.5)
AT_REST = timedelta(seconds=4)
"""A worker with nothing to do writes less often; intake takes a sign of life older than ten seconds for none."""
FORGOTTEN = timedelta(hours=1)


def name() -> str:
    """One worker on SQLite; on PostgreSQL each has its own line."""
    return "worker" if connection.vendor == "sqlite" else f"{socket.gethostname()[:20]} {os.getpid()}"


def beat(done: int, *, at: datetime) -> Beat:
    """Say that this worker lives, how far it lags and how much it has done since it started."""
    fields = {"pid": os.getpid(), "at": at, "lag_ms": int(lag(at) / timedelta(milliseconds=1)), "done": done}
    Beat.objects.filter(at__lt=at - FORGOTTEN).delete()
    return Beat.objects.update_or_create(name=name(), defaults=fields)[0]


def last_word() -> None:
    """Called at the end of a clean stop: nobody should wait for this worker."""
    Beat.objects.filter(name=name()).delete()


def lag(at: datetime) -> timedelta:
    """Age of the oldest event that waits, packed or not, or of the oldest boundary or clock whose moment has passed."""
    waits = (
        NextJudgement.objects.filter(due_at__lte=at).order_by("due_at").values_list("due_at", flat=True),
        SlaClock.objects.filter(next_at__lt=at).order_by("next_at").values_list("next_at", flat=True),
    )
    oldest = [moment for moment in (waits_since(), *(rows.first() for rows in waits)) if moment is not None]
    return max((at - moment for moment in oldest), default=timedelta(0))
