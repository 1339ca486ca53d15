"""Services are asked about people beside the worker: a process of its own for each, while somebody is to be asked about."""

from datetime import datetime
from pathlib import Path

from treaty import locks
from treaty.config import home
from treaty.connectors.enriching import asking
from treaty.connectors.models import Enricher
from treaty.jobs.clock import now
from treaty.processes import Process, python

_children: dict[str, Process] = {}


def begin_due(*, at: datetime) -> int:
    """Begin a process for each service that is to be asked and has none; how many."""
    begun = 0
    for enricher in Enricher.objects.select_related("source").filter(source__is_active=True):
        key = str(enricher.source.key)
        if not _is_running(key) and asking.is_due(enricher, at):
            _children[key] = python("treaty.jobs.reading", "enrich", key)()
            begun += 1
    return begun


def _is_running(key: str) -> bool:
    """A process of ours is alive, or another worker's holds the lock."""
    child = _children.get(key)
    if child is not None and child.poll() is None:
        return True
    _children.pop(key, None)
    return locks.is_held(_lock(key))


def _lock(key: str) -> Path:
    return home() / "systems" / f"{key}.lock"


def tend(key: str) -> None:
    """Ask one service, alone, until nobody is left, its budget is used up, or it stops answering."""
    with locks.take(_lock(key), wait=1):
        while (enricher := Enricher.objects.select_related("source").filter(source__key=key).first()) and asking.is_due(enricher, now()):
            asking.ask(enricher, clock=now)
