"""Token buckets in memory: each key and each address may do so much at once and so much per second."""

import threading
from collections.abc import Hashable
from dataclasses import dataclass

MOST_NAMES = 20_000


@dataclass(slots=True)
class Level:
    tokens: float
    at: float


class Buckets:
    """One bucket per name. `rate`: tokens per second; `burst`: how many a rested bucket holds."""

    def __init__(self) -> None:
        self._levels: dict[Hashable, Level] = {}
        self._lock = threading.Lock()

    def take(self, name: Hashable, cost: float, *, rate: float, burst: float, now: float) -> float:
        """Take `cost` tokens: 0 if they were there, else the seconds until they will be (and none are taken).

        More than a full bucket is asked for as if it were a full one, so nothing is refused for ever.
        now: seconds on any clock that never goes back.
        """
        cost = min(cost, burst)
        with self._lock:
            level = self._levels.get(name)
            tokens = burst if level is None else min(burst, level.tokens + (now - level.at) * rate)
            if tokens < cost:
                return (cost - tokens) / rate
            self._levels[name] = Level(tokens - cost, now)
            if len(self._levels) > MOST_NAMES:
                self._drop_oldest()
        return 0.0

    def give_back(self, name: Hashable, cost: float) -> None:
        """What was taken was not used after all."""
        with self._lock:
            if level := self._levels.get(name):
                level.tokens += cost

    def _drop_oldest(self) -> None:
        """Forget the half that was used longest ago: they have had the most time to fill up."""
        ordered = sorted(self._levels.items(), key=lambda item: item[1].at)
        self._levels = dict(ordered[len(ordered) // 2 :])
