"""Numbers and money. Money is exact: nothing here rounds an amount unless the caller asks for the short form."""

from decimal import ROUND_HALF_UP, Decimal

from treaty.currencies import decimals
from treaty.web.formats.manners import EN_GB, MINUS, NBSP, Manner

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "PLN": "zł", "CZK": "Kč"}
_STEPS = ((Decimal(1), ""), (Decimal("1e3"), "k"), (Decimal("1e6"), "m"), (Decimal("1e9"), "bn"), (Decimal("1e12"), "tn"))


def number(value: int, manner: Manner = EN_GB) -> str:
    """1248 as `1,248`; a negative one with the true minus sign."""
    return f"{MINUS if value < 0 else ''}{_grouped(str(abs(value)), manner)}"


def decimal(value: Decimal | float, places: int, manner: Manner = EN_GB) -> str:
    """A measured figure, rounded half up to so many places: 27.04 at 1 is `27.0`. Raises ValueError when not finite."""
    exact = Decimal(str(value))
    _refuse_strange(exact)
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return _written(rounded, manner)


def signed(value: int | Decimal, manner: Manner = EN_GB) -> str:
    """A difference: `+104`, `−13`, and `0` without a sign."""
    exact = Decimal(value)
    return f"{'+' if exact > 0 else ''}{_written(exact, manner)}"


def money(amount: Decimal, currency: str, manner: Manner = EN_GB, places: int | None = None) -> str:
    """An amount to its last digit: `€1,012,600`, `€0.10`, `28.920,00 €`.

    Whole amounts carry no decimals unless `places` asks for them (a column of which one row has cents);
    digits beyond the currency's own are shown, never rounded away. Raises ValueError for NaN and infinity.
    """
    _refuse_strange(amount)
    exact = amount.normalize()
    digits = max(0, -int(exact.as_tuple().exponent))
    shown = max(digits, places or 0, decimals(currency) if digits else 0)
    return _priced(_written(abs(exact).quantize(Decimal(1).scaleb(-shown)), manner), currency, manner, is_negative=exact < 0)


def money_short(amount: Decimal, currency: str, manner: Manner = EN_GB) -> str:
    """An amount to three digits for axes and forecasts, never for a figure that must add up: `€1.16m`, `€330k`."""
    _refuse_strange(amount)
    size = abs(amount)
    scale, suffix = next((step for step in _STEPS if _three_digits(size / step[0]) < 1000), _STEPS[-1])
    figure = _three_digits(size / scale).normalize()
    written = _written(figure, manner) + suffix
    return _priced(written, currency, manner, is_negative=amount < 0 and figure > 0)


def _three_digits(value: Decimal) -> Decimal:
    places = 2 if value < 10 else 1 if value < 100 else 0
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _priced(written: str, currency: str, manner: Manner, *, is_negative: bool) -> str:
    sign, symbol = MINUS if is_negative else "", SYMBOLS.get(currency, currency)
    if manner.money_after:
        return f"{sign}{written}{NBSP}{symbol}"
    return f"{sign}{symbol}{'' if len(symbol) == 1 else NBSP}{written}"


def _written(value: Decimal, manner: Manner) -> str:
    whole, _, rest = f"{abs(value):f}".partition(".")
    sign = MINUS if value < 0 else ""
    return f"{sign}{_grouped(whole, manner)}{manner.point + rest if rest else ''}"


def _grouped(digits: str, manner: Manner) -> str:
    return f"{int(digits):,}".replace(",", manner.group)


def _refuse_strange(value: Decimal) -> None:
    if not value.is_finite():
        raise ValueError(f"{value} is not an amount: a figure must be a finite number")
