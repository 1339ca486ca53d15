"""Has a share moved from what it was when both sides signed? A test that may be looked at every day without crying wolf. Pure.

Looked at again and again, an ordinary test calls a change sooner or later though nothing changed. Here the whole way is bounded: the chance
that it ever alarms in a window, however often somebody looks, is at most what the window may spend. Source: the mixture martingale of
Robbins (1970) for shares, by Ville's inequality. What was signed is itself known only within its range, so an alarm needs every share
within it to be refuted.
"""

from dataclasses import dataclass
from math import lgamma, log
from statistics import NormalDist

from treaty.shares import wilson

ALARMS_A_YEAR = 0.2
"""False alarms of everything watched together that are risked in a year: one in five years."""
FIRM = 10.0
"""How firmly a new share is expected near the old one, in cases: the smaller, the sooner a large change is found, the later a small one."""


@dataclass(frozen=True, slots=True)
class Share:
    """k of n."""

    k: int
    n: int

    @property
    def value(self) -> float:
        return self.k / self.n if self.n else 0.0


def risk(windows: int, watched: int) -> float:
    """What one measure may spend in one of the windows of a year."""
    return ALARMS_A_YEAR / max(1, windows) / max(1, watched)


def has_moved(signed: Share, since: Share, spend: float) -> bool:
    """Whether the share is another than the signed one, at a false alarm in `spend` of all windows. Nothing is said of no cases."""
    if not signed.n or not since.n:
        return False
    low, high = wilson(signed.k, signed.n, NormalDist().inv_cdf(1 - spend / 4))  # half of it for the range, both ends of it
    nearest = min(max(since.value, low), high)
    return evidence(since, nearest, signed.value) >= log(2 / spend)


def evidence(since: Share, share: float, expected: float) -> float:
    """The logarithm of how much better the mixture explains what was seen than this share does; infinite where it cannot be."""
    a, b = 1 + FIRM * expected, 1 + FIRM * (1 - expected)
    misses = since.n - since.k
    mixed = _beta(a + since.k, b + misses) - _beta(a, b)
    if (share <= 0 and since.k) or (share >= 1 and misses):
        return float("inf")
    alone = (since.k * log(share) if since.k else 0.0) + (misses * log(1 - share) if misses else 0.0)
    return mixed - alone


def _beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def needed(signed: Share, other: float, spend: float, *, most: int = 100_000) -> int | None:
    """So many cases at another share before the alarm sounds, were they spread evenly; None if it takes more than `most`."""
    n = 1
    while n <= most:
        if has_moved(signed, Share(round(other * n), n), spend):
            return n
        n = n + 1 if n < 200 else int(n * 1.02)
    return None
