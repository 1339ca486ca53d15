"""How small an amount of a currency can be, and amounts as whole numbers of that. Source: ISO 4217."""

from decimal import ROUND_HALF_UP, Decimal

USUAL = 2
OTHERS: dict[int, tuple[str, ...]] = {
    0: ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
    3: ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"),
    4: ("CLF", "UYW"),
}
"""Currencies with other than two decimals; one that nobody knows has two."""
_DECIMALS = {code: places for places, codes in OTHERS.items() for code in codes}


def decimals(currency: str) -> int:
    """How many decimals a currency has: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _DECIMALS.get(currency, USUAL)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """An amount to the smallest unit of its currency, half a unit away from zero."""
    return amount.quantize(Decimal(1).scaleb(-decimals(currency)), ROUND_HALF_UP)


def in_units(amount: Decimal, currency: str) -> int:
    """How many of the smallest units an amount is, rounded as above: 1234 for €12.34, 12 for ¥12."""
    return int(rounded(amount, currency).scaleb(decimals(currency)))


def of_units(units: int, currency: str) -> Decimal:
    """The amount that so many of the smallest units are."""
    return Decimal(units).scaleb(-decimals(currency))
