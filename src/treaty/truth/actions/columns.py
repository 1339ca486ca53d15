"""The columns that show the latest value of a field, and how a value is stored."""

from datetime import date
from decimal import Decimal
from typing import Literal

from treaty.truth.models import Account, Person
from treaty.truth.records import Value

Kind = Literal["person", "account"]
PERSON: Kind = "person"
ACCOUNT: Kind = "account"
COLUMNS = {
    PERSON: ("name", "title", "seniority", "phone", "country", "language", "lead_source", "account"),
    ACCOUNT: ("name", "domain", "industry", "country", "employees", "owner", "parent"),
}
"""Fields that also have a column with their latest value."""

LIMITS = {"seniority": 40, "phone": 60, "country": 60, "language": 20, "lead_source": 100, "industry": 100}
ROWS = ("account", "owner", "parent")
"""Fields whose value is the number of a row."""


def as_text_and_number(value: Value) -> tuple[str | None, float | None]:
    """How a value is stored: numbers as numbers, everything else as text, booleans as true and false."""
    if type(value) is str:
        return (value.strip()[:500] or None, None)
    if isinstance(value, bool):
        return ("true" if value else "false", None)
    if isinstance(value, int | float | Decimal):
        return (None, float(value))
    if isinstance(value, date):
        return (value.isoformat(), None)
    text = str(value or "").strip()[:500]
    return (text or None, None)


def shown(text: str | None, number: float | None) -> str:
    """A stored value as people read it: a whole number has no point."""
    if text is not None or number is None:
        return text or ""
    return f"{number:.0f}" if number.is_integer() else str(number)


def put(subject: Person | Account, field: str, value: Value) -> bool:
    """Set the column of a field, cut to what it can hold. True if that changed it; False for a field without a column."""
    if field not in COLUMNS[PERSON if isinstance(subject, Person) else ACCOUNT]:
        return False
    name = f"{field}_id" if field in ROWS else field
    text, number = as_text_and_number(value)
    if text is None and number is None:
        return False
    fitted = _fit(field, text if text is not None else number)
    if field == "parent" and fitted == subject.pk:
        fitted = None  # the account and what it is a part of were found to be one
    if getattr(subject, name) == fitted:
        return False
    setattr(subject, name, fitted)
    return True


def _fit(field: str, value: str | float | None) -> str | int | None:
    if field in ("employees", *ROWS):
        return int(value) if isinstance(value, float) and abs(value) < 2**31 else None
    return str(value)[: LIMITS.get(field, 200)]
