"""How figures are rounded, in one place: amounts to the smallest unit of their currency, a half away from zero. Pure.

Sums are never rounded, so that parts make the whole; what is divided or multiplied is, once, in the end. A figure that is no
amount is written to the hundredth by the same rule.
"""

from decimal import ROUND_HALF_UP, Decimal

from treaty.currencies import rounded

HUNDREDTH, TENTH, WHOLE = Decimal("0.01"), Decimal("0.1"), Decimal(1)


def to_places(value: Decimal, places: Decimal = HUNDREDTH) -> Decimal:
    """A figure that is no amount: a ratio, a length of time."""
    return value.quantize(places, ROUND_HALF_UP)


def ratio(over: Decimal | None, under: Decimal | None, places: Decimal = HUNDREDTH) -> Decimal | None:
    """How often one covers the other; None of nothing."""
    return to_places(over / under, places) if over is not None and under else None


def each(amount: Decimal | None, of: Decimal | int | None, currency: str) -> Decimal | None:
    """An amount for each of so many; None of nothing."""
    return rounded(amount / of, currency) if amount is not None and of else None
