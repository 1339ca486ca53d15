"""Does the worker keep up? When it lags, senders are asked to wait: they keep the events, so nothing is lost."""

import time
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Max
from django.utils.timezone import now

from treaty.connectors.queries import waits_since
from treaty.jobs.models import Beat

LOOK_EVERY = 0.25
"""Seconds for which an answer is good."""
MOST_LAG = 2.0
FRESH = timedelta(seconds=10)
"""An older sign of life is none. Without a living worker events are taken: they are durable and wait for it."""
LONGEST = 30


@dataclass(slots=True)
class Pressure:
    """The worker's lag, asked of the database at most four times a second."""

    lag: float = 0.0
    looked_at: float = float("-inf")

    def retry_after(self) -> int:
        """0, or after how many seconds to come back: when the worker is alive, work waits, and it lags over two seconds.

        A fifth of the lag: what came at once takes longer to work off than to come, and the lag is longest just before the end.
        Who was told to wait as long as it lags left the worker idle for a quarter of a burst; asking again costs next to nothing.
        """
        if time.monotonic() - self.looked_at >= LOOK_EVERY:
            self.lag, self.looked_at = read_lag(), time.monotonic()
        return min(LONGEST, max(1, int(self.lag / 5))) if self.lag > MOST_LAG else 0


def read_lag() -> float:
    """Seconds by which the slowest living worker lags; 0 when nothing waits."""
    worst = Beat.objects.filter(at__gte=now() - FRESH).aggregate(worst=Max("lag_ms"))["worst"] or 0
    if worst <= MOST_LAG * 1000 or waits_since() is None:
        return 0.0
    return float(worst) / 1000
