"""A vendor's quotas, kept by waiting before a call, so that no call is sent that would be turned away."""

import time
from collections import deque
from collections.abc import Sequence
from functools import cache

from treaty.connectors.vendors.talk import Quota

SPREAD = 60.0
"""Seconds of the longest window over which calls are spread."""


class Budget:
    """Calls of one system that were sent lately. A quota holds for any window, not for those of a clock."""

    def __init__(self, quotas: Sequence[Quota]) -> None:
        self._sent = [(quota, deque[float](maxlen=quota.calls)) for quota in quotas]
        self._held_until = 0.0

    def wait(self, url: str, *, goes_on: bool = False) -> None:
        """Return when a call to that address may be sent; it counts as sent then. goes_on: see `rest`"""
        while (rest := self.rest(url, goes_on=goes_on)) > 0:
            time.sleep(rest)
        for _, sent in self._of(url):
            sent.append(time.monotonic())

    def rest(self, url: str, *, goes_on: bool = False) -> float:
        """Seconds until a call to that address may be sent: until the oldest of a full window is out of it, or, of one more than half
        full, a share of that: calls are spread, so that what is told while much is read does not wait for a whole window.

        goes_on: the call ends what was begun before the system said how little is left
        """
        now = time.monotonic()
        free = [_free_at(quota, sent, now) for quota, sent in self._of(url)]
        return max(0.0, *(until - now for until in (*free, 0.0 if goes_on else self._held_until)))

    def hold(self, seconds: float) -> None:
        """Send nothing for so long: the system said how little is left."""
        self._held_until = max(self._held_until, time.monotonic() + seconds)

    def _of(self, url: str) -> list[tuple[Quota, deque[float]]]:
        return [(quota, sent) for quota, sent in self._sent if url.endswith(quota.of)]


def _free_at(quota: Quota, sent: deque[float], now: float) -> float:
    """When one more call may be sent: `sent[0] + seconds` at the latest. A window of more than a minute is not spread."""
    if len(sent) == quota.calls and sent[0] + quota.seconds > now:
        return sent[0] + quota.seconds
    lately = 0 if quota.seconds > SPREAD else sum(at > now - quota.seconds for at in sent)
    if lately * 2 < quota.calls:
        return now
    left = quota.calls - lately
    return sent[-1] + (sent[-lately] + quota.seconds - sent[-1]) / (left + 1)


@cache
def budget_of(vendor: str, account: str, quotas: Sequence[Quota]) -> Budget:  # noqa: ARG001 - they tell budgets apart
    """The budget that all who call one account in this process share.

    Other processes have their own: a vendor's file keeps below what is allowed, so that a few calls beside are allowed for.
    account: tells accounts of a vendor apart and tells nothing else
    """
    return Budget(quotas)
