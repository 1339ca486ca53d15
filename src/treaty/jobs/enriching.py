"""Services are asked about people beside the worker: a process of its own for each, while somebody is to be asked about."""

from datetime import datetime

from treaty import locks
from treaty.connectors.enriching import asking
from treaty.connectors.models import Enricher
from treaty.jobs.beside import Beside
from treaty.jobs.clock import now
from treaty.jobs.systems import lock_of

BESIDE = Beside(lock_of)


def begin_due(*, at: datetime) -> int:
    """Begin a process for each service that is to be asked and has none; how many."""
    begun = 0
    for enricher in Enricher.objects.select_related("source").filter(source__is_active=True):
        key = str(enricher.source.key)
        if not BESIDE.is_running(key) and asking.is_due(enricher, at):
            BESIDE.begin(key, "enrich", key)
            begun += 1
    return begun


def tend(key: str) -> None:
    """Ask one service, alone, until nobody is left, its budget is used up, or it stops answering."""
    with locks.take(lock_of(key), wait=1):
        while (enricher := Enricher.objects.select_related("source").filter(source__key=key).first()) and asking.is_due(enricher, now()):
            asking.ask(enricher, clock=now)
