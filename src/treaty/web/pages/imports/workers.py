"""Whether what is begun here is done: without a worker it waits, and the page says so."""

from datetime import timedelta

from treaty.jobs.models import Beat
from treaty.web.here import Here

ALIVE = timedelta(seconds=30)


def has_worker(here: Here) -> bool:
    """Somebody is there to do what is queued."""
    return Beat.objects.filter(at__gte=here.at - ALIVE).exists()
