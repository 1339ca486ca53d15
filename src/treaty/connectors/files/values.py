"""Text of a cell to its value. How a column writes its dates and numbers is decided by the whole column.

A value that cannot be read raises ValueError with the value in it; the row is then refused, never guessed.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from treaty.connectors.files.dates import DateForm, date_form, read_date
from treaty.diagnosis.say import listed

Cell = str | Decimal | bool | date | datetime | None

_EMPTY = {"", "null", "n/a", "#n/a", "nan", "nat", "\\n", "-", "--", "—", "?", "(blank)", "(empty)", "(not set)", "<null>"}
_EMPTY_TYPED = _EMPTY | {"none", "na", "nil", "unknown", "tbd", "not available", "not set"}
_SELECT = re.compile(r"[-\s<(]*(please\s+)?select(\s+(one|an option|a value|\.\.\.))?[-\s>).…]*", re.I)
_TRUE = {"true", "t", "yes", "y", "1", "x", "1.0"}
_FALSE = {"false", "f", "no", "n", "0", "0.0"}
_BEFORE = r"(?i:tsd|mio|mln|mrd)\b\.?\s*(?=[€£]|[A-Z]{3}\b)|(?i:k|t|m)(?=[€£]|[A-Z]{3}\b)"
_BEHIND = r"(?i:k|tsd|mio|mln|mn|m|bn|mrd)\b\.?|(?i:k|t|m)(?=[A-Z]{3}|[€£])"
_MONEY = re.compile(
    rf"(?P<neg>[-−(])?\s*(?P<before>{_BEFORE})?(?P<cur>[A-Z]{{0,2}}\$|[€£¥₹₽₩₺]|(?!TSD|MIO|MLN|MRD)[A-Z]{{3}})?\s*(?P<neg2>[-−])?"
    rf"(?P<n>\d[\d.,'’\s]*(?:[eE][+-]?\d+)?|[.,]\d+)\s*(?P<behind>{_BEHIND})?\s*(?P<cur2>[€£¥₹₽₩₺]|(?:[A-Z]{{0,2}})\$|[A-Z]{{3}}|kr|%)?\)?"
)
_UNITS = {"k": 3, "t": 3, "tsd": 3, "m": 6, "mn": 6, "mio": 6, "mln": 6, "bn": 9, "mrd": 9}
"""What may stand at an amount for its zeros, and how many: `1.2m`, `3 Mio. €`, `120 TEUR`, `T€ 120`. A bare `T` is no thousand."""
_EITHER = re.compile(r"\d{1,3}[.,]\d{3}")
"""Grouped or with decimals: the column has to prove which."""
_GROUPED = re.compile(r"(?<!\d)[1-9]\d{0,2}(\.\d{3})+(?!\d)")
_GROUPS = {mark: re.compile(rf"\d+(?:{re.escape(mark)}\d{{2,3}})*{re.escape(mark)}\d{{3}}(?:\D.*)?") for mark in ",."}
"""Marks between thousands, the Indian way too (`1,23,456`): the last group has three digits."""
_SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₺": "TRY", "R$": "BRL", "US$": "USD", "A$": "AUD", "C$": "CAD"}
_MOST = Decimal(10) ** 15


def is_empty(text: str, *, typed: bool = False) -> bool:
    """No value: an empty cell, or a marker that says so (`N/A`, `null`, `-`, a list's untouched `Select`).

    The word `unknown` is a value of a text column (somebody chose it), and no value where a date or a number
    is expected (`typed`).
    """
    if not text:
        return True
    word = text.strip().lower()
    return word in (_EMPTY_TYPED if typed else _EMPTY) or ("select" in word and bool(_SELECT.fullmatch(word)))


def read_text(text: str) -> str:
    return " ".join(text.split()) if "\n" not in text else text.strip()


def read_flag(text: str) -> bool:
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError(f"{_short(text)} is neither yes nor no")


def read_email(text: str) -> str:
    """Lower case and bare: `Ada <ADA@x.org>` is `ada@x.org`."""
    bare = text.strip().strip("<>").lower()
    return bare[bare.rindex("<") + 1 :] if "<" in bare else bare.removeprefix("mailto:")


def number_reader(sample: Iterable[str]) -> tuple[Callable[[str], Decimal], tuple[str, ...]]:
    """How this column writes numbers, and what is worth saying about it."""
    decimal, notes = _marks(list(sample))
    return (lambda text: read_number(text, decimal=decimal)), notes


def amount_reader(sample: Iterable[str]) -> tuple[Callable[[str], Decimal], tuple[str, ...]]:
    """The same for money, which people also write short: `5k`, `1.2m`, `€ 3 Mio.`, `120 TEUR`.

    `1.200 TEUR` is 1,200,000 to some and 1,200 to others: it is read where the column shows how it writes decimals.
    """
    texts = list(sample)
    decimal, notes = _marks(texts)
    is_shown = bool(notes) or any(_decimal_comma(_digits(text)) for text in texts)
    written = {unit for text in texts if text and not (text[0].isdigit() and text[-1].isdigit()) and (unit := _unit(text))}
    by_size = sorted(written, key=lambda unit: (_UNITS[unit.lower()], unit))
    short = listed([f"{unit} as {10 ** _UNITS[unit.lower()]:,}" for unit in by_size])

    def read(text: str) -> Decimal:
        if not is_shown and "t" in text.lower() and _unit(text).lower() == "t" and _EITHER.fullmatch(_digits(text)):
            raise ValueError(f"{_short(text)} may be with decimals or in thousands, and no other amount of the column shows which")
        return read_number(text, decimal=decimal, is_amount=True)

    return read, (*notes, *([f"written short: {short}"] if short else []))


def _unit(text: str) -> str:
    found = _MONEY.fullmatch(text.strip())
    return _unit_of(found) if found else ""


def _unit_of(found: re.Match[str]) -> str:
    return (found["before"] or found["behind"] or "").strip().rstrip(".")


def _digits(text: str) -> str:
    """The number alone, as it is written: the point behind `Mio.` is no decimal one. A text that is no amount, as it is."""
    found = _MONEY.fullmatch(text.strip())
    return found["n"].strip() if found else text


def _marks(texts: list[str]) -> tuple[str, tuple[str, ...]]:
    """Which mark stands before a column's decimals, and what is worth saying about it."""
    written = [_digits(text) for text in texts]
    if sum(map(_decimal_comma, written)) > 0:
        return ",", ("decimal comma",)
    dotted = [text for text in written if "." in text]
    if len(dotted) >= 3 and all(_GROUPED.search(text) for text in dotted):
        return ",", ("points group thousands",)
    return ".", ()


def _decimal_comma(text: str) -> int:
    """+1 speaks for a decimal comma, -1 for a decimal point, 0 for neither: `1,234` alone proves nothing."""
    dot, comma = text.rfind("."), text.rfind(",")
    if dot >= 0 and comma >= 0:
        return 1 if comma > dot else -1
    if max(dot, comma) < 0:
        return 0
    mark = "," if comma >= 0 else "."
    tail = re.match(r"\d*", text[max(dot, comma) + 1 :])
    grouped = text.count(mark) > 1
    proves = grouped or (tail is not None and len(tail[0]) != 3)
    return 0 if not proves else 1 if (mark == ",") != grouped else -1


def read_number(text: str, *, decimal: str = ".", is_amount: bool = False) -> Decimal:
    """`€ 1.234,50`, `(300)`, `1e3`, `12 %`, of amounts `1.2m`: the number alone, exact. Raises ValueError past a quadrillion."""
    found = _MONEY.fullmatch(text.strip())
    unit = _unit_of(found) if found else ""
    if found is None or (found["before"] and found["behind"]) or (unit and (not is_amount or found["cur2"] == "%")):
        raise ValueError(f"{_short(text)} is not a number")
    bare, mark = re.sub(r"['’\s]", "", found["n"]), "." if decimal == "," else ","
    if mark in bare and not _GROUPS[mark].fullmatch(bare):
        raise ValueError(f"{_short(text)} does not write its decimals as the rest of the column does")
    digits = bare.replace(mark, "").replace(",", ".")
    try:
        value = _scaled(Decimal(digits), unit)
    except InvalidOperation:
        raise ValueError(f"{_short(text)} is not a number") from None
    if abs(value) >= _MOST or (value and abs(value) < 1 / _MOST):
        raise ValueError(f"{_short(text)} is too large or too small to be meant")
    if unit:
        value = Decimal(f"{value:f}")  # 1200, as others would write it, not 1.2E+3
    return value.copy_negate() if found["neg"] or found["neg2"] else value


def _scaled(value: Decimal, unit: str) -> Decimal:
    """`1.2` and `k` are 1.2E+3: the exponent moves, no digit is rounded."""
    if not unit:
        return value
    sign, digits, exponent = value.as_tuple()
    return Decimal((sign, digits, int(exponent) + _UNITS[unit.lower()]))


def currency_in(text: str) -> str:
    """The currency a cell names by sign or code, or nothing. A bare `$` may be any of twenty: it stays `$`, and is no euro."""
    found = _MONEY.fullmatch(text.strip())
    sign = (found["cur"] or found["cur2"] or "") if found else ""
    return _SIGNS.get(sign, sign if sign == "$" or (len(sign) == 3 and sign.isalpha() and sign.isupper()) else "")


def reader_for(kind: str, sample: list[str], form: DateForm | None = None) -> tuple[Callable[[str], Cell], tuple[str, ...]]:
    """The function that reads this column, and how it reads it in words.

    kind: `text`, `id`, `email`, `moment`, `amount`, `number`, `flag`, or `currency` (of an amount's own text)
    sample: distinct texts of the column, empty ones left out; form: dates as the mapping states them
    """
    if kind == "moment":
        form = form or date_form(sample)
        return (lambda text: read_date(text, form)), form.notes
    if kind in ("amount", "number"):
        return amount_reader(sample) if kind == "amount" else number_reader(sample)
    plain: dict[str, Callable[[str], Cell]] = {"flag": read_flag, "email": read_email, "currency": currency_in}
    return plain.get(kind, read_text), ()


def share_read(kind: str, sample: list[str]) -> float:
    """Which part of these texts the reader of that kind can read: 1.0 for an empty sample."""
    read, _ = reader_for(kind, sample)
    values = [text for text in sample if not is_empty(text, typed=True)][:500]
    return sum(_reads(read, text) for text in values) / len(values) if values else 1.0


def _reads(read: Callable[[str], Cell], text: str) -> bool:
    try:
        read(text)
    except ValueError as error:
        return "outside" in str(error) or "too large" in str(error)  # 9999-12-31 is a date and 1e400 a number, only of no use
    return True


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:60]}…")
