"""Dates and moments as people's tools write them; day or month first is decided by the column, and said."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero janeiro",
            "feb february februar fevrier fev febrero fevereiro",
            "mar march marz mrz mars marzo marco",
            "apr april avril avr abril abr",
            "may mai mayo maio",
            "jun june juni juin junio junho",
            "jul july juli juillet julio julho",
            "aug august aout agosto ago",
            "sep sept september septembre septiembre setembro set",
            "oct october oktober okt octobre octubre outubro out",
            "nov november novembre noviembre novembro",
            "dec december dezember dez decembre diciembre dezembro dic",
        ),
        1,
    )
    for name in names.split()
}
EARLIEST, LATEST = 1900, 2200
"""Years, as `treaty.moments` has them: repeated here because that module needs Django, and a file is read without."""
_TIME = r"(?:[T,\s]+(?:at\s+)?(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?\s*(?P<half>[ap]\.?m\.?)?)?"
_ZONE = r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
_NUMBERS = re.compile(rf"(?P<a>\d{{1,4}})\s*[-/.]\s*(?P<b>\d{{1,2}})\s*[-/.]\s*(?P<c>\d{{1,4}}){_TIME}{_ZONE}", re.I)
_WORDS = re.compile(
    rf"(?:[a-z]{{3,9}},?\s+)?(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)?[-/\s]+(?:de\s+)?(?P<m1>[^\W\d_]{{3,10}})\.?,?(?:\s+de)?"
    rf"|(?P<m2>[^\W\d_]{{3,10}})\.?[-/\s]+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?),?[-/\s]+(?P<y>\d{{4}}|\d{{2}}){_TIME}{_ZONE}",
    re.I,
)
_COMPACT = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])")
_EPOCHS = {10: 1, 13: 1_000, 16: 1_000_000}
_EXCEL = datetime(1899, 12, 30)  # noqa: DTZ001  # a spreadsheet's day count has no zone
_ACCENTS = str.maketrans("äéûàç", "aeuac")


@dataclass(frozen=True, slots=True)
class DateForm:
    """day_first: how `03/04/2026` is read · serials: bare five-digit numbers are a spreadsheet's days."""

    day_first: bool = True
    serials: bool = False
    notes: tuple[str, ...] = ()


def date_form(sample: Iterable[str]) -> DateForm:
    """Decide by evidence over the column: a number past 12 cannot be a month.

    Without evidence, the reading in which days change faster than months; without that either, day first, said.
    """
    texts = list(sample)
    pairs = {(int(m["a"]), int(m["b"])) for t in texts if (m := _NUMBERS.fullmatch(t.strip())) and len(m["a"]) <= 2}
    serials = bool(texts) and all(re.fullmatch(r"[2-6]\d{4}(\.\d+)?", t.strip()) for t in texts)
    if serials:
        return DateForm(serials=True, notes=("day numbers of a spreadsheet",))
    if not pairs:
        return DateForm()
    day_first, month_first = sum(a > 12 for a, _ in pairs), sum(b > 12 for _, b in pairs)
    if day_first or month_first:
        mixed = (f"{min(day_first, month_first)} dates contradict it",) if day_first and month_first else ()
        return DateForm(day_first >= month_first, notes=(_order(day_first >= month_first), *mixed))
    return _by_pace(pairs, any("." in t for t in texts))


def _by_pace(pairs: set[tuple[int, int]], dotted: bool) -> DateForm:
    first, second = len({a for a, _ in pairs}), len({b for _, b in pairs})
    if dotted or len(pairs) < 4 or first == second:
        return DateForm(True, notes=("ambiguous dates, read day first: no day is past the 12th",))
    return DateForm(first > second, notes=(f"{_order(first > second)}, likely: no day is past the 12th",))


def _order(day_first: bool) -> str:
    return "day first" if day_first else "month first"


def read_date(text: str, form: DateForm) -> date | datetime:
    """A date, or a moment (aware only if the text states a zone). Raises ValueError, naming the text.

    Years before 1900 and from 2200 on are typing errors or placeholders (0000, 9999) and are refused.
    """
    bare = text.strip()
    value = _iso(bare) or _read(bare, form)
    if not EARLIEST <= value.year < LATEST:
        raise ValueError(f"{bare[:40]!r} is outside {EARLIEST} to {LATEST - 1}: a placeholder or a typing error")
    return value


def _iso(bare: str) -> date | datetime | None:
    """The common case, fast."""
    if bare[4:5] != "-" or bare[7:8] != "-":
        return None
    try:
        return date.fromisoformat(bare) if len(bare) == 10 else datetime.fromisoformat(bare)
    except ValueError:
        return None


def _read(bare: str, form: DateForm) -> date | datetime:
    if bare.replace(".", "", 1).isdigit():
        return _counted(bare, form)
    if found := _NUMBERS.fullmatch(bare):
        return _built(found, *_ordered(found, form), bare)
    if found := _WORDS.fullmatch(bare):
        name = (found["m1"] or found["m2"]).lower().translate(_ACCENTS)
        if name in _MONTHS:
            return _built(found, _year(found["y"]), _MONTHS[name], int(found["d1"] or found["d2"]), bare)
    raise ValueError(f"{bare[:40]!r} is not a date")


def _ordered(found: re.Match[str], form: DateForm) -> tuple[int, int, int]:
    a, b, c = found["a"], found["b"], found["c"]
    if len(a) > 2:
        return int(a), int(b), int(c)
    return (_year(c), int(b), int(a)) if form.day_first else (_year(c), int(a), int(b))


def _year(text: str) -> int:
    return int(text) if len(text) > 2 else int(text) + (2000 if int(text) < 69 else 1900)


def _built(found: re.Match[str], year: int, month: int, day: int, bare: str) -> date | datetime:
    try:
        if not 1 <= year <= 9999:
            raise ValueError(f"{bare[:40]!r} is outside {EARLIEST} to {LATEST - 1}: a placeholder or a typing error")
        on = date(year, month, day)
    except ValueError as error:
        raise ValueError(str(error) if "outside" in str(error) else f"{bare[:40]!r} is no day of the calendar") from None
    if found["h"] is None:
        return on
    hour = int(found["h"]) % 12 + 12 * found["half"].lower().startswith("p") if found["half"] else int(found["h"])
    try:
        micro = int((found["f"] or "0")[:6].ljust(6, "0"))
        return datetime(on.year, on.month, on.day, hour, int(found["m"]), int(found["s"] or 0), micro, _zone(found["zone"]))
    except ValueError:
        raise ValueError(f"{bare[:40]!r} is no time of the day") from None


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text[0] not in "+-":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:] if len(text) > 3 else 0)
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _counted(bare: str, form: DateForm) -> date | datetime:
    """Seconds, milliseconds or microseconds since 1970; days of a spreadsheet; 20260131."""
    if form.serials:
        moment = _EXCEL + timedelta(days=float(bare))
        return moment.replace(microsecond=0) if "." in bare else moment.date()
    whole = bare.split(".", maxsplit=1)[0]
    if len(whole) in _EPOCHS:
        return datetime.fromtimestamp(int(whole) / _EPOCHS[len(whole)], UTC)
    if _COMPACT.fullmatch(bare):
        return date(int(bare[:4]), int(bare[4:6]), int(bare[6:]))
    raise ValueError(f"{bare[:40]!r} is not a date")
