"""Shares: parts of a whole, intervals, chances. Nothing is called all or none unless it is."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

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


def shares(parts: Sequence[int | Decimal], places: int = 1, manner: Manner = EN_GB) -> list[str]:
    """The shares of all parts, rounded by largest remainder so that they add up to 100 as printed; ties go to the first.

    Raises ValueError for a negative part. All parts zero: dashes.
    """
    if any(part < 0 for part in parts):
        raise ValueError(f"a part of a whole cannot be negative: {min(parts)}")
    whole = sum((Decimal(part) for part in parts), Decimal(0))
    if not whole:
        return [NOTHING] * len(parts)
    units = 100 * 10**places
    exact = [Decimal(part) * units / whole for part in parts]
    floors = [int(value.to_integral_value(ROUND_FLOOR)) for value in exact]
    by_remainder = sorted(range(len(parts)), key=lambda index: floors[index] - exact[index])
    for index in by_remainder[: units - sum(floors)]:
        floors[index] += 1
    return [_plain(Decimal(units_of).scaleb(-places), places, manner) for units_of in floors]


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
