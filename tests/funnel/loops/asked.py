"""What is asked of the loops, and the few things all of them count with."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from typing import Any

from tests.funnel.loops.records import DAY


@dataclass(frozen=True)
class Asked:
    """A period as moments [start, end) and as local dates, the moment asked, and what the agreement says.

    rates: for each other currency (code, source, whose day, the rate if it is stated) · terms: the agreement, for what it says of
    cost · held: (from which moment on, the agreement) of every version, oldest first, for how it shared what was won then.
    """

    start: int
    end: int
    first_on: date
    end_on: date
    now: int
    way: tuple[str, ...]
    handoff: str
    disposition: str
    first_contact: str
    currency: str
    zone: str = "UTC"
    rates: tuple = ()
    revenue: Decimal | None = None
    terms: Any = None
    held: tuple = ()

    def as_of(self, moment):
        """The same under the version of a moment: the last that had begun; what came before the first is under the first."""
        terms = [terms for start, terms in self.held if start <= moment] or [self.held[0][1]]
        return replace(self, terms=terms[-1], currency=terms[-1].currency, zone=terms[-1].time_zone, rates=rates_of(terms[-1]))

    def has(self, moment):
        return moment is not None and self.start <= moment < self.end


def rates_of(terms):
    return tuple((code, one.source, one.on, one.rate) for code, one in terms.rates.items())


def slug(text):
    """By what a campaign or a content is recognised, whoever writes it."""
    return (text or "").strip().lower()


def wilson(k, n, z=1.96):
    """The two shares p from which k of n lies exactly z standard errors away: (k/n - p)² = z² p (1 - p) / n, solved for p."""
    if not n:
        return None, None
    a, b, c = n + z * z, 2 * k + z * z, k * k / n
    root = sqrt(max(0.0, b * b - 4 * a * c))
    return max(0.0, (b - root) / (2 * a)), min(1.0, (b + root) / (2 * a))


def share(k, n, **parts):
    low, high = wilson(k, n)
    return {"figure": Decimal(k) / n if n else None, "n": n, "k": k, "low": low, "high": high, "parts": parts}


def quantile(values, part):
    """The value so far through the sorted ones; between two of them in proportion."""
    values = sorted(values)
    place = Fraction(part) * (len(values) - 1)
    low = int(place)
    after = values[min(low + 1, len(values) - 1)]
    return values[low] + (place - low) * (after - values[low])


def in_days(length):
    """To the hundredth of a day, an exact half away from zero."""
    return None if length is None else cents(Fraction(round(length), DAY))


def cents(amount):
    """A fraction of money to the cent, an exact half away from zero."""
    return Decimal(whole(Fraction(amount) * 100)) / 100


def whole(fraction):
    """The nearest whole number, an exact half away from zero."""
    halves = (abs(fraction) * 2 + 1) // 2
    return int(halves) if fraction >= 0 else -int(halves)


def money(pairs, own):
    """pairs: (amount, currency) of each case."""
    mine, others = Decimal(0), {}
    for amount, currency in pairs:
        if amount is not None and currency == own:
            mine += amount
        elif amount is not None and currency:
            others[currency] = others.get(currency, 0) + amount
    without = sum(amount is None for amount, _ in pairs)
    unnamed = sum(amount is not None and not currency for amount, currency in pairs)
    return {"figure": mine, "n": len(pairs), "others": others, "parts": {"without": without, "unnamed": unnamed}}
