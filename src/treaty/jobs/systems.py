"""Systems are pulled beside the worker: a process of its own for each, so that a slow one holds nobody up."""

from datetime import datetime
from pathlib import Path

from treaty import locks
from treaty.config import home
from treaty.connectors.connections import Clock
from treaty.connectors.models import Connection
from treaty.connectors.pulling import is_due, pull
from treaty.jobs.clock import now
from treaty.processes import Process, python

_children: dict[str, Process] = {}


def begin_due(at: datetime) -> int:
    """Begin a pull of every system that is due and not being pulled; how many were begun."""
    begun = 0
    for connection in Connection.objects.filter(source__is_active=True).select_related("source"):
        if is_due(connection, at) and not _is_running(connection.key):
            _children[connection.key] = python("treaty.jobs.reading", "pull", connection.key)()
            begun += 1
    return begun


def _is_running(key: str) -> bool:
    """A process of ours is alive, or another worker's holds the lock."""
    child = _children.get(key)
    if child is not None and child.poll() is None:
        return True
    _children.pop(key, None)
    return lock_of(key).exists() and locks.is_held(lock_of(key))


def lock_of(key: str) -> Path:
    folder = home() / "systems"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder / f"{key}.lock"


def pull_due(key: str, clock: Clock = now) -> None:
    """Pull what is due of one system, alone."""
    with locks.take(lock_of(key), wait=1):
        pull(Connection.objects.select_related("source").get(source__key=key), clock=clock, only_due=True)
