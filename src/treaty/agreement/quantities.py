"""Amounts, shares, moments of the day: how the two sides write them, and one normal form of each.

Every type reads the document's spelling and prints the same spelling in its normal form, so the signed
bytes hold text (`80%`, `1200000`, `2026-01-01`) and never a binary fraction.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints

LARGEST = Decimal(10) ** 15
_PERCENT = re.compile(r"([+-]?)(\d{1,6}(?:\.\d{1,4})?)\s?%")
_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})")


def plain(number: Decimal) -> str:
    """The shortest exact spelling: `1200000`, `0.5`; never an exponent."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Decimal) -> str:
    """`80%` for 0.8."""
    return f"{plain(share * 100)}%"


def read_decimal(value: Any) -> Decimal:
    """A number as the document says it. Raises ValueError for anything else, naming the value."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError(f"{value!r} is not a number")
    try:
        number = Decimal(value.replace("_", "") if isinstance(value, str) else value)
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number") from None
    if not number.is_finite() or abs(number) > LARGEST:
        raise ValueError(f"{value!r} is not a number up to {LARGEST:,}")
    if number != round(number, 6):
        raise ValueError(f"{value!r} has more than six decimals: round it")
    return Decimal(plain(number))


def _percent_of(value: Any, wanted: str) -> tuple[str, Decimal]:
    found = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError(f"{value!r} is not {wanted}")
    sign, digits = found.groups()
    return sign, Decimal(plain(Decimal(digits) / 100))


def read_share(value: Any) -> Any:
    """`80%` becomes 0.8. A bare number is refused: 0.8 and 80 would both be guesses."""
    if isinstance(value, Decimal) and not isinstance(value, bool):
        raise ValueError(f"{value!s} is not a share: write it with a percent sign, such as 80%")
    sign, share = _percent_of(value, "a share: write it with a percent sign, such as 80%")
    if sign:
        raise ValueError(f"{value!r} is a share, not a change: leave out the {sign}")
    return share


def read_change(value: Any) -> Any:
    """`+25%` becomes 0.25, `-10%` becomes -0.1."""
    sign, share = _percent_of(value, "a change: write +25% or -10%")
    if not sign:
        raise ValueError(f"{value!r} does not say which way: write +{value} or -{value}")
    return -share if sign == "-" else share


def _at_most_all(share: Decimal) -> Decimal:
    if share > 1:
        raise ValueError(f"{percent(share)} is more than all of it: a share is at most 100%")
    return share


def write_change(change: Decimal) -> str:
    return f"{'+' if change >= 0 else ''}{percent(change)}"


Share = Annotated[
    Decimal, BeforeValidator(read_share), AfterValidator(_at_most_all), PlainSerializer(percent, return_type=str, when_used="json")
]
"""A part of a whole, 0 to 1; written `80%`."""
Portion = Annotated[Decimal, BeforeValidator(read_share), PlainSerializer(percent, return_type=str, when_used="json")]
"""A share that may exceed the whole, such as 130% of target."""
Change = Annotated[Decimal, BeforeValidator(read_change), PlainSerializer(write_change, return_type=str, when_used="json")]
"""A relative change; written `+25%`."""
Amount = Annotated[Decimal, BeforeValidator(read_decimal), PlainSerializer(plain, return_type=str, when_used="json")]
"""A count or a sum of money in the agreement's currency."""


class Quantity(BaseModel):
    """A figure of some measure: a share (`80%`) or a plain number (`120`, `24`, `600_000`)."""

    model_config = ConfigDict(frozen=True)
    number: Decimal
    is_share: bool = False

    def __str__(self) -> str:
        return percent(self.number) if self.is_share else plain(self.number)


def read_quantity(value: Any) -> Any:
    """Turn `80%` or `120` into a Quantity."""
    if isinstance(value, Quantity):
        return value
    if isinstance(value, str) and "%" in value:
        return Quantity(number=read_share(value), is_share=True)
    return Quantity(number=read_decimal(value))


Figure = Annotated[Quantity, BeforeValidator(read_quantity), PlainSerializer(str, return_type=str, when_used="json")]


def read_number(value: Any) -> Any:
    """A bound of a test: a whole number stays whole, others become fractions; text and truth are refused."""
    if isinstance(value, float):
        value = Decimal(repr(value))
    number = read_decimal(value)
    return int(number) if number == number.to_integral_value() else float(number)


def write_number(value: int | float) -> int | str:
    return value if isinstance(value, int) else plain(Decimal(repr(value)))


Number = Annotated[int | float, BeforeValidator(read_number), PlainSerializer(write_number, when_used="json")]


def read_scalar(value: Any) -> Any:
    """A value to be equal to: text, a whole number or true/false; fractions and dates never compare as equal."""
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    if isinstance(value, str) and 1 <= len(value) <= 500:
        return value
    raise ValueError(f"{value!s} cannot be compared for equality: use text, a whole number or true/false, or at_least and at_most")


def _check_email(text: str) -> str:
    text = text.lower()
    if not _EMAIL.fullmatch(text) or len(text) > 254:
        raise ValueError(f"{text!r} is not an e-mail address: write it as name@company.example")
    return text


Email = Annotated[str, AfterValidator(_check_email)]
"""Compared in lower case. Only the form is judged; whether somebody reads it is not."""


def minutes_of(time: str) -> int:
    """Minutes since midnight of `09:30`; `24:00` is the end of the day. Raises ValueError."""
    if not _TIME.fullmatch(time):
        raise ValueError(f'{time!r} is not a time of day: write hours and minutes in quotes, such as "09:30"')
    return int(time[:2]) * 60 + int(time[3:])


def _check_time(time: str) -> str:
    minutes_of(time)
    return time


def _check_range(text: str) -> str:
    start, dash, end = text.partition("-")
    if not dash or minutes_of(start) == minutes_of(end):
        raise ValueError(f'{text!r} is not a stretch of time: write two times, such as "09:00-17:00"')
    return text


def _check_month_day(text: str) -> str:
    found = _MONTH_DAY.fullmatch(text)
    try:
        date(2000, *map(int, found.groups())) if found else date(0, 0, 0)
    except ValueError:
        raise ValueError(f'{text!r} is not a day of the year: write month and day in quotes, such as "01-01"') from None
    if text == "02-29":
        raise ValueError("'02-29' is missing in most years: choose another day")
    return text


TimeOfDay = Annotated[str, AfterValidator(_check_time)]
TimeRange = Annotated[str, AfterValidator(_check_range)]
"""`09:00-17:00`; an end before the start runs over midnight, where the part allows it."""
MonthDay = Annotated[str, AfterValidator(_check_month_day)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
