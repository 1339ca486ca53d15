"""What may be said of a share counted in a few cases: the range its true value lies in. Pure."""

from math import sqrt

SURE = 1.96
"""Standard errors around a figure within which its true value lies, 95 of 100 times."""


def wilson(k: float, n: float, z: float = SURE) -> tuple[float, float]:
    """Interval of a share k of n, 95 cases of 100. Source: Wilson 1927. (0, 1) for n = 0: nothing is known.

    n: how many cases; of cases that weigh differently, how many equal ones say as much."""
    if n == 0:
        return 0.0, 1.0
    p, zz = k / n, z * z
    middle = (p + zz / (2 * n)) / (1 + zz / n)
    half = z * sqrt(p * (1 - p) / n + zz / (4 * n * n)) / (1 + zz / n)
    return max(0.0, middle - half), min(1.0, middle + half)
