"""What an unquoted word of a document stands for: a number, a day, truth, nothing, or itself."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from treaty.agreement.yamltext import Unreadable

_INT = re.compile(r"[-+]?[0-9][0-9_]*")
_FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]{1,3})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_NOT_NUMBERS = {".inf", "-.inf", "+.inf", ".nan"}


def resolve(text: str, line: int = 1, column: int = 1) -> Any:
    """What an unquoted word stands for. YAML 1.2: `no` and `on` are words, `12:30` is text."""
    if text.lower() in _NOT_NUMBERS:
        raise Unreadable(f"{text} is not a number", "write the number, or quote the word", line, column)
    if text in _WORDS or text.lower() in ("true", "false", "null"):
        return _WORDS[text.lower()]
    if _INT.fullmatch(text) and len(text) <= 32:
        return int(text.replace("_", ""))
    if _FLOAT.fullmatch(text) and len(text) <= 32:
        return Decimal(text.replace("_", ""))
    return _read_date(text, line, column) if _DATE.fullmatch(text) else text


def _read_date(text: str, line: int, column: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unreadable(f"{text} is not a day of the calendar", "write year-month-day, such as 2026-01-31", line, column) from None
