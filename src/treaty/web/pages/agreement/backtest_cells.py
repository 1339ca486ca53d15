"""A figure of a back-test in a cell: the share first, then what it is of and where the true one lies."""

from decimal import Decimal

from treaty.currencies import of_units
from treaty.pilot.said import Value
from treaty.pilot.shares import Lift
from treaty.web import formats
from treaty.web.here import Here
from treaty.web.pieces import Faint, Piece, Strong


def in_cell(value: Value, here: Here, currency: str = "") -> Piece:
    """A figure with what it is of. currency: of a share of an amount."""
    manner = here.viewer.manner
    if isinstance(value, int):
        return formats.number(value, manner)
    if isinstance(value, Lift):
        if value.lift is None or value.low is None or value.high is None:
            return Faint("not known")
        ends = " to ".join(formats.decimal(end, 1, manner) for end in (value.low, value.high))
        return (Strong(f"{formats.decimal(value.lift, 1, manner)} ×"), " ", Faint(ends))
    if value.share is None:
        return Faint("not known")
    sums = [_amount(part, currency, here) if currency else formats.number(int(part), manner) for part in (value.k, value.n)]
    words = f"{sums[0]} of {sums[1]}, {formats.interval(value.low, value.high, manner)}"
    return (Strong(formats.percent(value.share, 0, manner)), " ", Faint(words))


def _amount(units: float, currency: str, here: Here) -> str:
    return formats.money_short(Decimal(of_units(round(units), currency)), currency, here.viewer.manner)
