"""Shares: parts of a whole, intervals, chances. Nothing is called all or none unless it is."""

from decimal import ROUND_HALF_UP, Decimal

from treaty.web.formats.manners import EN_GB, Manner
from treaty.web.formats.numbers import decimal, number

NOTHING = "–"


def percent(fraction: Decimal | float, places: int | None = None, manner: Manner = EN_GB) -> str:
    """0.814 as `81.4%`. Without `places`, one place and no trailing zero: `80%`.

    A share that is not quite all or none is never rounded to it: `over 99.9%`, `under 0.1%`.
    """
    exact = Decimal(str(fraction))
    step = Decimal(1).scaleb(-(1 if places is None else places))
    rounded = (exact * 100).quantize(step, ROUND_HALF_UP)
    if 0 < exact < 1 and rounded >= 100:
        return f"over {_plain(100 - step, places, manner)}"
    if exact > 0 and rounded == 0:
        return f"under {_plain(step, places, manner)}"
    return _plain(rounded, places, manner)


def share(part: int | Decimal, whole: int | Decimal, places: int | None = 1, manner: Manner = EN_GB) -> str:
    """48 of 59 as `81.4%`; a dash when there is no whole to have a share of."""
    return percent(Decimal(part) / Decimal(whole), places, manner) if whole else NOTHING


def n_of(part: int, whole: int, manner: Manner = EN_GB) -> str:
    """`48 of 59`."""
    return f"{number(part, manner)} of {number(whole, manner)}"


def interval(low: Decimal | float, high: Decimal | float, manner: Manner = EN_GB) -> str:
    """Two shares as `23% to 41%`, whole percents."""
    return f"{decimal(Decimal(str(low)) * 100, 0, manner)}{manner.percent_space}% to {decimal(Decimal(str(high)) * 100, 0, manner)}%"


def chance(probability: Decimal | float) -> str:
    """0.69 as `69 cases of 100`; never 0 or 100 unless it is certain."""
    exact = Decimal(str(probability)) * 100
    rounded = exact.quantize(Decimal(1), ROUND_HALF_UP)
    if 0 < exact < 100:
        rounded = min(max(rounded, Decimal(1)), Decimal(99))
    return f"{rounded} case{'' if rounded == 1 else 's'} of 100"


def _plain(value: Decimal, places: int | None, manner: Manner) -> str:
    shown = places if places is not None else (0 if value == value.to_integral_value() else 1)
    return f"{decimal(value, shown, manner)}{manner.percent_space}%"
