"""How likely what is seen would be if nothing had changed; and which of many such chances may be called a change. Pure."""

from collections.abc import Callable, Sequence
from math import atan, cos, floor, log, pi, sin, sqrt

ALIKE = 1 + 1e-7
"""Two probabilities that differ by less are the same one, worked out twice."""


def share_differs(k: int, n: int, base_k: int, base_n: int) -> float:
    """The chance of shares at least as far apart as k of n and base_k of base_n when both groups are alike, two-sided and exact.

    Source: Fisher 1935; as far apart: no more probable than what was seen. 1 where either group is empty.
    """
    if not n or not base_n:
        return 1.0
    found = k + base_k
    low, high = max(0, found - base_n), min(n, found)
    mode = min(max(floor((n + 1) * (found + 1) / (n + base_n + 2)), low), high)
    return _as_rare(k, (low, high), mode, lambda x: (n - x) * (found - x) / ((x + 1) * (base_n - found + x + 1)))


def count_differs(n: int, base_n: int, part: float) -> float:
    """The chance of counts at least as far apart when things happen equally often in both times, two-sided and exact.

    part: of both times together, that in which the n were counted; 0 < part < 1. Given how many there were in all, each fell
    into it with this chance. Source: Przyborowski and Wilenski 1940.
    """
    both = n + base_n
    mode = min(floor((both + 1) * part), both)
    return _as_rare(n, (0, both), mode, lambda x: (both - x) / (x + 1) * part / (1 - part))


def _as_rare(seen: int, ends: tuple[int, int], mode: int, onward: Callable[[int], float]) -> float:
    """Of all that may happen, the part that is no more probable than what was seen.

    onward: how much more probable x + 1 is than x. Everything is held against the most probable case, so nothing overflows;
    what is too rare to be written down adds nothing.
    """
    weights = {mode: 1.0}
    for x in range(mode, ends[1]):
        weights[x + 1] = weights[x] * onward(x)
        if weights[x + 1] == 0.0:
            break
    for x in range(mode - 1, ends[0] - 1, -1):
        weights[x] = weights[x + 1] / onward(x)
        if weights[x] == 0.0:
            break
    most = weights.get(seen, 0.0) * ALIKE
    return min(1.0, sum(weight for weight in weights.values() if weight <= most) / sum(weights.values()))


def unrest(pairs: Sequence[tuple[float, float]]) -> float:
    """How much more counts of earlier periods differ from each other than chance explains; 1 where they do not.

    pairs: of each period, the square of how far it was from what was expected, and the variance chance gives it. Leads come
    in clumps, by campaign and by account: counted singly, every clump would look like a change. Source: McCullagh and Nelder
    1989, the dispersion of quasi-likelihood.
    """
    known = [square / variance for square, variance in pairs if variance > 0]
    return max(1.0, sum(known) / (len(known) - 1)) if len(known) > 1 else 1.0


def value_differs(value: float, before: Sequence[float]) -> float:
    """The chance of a value at least so far from those of earlier periods when it is one like them, two-sided.

    The extreme fifth of the earlier ones on either side is drawn in, so one odd period hides nothing; positive values are
    compared as ratios. Source: Yuen 1974, for one more value instead of a mean.
    """
    everything = [value, *before]
    if min(everything) > 0:
        value, before = log(value), [log(one) for one in before]
    middle, spread = trimmed(before)
    if spread == 0:
        return 1.0 if value == middle else 0.0
    kept = len(before) - 2 * _drawn_in(before)
    return student((value - middle) / (spread * sqrt(len(before) + 1)), kept - 1)


def _drawn_in(values: Sequence[float]) -> int:
    return floor(len(values) / 5)


def trimmed(values: Sequence[float]) -> tuple[float, float]:
    """The mean without the extreme fifth on either side, and how uncertain it is (standard error)."""
    found, cut = sorted(values), _drawn_in(values)
    kept = found[cut : len(found) - cut]
    drawn = [*[kept[0]] * cut, *kept, *[kept[-1]] * cut]
    mean = sum(drawn) / len(drawn)
    squares = sum((one - mean) ** 2 for one in drawn)
    return sum(kept) / len(kept), sqrt(squares / (len(kept) * (len(kept) - 1)))


def student(t: float, freedom: int) -> float:
    """The two-sided tail of Student's distribution with whole degrees of freedom. Source: Abramowitz and Stegun 26.7.3, 26.7.4."""
    angle = atan(abs(t) / sqrt(freedom))
    term, added = (cos(angle), cos(angle)) if freedom % 2 else (1.0, 1.0)
    for step in range(3 if freedom % 2 else 2, freedom, 2):
        term *= cos(angle) ** 2 * (step - 1) / step
        added += term
    within = 2 / pi * (angle + (sin(angle) * added if freedom > 1 else 0)) if freedom % 2 else sin(angle) * added
    return max(0.0, 1 - within)


def false_among(chances: Sequence[float], rate: float) -> list[bool]:
    """Which of many may be called changes so that at most this part of those called so is chance, on average.

    Source: Benjamini and Hochberg 1995.
    """
    order = sorted(chances)
    held = [chance for place, chance in enumerate(order, 1) if chance <= rate * place / len(order)]
    return [bool(held) and chance <= held[-1] for chance in chances]
